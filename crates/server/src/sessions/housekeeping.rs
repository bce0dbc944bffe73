//! What time does to sessions and to what requests leave behind.

use std::sync::Arc;
use std::time::Duration;

use latchkey_protocol::identifiers::{AccountId, SessionId};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use super::end::end_session;
use super::storage::expiry;
use super::{IDLE_LIFETIME, replaced, unfinished, write_last_active};
use crate::allowance;
use crate::arguments;
use crate::database::{Error, Result, Row};
use crate::state::ServerState;
use crate::sync::Change;
use crate::{
    activity, email_change, epoch, mail, passkeys, recovery, second_factor, throttle, trust,
};

/// How long an ended session stays in the account's view, in microseconds.
pub const ENDED_IN_VIEW: i64 = 30 * Timestamp::DAY;

/// How long a token that is over is still answered with how it ended, in microseconds.
const ENDED_KNOWN: i64 = 400 * Timestamp::DAY;

/// How long an answer is kept for a request that comes again: longer than a device may stay away.
const ANSWERS_KEPT: i64 = 45 * Timestamp::DAY;

/// How long wrong passwords are remembered when nobody goes on guessing; going on costs 300 seconds a try, so a day's pause
/// is no gain.
const FAILURES_KEPT: i64 = Timestamp::DAY;

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
    replaced::forget_old(&mut transaction, Timestamp(now)).await?;
    second_factor::forget_begun(&mut transaction, Timestamp(now)).await?;
    transaction
        .execute(
            "DELETE FROM idempotency_keys WHERE created_at <= $1",
            arguments![now - ANSWERS_KEPT],
        )
        .await?;
    throttle::forget_old(&mut transaction, Timestamp(now - FAILURES_KEPT)).await?;
    recovery::forget_old(&mut transaction, Timestamp(now)).await?;
    trust::forget_old(&mut transaction, Timestamp(now)).await?;
    passkeys::forget_old(&mut transaction, Timestamp(now)).await?;
    transaction.commit().await?;
    epoch::show_ended(state).await?;
    email_change::tidy(state).await?;
    unfinished::tell(state).await?;
    mail::forget_old(state).await?;
    mail::forget_old_limits(state).await?;
    allowance::forget_whole(state).await?;
    activity::sum_up_old(state).await?;
    activity::forget_old(state).await
}

/// Whether a row was dealt with. One that can't be must not keep the others from it, and is tried again in a minute; a
/// database that is away is no row's fault.
pub(crate) fn dealt_with(outcome: Result<bool>, what: &'static str) -> Result<bool> {
    match outcome {
        Ok(done) => Ok(done),
        Err(error @ Error::Unavailable(_)) => Err(error),
        Err(error) => {
            tracing::error!(%error, "{what}");
            Ok(false)
        }
    }
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
