//! What `latchkey-server unfreeze` does: the way out for an owner who has no device from before any more.

use super::hold::stored;
use super::lift;
use crate::clock::{Clock as _, SystemClock};
use crate::command::{self, CommandError};
use crate::config::Config;
use crate::database::{Database, Result};
use crate::jobs;
use crate::mail::{self, Kind, Parameters};
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
    let job = LIFTED.job(account_id, account_id);
    jobs::schedule(&mut transaction, &job, SystemClock.now()).await?;
    transaction.commit().await?;
    Ok(true)
}

/// The freeze of an account is to be lifted, as was asked for beside the running server.
pub(crate) static LIFTED: jobs::Kind =
    jobs::Kind::once("freeze-lifted", |change, _| Box::pin(lift_one(change)));

async fn lift_one(change: &mut Change) -> Result<()> {
    if lift::end(change).await? {
        let parameters = Parameters::default();
        mail::notify_all(change, Kind::FreezeLiftedByOperator, &parameters, None).await?;
    }
    Ok(())
}
