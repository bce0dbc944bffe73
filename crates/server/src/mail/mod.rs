//! Mails: queued in the transaction that causes them, sent by a worker.
//!
//! A mail is sent at least once. The worker claims it in one transaction, hands it over, and notes that it was sent in
//! another; a process that dies in between leaves a claim that runs out, and the mail goes again. Into the outbox
//! folder it goes under the same file name, so there it stays one mail; over SMTP it can arrive twice, with a new link
//! in the second, which replaces the first one's.
//!
//! # Adding a mail
//!
//! A [`Kind`], its texts in `words/`, its arm in `render::content`.

mod delivery;
mod render;
mod worker;

use latchkey_protocol::identifiers::{AccountId, EmailId};
use serde::{Deserialize, Serialize};

pub use self::delivery::{Post, PostError};
pub use self::worker::{deliver_due, run};
use crate::arguments;
use crate::database::{Error, Result, Transaction};
use crate::sync::Change;

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The link that confirms the recipient's address.
    ConfirmEmail,
    /// To the owner of a confirmed address that somebody entered for another account.
    AddressInUse,
    /// The account has a new address.
    EmailAdded,
    /// The account has an address less.
    EmailRemoved,
    /// The account has another primary address.
    EmailMadePrimary,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ConfirmEmail,
        Self::AddressInUse,
        Self::EmailAdded,
        Self::EmailRemoved,
        Self::EmailMadePrimary,
    ];

    /// Its name in the database and in the outbox.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "confirm-email",
            Self::AddressInUse => "address-in-use",
            Self::EmailAdded => "email-added",
            Self::EmailRemoved => "email-removed",
            Self::EmailMadePrimary => "email-made-primary",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = ();

    fn from_str(name: &str) -> std::result::Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or(())
    }
}

/// What a mail says beyond its kind. Never a secret: a token is made when the mail is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// The e-mail address that it is about.
    pub address: String,
}

/// Queues a mail about the account of `change`, to be sent once that is committed; whoever commits rings
/// [`crate::state::ServerState::mail_queued`] then.
pub async fn queue(
    change: &mut Change,
    kind: Kind,
    recipient: &str,
    parameters: &Parameters,
) -> Result<()> {
    insert(change, kind, recipient, parameters, None).await
}

/// Queues the mail with the link that confirms `email_id`, in place of one that still waits. Whether the recipient gets
/// the link, or its owner a warning, is decided when it is sent: so asking takes as long, and answers the same, whoever
/// has the address.
pub async fn queue_confirmation(
    change: &mut Change,
    email_id: EmailId,
    recipient: &str,
) -> Result<()> {
    withdraw(change.transaction(), email_id).await?;
    let parameters = Parameters {
        address: recipient.to_owned(),
    };
    let kind = Kind::ConfirmEmail;
    insert(change, kind, recipient, &parameters, Some(email_id)).await
}

/// Withdraws the mail with a link for `email_id`, if it still waits.
///
/// Touches `mail_queue` before anything touches `email_confirmations`, as the worker does: in the other order the two
/// could wait for each other.
pub async fn withdraw(transaction: &mut Transaction, email_id: EmailId) -> Result<()> {
    transaction
        .execute(
            "UPDATE mail_queue SET status = 'failed', last_error = 'withdrawn', claimed_by = NULL, claimed_until = NULL \
             WHERE email_id = $1 AND status = 'queued'",
            arguments![email_id],
        )
        .await?;
    Ok(())
}

async fn insert(
    change: &mut Change,
    kind: Kind,
    recipient: &str,
    parameters: &Parameters,
    email_id: Option<EmailId>,
) -> Result<()> {
    let id = change.state().new_identifier().to_string();
    let (account_id, now): (AccountId, _) = (change.account_id(), change.now());
    let parameters = serde_json::to_string(parameters)
        .map_err(|_| Error::inconsistent("mail_queue", "parameters", &id))?;
    let queued = change
        .transaction()
        .execute(
            "INSERT INTO mail_queue (id, account_id, kind, recipient, language, email_id, parameters, status, attempts, \
                                     next_attempt_at, created_at) \
             SELECT $1, id, $3, $4, language, $5, $6, 'queued', 0, $7, $7 FROM accounts WHERE id = $2",
            arguments![&id, account_id, kind.name(), recipient, email_id, &parameters, now],
        )
        .await?;
    if queued == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("accounts", "id", account_id))
    }
}
