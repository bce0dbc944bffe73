//! What `latchkey-server restored` does: what a server that went back to a backup finds out by itself only once an app
//! shows it.

use super::raise;
use crate::clock::{Clock as _, SystemClock};
use crate::command::{self, CommandError};
use crate::config::Config;
use crate::database::Database;

/// Begins a new epoch and ends all sessions. Before the server is started, or beside the running one, whose open streams
/// are told within half a minute and whose people's lists within a minute.
pub async fn restored(config: &Config) -> Result<(), CommandError> {
    let database = command::open(config).await?;
    let begun = begin(&database).await;
    database.close().await;
    begun
}

async fn begin(database: &Database) -> Result<(), CommandError> {
    let mut transaction = database.begin().await?;
    let epoch = super::current(&mut transaction).await?;
    raise::begin(&mut transaction, epoch, SystemClock.now()).await?;
    transaction.commit().await?;
    Ok(())
}
