//! The rules of a new password, for an account as it is called and protected now.

use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::password;
use latchkey_protocol::problem::FieldProblem;
use zeroize::Zeroizing;

use crate::arguments;
use crate::database::{Error, Result};
use crate::http::problem::{Answer, Refusal};
use crate::second_factor;
use crate::state::ServerState;

/// What the rules of an account's password depend on.
#[derive(Debug)]
struct Account {
    /// What the person is called: names, username, addresses.
    context: Vec<String>,
    second_factor: bool,
}

impl Account {
    /// Of an account that exists.
    async fn read(state: &ServerState, account_id: AccountId) -> Result<Self> {
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

/// The hash of a new password of the account. 422 on `new_password` with the first rule of this server that it breaks.
///
/// Both take their time: after the limits, and after every proof that is to be had without them.
pub(crate) async fn hash_new(
    state: &ServerState,
    account_id: AccountId,
    new_password: &str,
) -> Answer<String> {
    let account = Account::read(state, account_id).await?;
    let policy = state.password_policy().for_account(account.second_factor);
    let password = Zeroizing::new(new_password.to_owned());
    let check = move || {
        let context: Vec<&str> = account.context.iter().map(String::as_str).collect();
        password::check(&password, &policy, &context)
    };
    let refuse = |code| Refusal::fields(vec![FieldProblem::new("new_password", code)]);
    state.hasher.run(check).await?.map_err(refuse)?;
    let hash = state.hasher.hash(new_password, &*state.randomness);
    Ok(hash.await?)
}

/// Whether a password is as long as one has to be that no second factor stands beside (NIST SP 800-63B, section 3.1.1.1).
pub(crate) fn is_long_enough_alone(state: &ServerState, password: &str) -> bool {
    let minimum = state.password_policy().for_account(false).minimum;
    password::length(password) >= minimum
}
