//! The secrets in links of mails: 256 bits, minted when the mail is sent, stored as SHA-256, used up by one conditional
//! statement: of any number at once one passes. A used one stays until it expires, so that whoever opens it again can be
//! told that it has done its work.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_protocol::email_change::{PENDING_DAYS, TAKE_BACK_DAYS};
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::recovery::LINK_VALID_SECONDS;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::{LOCK_LINK_SECONDS, VOUCH_LINK_SECONDS};
use sha2::{Digest as _, Sha256};

use crate::arguments;
use crate::database::{Error, Result, Row, Transaction};
use crate::state::ServerState;
use crate::sync::Change;

const DAY_SECONDS: i64 = 86_400;

/// What a link is for. One is live for each subject; a newer mail's takes the place of the older one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Of an address, by its id.
    ConfirmEmail,
    /// The new address confirms a change of the primary one.
    NewAddress,
    /// The old address confirms it.
    OldAddress,
    /// The old address stops or undoes it: one in each mail of the change.
    UndoEmailChange,
    /// "It wasn't me", of a mail; about a device, or about anything else.
    Lock,
    /// Of a device.
    ApproveDevice,
    /// Of an account; about the address that it went to.
    ResetPassword,
    /// The same in the app, where it opens for the device alone that asked for it.
    ResetInApp,
    /// What that device was given for it.
    ResetOpened,
}

impl Purpose {
    const ALL: [Self; 9] = [
        Self::ConfirmEmail,
        Self::NewAddress,
        Self::OldAddress,
        Self::UndoEmailChange,
        Self::Lock,
        Self::ApproveDevice,
        Self::ResetPassword,
        Self::ResetInApp,
        Self::ResetOpened,
    ];

    /// Its name in the database.
    const fn name(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "confirm-email",
            Self::NewAddress => "new-address",
            Self::OldAddress => "old-address",
            Self::UndoEmailChange => "undo-email-change",
            Self::Lock => "lock",
            Self::ApproveDevice => "approve-device",
            Self::ResetPassword => "reset-password",
            Self::ResetInApp => "reset-in-app",
            Self::ResetOpened => "reset-opened",
        }
    }

    /// How long it works from its sending.
    const fn seconds(self) -> i64 {
        match self {
            Self::ConfirmEmail | Self::NewAddress | Self::OldAddress => DAY_SECONDS,
            // Longer than any change can be undone, which is what decides.
            Self::UndoEmailChange => (PENDING_DAYS + TAKE_BACK_DAYS) * DAY_SECONDS,
            Self::Lock => LOCK_LINK_SECONDS,
            Self::ApproveDevice => VOUCH_LINK_SECONDS,
            Self::ResetPassword | Self::ResetInApp | Self::ResetOpened => LINK_VALID_SECONDS,
        }
    }

    /// Whether whoever opens a used one is told what it did.
    const fn says_used(self) -> bool {
        matches!(
            self,
            Self::ConfirmEmail | Self::NewAddress | Self::OldAddress
        )
    }
}

impl FromStr for Purpose {
    type Err = ();

    fn from_str(name: &str) -> std::result::Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.name() == name)
            .ok_or(())
    }
}

/// What a token leads to.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub hash: [u8; 32],
    pub purpose: Purpose,
    pub account_id: AccountId,
    subject: String,
    about: Option<String>,
    pub expires_at: Timestamp,
}

impl Link {
    /// What it is of.
    pub(crate) fn subject<T: FromStr>(&self) -> Result<T> {
        parse("subject", &self.subject)
    }

    /// What it is about besides.
    pub(crate) fn about<T: FromStr>(&self) -> Result<Option<T>> {
        let about = self.about.as_deref();
        about.map(|about| parse("about", about)).transpose()
    }
}

fn parse<T: FromStr>(column: &'static str, value: &str) -> Result<T> {
    value
        .parse()
        .map_err(|_| Error::inconsistent("links", column, value))
}

/// What is stored of a secret.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// 256 bits as text.
pub(crate) fn new_secret(state: &ServerState) -> String {
    URL_SAFE_NO_PAD.encode(state.new_secret())
}

/// Makes the token of a link.
pub(crate) async fn mint(
    change: &mut Change,
    purpose: Purpose,
    subject: impl Display,
    about: Option<&str>,
) -> Result<String> {
    let token = new_secret(change.state());
    let expires_at = change.now().plus_seconds(purpose.seconds());
    put(change, purpose, &token, subject, about, expires_at).await?;
    Ok(token)
}

/// Lets a token that was made elsewhere be the one of a link.
pub(crate) async fn put(
    change: &mut Change,
    purpose: Purpose,
    token: &str,
    subject: impl Display,
    about: Option<&str>,
    expires_at: Timestamp,
) -> Result<()> {
    let (account_id, subject) = (change.account_id(), subject.to_string());
    if purpose != Purpose::UndoEmailChange {
        kill(change, purpose, &subject).await?;
    }
    change
        .transaction()
        .execute(
            "INSERT INTO links (token_hash, purpose, subject, account_id, about, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            arguments![
                &hash(token),
                purpose.name(),
                &subject,
                account_id,
                about,
                expires_at
            ],
        )
        .await
        .map(drop)
}

const FIND: &str = "SELECT purpose, account_id, subject, about, expires_at, used_at FROM links \
                    WHERE token_hash = $1 AND expires_at > $2";

/// What `token` leads to, for one of `purposes`; used up nothing.
pub(crate) async fn find(
    state: &ServerState,
    token: &str,
    purposes: &[Purpose],
) -> Result<Option<Link>> {
    let (hash, now) = (hash(token), state.now());
    let row = state
        .database
        .fetch_optional(FIND, arguments![&hash, now])
        .await?;
    read(row, hash, now, purposes)
}

/// The same within a change of its account.
pub(crate) async fn find_within(
    change: &mut Change,
    token: &str,
    purposes: &[Purpose],
) -> Result<Option<Link>> {
    let (hash, now, account_id) = (hash(token), change.now(), change.account_id());
    let row = change
        .transaction()
        .fetch_optional(FIND, arguments![&hash, now])
        .await?;
    let link = read(row, hash, now, purposes)?;
    Ok(link.filter(|link| link.account_id == account_id))
}

fn read(
    row: Option<Row>,
    hash: [u8; 32],
    now: Timestamp,
    purposes: &[Purpose],
) -> Result<Option<Link>> {
    let Some(row) = row else {
        return Ok(None);
    };
    let link = Link {
        hash,
        purpose: row.parsed(0, "links", "purpose")?,
        account_id: row.parsed(1, "links", "account_id")?,
        subject: row.text(2)?,
        about: row.optional_text(3)?,
        expires_at: Timestamp(row.integer(4)?),
    };
    let used = row.optional_integer(5)?.is_some();
    // One that lasts longer than any minted now was minted by a clock that was ahead, and is as good as too old.
    let is_it = purposes.contains(&link.purpose)
        && link.expires_at <= now.plus_seconds(link.purpose.seconds())
        && (!used || link.purpose.says_used());
    Ok(is_it.then_some(link))
}

/// Uses a link up; false when it was used, killed or has expired meanwhile.
pub(crate) async fn consume(change: &mut Change, link: &Link) -> Result<bool> {
    let (account_id, now) = (change.account_id(), change.now());
    let consumed = change
        .transaction()
        .execute(
            "UPDATE links SET used_at = $3 WHERE token_hash = $1 AND account_id = $2 AND used_at IS NULL \
             AND expires_at > $3 AND expires_at <= $4",
            arguments![
                &link.hash,
                account_id,
                now,
                now.plus_seconds(link.purpose.seconds())
            ],
        )
        .await?;
    Ok(consumed == 1)
}

/// Kills the links of a subject that were not used.
pub(crate) async fn kill(
    change: &mut Change,
    purpose: Purpose,
    subject: impl Display,
) -> Result<()> {
    change
        .transaction()
        .execute(
            "DELETE FROM links WHERE purpose = $1 AND subject = $2 AND used_at IS NULL",
            arguments![purpose.name(), subject.to_string()],
        )
        .await
        .map(drop)
}

/// Kills all links of an account for a purpose that were not used.
pub(crate) async fn kill_all(change: &mut Change, purpose: Purpose) -> Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "DELETE FROM links WHERE account_id = $1 AND purpose = $2 AND used_at IS NULL",
            arguments![account_id, purpose.name()],
        )
        .await
        .map(drop)
}

/// Forgets those that have expired.
pub(crate) async fn forget_old(transaction: &mut Transaction, now: Timestamp) -> Result<()> {
    transaction
        .execute("DELETE FROM links WHERE expires_at <= $1", arguments![now])
        .await
        .map(drop)
}
