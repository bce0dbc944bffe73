//! Making the new address the primary one.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::email_change::{EmailChange, EmailChangeState};
use latchkey_protocol::identifiers::EmailChangeId;
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

/// Notes that a further address of the account was made the primary one in place of `old`, as a change that is complete:
/// whoever can add an address must not get around what the old one can undo.
pub(crate) async fn made_primary(change: &mut Change, old: &str, new: &str) -> Result<()> {
    let now = change.now();
    let stored = Stored {
        id: EmailChangeId(change.state().new_identifier()),
        body: EmailChange {
            old_address: old.to_owned(),
            new_address: new.to_owned(),
            requested_at: now,
            new_confirmed_at: Some(now),
            old_must_confirm: false,
            old_confirmed_at: None,
            state: EmailChangeState::Completed,
            state_at: now,
        },
    };
    storage::insert(change, &stored).await?;
    tell(change, &stored).await
}

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
