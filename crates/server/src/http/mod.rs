//! HTTP: the routes together, what every answer has in common, and the connections below.

pub mod address;
mod connections;
mod description;
pub mod extract;
mod front;
pub(crate) mod later;
mod objects;
pub mod problem;
mod server_info;
mod timed;
mod unlisted;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::problem::ProblemCode;

pub(crate) use self::connections::serve;
use self::problem::Refusal;
pub(crate) use self::server_info::SLICE;
use crate::access::{Mismatch, Routes};
use crate::pages;
use crate::slice::SLICES;
use crate::state::ServerState;

/// All routes of the API.
fn routes() -> Routes {
    SLICES
        .iter()
        .fold(Routes::new(), |all, slice| all.merge((slice.routes)()))
}

/// The description of the API that `/v1/openapi.json` gives, made from the code.
pub fn openapi() -> serde_json::Value {
    description::of(&routes())
}

/// All that answers.
pub(crate) fn router(state: &Arc<ServerState>) -> Result<Router, Mismatch> {
    let api = routes();
    let described = state
        .config
        .describe_api
        .then(|| Arc::from(description::of(&api).to_string()));
    let mut router = api
        .merge(pages::router())
        .get("/v1/openapi.json", move |uri: Uri, headers: HeaderMap| {
            describe(described.clone(), uri, headers)
        })
        .finish(state)?
        .fallback(pages::missing)
        .method_not_allowed_fallback(|| async { Refusal::new(ProblemCode::MethodNotAllowed) });
    if tracing::enabled!(tracing::Level::DEBUG) {
        router = router.layer(middleware::from_fn(front::note_route));
    }
    Ok(router.with_state(Arc::clone(state)))
}

/// The description, on a server that gives it; else nothing is here.
async fn describe(described: Option<Arc<str>>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(described) = described else {
        return pages::missing(uri, headers).await;
    };
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], String::from(&*described)).into_response()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_route_has_one_row_and_every_row_one_route() {
        let openapi = |routes: super::Routes| routes.get("/v1/openapi.json", async || ());
        let all = || openapi(super::routes().merge(super::pages::router()));
        all().check().unwrap();
        let missing = openapi(super::routes()).check().unwrap_err();
        assert!(
            missing
                .to_string()
                .contains("GET /pages.css has a row and no route"),
            "{missing}"
        );
        let unlisted = all().get("/v1/unlisted", async || ()).check().unwrap_err();
        assert!(
            unlisted.to_string().contains("GET /v1/unlisted has no row"),
            "{unlisted}"
        );
        let twice = all().get("/", async || ()).check().unwrap_err();
        assert!(
            twice.to_string().contains("GET / has two routes"),
            "{twice}"
        );
    }

    #[test]
    fn the_description_has_every_route_and_a_body_for_each_error() {
        let description = super::openapi();
        let paths = description["paths"].as_object().unwrap();
        for path in [
            "/v1/server",
            "/v1/accounts",
            "/v1/sessions",
            "/v1/session",
            "/v1/session/step-up",
            "/v1/password",
            "/v1/passkeys/invitation",
            "/v1/passkeys/sign-in",
            "/v1/passkeys/{id}/rename",
            "/v1/passkeys/{id}/remove",
            "/v1/recovery",
            "/v1/recovery/status",
            "/v1/recovery/open",
            "/v1/recovery/reset",
            "/v1/sessions/end",
            "/v1/receipts",
            "/v1/sync",
            "/v1/edits",
            "/v1/events",
            "/v1/emails",
            "/v1/emails/confirm",
            "/v1/emails/change",
            "/v1/emails/changes/{id}/cancel",
            "/v1/emails/change/confirm",
            "/v1/username",
            "/v1/second-factor/begin",
            "/v1/second-factor/enable",
            "/v1/second-factor/disable",
            "/v1/second-factor/recovery-codes",
            "/v1/mails/{id}/send-again",
            "/v1/sessions/{id}/vouch",
            "/v1/sessions/{id}/disown",
            "/v1/session/vouch-link",
            "/v1/session/vouch",
            "/v1/secure",
            "/v1/review",
            "/v1/users",
            "/v1/users/{id}",
            "/v1/users/{id}/reset",
            "/v1/users/{id}/second-factor/reset",
            "/v1/users/{id}/sessions/end-all",
        ] {
            assert!(paths.contains_key(path), "{path}");
        }
        assert!(description["components"]["schemas"]["Problem"].is_object());
        assert!(description["components"]["securitySchemes"]["session"].is_object());
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_says_whether_it_needs_a_session() {
        let description = super::openapi();
        let paths = description["paths"].as_object().unwrap();
        let mut names = Vec::new();
        for methods in paths.values() {
            for operation in methods.as_object().unwrap().values() {
                assert!(operation["security"].is_array(), "{operation}");
                assert!(operation["responses"]["400"].is_object(), "{operation}");
                names.push(operation["operationId"].as_str().unwrap());
            }
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
