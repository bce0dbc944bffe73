//! Undoing a change from the old address. The browser page comes here.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::email_change::{EmailChange, EmailChangeState};
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
    put_back(&mut change, &stored, Added::Since).await?;
    recovery::kill_links(&mut change).await?;
    sessions::end_all(&mut change, None, EndedReason::EmailChangeUndone).await?;
    let undone = Undone {
        address: stored.body.old_address.clone(),
        username: accounts::username_of(&mut change).await?,
    };
    change.commit().await?;
    Ok(undone)
}

/// Undoes the changes that a device asked for whose sign-in was not the owner's, as if the old address had. One whose old
/// address is another account's by now stays.
pub(crate) async fn undo_questioned(change: &mut Change, device_id: DeviceId) -> Answer<()> {
    // The earliest takes the later ones with it.
    let Some(stored) = storage::questioned(change, device_id)
        .await?
        .into_iter()
        .next()
    else {
        return Ok(());
    };
    if addresses::is_anothers(change, &stored.body.old_address).await? {
        return Ok(());
    }
    put_back(change, &stored, Added::ByTheChange).await
}

/// Which addresses go with a change that is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Added {
    /// All that were added since it was asked for: nobody knows whose they are.
    Since,
    /// The one that it made the primary one, and those that came by later changes; of the others it is known which device
    /// added them.
    ByTheChange,
}

async fn put_back(change: &mut Change, stored: &Stored, removed: Added) -> Answer<()> {
    let EmailChange {
        old_address: old,
        new_address: new,
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
    let old_id = match addresses::hold_confirmed(change, old).await {
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
        let goes_with_it = removed == Added::Since || undone_with_it.contains(&added.email.address);
        let since = goes_with_it && added.email.added_at >= *requested_at;
        if (since || added.email.address == *new) && added.id != old_id {
            addresses::delete(change, added.id).await?;
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
