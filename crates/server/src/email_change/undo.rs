//! Undoing a change from the old address. The browser page comes here.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::contacts::Email;
use latchkey_protocol::email_change::{EmailChange, EmailChangeState, UNDO_DAYS};
use latchkey_protocol::identifiers::DeviceId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::EndedReason;

use super::links::{self, Purpose, spent};
use super::request::cancel_pending;
use super::storage::{self, Stored, standing};
use crate::contacts::addresses;
use crate::database::Error;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::state::ServerState;
use crate::sync::{Actor, Change};
use crate::{accounts, recovery, sessions};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The address that is the primary one.
    pub address: String,
    /// How the account is signed in to.
    pub username: String,
}

/// Stops the change, or undoes it within its time: the old address is the primary one whatever became of it, every
/// address that was added since the change was asked for is gone, later changes are undone with it, links die, and all
/// sessions end. 410 for a token that was used, is too old or never was; 409 when another account has confirmed the old
/// address meanwhile.
///
/// A frozen account is no reason to refuse: nothing is gained by it but what was there before.
pub async fn undo(state: &Arc<ServerState>, token: &str, actor: Actor) -> Answer<Undone> {
    let link = links::find(state, token).await?;
    if link.purpose != Purpose::Undo {
        return Err(spent());
    }
    let mut change = Change::begin(state, link.account_id).await?.by(actor);
    links::consume(&mut change, &link).await?;
    let stored = storage::find(&mut change, link.change_id)
        .await?
        .ok_or_else(spent)?;
    let now = change.now();
    let in_time = match stored.body.state {
        EmailChangeState::Pending => now < stored.body.pending_until(),
        EmailChangeState::Completed => stored.body.undo_until().is_some_and(|until| now < until),
        EmailChangeState::Cancelled | EmailChangeState::Undone => false,
    };
    if !in_time {
        return Err(spent());
    }
    sessions::end_all(&mut change, None, EndedReason::EmailChangeUndone).await?;
    put_back(&mut change, &stored, Added::Since).await?;
    recovery::kill_links(&mut change).await?;
    let undone = Undone {
        address: stored.body.old_address.clone(),
        username: accounts::username_of(&mut change).await?,
    };
    change.commit().await?;
    Ok(undone)
}

/// Undoes the changes that a device asked for whose sign-in was not the owner's, within the time in which the old address
/// could: what waits is stopped, and what is done is undone. Not what a device has changed since that is not in question,
/// nor what would take an address from another account.
pub(crate) async fn undo_questioned(change: &mut Change, device_id: DeviceId) -> Answer<()> {
    let now = change.now();
    let mut done = None;
    for stored in storage::questioned(change, device_id).await? {
        match stored.body.state {
            EmailChangeState::Pending => cancel_pending(change, &stored).await?,
            _ if stored.body.undo_until().is_some_and(|until| now < until) => {
                // The earliest takes the later ones with it.
                done = done.or(Some(stored));
            }
            _ => {}
        }
    }
    let Some(stored) = done else {
        return Ok(());
    };
    if storage::is_followed_by_the_owners(change, &stored).await?
        || addresses::is_anothers(change, &stored.body.old_address).await?
    {
        return Ok(());
    }
    put_back(change, &stored, Added::ByTheChange).await
}

/// Which addresses go with a change that is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Added {
    /// All that were added since it was asked for: nobody knows whose they are.
    Since,
    /// The one that came by it, and those that came by later changes; of the others it is known which device added them.
    ByTheChange,
}

/// Whether an address goes when a change is undone. One that the account had for longer does not, though the change was to
/// it: the owner's own second address must not be lost by being made the primary one.
fn goes(added: &Email, stored: &EmailChange, removed: Added, undone_with_it: &[String]) -> bool {
    let since = added.added_at >= stored.requested_at;
    if added.address != stored.new_address {
        return since && (removed == Added::Since || undone_with_it.contains(&added.address));
    }
    let came_by_it = stored.new_confirmed_at != Some(stored.requested_at);
    let week_before = stored.requested_at.plus_seconds(-UNDO_DAYS * 86_400);
    since || came_by_it || removed == Added::Since && added.added_at > week_before
}

async fn put_back(change: &mut Change, stored: &Stored, removed: Added) -> Answer<()> {
    let EmailChange {
        old_address: old,
        requested_at,
        ..
    } = &stored.body;
    // Those that were asked for after this one fall with it: their links would lead away from the old address again.
    let mut undone_with_it = Vec::new();
    for later in standing(change, *requested_at).await? {
        if later.body.state == EmailChangeState::Pending {
            cancel_pending(change, &later).await?;
            continue;
        }
        undone_with_it.push(later.body.new_address.clone());
        links::kill(change, later.id).await?;
        if storage::advance(change, &later, EmailChangeState::Undone).await? {
            let subject = later.body.new_address.clone();
            change
                .activity(ActivityKind::EmailChangeUndone, Some(subject))
                .await?;
        }
    }
    let before = addresses::of_account(change).await?;
    let old_id = match addresses::hold_again(change, old).await {
        Ok(id) => id,
        Err(Error::Taken(_)) => {
            return Err(Refusal::new(ProblemCode::NotAllowedNow)
                .with_detail("another account has confirmed this address"));
        }
        Err(error) => return Err(error.into()),
    };
    let emails = addresses::of_account(change).await?;
    addresses::move_primary(change, &emails, old_id).await?;
    let mut told = mail::confirmed_recipients(change).await?;
    let mut changed = !before
        .iter()
        .any(|held| held.id == old_id && held.email.primary);
    for added in &emails {
        if added.id != old_id && goes(&added.email, &stored.body, removed, &undone_with_it) {
            addresses::delete(change, added.id).await?;
            let address = added.email.address.clone();
            change
                .activity(ActivityKind::EmailRemoved, Some(address))
                .await?;
            told.retain(|recipient| *recipient != added.email.address);
            changed = true;
        }
    }
    // Who stops what never happened knows so by having done it.
    if !changed {
        return Ok(());
    }
    let parameters = Parameters {
        address: old.clone(),
        ..Parameters::default()
    };
    for recipient in told {
        mail::queue(change, Kind::EmailChangeUndone, &recipient, &parameters).await?;
    }
    Ok(())
}
