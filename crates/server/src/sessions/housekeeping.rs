//! What time does to sessions and to what requests leave behind.

use std::sync::Arc;
use std::time::Duration;

use latchkey_protocol::identifiers::{AccountId, SessionId};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use super::end::end_session;
use super::storage::expiry;
use super::{IDLE_LIFETIME, write_last_active};
use crate::arguments;
use crate::database::Result;
use crate::state::ServerState;
use crate::sync::Change;
use crate::throttle::HARD_STOP;

/// How long an ended session stays in the account's view, in microseconds.
pub const ENDED_IN_VIEW: i64 = 30 * Timestamp::DAY;

/// How long a token that is over is still answered with how it ended, in microseconds.
const ENDED_KNOWN: i64 = 400 * Timestamp::DAY;

/// How long an answer is kept for a request that comes again: longer than a device may stay away.
const ANSWERS_KEPT: i64 = 45 * Timestamp::DAY;

/// How long wrong passwords are remembered when nobody goes on guessing.
const FAILURES_KEPT: i64 = 30 * Timestamp::DAY;

/// Rows taken at a time.
const BATCH: i64 = 500;

/// Tidies every minute and writes last uses every few seconds, until the server stops.
pub(crate) async fn run(state: Arc<ServerState>) {
    let mut seconds = 0_u32;
    while !state.shutdown.is_cancelled() {
        if let Err(error) = write_last_active(&state).await {
            tracing::warn!(%error, "last uses of sessions could not be written");
        }
        if seconds.is_multiple_of(60)
            && let Err(error) = tidy(&state).await
        {
            tracing::warn!(%error, "tidying failed; it goes on in a minute");
        }
        seconds = seconds.wrapping_add(5);
        tokio::select! {
            () = state.shutdown.cancelled() => {}
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
        }
    }
}

/// Ends sessions that have expired, takes ended ones out of view after 30 days, forgets what is no longer needed. Any
/// number of nodes may do it at once.
pub async fn tidy(state: &Arc<ServerState>) -> Result<()> {
    end_expired(state).await?;
    hide_old(state).await?;
    let now = state.now().0;
    let mut transaction = state.database.begin().await?;
    transaction
        .execute(
            "DELETE FROM sessions WHERE ended_at <= $1 AND published = 0",
            arguments![now - ENDED_KNOWN],
        )
        .await?;
    transaction
        .execute(
            "DELETE FROM idempotency_keys WHERE created_at <= $1",
            arguments![now - ANSWERS_KEPT],
        )
        .await?;
    transaction
        .execute(
            "DELETE FROM sign_in_failures WHERE last_at <= $1 AND in_a_row < $2",
            arguments![now - FAILURES_KEPT, HARD_STOP],
        )
        .await?;
    transaction.commit().await
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
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let session_id: SessionId = row.parsed(0, "sessions", "id")?;
            let account_id: AccountId = row.parsed(1, "sessions", "account_id")?;
            let (expires_at, last_active_at) =
                (Timestamp(row.integer(2)?), Timestamp(row.integer(3)?));
            if let Some(notice) = expiry(session_id, expires_at, last_active_at, now) {
                let mut change = Change::begin(state, account_id).await?;
                end_session(&mut change, notice).await?;
                change.commit().await?;
            }
        }
    }
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
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let session_id: SessionId = row.parsed(0, "sessions", "id")?;
            let mut change = Change::begin(state, row.parsed(1, "sessions", "account_id")?).await?;
            let hidden = change
                .transaction()
                .execute(
                    "UPDATE sessions SET published = 0 WHERE id = $1 AND published = 1",
                    arguments![session_id],
                )
                .await?;
            if hidden == 1 {
                change.remove(Collection::Sessions, session_id).await?;
                change.commit().await?;
            }
        }
    }
}
