//! What time does to changes: those that nobody confirms are given up, old ones are forgotten.

use std::sync::Arc;

use latchkey_protocol::email_change::{EmailChangeState, PENDING_DAYS};
use latchkey_protocol::identifiers::{AccountId, EmailChangeId};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use super::request::cancel_pending;
use super::{links, storage};
use crate::arguments;
use crate::database::{Error, Result, Row};
use crate::state::ServerState;
use crate::sync::Change;

/// How long a change stays in the account's view once it is settled, in microseconds.
const KEPT: i64 = 90 * Timestamp::DAY;

/// Rows taken at a time; the next ones a minute later.
const BATCH: i64 = 500;

/// Gives up changes that were not confirmed in time, and forgets old ones with their links. Any number of nodes may do it
/// at once. One that can't be dealt with keeps no other from it.
pub async fn tidy(state: &Arc<ServerState>) -> Result<()> {
    let now = state.now().0;
    let rows = state
        .database
        .fetch_all(
            "SELECT id, account_id FROM email_changes \
             WHERE state = 'pending' AND requested_at <= $1 OR state <> 'pending' AND state_at <= $2 LIMIT $3",
            arguments![now - PENDING_DAYS * Timestamp::DAY, now - KEPT, BATCH],
        )
        .await?;
    for row in rows {
        match tidy_one(state, &row).await {
            Ok(()) => {}
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a change of an e-mail address could not be tidied");
            }
        }
    }
    Ok(())
}

async fn tidy_one(state: &Arc<ServerState>, row: &Row) -> Result<()> {
    let id: EmailChangeId = row.parsed(0, "email_changes", "id")?;
    let account_id: AccountId = row.parsed(1, "email_changes", "account_id")?;
    let mut change = Change::begin(state, account_id).await?;
    let Some(stored) = storage::find(&mut change, id).await? else {
        return Ok(());
    };
    let now = change.now();
    if stored.body.state == EmailChangeState::Pending {
        if now < stored.body.pending_until() {
            return Ok(());
        }
        cancel_pending(&mut change, &stored).await?;
    } else {
        links::kill(&mut change, id).await?;
        change
            .transaction()
            .execute("DELETE FROM email_changes WHERE id = $1", arguments![id])
            .await?;
        change.remove(Collection::EmailChanges, id).await?;
    }
    change.commit().await.map(drop)
}
