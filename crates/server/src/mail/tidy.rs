//! Forgetting mails after their time.

use std::sync::Arc;

use latchkey_protocol::identifiers::MailId;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database::{Result, Row};
use crate::jobs::dealt_with;
use crate::state::ServerState;
use crate::sync::Change;

/// How long a mail is kept, from when it was written; longer where it is still to be sent.
const MAILS_KEPT: i64 = 90 * Timestamp::DAY;

/// Rows taken at a time.
const BATCH: i64 = 500;

/// Takes old mails out of the account's view.
pub(crate) async fn tidy(state: &Arc<ServerState>) -> Result<()> {
    loop {
        let rows = state
            .database
            .fetch_all(
                "SELECT id, account_id FROM mails WHERE created_at <= $1 AND status <> 'queued' LIMIT $2",
                arguments![state.now().0 - MAILS_KEPT, BATCH],
            )
            .await?;
        let mut progress = false;
        for row in rows {
            let forgotten = forget_one(state, &row).await;
            progress |= dealt_with(forgotten, "an old mail could not be forgotten")?;
        }
        // What is left can't be dealt with, or nothing is.
        if !progress {
            return Ok(());
        }
    }
}

async fn forget_one(state: &Arc<ServerState>, row: &Row) -> Result<bool> {
    let id: MailId = row.parsed(0, "mails", "id")?;
    let mut change = Change::begin(state, row.parsed(1, "mails", "account_id")?).await?;
    let forgotten = change
        .transaction()
        .execute(
            "DELETE FROM mails WHERE id = $1 AND status <> 'queued'",
            arguments![id],
        )
        .await?;
    if forgotten == 0 {
        return Ok(false);
    }
    change.remove(Collection::Mails, id).await?;
    change.commit().await?;
    Ok(true)
}
