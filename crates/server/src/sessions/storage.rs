//! What the table of sessions says of one.

use std::collections::HashSet;
use std::sync::Arc;

use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::{EndedNotice, EndedReason};
use latchkey_protocol::time::Timestamp;
use sha2::{Digest as _, Sha256};

use super::IDLE_LIFETIME;
use crate::arguments;
use crate::database::{Argument, Error, Result, Row};
use crate::state::ServerState;

/// What is stored of a token.
pub(super) fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The token that a request came with, as it is stored.
#[derive(Clone, Copy)]
pub(super) struct PresentedToken([u8; 32]);

impl PresentedToken {
    pub(super) fn new(token: &str) -> Self {
        Self(hash_of(token))
    }

    pub(super) fn hash(&self) -> &[u8; 32] {
        &self.0
    }
}

/// For what prints a whole caller.
impl std::fmt::Debug for PresentedToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PresentedToken")
    }
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
fn parse_notice(text: &str, session_id: SessionId) -> Result<EndedNotice> {
    serde_json::from_str(text)
        .map_err(|_| Error::inconsistent("sessions", "ended_notice", session_id))
}

/// The notice of a session that is over by `now`, by an ending or by its age, from what is stored of it; `None` while it
/// is live. Every place that lets a session do something asks here.
pub(super) fn over(
    session_id: SessionId,
    ended_notice: Option<&str>,
    expires_at: Timestamp,
    last_active_at: Timestamp,
    now: Timestamp,
) -> Result<Option<EndedNotice>> {
    match ended_notice {
        Some(notice) => parse_notice(notice, session_id).map(Some),
        None => Ok(expiry(session_id, expires_at, last_active_at, now)),
    }
}

/// The tokens that open a session: the newest, and for a while the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    newest: Vec<u8>,
    previous: Option<Vec<u8>>,
}

impl Tokens {
    /// Whether one of them is the token with this hash.
    pub(crate) fn have(&self, hash: &[u8; 32]) -> bool {
        self.newest == hash || self.previous.as_deref() == Some(hash)
    }
}

/// How a session stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It may go on, with these.
    Live(Tokens),
    /// It is over, by an ending or by its age.
    Over(EndedNotice),
    /// It is in no table, which says nothing of how it ended: the database may have gone back to a backup.
    Unknown,
}

/// How a session stands now.
pub(crate) async fn standing(state: &Arc<ServerState>, session_id: SessionId) -> Result<Standing> {
    let now = state.now();
    let row = state
        .database
        .fetch_optional(
            "SELECT id, expires_at, last_active_at, ended_notice, token_hash, previous_token_hash, previous_until \
             FROM sessions WHERE id = $1",
            arguments![session_id],
        )
        .await?;
    row.map_or(Ok(Standing::Unknown), |row| of_row(session_id, &row, now))
}

fn of_row(session_id: SessionId, row: &Row, now: Timestamp) -> Result<Standing> {
    let over = over(
        session_id,
        row.optional_text(3)?.as_deref(),
        Timestamp(row.integer(1)?),
        Timestamp(row.integer(2)?),
        now,
    )?;
    if let Some(notice) = over {
        return Ok(Standing::Over(notice));
    }
    let previous = row.optional_bytes(5)?;
    let until = row.optional_integer(6)?;
    Ok(Standing::Live(Tokens {
        newest: row.bytes(4)?,
        previous: previous.filter(|_| until.is_none_or(|until| until > now.0)),
    }))
}

/// Sessions that are looked up by one statement.
pub(crate) const LOOKED_UP_AT_ONCE: usize = 16;

/// How those sessions stand; [`LOOKED_UP_AT_ONCE`] at most.
pub(crate) async fn standings(
    state: &Arc<ServerState>,
    session_ids: &[SessionId],
) -> Result<Vec<(SessionId, Standing)>> {
    let now = state.now();
    let place = |place: usize| session_ids.get(place).copied();
    let rows = state
        .database
        .fetch_all(
            "SELECT id, expires_at, last_active_at, ended_notice, token_hash, previous_token_hash, previous_until FROM sessions \
             WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
            &std::array::from_fn::<_, LOOKED_UP_AT_ONCE, _>(|number| Argument::from(place(number))),
        )
        .await?;
    let mut missing: HashSet<SessionId> = session_ids.iter().copied().collect();
    let mut standings = Vec::new();
    for row in rows {
        let session_id = row.parsed(0, "sessions", "id")?;
        missing.remove(&session_id);
        standings.push((session_id, of_row(session_id, &row, now)?));
    }
    let unknown = missing.into_iter().map(|id| (id, Standing::Unknown));
    standings.extend(unknown);
    Ok(standings)
}
