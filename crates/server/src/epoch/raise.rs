//! Beginning a new epoch.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::{EndedNotice, Session};
use latchkey_protocol::sync::{Collection, first_revision};
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database::{Error, Result, Row, Transaction};
use crate::events;
use crate::jobs::dealt_with;
use crate::state::ServerState;
use crate::sync::Change;

/// Rows taken at a time.
const BATCH: i64 = 500;

/// Begins an epoch after `seen`, at once for all nodes, and has the owners' devices shown what ended.
pub(super) async fn raise(state: &Arc<ServerState>, seen: u64) -> Result<()> {
    let mut transaction = state.database.begin().await?;
    if !begin(&mut transaction, seen, state.now()).await? {
        return Ok(());
    }
    events::notify_all(&mut transaction).await?;
    transaction.commit().await?;
    events::recheck_all(state).await;
    let state = Arc::clone(state);
    tokio::spawn(async move {
        if let Err(error) = show_ended(&state).await {
            tracing::warn!(%error, "the end of sessions could not be written; it goes on in a minute");
        }
    });
    Ok(())
}

/// Begins an epoch after `seen` in one transaction with the end of every session; false where somebody has. Revisions go
/// on above all that were lost, so that what an app saw before is never taken for what came after.
///
/// Those that have expired may have done so for the backup's age alone, and are ended like the others.
pub(super) async fn begin(
    transaction: &mut Transaction,
    seen: u64,
    now: Timestamp,
) -> Result<bool> {
    // By the clock, so that no two backups lead to the same epoch, unless the clock is behind.
    let by_clock = u64::try_from(now.0 / Timestamp::SECOND).unwrap_or(0);
    let epoch = by_clock.max(seen.saturating_add(1));
    let raised = transaction
        .execute(
            "UPDATE server SET epoch = $1 WHERE epoch <= $2",
            arguments![epoch, seen],
        )
        .await?;
    if raised == 0 {
        return Ok(false);
    }
    transaction
        .execute(
            "UPDATE accounts SET revision = $1 WHERE revision < $1",
            arguments![first_revision(epoch)],
        )
        .await?;
    transaction
        .execute(
            "UPDATE sessions SET ended_at = $1, ended_notice = '{\"session_id\":\"' || id || '\",\"at\":' || $2 || \
             ',\"reason\":\"server_restored\",\"by_session_id\":null,\"by_device_name\":null}' \
             WHERE ended_at IS NULL OR ended_notice LIKE '%\"reason\":\"expired\"%'",
            arguments![now, now.0.to_string()],
        )
        .await?;
    Ok(true)
}

/// Writes into their owners' records which sessions ended with an epoch that is new to this node: at its start, and once it
/// was raised here, by another node or by the command. Any number of nodes may do it at once.
pub(crate) async fn show_ended(state: &Arc<ServerState>) -> Result<()> {
    let mut transaction = state.database.begin_reading().await?;
    let epoch = super::current(&mut transaction).await?;
    drop(transaction);
    if state.epoch_shown.load(Ordering::Relaxed) == epoch {
        return Ok(());
    }
    while !state.shutdown.is_cancelled() {
        if !show_some(state).await? {
            state.epoch_shown.store(epoch, Ordering::Relaxed);
            break;
        }
    }
    Ok(())
}

async fn show_some(state: &Arc<ServerState>) -> Result<bool> {
    let rows = state
        .database
        .fetch_all(
            "SELECT s.id, s.account_id, s.ended_notice FROM sessions s JOIN records r \
             ON r.account_id = s.account_id AND r.collection = 'sessions' AND r.id = s.id \
             WHERE s.ended_notice LIKE '%\"reason\":\"server_restored\"%' AND r.body LIKE '%\"ended\":null%' LIMIT $1",
            arguments![BATCH],
        )
        .await?;
    let mut progress = false;
    for row in rows {
        let shown = show_one(state, &row).await;
        progress |= dealt_with(shown, "the end of a session could not be written")?;
    }
    Ok(progress)
}

async fn show_one(state: &Arc<ServerState>, row: &Row) -> Result<bool> {
    let session_id: SessionId = row.parsed(0, "sessions", "id")?;
    let notice: EndedNotice = serde_json::from_str(&row.text(2)?)
        .map_err(|_| Error::inconsistent("sessions", "ended_notice", session_id))?;
    let mut change = Change::begin(state, row.parsed(1, "sessions", "account_id")?).await?;
    let session: Option<Session> = change.get(Collection::Sessions, session_id).await?;
    let Some(mut session) = session.filter(|session| session.ended.is_none()) else {
        return Ok(false);
    };
    session.ended = Some(notice);
    change
        .put(Collection::Sessions, session_id, &session)
        .await?;
    change.commit().await?;
    Ok(true)
}
