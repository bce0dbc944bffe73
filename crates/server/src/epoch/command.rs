//! What `latchkey-server restored` does: what a server that went back to a backup finds out by itself only once an app
//! shows it.

use super::raise;
use crate::arguments;
use crate::clock::{Clock as _, SystemClock};
use crate::command::{self, CommandError};
use crate::config::Config;
use crate::database::{Database, Error};

/// Begins a new epoch and ends all sessions. Before the server is started, or beside the running one, which notices
/// within half a minute.
pub async fn restored(config: &Config) -> Result<(), CommandError> {
    let database = command::open(config).await?;
    let begun = begin(&database).await;
    database.close().await;
    begun
}

async fn begin(database: &Database) -> Result<(), CommandError> {
    let mut transaction = database.begin().await?;
    let row = transaction
        .fetch_optional("SELECT epoch FROM server", arguments![])
        .await?
        .ok_or_else(|| Error::inconsistent("server", "epoch", "singleton"))?;
    raise::begin(&mut transaction, row.count(0)?, SystemClock.now()).await?;
    transaction.commit().await?;
    Ok(())
}
