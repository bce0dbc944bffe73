//! `POST /v1/users/{id}/…`: what an administrator starts for somebody.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::Problem;
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::users::{ActOnUser, ResetStarted, UserSignedOut};

use super::act::Act;
use crate::http::extract::Json;
use crate::http::problem::Answer;
use crate::mail::{self, Kind};
use crate::recovery;
use crate::second_factor;
use crate::sessions::{self, Caller};
use crate::state::ServerState;
use crate::sync::IdempotencyKey;

/// Has a link for a new password mailed to somebody. The administrator gets neither the link nor the password.
#[utoipa::path(
    post, path = "/v1/users/{id}/reset", tag = "users", security(("session" = [])), request_body = ActOnUser,
    params(("id" = AccountId, Path, description = "The account"), ("Idempotency-Key" = Option<String>, Header, description = "A UUID")),
    responses(
        (status = 202, description = "The mail is on its way", body = ResetStarted),
        (status = 403, description = "For administrators, within a step-up", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The own account, or one without a confirmed address", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "The person got enough of them", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn reset(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<String>,
    Json(ActOnUser {}): Json<ActOnUser>,
) -> Answer<Response> {
    let mut act = match Act::begin(&state, &caller, key, "users/reset", &id).await? {
        Ok(act) => act,
        Err(given) => return Ok(given.into_response()),
    };
    let administrator = act.administrator.clone();
    let address = recovery::start(act.theirs(), &administrator).await?;
    act.finish(
        ActivityKind::PasswordResetStarted,
        ActivityKind::UserPasswordResetStarted,
        StatusCode::ACCEPTED,
        |revision| ResetStarted { address, revision },
    )
    .await
}

/// Turns somebody's two-step sign-in off, makes their recovery codes void and ends all their sessions.
#[utoipa::path(
    post, path = "/v1/users/{id}/second-factor/reset", tag = "users", security(("session" = [])), request_body = ActOnUser,
    params(("id" = AccountId, Path, description = "The account"), ("Idempotency-Key" = Option<String>, Header, description = "A UUID")),
    responses(
        (status = 200, description = "It is off", body = UserSignedOut),
        (status = 403, description = "For administrators, within a step-up", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The own account, or one without a second factor", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "A quota is used up", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn reset_second_factor(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<String>,
    Json(ActOnUser {}): Json<ActOnUser>,
) -> Answer<Response> {
    let mut act = match Act::begin(&state, &caller, key, "users/second-factor/reset", &id).await? {
        Ok(act) => act,
        Err(given) => return Ok(given.into_response()),
    };
    let parameters = act.parameters();
    let change = act.theirs();
    second_factor::refuse_unless_on(change).await?;
    second_factor::remove(change).await?;
    // A link that was mailed while a code was still asked beside it must not do without one.
    recovery::kill_links(change).await?;
    let ended = sessions::end_all(change, None, EndedReason::EndedByAdministrator).await?;
    mail::notify_all(change, Kind::SecondFactorReset, &parameters, None).await?;
    act.finish(
        ActivityKind::SecondFactorReset,
        ActivityKind::UserSecondFactorReset,
        StatusCode::OK,
        |revision| signed_out(ended.len(), revision),
    )
    .await
}

/// Ends all sessions of somebody.
#[utoipa::path(
    post, path = "/v1/users/{id}/sessions/end-all", tag = "users", security(("session" = [])), request_body = ActOnUser,
    params(("id" = AccountId, Path, description = "The account"), ("Idempotency-Key" = Option<String>, Header, description = "A UUID")),
    responses(
        (status = 200, description = "All are over", body = UserSignedOut),
        (status = 403, description = "For administrators, within a step-up", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The own account", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "A quota is used up", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn end_sessions(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<String>,
    Json(ActOnUser {}): Json<ActOnUser>,
) -> Answer<Response> {
    let mut act = match Act::begin(&state, &caller, key, "users/sessions/end-all", &id).await? {
        Ok(act) => act,
        Err(given) => return Ok(given.into_response()),
    };
    let parameters = act.parameters();
    let change = act.theirs();
    let ended = sessions::end_all(change, None, EndedReason::EndedByAdministrator).await?;
    mail::notify_all(change, Kind::SessionsEnded, &parameters, None).await?;
    act.finish(
        ActivityKind::SessionsEndedByAdministrator,
        ActivityKind::UserSessionsEnded,
        StatusCode::OK,
        |revision| signed_out(ended.len(), revision),
    )
    .await
}

fn signed_out(ended: usize, revision: u64) -> UserSignedOut {
    UserSignedOut {
        ended_sessions: u32::try_from(ended).unwrap_or(u32::MAX),
        revision,
    }
}
