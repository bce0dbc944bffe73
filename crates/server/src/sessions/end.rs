//! `POST /v1/sessions/end`: putting devices out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::{EndSessions, EndedNotice, EndedReason, Session, SessionsEnded};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use super::Caller;
use super::storage::expiry;
use crate::arguments;
use crate::database::{Error, Result, Row};
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::state::ServerState;
use crate::sync::Change;

/// Ends sessions of the caller's account.
#[utoipa::path(
    post, path = "/v1/sessions/end", tag = "sessions", request_body = EndSessions,
    responses(
        (status = 200, description = "What was live and is over now", body = SessionsEnded),
    )
)]
pub(super) async fn end(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<EndSessions>,
) -> Answer<Response> {
    let (mut change, first) = match caller.change_once(&state, &request).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    let chosen = match &request {
        EndSessions::One { session_id } => Some(*session_id),
        EndSessions::Others | EndSessions::All => None,
    };
    // A device on probation ends nobody but itself.
    if chosen != Some(caller.session_id) {
        caller.refuse_on_probation()?;
    }
    let live = match chosen {
        Some(id) => chosen_session(&mut change, id).await?,
        None => live_sessions(&mut change).await?,
    };
    let mut ended = Vec::new();
    for session in live {
        if matches!(request, EndSessions::Others) && session.id == caller.session_id {
            continue;
        }
        if end_by_caller(&mut change, &session, &caller).await? {
            ended.push(session.id);
        }
    }
    let answer = SessionsEnded {
        ended,
        revision: change.revision(),
    };
    let answer = first.store(&mut change, StatusCode::OK, &answer).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

/// Ends all sessions of the change's account but `kept`, for `reason`; those that had expired end as expired. Which were
/// live and are over now. The activity names each of them; why it was is the caller's to note there.
pub(crate) async fn end_all(
    change: &mut Change,
    kept: Option<SessionId>,
    reason: EndedReason,
) -> Result<Vec<SessionId>> {
    let now = change.now();
    let mut ended = Vec::new();
    for session in live_sessions(change).await? {
        if Some(session.id) == kept {
            continue;
        }
        if let Some(notice) = expiry(session.id, session.expires_at, session.last_active_at, now) {
            end_session(change, notice).await?;
            continue;
        }
        let notice = EndedNotice {
            session_id: session.id,
            at: now,
            reason,
            by_session_id: change.actor().session_id,
            by_device_name: change.actor().device_name.clone(),
        };
        if end_noted(change, notice).await? {
            ended.push(session.id);
        }
    }
    Ok(ended)
}

struct Live {
    id: SessionId,
    expires_at: Timestamp,
    last_active_at: Timestamp,
}

/// The sessions of the account that are not ended.
async fn live_sessions(change: &mut Change) -> Result<Vec<Live>> {
    let account_id = change.account_id();
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT id, expires_at, last_active_at FROM sessions \
             WHERE account_id = $1 AND ended_at IS NULL ORDER BY id",
            arguments![account_id],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// One session, which must be the account's; empty when it is over already.
async fn chosen_session(change: &mut Change, id: SessionId) -> Answer<Vec<Live>> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT id, expires_at, last_active_at, ended_at FROM sessions WHERE id = $2 AND account_id = $1",
            arguments![account_id, id],
        )
        .await?
        .ok_or_else(Refusal::not_found)?;
    match row.optional_integer(3)? {
        Some(_) => Ok(Vec::new()),
        None => Ok(vec![read(&row)?]),
    }
}

fn read(row: &Row) -> Result<Live> {
    Ok(Live {
        id: row.parsed(0, "sessions", "id")?,
        expires_at: Timestamp(row.integer(1)?),
        last_active_at: Timestamp(row.integer(2)?),
    })
}

/// Whether the caller ended it: one that had expired ends as expired.
async fn end_by_caller(change: &mut Change, session: &Live, caller: &Caller) -> Result<bool> {
    let now = change.now();
    if let Some(notice) = expiry(session.id, session.expires_at, session.last_active_at, now) {
        end_session(change, notice).await?;
        return Ok(false);
    }
    let own = session.id == caller.session_id;
    let notice = EndedNotice {
        session_id: session.id,
        at: now,
        reason: if own {
            EndedReason::SignedOut
        } else {
            EndedReason::EndedByDevice
        },
        by_session_id: Some(caller.session_id),
        by_device_name: change.actor().device_name.clone(),
    };
    let Some(name) = end_session(change, notice).await? else {
        return Ok(false);
    };
    let kind = if own {
        ActivityKind::SignedOut
    } else {
        ActivityKind::DeviceEnded
    };
    change.activity(kind, Some(name)).await?;
    Ok(true)
}

/// Ends a live session of the change's account and notes it; false when it was over already.
pub(crate) async fn end_noted(change: &mut Change, notice: EndedNotice) -> Result<bool> {
    let Some(name) = end_session(change, notice).await? else {
        return Ok(false);
    };
    change
        .activity(ActivityKind::DeviceEnded, Some(name))
        .await?;
    Ok(true)
}

/// Ends a live session of the change's account: its token dies with the commit, its device is told right after. The
/// device's name, or `None` when the session was over already.
pub(super) async fn end_session(
    change: &mut Change,
    notice: EndedNotice,
) -> Result<Option<String>> {
    let account_id = change.account_id();
    let session_id = notice.session_id;
    let stored = serde_json::to_string(&notice)
        .map_err(|_| Error::inconsistent("sessions", "ended_notice", session_id))?;
    let row = change
        .transaction()
        .fetch_optional(
            "UPDATE sessions SET ended_at = $3, ended_notice = $4 \
             WHERE id = $1 AND account_id = $2 AND ended_at IS NULL RETURNING device_id",
            arguments![session_id, account_id, notice.at, stored],
        )
        .await?;
    if row.is_none() {
        return Ok(None);
    }
    let mut session: Session = change
        .get(Collection::Sessions, session_id)
        .await?
        .ok_or_else(|| Error::inconsistent("records", "body", session_id))?;
    session.ended = Some(notice.clone());
    change
        .put(Collection::Sessions, session_id, &session)
        .await?;
    change.tell_ended(notice);
    Ok(Some(session.device_name))
}
