//! `POST /v1/sessions/{id}/answer`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sign_in_alerts::{AnswerSignIn, SignInAnswered};
use latchkey_protocol::time::Timestamp;

use super::answer;
use crate::arguments;
use crate::freeze::{is_trusted_here, refuse_from_unknown_device};
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::Change;

/// Says whether the first sign-in of another device was the person's own, or takes back that it was.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/answer", tag = "sessions", request_body = AnswerSignIn,
    params(("id" = SessionId, Path, description = "The session that is asked about")),
    responses(
        (status = 200, description = "Noted, and what it ended", body = SignInAnswered),
    )
)]
pub(super) async fn answer(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Path(id): Path<String>,
    Json(request): Json<AnswerSignIn>,
) -> Answer<Response> {
    let session_id: SessionId = id.parse().map_err(|_| Refusal::not_found())?;
    let repeated = &(session_id, &request);
    let (mut change, first) = match caller.change_once(&state, repeated).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    let not_now =
        |detail: &str| Refusal::new(ProblemCode::NotAllowedNow).with_detail(detail.to_owned());
    let first_seen_at = first_sight(&mut change, session_id).await?;
    // Whoever signs in on device after device during a freeze must not put the owner out by saying "not me" of them.
    refuse_from_unknown_device(&mut change).await?;
    if !is_trusted_here(&mut change, first_seen_at).await? {
        return Err(not_now("only a device that was here before may answer"));
    }
    let answered = match answer::answer(&mut change, session_id, request.was_me).await? {
        None if !request.was_me => answer::take_back(&mut change, session_id).await?,
        answered => answered,
    }
    .ok_or_else(|| not_now("this sign-in is not in question"))?;
    let answer = SignInAnswered {
        ended: answered.ended,
        revision: change.revision(),
    };
    let answer = first.store(&mut change, StatusCode::OK, &answer).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

/// When the device of a session of this account was first seen.
async fn first_sight(change: &mut Change, session_id: SessionId) -> Answer<Timestamp> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT d.first_seen_at FROM sessions s JOIN devices d ON d.id = s.device_id \
             WHERE s.id = $1 AND s.account_id = $2",
            arguments![session_id, account_id],
        )
        .await?
        .ok_or_else(Refusal::not_found)?;
    Ok(Timestamp(row.integer(0)?))
}
