//! Asking for a change, and stopping one in the app.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::contacts::{ADDRESSES_PER_ACCOUNT, normalize_address};
use latchkey_protocol::email_change::{AFTER_RESET_DAYS, EmailChange, EmailChangeState};
use latchkey_protocol::identifiers::EmailChangeId;
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::AGED_DAYS;

use super::storage::{self, Stored};
use super::{complete, confirm, links, storage::standing};
use crate::arguments;
use crate::contacts::{addresses, limits};
use crate::database;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::second_factor;
use crate::sync::Change;

fn not_now(detail: &str) -> Refusal {
    Refusal::new(ProblemCode::NotAllowedNow).with_detail(detail)
}

/// Begins a change in place of one that waits. Answers the same, and does the same, whoever else has the address.
pub(super) async fn request(change: &mut Change, address: &str) -> Answer<EmailChangeId> {
    let refuse = |code| Refusal::fields(vec![FieldProblem::new("address", code)]);
    let new_address = normalize_address(address).map_err(refuse)?;
    let emails = addresses::of_account(change).await?;
    let old_address = emails
        .iter()
        .find(|stored| stored.email.primary && stored.email.confirmed_at.is_some())
        .map(|stored| stored.email.address.clone())
        .ok_or_else(|| not_now("no address of the account is confirmed"))?;
    if old_address == new_address {
        return Err(refuse(FieldCode::Unchanged));
    }
    let known = emails
        .iter()
        .find(|stored| stored.email.address == new_address);
    if known.is_some_and(|stored| stored.email.confirmed_at.is_some()) {
        return Err(refuse(FieldCode::AlreadyYours));
    }
    if known.is_none() && emails.len() >= ADDRESSES_PER_ACCOUNT {
        return Err(refuse(FieldCode::TooMany));
    }
    refuse_unless_it_can_move(change).await?;
    limits::take(change, &new_address, limits::Request::First).await?;
    let state = change.state();
    let confirmed_at = (!state.config.confirms_addresses()).then(|| state.now());
    let stored = begin(change, old_address, new_address, confirmed_at).await?;
    complete_or_tell(change, &stored).await?;
    Ok(stored.id)
}

/// Begins a change to an address that the account has confirmed already. It is done at once where the old one is not
/// asked; whether it is.
pub(crate) async fn to_confirmed(change: &mut Change, old: &str, new: &str) -> Answer<bool> {
    refuse_unless_it_can_move(change).await?;
    limits::take(change, new, limits::Request::First).await?;
    let confirmed_at = Some(change.now());
    let stored = begin(change, old.to_owned(), new.to_owned(), confirmed_at).await?;
    complete_or_tell(change, &stored).await
}

/// 409 while the primary address was changed so lately that it can be taken back, and after a reset of the password. Where
/// addresses are not confirmed, there is nobody who could take one back.
async fn refuse_unless_it_can_move(change: &mut Change) -> Answer<()> {
    if !change.state().config.confirms_addresses() {
        return Ok(());
    }
    if storage::to_be_taken_back(change).await?.is_some() {
        return Err(not_now(
            "the primary address was changed within the last 30 days",
        ));
    }
    let (account_id, now) = (change.account_id(), change.now());
    let reset = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM accounts WHERE id = $1 AND reset_at > $2",
            arguments![account_id, now.plus_seconds(-AFTER_RESET_DAYS * 86_400)],
        )
        .await?;
    match reset {
        Some(_) => Err(not_now("the password was reset within the last 7 days")),
        None => Ok(()),
    }
}

/// Whether there was nobody to ask, so that the change is done.
async fn complete_or_tell(change: &mut Change, stored: &Stored) -> Answer<bool> {
    let is_confirmed = confirm::is_confirmed(stored);
    if is_confirmed {
        complete::complete(change, stored).await?;
    } else {
        tell(change, stored).await?;
    }
    Ok(is_confirmed)
}

async fn begin(
    change: &mut Change,
    old_address: String,
    new_address: String,
    new_confirmed_at: Option<Timestamp>,
) -> database::Result<Stored> {
    stop_pending(change).await?;
    let now = change.now();
    // A second factor that an intruder has just turned on speaks for nobody.
    let proven_since = now.plus_seconds(-AGED_DAYS * 86_400);
    let stored = Stored {
        id: EmailChangeId(change.state().new_identifier()),
        body: EmailChange {
            old_address,
            new_address,
            requested_at: now,
            new_confirmed_at,
            old_must_confirm: change.state().config.confirms_addresses()
                && !second_factor::is_on_since(change, proven_since).await?,
            old_confirmed_at: None,
            state: EmailChangeState::Pending,
            state_at: now,
        },
    };
    storage::insert(change, &stored).await?;
    Ok(stored)
}

/// Notes a change that waits, and mails the links.
async fn tell(change: &mut Change, stored: &Stored) -> database::Result<()> {
    let EmailChange {
        old_address,
        new_address,
        ..
    } = &stored.body;
    change
        .activity(
            ActivityKind::EmailChangeRequested,
            Some(new_address.clone()),
        )
        .await?;
    let parameters = parameters(change, new_address);
    let mut mails = vec![(Kind::EmailChangeRequested, old_address)];
    if stored.body.new_confirmed_at.is_none() {
        mails.push((Kind::ConfirmEmailChange, new_address));
    }
    if stored.body.old_must_confirm {
        mails.push((Kind::ApproveEmailChange, old_address));
    }
    for (kind, recipient) in mails {
        mail::queue_link(change, kind, recipient, &parameters, stored.id).await?;
    }
    Ok(())
}

/// What the mails of a change say.
pub(super) fn parameters(change: &Change, new_address: &str) -> Parameters {
    Parameters {
        address: new_address.to_owned(),
        ..Parameters::by(change)
    }
}

/// Stops a change that waits.
pub(super) async fn cancel(change: &mut Change, id: EmailChangeId) -> Answer<()> {
    let stored = storage::find(change, id)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if stored.body.state != EmailChangeState::Pending {
        return Err(not_now("the change does not wait any more"));
    }
    cancel_pending(change, &stored).await.map_err(Refusal::from)
}

/// Stops the change that waits, if one does: another takes its place, or the password was changed, after which nothing
/// goes on that somebody began with the older one.
pub(crate) async fn stop_pending(change: &mut Change) -> database::Result<()> {
    stop_those_that_wait(change, |_| true).await
}

/// Stops the change that waits when it is to `address`, which the account gives up.
pub(crate) async fn stop_pending_to(change: &mut Change, address: &str) -> database::Result<()> {
    stop_those_that_wait(change, |body| body.new_address == address).await
}

async fn stop_those_that_wait(
    change: &mut Change,
    wanted: impl Fn(&EmailChange) -> bool,
) -> database::Result<()> {
    for stored in standing(change, Timestamp(i64::MIN)).await? {
        if stored.body.state == EmailChangeState::Pending && wanted(&stored.body) {
            cancel_pending(change, &stored).await?;
        }
    }
    Ok(())
}

/// Stops a change that is pending.
pub(super) async fn cancel_pending(change: &mut Change, stored: &Stored) -> database::Result<()> {
    links::kill(change, stored.id).await?;
    if storage::advance(change, stored, EmailChangeState::Cancelled).await? {
        let address = stored.body.new_address.clone();
        change
            .activity(ActivityKind::EmailChangeCancelled, Some(address))
            .await?;
    }
    Ok(())
}
