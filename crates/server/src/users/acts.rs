//! `POST /v1/users/{id}/…`: what an administrator starts for somebody.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::users::{ActOnUser, ResetStarted, UserSignedOut};

use super::act::Act;
use crate::freeze;
use crate::http::extract::Json;
use crate::http::problem::Answer;
use crate::mail::{self, Kind};
use crate::recovery;
use crate::second_factor;
use crate::sessions::{self, Caller};
use crate::state::ServerState;

/// Has a link for a new password mailed to somebody. The administrator gets neither the link nor the password.
#[utoipa::path(
    post, path = "/v1/users/{id}/reset", tag = "users", request_body = ActOnUser,
    params(("id" = AccountId, Path, description = "The account")),
    responses(
        (status = 202, description = "The mail is on its way", body = ResetStarted),
    )
)]
pub(super) async fn reset(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(ActOnUser {}): Json<ActOnUser>,
) -> Answer<Response> {
    let mut act = match Act::begin(&state, &caller).await? {
        Ok(act) => act,
        Err(given) => return Ok(given.into_response()),
    };
    let administrator = act.administrator.clone();
    let mut change = act.theirs()?;
    let address = recovery::start(&mut change, &administrator).await?;
    drop(change);
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
    post, path = "/v1/users/{id}/second-factor/reset", tag = "users", request_body = ActOnUser,
    params(("id" = AccountId, Path, description = "The account")),
    responses(
        (status = 200, description = "It is off", body = UserSignedOut),
    )
)]
pub(super) async fn reset_second_factor(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(ActOnUser {}): Json<ActOnUser>,
) -> Answer<Response> {
    let mut act = match Act::begin(&state, &caller).await? {
        Ok(act) => act,
        Err(given) => return Ok(given.into_response()),
    };
    let parameters = act.parameters();
    let mut change = act.theirs()?;
    freeze::refuse_when_frozen(&mut change).await?;
    second_factor::refuse_unless_on(&mut change).await?;
    second_factor::remove(&mut change).await?;
    // A link that was mailed while a code was still asked beside it must not do without one.
    recovery::kill_links(&mut change).await?;
    let ended = sessions::end_all(&mut change, None, EndedReason::EndedByAdministrator).await?;
    mail::notify_all(&mut change, Kind::SecondFactorReset, &parameters, None).await?;
    drop(change);
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
    post, path = "/v1/users/{id}/sessions/end-all", tag = "users", request_body = ActOnUser,
    params(("id" = AccountId, Path, description = "The account")),
    responses(
        (status = 200, description = "All are over", body = UserSignedOut),
    )
)]
pub(super) async fn end_sessions(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(ActOnUser {}): Json<ActOnUser>,
) -> Answer<Response> {
    let mut act = match Act::begin(&state, &caller).await? {
        Ok(act) => act,
        Err(given) => return Ok(given.into_response()),
    };
    let parameters = act.parameters();
    let mut change = act.theirs()?;
    let ended = sessions::end_all(&mut change, None, EndedReason::EndedByAdministrator).await?;
    mail::notify_all(&mut change, Kind::SessionsEnded, &parameters, None).await?;
    drop(change);
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
