//! Taking a change back from the old address. The browser page comes here.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::email_change::EmailChangeState;
use latchkey_protocol::problem::ProblemCode;

use super::links::{self, spent};
use super::request::cancel_pending;
use super::storage::{self, Stored, standing};
use crate::accounts;
use crate::contacts::addresses;
use crate::database::Error;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::secrets::link::Purpose;
use crate::state::ServerState;
use crate::sync::{Actor, Change};
use crate::trust;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The address that is the primary one.
    pub address: String,
    /// How the account is signed in to.
    pub username: String,
}

/// Stops a change that waits; takes one that is done back, within its time: the old address is the primary one again, and
/// the account is secured. 410 for a token that was used, has expired or never was; 409 when another account has confirmed
/// the old address meanwhile.
pub async fn undo(state: &Arc<ServerState>, token: &str, actor: Actor) -> Answer<Undone> {
    let (link, change_id) = links::find(state, token, &[Purpose::UndoEmailChange]).await?;
    let mut change = Change::begin(state, link.account_id).await?.by(actor);
    links::consume(&mut change, &link).await?;
    let stored = storage::find(&mut change, change_id)
        .await?
        .ok_or_else(spent)?;
    let now = change.now();
    match stored.body.state {
        EmailChangeState::Pending if now < stored.body.pending_until() => {
            cancel_pending(&mut change, &stored).await?;
        }
        EmailChangeState::Completed
            if stored
                .body
                .take_back_until()
                .is_some_and(|until| now < until) => {}
        _ => return Err(spent()),
    }
    if stored.body.state == EmailChangeState::Completed {
        take_back(&mut change, &stored).await?;
    }
    // Whoever asked for it may have more than that: a link that only locks.
    trust::secure(&mut change).await?;
    let undone = Undone {
        address: stored.body.old_address.clone(),
        username: accounts::username_of(&mut change).await?,
    };
    change.commit().await?;
    Ok(undone)
}

async fn take_back(change: &mut Change, stored: &Stored) -> Answer<()> {
    let old = &stored.body.old_address;
    // Those that came after it, on an older server, fall with it.
    for later in standing(change, stored.body.requested_at).await? {
        if later.body.state == EmailChangeState::Pending {
            cancel_pending(change, &later).await?;
            continue;
        }
        links::kill(change, later.id).await?;
        if storage::advance(change, &later, EmailChangeState::Undone).await? {
            let subject = Some(later.body.new_address.clone());
            let kind = ActivityKind::EmailChangeUndone;
            change.activity(kind, subject).await?;
        }
    }
    let id = match addresses::hold_confirmed(change, old).await {
        Ok(id) => id,
        Err(Error::Taken(_)) => {
            return Err(Refusal::new(ProblemCode::NotAllowedNow)
                .with_detail("another account has confirmed this address"));
        }
        Err(error) => return Err(error.into()),
    };
    let emails = addresses::of_account(change).await?;
    addresses::move_primary(change, &emails, id).await?;
    let parameters = Parameters {
        address: old.clone(),
        ..Parameters::default()
    };
    mail::queue(change, Kind::EmailChangeUndone, old, &parameters)
        .await
        .map(drop)?;
    Ok(())
}
