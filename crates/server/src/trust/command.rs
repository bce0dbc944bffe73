//! What `latchkey-server secure` and `approve` do: for an owner who has neither a trusted device nor the mailbox at hand. The
//! running server does it within ten seconds, one that is stopped when it is started.

use latchkey_protocol::identifiers::{AccountId, DeviceId};

use super::approve::approve;
use super::secure::secure;
use super::standing::find;
use crate::arguments;
use crate::clock::{Clock as _, SystemClock};
use crate::command::{self, CommandError};
use crate::config::Config;
use crate::database::{Database, Result};
use crate::jobs;

/// Has the account with this username secured.
pub async fn secure_user(config: &Config, username: &str) -> std::result::Result<(), CommandError> {
    let database = command::open(config).await?;
    let asked = ask_to_secure(&database, username).await;
    database.close().await;
    asked
}

async fn ask_to_secure(
    database: &Database,
    username: &str,
) -> std::result::Result<(), CommandError> {
    let mut transaction = database.begin().await?;
    let account_id = command::account_of(&mut transaction, username).await?;
    let job = SECURED.job(account_id, account_id);
    jobs::schedule(&mut transaction, &job, SystemClock.now()).await?;
    Ok(transaction.commit().await?)
}

/// Has the device of this name or id approved; false when the account has no device on probation that is called so, or
/// several.
pub async fn approve_device(
    config: &Config,
    username: &str,
    device: &str,
) -> std::result::Result<bool, CommandError> {
    let database = command::open(config).await?;
    let asked = ask_to_approve(&database, username, device).await;
    database.close().await;
    asked
}

async fn ask_to_approve(
    database: &Database,
    username: &str,
    device: &str,
) -> std::result::Result<bool, CommandError> {
    let mut transaction = database.begin().await?;
    let account_id: AccountId = command::account_of(&mut transaction, username).await?;
    let found = transaction
        .fetch_all(
            "SELECT id FROM devices WHERE account_id = $1 AND standing = 'probation' AND (name = $2 OR id = $2)",
            arguments![account_id, device],
        )
        .await?;
    let [device] = found.as_slice() else {
        return Ok(false);
    };
    let device_id: DeviceId = device.parsed(0, "devices", "id")?;
    let job = APPROVED.job(account_id, device_id);
    jobs::schedule(&mut transaction, &job, SystemClock.now()).await?;
    transaction.commit().await?;
    Ok(true)
}

/// An account is to be secured, as was asked for beside the running server.
pub(crate) static SECURED: jobs::Kind = jobs::Kind::once("account-secured", |change, _| {
    Box::pin(async move { secure(change).await.map(drop) })
});

/// A device is to be approved, as was asked for beside the running server.
pub(crate) static APPROVED: jobs::Kind = jobs::Kind::once("device-approved", |change, turn| {
    Box::pin(async move {
        match find(change, turn.about()?).await? {
            Some(device) => approve(change, device).await,
            None => Result::Ok(()),
        }
    })
});
