//! Shared parts of the operator commands, which work on the database of a running or stopped server.

use latchkey_protocol::accounts::normalize_username;
use latchkey_protocol::identifiers::AccountId;

use crate::arguments;
use crate::config::Config;
use crate::database::{self, Database, OpenError, Transaction};

/// Why a command failed, as text for the person at the command line.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// No server has ever run with these settings.
    #[error("no server has run with these settings: there is no database")]
    NoServer,
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A statement failed.
    #[error("the database does not respond: {0}")]
    Statement(#[from] database::Error),
    /// There is no such account.
    #[error("there is no account {0:?} on this server")]
    NoSuchAccount(String),
}

/// Opens the server's database. None is made here: a mistaken path must not look like a server without that account.
pub(crate) async fn open(config: &Config) -> Result<Database, CommandError> {
    if config.database.is_none() && !config.sqlite_file().exists() {
        return Err(CommandError::NoServer);
    }
    Ok(Database::open(&config.database_options()).await?)
}

/// The account with this username.
pub(crate) async fn account_of(
    transaction: &mut Transaction,
    username: &str,
) -> Result<AccountId, CommandError> {
    let username = normalize_username(username);
    let row = transaction
        .fetch_optional(
            "SELECT id FROM accounts WHERE username = $1",
            arguments![&username],
        )
        .await?
        .ok_or(CommandError::NoSuchAccount(username))?;
    Ok(row.parsed(0, "accounts", "id")?)
}
