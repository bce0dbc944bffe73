//! Telling the owner of wrong codes: whoever tries them got past the password, or has a mailed link. Each is in the
//! activity, and ten in a row are mailed.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;

use super::codes;
use crate::activity;
use crate::arguments;
use crate::database::Result;
use crate::mail::{self, Kind, Parameters};
use crate::sync::Change;

/// Mails a day. Whoever has the password can begin a lock each quarter of an hour.
const MAILED_PER_DAY: u64 = 3;

/// After a wrong code: notes it where a code is asked for, and the lock that it began, if it did, once `change` is out of
/// the way. Each lock is noted once.
pub(crate) fn tell(change: &Change) {
    let state = Arc::clone(change.state());
    let (account_id, actor) = (change.account_id(), change.actor().clone());
    tokio::spawn(async move {
        let told = async {
            let mut change = Change::begin(&state, account_id).await?.by(actor);
            if codes::is_on(change.transaction(), account_id).await? {
                activity::repeated(&mut change, ActivityKind::SecondFactorRefused).await?;
            }
            if begun(&mut change).await? {
                change
                    .activity(ActivityKind::SecondFactorLocked, None)
                    .await?;
                let parameters = Parameters::by(&change);
                let kind = Kind::SecondFactorLocked;
                mail::notify_some(&mut change, kind, &parameters, None, MAILED_PER_DAY).await?;
            }
            change.commit().await?;
            Result::Ok(())
        };
        if let Err(error) = told.await {
            tracing::error!(%error, "a refused second factor could not be noted");
        }
    });
}

/// Whether there is a lock of which nobody was told.
async fn begun(change: &mut Change) -> Result<bool> {
    let (account_id, now) = (change.account_id(), change.now());
    let begun = change
        .transaction()
        .execute(
            "UPDATE second_factor_tries SET told_of_lock = locked_until \
             WHERE account_id = $1 AND locked_until > $2 AND told_of_lock <> locked_until",
            arguments![account_id, now],
        )
        .await?;
    Ok(begun > 0)
}
