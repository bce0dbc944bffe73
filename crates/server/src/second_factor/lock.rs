//! Telling the owner that ten wrong codes in a row were tried: whoever tried them got past the password.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;

use super::enrolment;
use crate::arguments;
use crate::database::Result;
use crate::mail::Kind;
use crate::sync::Change;

/// After a wrong code: notes the lock that it began, if it did, once `change` is out of the way. Each lock is noted once.
pub(crate) fn tell(change: &Change) {
    let state = Arc::clone(change.state());
    let (account_id, actor) = (change.account_id(), change.actor().clone());
    tokio::spawn(async move {
        let told = async {
            let mut change = Change::begin(&state, account_id).await?.by(actor);
            if begun(&mut change).await? {
                enrolment::note(
                    &mut change,
                    ActivityKind::SecondFactorLocked,
                    Kind::SecondFactorLocked,
                )
                .await?;
                change.commit().await?;
            }
            Result::Ok(())
        };
        if let Err(error) = told.await {
            tracing::error!(%error, "a lock of a second factor could not be noted");
        }
    });
}

/// Whether the factor is locked and nobody was told of this lock.
async fn begun(change: &mut Change) -> Result<bool> {
    let (account_id, now) = (change.account_id(), change.now());
    let begun = change
        .transaction()
        .execute(
            "UPDATE second_factors SET told_of_lock = locked_until \
             WHERE account_id = $1 AND locked_until > $2 AND told_of_lock <> locked_until",
            arguments![account_id, now],
        )
        .await?;
    Ok(begun == 1)
}
