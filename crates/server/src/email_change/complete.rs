//! Making the new address the primary one.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::email_change::EmailChangeState;
use latchkey_protocol::problem::ProblemCode;

use super::links::{self, spent};
use super::request::parameters;
use super::storage::{self, Stored};
use crate::contacts::addresses;
use crate::database::{Error, Result};
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind};
use crate::recovery;
use crate::sync::Change;

/// Completes a change that everybody has confirmed. The old address stays as a further one.
pub(super) async fn complete(change: &mut Change, stored: &Stored) -> Answer<()> {
    let new = &stored.body.new_address;
    links::kill_confirming(change, stored.id).await?;
    let id = match addresses::hold_confirmed(change, new).await {
        Ok(id) => id,
        Err(Error::Taken(_)) => {
            return Err(Refusal::new(ProblemCode::NotAllowedNow)
                .with_detail("another account has confirmed this address"));
        }
        Err(error) => return Err(error.into()),
    };
    let emails = addresses::of_account(change).await?;
    addresses::move_primary(change, &emails, id).await?;
    if !storage::advance(change, stored, EmailChangeState::Completed).await? {
        return Err(spent());
    }
    recovery::kill_links(change).await?;
    change
        .activity(ActivityKind::EmailChangeCompleted, Some(new.clone()))
        .await?;
    tell(change, stored).await?;
    Ok(())
}

/// Tells the old address, with the link that undoes it, and all others.
async fn tell(change: &mut Change, stored: &Stored) -> Result<()> {
    let old = &stored.body.old_address;
    let parameters = parameters(change, &stored.body.new_address);
    // The old address is told whether or not the account still has it.
    mail::queue_link(
        change,
        Kind::EmailChangeCompleted,
        old,
        &parameters,
        stored.id,
    )
    .await?;
    for recipient in mail::confirmed_recipients(change).await? {
        if recipient != *old {
            mail::queue(change, Kind::EmailMadePrimary, &recipient, &parameters).await?;
        }
    }
    Ok(())
}
