//! `GET /v1/session`: is this session good?

use axum::Json;
use latchkey_protocol::sessions::CurrentSession;

use super::Caller;

/// The session that asks.
#[utoipa::path(
    get, path = "/v1/session", tag = "sessions",
    responses(
        (status = 200, description = "It is live", body = CurrentSession),
    )
)]
pub(super) async fn current(caller: Caller) -> Json<CurrentSession> {
    Json(CurrentSession {
        session_id: caller.session_id,
        account_id: caller.account_id,
        expires_at: caller.expires_at,
        revision: caller.revision,
    })
}
