//! What an account does with its addresses. Each is one change of the account, which holds the account's row: so what
//! was read of its addresses stays true until the commit.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::contacts::{ADDRESSES_PER_ACCOUNT, Email, normalize_address};
use latchkey_protocol::identifiers::{EmailId, MailId};
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use super::limits;
use crate::arguments;
use crate::database::{self, Error};
use crate::email_change;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::recovery;
use crate::secrets::link::{self, Purpose};
use crate::state::ServerState;
use crate::sync::Change;

/// An address of an account.
#[derive(Clone, Debug)]
pub(crate) struct StoredEmail {
    pub id: EmailId,
    pub email: Email,
}

/// All addresses of the account, oldest first.
pub(crate) async fn of_account(change: &mut Change) -> database::Result<Vec<StoredEmail>> {
    let account_id = change.account_id();
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT id, address, is_primary, added_at, confirmed_at, confirmation_sent_at, suspended_at FROM emails \
             WHERE account_id = $1 ORDER BY added_at, id",
            arguments![account_id],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredEmail {
                id: row.parsed(0, "emails", "id")?,
                email: Email {
                    address: row.text(1)?,
                    primary: row.integer(2)? == 1,
                    added_at: Timestamp(row.integer(3)?),
                    confirmed_at: row.optional_integer(4)?.map(Timestamp),
                    confirmation_sent_at: row.optional_integer(5)?.map(Timestamp),
                    suspended_at: row.optional_integer(6)?.map(Timestamp),
                },
            })
        })
        .collect()
}

/// The first address of an account that is being made: pending, and primary until another is confirmed. Its link is
/// queued. Whoever commits rings the mail worker. Confirmed at once where [`Config::confirms_addresses`] says no.
///
/// [`Config::confirms_addresses`]: crate::config::Config::confirms_addresses
pub async fn add_first_address(change: &mut Change, address: &str) -> database::Result<EmailId> {
    let address = normalize_address(address)
        .map_err(|_| Error::inconsistent("emails", "address", change.account_id()))?;
    limits::note(change, &address, limits::Request::First).await?;
    insert(change, address, true).await
}

async fn insert(change: &mut Change, address: String, primary: bool) -> database::Result<EmailId> {
    let id = EmailId(change.state().new_identifier());
    let (account_id, now) = (change.account_id(), change.now());
    let pending =
        change.state().config.confirms_addresses() || is_anothers(change, &address).await?;
    let (confirmed_at, confirmation_sent_at) = if pending {
        (None, Some(now))
    } else {
        (Some(now), None)
    };
    change
        .transaction()
        .execute(
            "INSERT INTO emails (id, account_id, address, is_primary, added_at, confirmed_at, confirmation_sent_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            arguments![
                id,
                account_id,
                &address,
                primary,
                now,
                confirmed_at,
                confirmation_sent_at
            ],
        )
        .await?;
    if pending {
        send_link(change, id, &address).await?;
    }
    let email = Email {
        address,
        primary,
        added_at: now,
        confirmed_at,
        confirmation_sent_at,
        suspended_at: None,
    };
    change.put(Collection::Emails, id, &email).await?;
    Ok(id)
}

/// Adds an address, pending. Answers the same, and does the same, whoever else has it.
pub(super) async fn add(change: &mut Change, address: &str) -> Answer<EmailId> {
    let refuse = |code| Refusal::fields(vec![FieldProblem::new("address", code)]);
    let address = normalize_address(address).map_err(refuse)?;
    let emails = of_account(change).await?;
    if emails.iter().any(|stored| stored.email.address == address) {
        return Err(refuse(FieldCode::AlreadyYours));
    }
    if emails.len() >= ADDRESSES_PER_ACCOUNT {
        return Err(refuse(FieldCode::TooMany));
    }
    limits::take(change, &address, limits::Request::First).await?;
    let id = insert(change, address.clone(), emails.is_empty()).await?;
    change
        .activity(ActivityKind::EmailAdded, Some(address.clone()))
        .await?;
    notify(change, &emails, Kind::EmailAdded, &address).await?;
    Ok(id)
}

/// Queues the mail with the link that confirms an address, in place of one that still waits. Whether the recipient gets
/// the link, or its owner a warning, is decided when it is sent: so asking takes as long, and answers the same, whoever
/// has the address.
async fn send_link(change: &mut Change, id: EmailId, address: &str) -> database::Result<MailId> {
    mail::withdraw(change, Kind::ConfirmEmail, id).await?;
    let parameters = Parameters {
        address: address.to_owned(),
        ..Parameters::default()
    };
    mail::queue_link(change, Kind::ConfirmEmail, address, &parameters, id).await
}

/// Kills the links of all addresses that wait, on their way or delivered.
pub(crate) async fn kill_links(change: &mut Change) -> database::Result<()> {
    for stored in of_account(change).await? {
        if stored.email.confirmed_at.is_none() {
            mail::withdraw(change, Kind::ConfirmEmail, stored.id).await?;
            link::kill(change, Purpose::ConfirmEmail, stored.id).await?;
        }
    }
    Ok(())
}

/// Sends a new link for a pending address; the older one dies at once.
pub(crate) async fn resend(change: &mut Change, id: EmailId) -> Answer<MailId> {
    let mut stored = find(&of_account(change).await?, id)?;
    if stored.email.confirmed_at.is_some() {
        return Err(not_now("the address is confirmed"));
    }
    refuse_suspended(&stored)?;
    limits::take(change, &stored.email.address, limits::Request::Again).await?;
    let mail_id = send_link(change, id, &stored.email.address).await?;
    link::kill(change, Purpose::ConfirmEmail, id).await?;
    let now = change.now();
    change
        .transaction()
        .execute(
            "UPDATE emails SET confirmation_sent_at = $2 WHERE id = $1",
            arguments![id, now],
        )
        .await?;
    stored.email.confirmation_sent_at = Some(now);
    change.put(Collection::Emails, id, &stored.email).await?;
    Ok(mail_id)
}

/// Makes a confirmed address the primary one in place of one that nobody has confirmed; a confirmed one gives its place up
/// by a change that it is asked about as about any other. Whether it is the primary one now.
pub(super) async fn make_primary(change: &mut Change, id: EmailId) -> Answer<bool> {
    let emails = of_account(change).await?;
    let chosen = find(&emails, id)?;
    if chosen.email.confirmed_at.is_none() {
        return Err(not_now("the address is not confirmed"));
    }
    if chosen.email.primary {
        return Ok(true);
    }
    refuse_suspended(&chosen)?;
    let address = chosen.email.address;
    let old = emails
        .iter()
        .find(|stored| stored.email.primary && stored.email.confirmed_at.is_some());
    if let Some(old) = old {
        return email_change::to_confirmed(change, &old.email.address, &address).await;
    }
    move_primary(change, &emails, id).await?;
    recovery::kill_links(change).await?;
    change
        .activity(ActivityKind::EmailMadePrimary, Some(address.clone()))
        .await?;
    notify(change, &emails, Kind::EmailMadePrimary, &address).await?;
    Ok(true)
}

/// Gives the primary flag to `id` and publishes the one that loses it and the one that gets it, as they are in
/// `emails`.
pub(crate) async fn move_primary(
    change: &mut Change,
    emails: &[StoredEmail],
    id: EmailId,
) -> database::Result<()> {
    let account_id = change.account_id();
    // One after the other: the index admits no two primaries, not even for a moment.
    for sql in [
        "UPDATE emails SET is_primary = 0 WHERE account_id = $1 AND is_primary = 1 AND id <> $2",
        "UPDATE emails SET is_primary = 1 WHERE account_id = $1 AND id = $2",
    ] {
        change
            .transaction()
            .execute(sql, arguments![account_id, id])
            .await?;
    }
    for stored in emails {
        let primary = stored.id == id;
        if primary || stored.email.primary {
            let email = Email {
                primary,
                ..stored.email.clone()
            };
            change.put(Collection::Emails, stored.id, &email).await?;
        }
    }
    Ok(())
}

/// Removes an address and its link.
pub(super) async fn remove(change: &mut Change, id: EmailId) -> Answer<()> {
    let emails = of_account(change).await?;
    let doomed = find(&emails, id)?;
    let is_confirmed = |stored: &&StoredEmail| stored.email.confirmed_at.is_some();
    if doomed.email.confirmed_at.is_some() && emails.iter().filter(is_confirmed).count() == 1 {
        return Err(not_now("an account keeps its last confirmed address"));
    }
    if doomed.email.primary && emails.len() > 1 {
        return Err(not_now("another address has to be made primary first"));
    }
    let address = doomed.email.address;
    // Whoever moved the primary address must not take its former owner's way back.
    if email_change::can_be_taken_back_by(change, &address).await? {
        return Err(not_now(
            "it can take the primary address back, and stays until then",
        ));
    }
    // Else the consent of the old address would bring it back.
    email_change::stop_pending_to(change, &address).await?;
    delete(change, id).await?;
    recovery::kill_links_to(change, &address).await?;
    change
        .activity(ActivityKind::EmailRemoved, Some(address.clone()))
        .await?;
    notify(change, &emails, Kind::EmailRemoved, &address).await?;
    Ok(())
}

/// Takes an address and its link away. Its caller sees to it that the account keeps a primary one.
pub(crate) async fn delete(change: &mut Change, id: EmailId) -> database::Result<()> {
    mail::withdraw(change, Kind::ConfirmEmail, id).await?;
    link::kill(change, Purpose::ConfirmEmail, id).await?;
    change
        .transaction()
        .execute("DELETE FROM emails WHERE id = $1", arguments![id])
        .await?;
    change.remove(Collection::Emails, id).await?;
    Ok(())
}

/// Whether another account has confirmed an address.
pub(crate) async fn is_anothers(change: &mut Change, address: &str) -> database::Result<bool> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT id FROM emails WHERE address = $1 AND confirmed_at IS NOT NULL AND account_id <> $2",
            arguments![address, account_id],
        )
        .await?;
    Ok(row.is_some())
}

/// Has the account hold an address as a confirmed one, whether it was pending, or not the account's at all. The caller
/// has seen the proof. [`Error::Taken`] when another account has confirmed it.
pub(crate) async fn hold_confirmed(
    change: &mut Change,
    address: &str,
) -> database::Result<EmailId> {
    let (account_id, now) = (change.account_id(), change.now());
    let known = of_account(change).await?;
    let known = known
        .into_iter()
        .find(|stored| stored.email.address == address);
    let (id, email) = match known {
        Some(stored) if stored.email.confirmed_at.is_some() => return Ok(stored.id),
        Some(stored) => {
            mail::withdraw(change, Kind::ConfirmEmail, stored.id).await?;
            link::kill(change, Purpose::ConfirmEmail, stored.id).await?;
            change
                .transaction()
                .execute(
                    "UPDATE emails SET confirmed_at = $2, confirmation_sent_at = NULL WHERE id = $1",
                    arguments![stored.id, now],
                )
                .await?;
            (stored.id, stored.email)
        }
        None => {
            let id = EmailId(change.state().new_identifier());
            change
                .transaction()
                .execute(
                    "INSERT INTO emails (id, account_id, address, is_primary, added_at, confirmed_at) \
                     VALUES ($1, $2, $3, 0, $4, $4)",
                    arguments![id, account_id, address, now],
                )
                .await?;
            let email = Email {
                address: address.to_owned(),
                primary: false,
                added_at: now,
                confirmed_at: None,
                confirmation_sent_at: None,
                suspended_at: None,
            };
            (id, email)
        }
    };
    let email = Email {
        confirmed_at: Some(now),
        confirmation_sent_at: None,
        ..email
    };
    change.put(Collection::Emails, id, &email).await?;
    Ok(id)
}

/// Confirms what is pending on a server that asks for no confirmation: an earlier version did.
pub(crate) async fn confirm_pending(state: &Arc<ServerState>) -> database::Result<()> {
    let rows = state
        .database
        .fetch_all(
            "SELECT account_id, address FROM emails WHERE confirmed_at IS NULL ORDER BY added_at, id",
            &[],
        )
        .await?;
    for row in rows {
        let account_id = row.parsed(0, "emails", "account_id")?;
        let address = row.text(1)?;
        let mut change = Change::begin(state, account_id).await?;
        if is_anothers(&mut change, &address).await? {
            continue;
        }
        hold_confirmed(&mut change, &address).await?;
        change
            .activity(ActivityKind::EmailConfirmed, Some(address))
            .await?;
        change.commit().await?;
    }
    Ok(())
}

/// Suspends every address but the primary one and the one that can take it back: they are told nothing and open nothing until
/// they are reviewed. The links of those that wait die.
pub(crate) async fn suspend(change: &mut Change) -> database::Result<()> {
    kill_links(change).await?;
    let now = change.now();
    for stored in of_account(change).await? {
        let StoredEmail { id, mut email } = stored;
        if email.primary
            || email.suspended_at.is_some()
            || email_change::can_be_taken_back_by(change, &email.address).await?
        {
            continue;
        }
        email.suspended_at = Some(now);
        put_suspended(change, id, &email).await?;
    }
    Ok(())
}

/// Keeps a suspended address, or removes it.
pub(crate) async fn decide(change: &mut Change, id: EmailId, keep: bool) -> Answer<()> {
    let StoredEmail { id, mut email } = find(&of_account(change).await?, id)?;
    if email.suspended_at.take().is_none() {
        return Err(not_now("this is not suspended"));
    }
    let address = email.address.clone();
    let kind = if keep {
        put_suspended(change, id, &email).await?;
        ActivityKind::SuspensionLifted
    } else {
        delete(change, id).await?;
        ActivityKind::EmailRemoved
    };
    change.activity(kind, Some(address)).await?;
    Ok(())
}

async fn put_suspended(change: &mut Change, id: EmailId, email: &Email) -> database::Result<()> {
    change
        .transaction()
        .execute(
            "UPDATE emails SET suspended_at = $2 WHERE id = $1",
            arguments![id, email.suspended_at],
        )
        .await?;
    change.put(Collection::Emails, id, email).await.map(drop)
}

fn refuse_suspended(stored: &StoredEmail) -> Answer<()> {
    match stored.email.suspended_at {
        Some(_) => Err(not_now("the address is suspended until it is reviewed")),
        None => Ok(()),
    }
}

/// Tells every confirmed address among `emails` what happened to `address`.
async fn notify(
    change: &mut Change,
    emails: &[StoredEmail],
    kind: Kind,
    address: &str,
) -> database::Result<()> {
    let parameters = Parameters {
        address: address.to_owned(),
        ..Parameters::by(change)
    };
    for stored in emails {
        if stored.email.confirmed_at.is_some() && stored.email.suspended_at.is_none() {
            mail::queue(change, kind, &stored.email.address, &parameters).await?;
        }
    }
    Ok(())
}

/// An address of the account; one that is not there and one of another account are the same.
fn find(emails: &[StoredEmail], id: EmailId) -> Answer<StoredEmail> {
    emails
        .iter()
        .find(|stored| stored.id == id)
        .cloned()
        .ok_or_else(Refusal::not_found)
}

fn not_now(detail: &str) -> Refusal {
    Refusal::new(ProblemCode::NotAllowedNow).with_detail(detail)
}
