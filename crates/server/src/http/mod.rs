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

use axum::Extension;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::routing::get;
use latchkey_protocol::problem::ProblemCode;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::connections::serve;
use self::extract::BodyLimit;
use self::problem::Refusal;
use crate::state::ServerState;
use crate::{
    accounts, contacts, email_change, events, mail, pages, passkeys, password, recovery,
    second_factor, sessions, step_up, sync, trust, users,
};

/// All routes, with their description.
fn routes(auth_body_bytes: usize) -> OpenApiRouter<Arc<ServerState>> {
    // Bodies of sign-up and sign-in are small, and come from people nobody knows.
    let from_strangers = OpenApiRouter::new()
        .merge(accounts::router())
        .merge(sessions::router())
        .merge(second_factor::router())
        .merge(step_up::router())
        .merge(password::router())
        .merge(passkeys::router())
        .merge(recovery::router())
        .merge(trust::router())
        .merge(users::router())
        .layer(Extension(BodyLimit(auth_body_bytes)));
    OpenApiRouter::with_openapi(description::start())
        .merge(server_info::router())
        .merge(sessions::check_router())
        .merge(from_strangers)
        .merge(sync::router())
        .merge(events::router())
        .merge(contacts::router())
        .merge(email_change::router())
        .merge(mail::router())
}

/// The description of the API that `/v1/openapi.json` gives, made from the code.
pub fn openapi() -> serde_json::Value {
    description::complete(&routes(0).into_openapi())
}

/// All that answers.
pub(crate) fn router(state: Arc<ServerState>) -> Router {
    let auth_body_bytes = state.config.connections.auth_body_bytes;
    let (router, description) = routes(auth_body_bytes).split_for_parts();
    // A form writes an octet as three, and asks for a new password twice.
    let of_a_form = BodyLimit(auth_body_bytes.saturating_mul(4));
    let mut router = router
        .merge(pages::router(&state).layer(Extension(of_a_form)))
        .fallback(pages::missing)
        .method_not_allowed_fallback(|| async { Refusal::new(ProblemCode::MethodNotAllowed) });
    if state.config.describe_api {
        let description: Arc<str> = Arc::from(description::complete(&description).to_string());
        let json = HeaderValue::from_static("application/json");
        router =
            router.route(
                "/v1/openapi.json",
                get(move || async move {
                    ([(header::CONTENT_TYPE, json)], String::from(&*description))
                }),
            );
    }
    if tracing::enabled!(tracing::Level::DEBUG) {
        router = router.layer(middleware::from_fn(front::note_route));
    }
    router.with_state(state)
}

#[cfg(test)]
mod tests {
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
