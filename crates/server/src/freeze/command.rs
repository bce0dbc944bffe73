//! What `latchkey-server unfreeze` does: the way out for an owner who has no device from before any more.

use std::sync::Arc;

use latchkey_protocol::identifiers::AccountId;

use super::hold::stored;
use super::lift;
use crate::arguments;
use crate::clock::{Clock as _, SystemClock};
use crate::command::{self, CommandError};
use crate::config::Config;
use crate::database::{Database, Result};
use crate::mail::{self, Kind, Parameters};
use crate::state::ServerState;
use crate::sync::Change;

/// Has the freeze of the account with this username lifted; false when it is not frozen. The running server does it
/// within ten seconds, one that is stopped when it is started.
pub async fn unfreeze(config: &Config, username: &str) -> std::result::Result<bool, CommandError> {
    let database = command::open(config).await?;
    let asked = ask(&database, username).await;
    database.close().await;
    asked
}

async fn ask(database: &Database, username: &str) -> std::result::Result<bool, CommandError> {
    let mut transaction = database.begin().await?;
    let account_id = command::account_of(&mut transaction, username).await?;
    if stored(&mut transaction, account_id).await?.is_none() {
        return Ok(false);
    }
    transaction
        .execute(
            "INSERT INTO freezes_to_lift (account_id, asked_at) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING",
            arguments![account_id, SystemClock.now()],
        )
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Lifts the freezes that were asked for beside this server. Any number of nodes may do it at once.
pub(crate) async fn lift_those_asked_for(state: &Arc<ServerState>) -> Result<()> {
    let rows = state
        .database
        .fetch_all(
            "SELECT account_id FROM freezes_to_lift ORDER BY asked_at",
            &[],
        )
        .await?;
    for row in rows {
        let account_id = row.parsed(0, "freezes_to_lift", "account_id")?;
        // One that can't be lifted must not hold up the others.
        if let Err(error) = lift_one(state, account_id).await {
            tracing::warn!(%account_id, %error, "a freeze waits for another look");
        }
    }
    Ok(())
}

async fn lift_one(state: &Arc<ServerState>, account_id: AccountId) -> Result<()> {
    let mut change = Change::begin(state, account_id).await?;
    let mine = change
        .transaction()
        .execute(
            "DELETE FROM freezes_to_lift WHERE account_id = $1",
            arguments![account_id],
        )
        .await?;
    if mine == 1 && lift::end(&mut change).await? {
        let parameters = Parameters::default();
        mail::notify_all(&mut change, Kind::FreezeLiftedByOperator, &parameters, None).await?;
    }
    change.commit().await.map(drop)
}
