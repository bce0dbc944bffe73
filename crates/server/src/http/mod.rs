//! HTTP: the routes together, what every answer has in common, and the connections below.

pub mod address;
mod connections;
pub mod extract;
mod front;
pub(crate) mod later;
mod objects;
pub mod problem;
mod server_info;
mod timed;

use std::sync::Arc;

use axum::Extension;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::routing::get;
use latchkey_protocol::problem::ProblemCode;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::connections::serve;
use self::extract::BodyLimit;
use self::problem::Refusal;
use crate::state::ServerState;
use crate::{
    accounts, contacts, email_change, events, freeze, mail, pages, passkeys, password, recovery,
    second_factor, sessions, sign_in_alerts, step_up, sync, users,
};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Latchkey", description = "Accounts, sessions and sync. Errors are RFC 9457 problems with a stable code."),
    modifiers(&SessionScheme)
)]
struct Description;

struct SessionScheme;

impl utoipa::Modify for SessionScheme {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        description
            .components
            .get_or_insert_default()
            .add_security_scheme("session", SecurityScheme::Http(scheme));
    }
}

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
        .merge(freeze::router())
        .merge(sign_in_alerts::router())
        .merge(users::router())
        .layer(Extension(BodyLimit(auth_body_bytes)));
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(server_info::router())
        .merge(sessions::check_router())
        .merge(from_strangers)
        .merge(sync::router())
        .merge(events::router())
        .merge(contacts::router())
        .merge(email_change::router())
        .merge(mail::router())
        // A form writes an octet as three, and asks for a new password twice.
        .merge(pages::router().layer(Extension(BodyLimit(auth_body_bytes.saturating_mul(4)))))
}

/// The description of the API that `/v1/openapi.json` gives, made from the code.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes(0).into_openapi()
}

/// All that answers.
pub(crate) fn router(state: Arc<ServerState>) -> Router {
    let (router, description) = routes(state.config.connections.auth_body_bytes).split_for_parts();
    let mut router = router
        .fallback(pages::missing)
        .method_not_allowed_fallback(|| async { Refusal::new(ProblemCode::MethodNotAllowed) });
    if state.config.describe_api {
        let description: Arc<str> = Arc::from(description.to_json().unwrap_or_default());
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
        let description = serde_json::to_value(super::openapi()).unwrap();
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
            "/v1/sessions/{id}/answer",
            "/v1/freeze/lift",
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
}
