//! The rules of a new password, for an account as it is called and protected now.

use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::password;
use latchkey_protocol::problem::FieldCode;

use crate::arguments;
use crate::database::{Error, Result};
use crate::second_factor;
use crate::state::ServerState;

/// What the rules of an account's password depend on.
#[derive(Debug)]
pub(crate) struct Account {
    /// What the person is called: names, username, addresses.
    context: Vec<String>,
    second_factor: bool,
}

impl Account {
    /// Of an account that exists.
    pub(crate) async fn read(state: &ServerState, account_id: AccountId) -> Result<Self> {
        let mut transaction = state.database.begin().await?;
        let row = transaction
            .fetch_optional(
                "SELECT display_name, username FROM accounts WHERE id = $1",
                arguments![account_id],
            )
            .await?
            .ok_or_else(|| Error::inconsistent("accounts", "id", account_id))?;
        let mut context = vec![row.text(0)?, row.text(1)?];
        let rows = transaction
            .fetch_all(
                "SELECT address FROM emails WHERE account_id = $1",
                arguments![account_id],
            )
            .await?;
        for row in rows {
            context.push(row.text(0)?);
        }
        let second_factor = second_factor::is_on(&mut transaction, account_id).await?;
        Ok(Self {
            context,
            second_factor,
        })
    }
}

/// The first rule of this server that a new password of the account breaks.
pub(crate) fn check_new(
    state: &ServerState,
    account: &Account,
    new_password: &str,
) -> std::result::Result<(), FieldCode> {
    let policy = state.password_policy().for_account(account.second_factor);
    let context: Vec<&str> = account.context.iter().map(String::as_str).collect();
    password::check(new_password, &policy, &context)
}

/// Whether a password is as long as one has to be that no second factor stands beside (NIST SP 800-63B, section 3.1.1.1).
pub(crate) fn is_long_enough_alone(state: &ServerState, password: &str) -> bool {
    let minimum = state.password_policy().for_account(false).minimum;
    password::length(password) >= minimum
}
