//! What time does to sessions.

use std::sync::Arc;

use latchkey_protocol::identifiers::{AccountId, SessionId};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use super::end::end_session;
use super::storage::expiry;
use super::{IDLE_LIFETIME, replaced, unfinished};
use crate::arguments;
use crate::database::{Result, Row};
use crate::jobs::dealt_with;
use crate::state::ServerState;
use crate::sync::Change;

/// How long an ended session stays in the account's view, in microseconds.
pub const ENDED_IN_VIEW: i64 = 30 * Timestamp::DAY;

/// How long a token that is over is still answered with how it ended, in microseconds.
const ENDED_KNOWN: i64 = 400 * Timestamp::DAY;

/// Rows taken at a time.
const BATCH: i64 = 500;

/// Ends sessions that have expired, takes ended ones out of view after 30 days, forgets those of which nobody asks any more,
/// and tells of sign-ins that nobody finished.
pub(crate) async fn tidy(state: &Arc<ServerState>) -> Result<()> {
    end_expired(state).await?;
    hide_old(state).await?;
    let now = state.now();
    let mut transaction = state.database.begin().await?;
    transaction
        .execute(
            "DELETE FROM sessions WHERE ended_at <= $1 AND published = 0",
            arguments![now.0 - ENDED_KNOWN],
        )
        .await?;
    replaced::forget_old(&mut transaction, now).await?;
    transaction.commit().await?;
    unfinished::tell(state).await
}

async fn end_expired(state: &Arc<ServerState>) -> Result<()> {
    loop {
        let now = state.now();
        let rows = state
            .database
            .fetch_all(
                "SELECT id, account_id, expires_at, last_active_at FROM sessions \
                 WHERE ended_at IS NULL AND (expires_at <= $1 OR last_active_at <= $2) LIMIT $3",
                arguments![now, now.0 - IDLE_LIFETIME, BATCH],
            )
            .await?;
        let mut progress = false;
        for row in rows {
            let ended = end_one(state, &row, now).await;
            progress |= dealt_with(ended, "a session that has expired could not be ended")?;
        }
        // What is left can't be dealt with, or nothing is.
        if !progress {
            return Ok(());
        }
    }
}

async fn end_one(state: &Arc<ServerState>, row: &Row, now: Timestamp) -> Result<bool> {
    let session_id: SessionId = row.parsed(0, "sessions", "id")?;
    let account_id: AccountId = row.parsed(1, "sessions", "account_id")?;
    let (expires_at, last_active_at) = (Timestamp(row.integer(2)?), Timestamp(row.integer(3)?));
    let Some(notice) = expiry(session_id, expires_at, last_active_at, now) else {
        return Ok(false);
    };
    let mut change = Change::begin(state, account_id).await?;
    let ended = end_session(&mut change, notice).await?.is_some();
    change.commit().await?;
    Ok(ended)
}

async fn hide_old(state: &Arc<ServerState>) -> Result<()> {
    loop {
        let rows = state
            .database
            .fetch_all(
                "SELECT id, account_id FROM sessions WHERE ended_at <= $1 AND published = 1 LIMIT $2",
                arguments![state.now().0 - ENDED_IN_VIEW, BATCH],
            )
            .await?;
        let mut progress = false;
        for row in rows {
            let hidden = hide_one(state, &row).await;
            progress |= dealt_with(hidden, "an ended session could not be taken out of view")?;
        }
        if !progress {
            return Ok(());
        }
    }
}

async fn hide_one(state: &Arc<ServerState>, row: &Row) -> Result<bool> {
    let session_id: SessionId = row.parsed(0, "sessions", "id")?;
    let mut change = Change::begin(state, row.parsed(1, "sessions", "account_id")?).await?;
    let hidden = change
        .transaction()
        .execute(
            "UPDATE sessions SET published = 0 WHERE id = $1 AND published = 1",
            arguments![session_id],
        )
        .await?;
    if hidden == 0 {
        return Ok(false);
    }
    change.remove(Collection::Sessions, session_id).await?;
    change.commit().await?;
    Ok(true)
}
