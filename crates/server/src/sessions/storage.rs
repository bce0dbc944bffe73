//! What the table of sessions says of one.

use std::sync::Arc;

use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::{EndedNotice, EndedReason};
use latchkey_protocol::time::Timestamp;
use sha2::{Digest as _, Sha256};

use super::IDLE_LIFETIME;
use crate::arguments;
use crate::database::{Error, Result};
use crate::state::ServerState;

/// What is stored of a token.
pub(super) fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The notice of a session that has expired by `now` and was not ended otherwise.
pub(super) fn expiry(
    session_id: SessionId,
    expires_at: Timestamp,
    last_active_at: Timestamp,
    now: Timestamp,
) -> Option<EndedNotice> {
    let at = expires_at.min(Timestamp(last_active_at.0.saturating_add(IDLE_LIFETIME)));
    (at <= now).then_some(EndedNotice {
        session_id,
        at,
        reason: EndedReason::Expired,
        by_session_id: None,
        by_device_name: None,
    })
}

/// Reads a stored notice.
pub(super) fn parse_notice(text: &str, session_id: SessionId) -> Result<EndedNotice> {
    serde_json::from_str(text)
        .map_err(|_| Error::inconsistent("sessions", "ended_notice", session_id))
}

/// The notice of a session that is over, by an ending or by its age; `None` while it is live. A session that is in no
/// table any more counts as expired.
pub(crate) async fn ended_notice(
    state: &Arc<ServerState>,
    session_id: SessionId,
) -> Result<Option<EndedNotice>> {
    let now = state.now();
    let row = state
        .database
        .fetch_optional(
            "SELECT expires_at, last_active_at, ended_notice FROM sessions WHERE id = $1",
            arguments![session_id],
        )
        .await?;
    let Some(row) = row else {
        return Ok(expiry(session_id, now, now, now));
    };
    match row.optional_text(2)? {
        Some(notice) => parse_notice(&notice, session_id).map(Some),
        None => Ok(expiry(
            session_id,
            Timestamp(row.integer(0)?),
            Timestamp(row.integer(1)?),
            now,
        )),
    }
}
