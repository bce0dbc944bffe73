//! What becomes of a mail when its turn comes: the token of its link is made now, and not when it was queued.

use latchkey_protocol::identifiers::{AccountId, EmailId, MailId};
use latchkey_protocol::mail::MailReason;

use super::{Kind, content, recipient_limits};
use crate::arguments;
use crate::database::{Error, Result};
use crate::email_change;
use crate::recovery;
use crate::secrets::link::{self, Purpose};
use crate::sync::Change;
use crate::trust;

/// What becomes of a mail.
#[derive(Debug)]
pub enum Prepared {
    /// It is sent as it is.
    Plain,
    /// It is sent with this token in its link.
    Link(String),
    /// The owner of the address, another account, gets a warning in its place; the account that asked sees its own mail
    /// sent.
    Warning(AccountId),
    /// It is not sent, and this is why.
    Needless(MailReason),
}

/// A mail whose turn it is.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub id: MailId,
    pub kind: Kind,
    pub recipient: &'a str,
    /// What its link is for.
    pub about: Option<&'a str>,
    /// Whether it was not tried before.
    pub first_try: bool,
}

impl Turn<'_> {
    /// What its link is for, as an identifier.
    fn about<T: std::str::FromStr>(&self) -> Result<T> {
        self.about
            .and_then(|about| about.parse().ok())
            .ok_or_else(|| Error::inconsistent("mails", "about", self.id))
    }
}

/// Decides what becomes of a mail, and mints its token in the same transaction.
pub(super) async fn prepare(change: &mut Change, turn: &Turn<'_>) -> Result<Prepared> {
    match turn.kind {
        Kind::ConfirmEmail => confirmation(change, turn, turn.about()?).await,
        Kind::SignInAlert => {
            let about = Some(turn.about()?);
            trust::prepare_lock(change, turn.id, turn.recipient, about).await
        }
        Kind::ApproveDevice => trust::prepare_approval(change, turn.recipient, turn.about()?).await,
        kind if content::locks(kind) => {
            trust::prepare_lock(change, turn.id, turn.recipient, None).await
        }
        Kind::ResetPassword | Kind::PasswordResetStarted => {
            recovery::prepare(change, turn.recipient).await
        }
        Kind::ConfirmEmailChange => email_change_link(change, turn).await,
        Kind::ApproveEmailChange | Kind::EmailChangeRequested | Kind::EmailChangeCompleted => {
            email_change::prepare(change, turn.kind, turn.about()?).await
        }
        _ => Ok(Prepared::Plain),
    }
}

/// The link for an address; or, when another account has confirmed the address, a warning to its owner.
async fn confirmation(change: &mut Change, turn: &Turn<'_>, email_id: EmailId) -> Result<Prepared> {
    let pending = change
        .transaction()
        .fetch_optional(
            "SELECT id FROM emails WHERE id = $1 AND confirmed_at IS NULL",
            arguments![email_id],
        )
        .await?;
    if pending.is_none() {
        return Ok(Prepared::Needless(MailReason::NoLongerNeeded));
    }
    if let Some(instead) = instead_of_a_link(change, turn).await? {
        return Ok(instead);
    }
    let token = link::mint(change, Purpose::ConfirmEmail, email_id, None).await?;
    Ok(Prepared::Link(token))
}

/// The link for an address that is to be the primary one, under the same rules.
async fn email_change_link(change: &mut Change, turn: &Turn<'_>) -> Result<Prepared> {
    let id = turn.about()?;
    if !email_change::awaits(change, turn.kind, id).await? {
        return Ok(Prepared::Needless(MailReason::NoLongerNeeded));
    }
    match instead_of_a_link(change, turn).await? {
        Some(instead) => Ok(instead),
        None => email_change::prepare(change, turn.kind, id).await,
    }
}

/// What is done instead of sending a link to an address that nobody has proven to be the account's: nothing, when its
/// owner got enough of them, or a warning, when it is another account's.
async fn instead_of_a_link(change: &mut Change, turn: &Turn<'_>) -> Result<Option<Prepared>> {
    // One that is tried again has its place.
    if turn.first_try && !recipient_limits::count(change, turn.recipient).await? {
        return Ok(Some(Prepared::Needless(MailReason::TooMany)));
    }
    let owner: Option<AccountId> = change
        .transaction()
        .fetch_optional(
            "SELECT account_id FROM emails WHERE address = $1 AND confirmed_at IS NOT NULL",
            arguments![turn.recipient],
        )
        .await?
        .map(|row| row.parsed(0, "emails", "account_id"))
        .transpose()?;
    // As many of them as links, or whoever asked would see in the fate of theirs that the address is somebody's.
    Ok(owner.map(Prepared::Warning))
}
