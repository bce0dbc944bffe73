//! What `latchkey-server administrator` does: beside the running server, on its database.

use latchkey_protocol::accounts::normalize_username;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::users::Role;

use super::role;
use crate::arguments;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Config;
use crate::database::{self, Database, OpenError};

/// Why a role could not be changed. Its text is for the person at the command line.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// No server has ever run with these settings.
    #[error("no server has run with these settings: there is no database")]
    NoServer,
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A statement failed.
    #[error("the database does not answer: {0}")]
    Statement(#[from] database::Error),
    /// There is no such account.
    #[error("there is no account {0:?} on this server")]
    NoSuchAccount(String),
}

/// Gives the account with this username `role`; false when it has that already. It counts with the commit; the running
/// server tells the person and their devices within ten seconds, one that is stopped when it is started.
pub async fn set_role(config: &Config, username: &str, role: Role) -> Result<bool, RoleError> {
    let database = open(config).await?;
    let set = set_in(&database, username, role).await;
    database.close().await;
    set
}

async fn set_in(database: &Database, username: &str, role: Role) -> Result<bool, RoleError> {
    let username = normalize_username(username);
    let mut transaction = database.begin().await?;
    let row = transaction
        .fetch_optional(
            "UPDATE accounts SET role = $2 WHERE username = $1 AND role <> $2 RETURNING id",
            arguments![&username, role.name()],
        )
        .await?;
    let Some(row) = row else {
        let known = transaction
            .fetch_optional(
                "SELECT id FROM accounts WHERE username = $1",
                arguments![&username],
            )
            .await?;
        return known
            .map(|_| false)
            .ok_or(RoleError::NoSuchAccount(username));
    };
    let account_id: AccountId = row.parsed(0, "accounts", "id")?;
    role::note(&mut transaction, account_id, SystemClock.now()).await?;
    transaction.commit().await?;
    Ok(true)
}

/// The usernames of all administrators, in order.
pub async fn administrators(config: &Config) -> Result<Vec<String>, RoleError> {
    let database = open(config).await?;
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

async fn open(config: &Config) -> Result<Database, RoleError> {
    // None is made here: a mistaken path must not look like a server without that account.
    if config.database.is_none() && !config.sqlite_file().exists() {
        return Err(RoleError::NoServer);
    }
    Ok(Database::open(&config.database_options()).await?)
}
