//! What `latchkey-server administrator` does.

use latchkey_protocol::users::Role;

use super::role;
use crate::arguments;
use crate::clock::{Clock as _, SystemClock};
use crate::command::{self, CommandError};
use crate::config::Config;
use crate::database::{self, Database};

/// Gives the account with this username `role`; false when it has that already. It counts with the commit; the running
/// server tells the person and their devices within ten seconds, one that is stopped when it is started.
pub async fn set_role(config: &Config, username: &str, role: Role) -> Result<bool, CommandError> {
    let database = command::open(config).await?;
    let set = set_in(&database, username, role).await;
    database.close().await;
    set
}

async fn set_in(database: &Database, username: &str, role: Role) -> Result<bool, CommandError> {
    let mut transaction = database.begin().await?;
    let account_id = command::account_of(&mut transaction, username).await?;
    let set = transaction
        .execute(
            "UPDATE accounts SET role = $2 WHERE id = $1 AND role <> $2",
            arguments![account_id, role.name()],
        )
        .await?;
    if set == 0 {
        return Ok(false);
    }
    role::note(&mut transaction, account_id, SystemClock.now()).await?;
    transaction.commit().await?;
    Ok(true)
}

/// The usernames of all administrators, in order.
pub async fn administrators(config: &Config) -> Result<Vec<String>, CommandError> {
    let database = command::open(config).await?;
    let rows = database
        .fetch_all(
            "SELECT username FROM accounts WHERE role = $1 ORDER BY username",
            arguments![Role::Administrator.name()],
        )
        .await;
    database.close().await;
    let names: database::Result<_> = rows?.iter().map(|row| row.text(0)).collect();
    Ok(names?)
}
