//! The secrets in the links of mails: 256 bits, minted when the mail is sent, stored as SHA-256. All of them go to the
//! primary address alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_protocol::identifiers::{AccountId, DeviceId, MailId};
use latchkey_protocol::mail::MailReason;
use latchkey_protocol::sessions::DevicePublicKey;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::{LOCK_LINK_SECONDS, VOUCH_LINK_SECONDS};
use sha2::{Digest as _, Sha256};

use super::standing::until;
use crate::arguments;
use crate::database::{Result, Transaction};
use crate::mail::{self, Prepared};
use crate::state::ServerState;
use crate::sync::Change;

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

async fn is_root(change: &mut Change, recipient: &str) -> Result<bool> {
    let recipients = mail::confirmed_recipients(change).await?;
    Ok(recipients.first().is_some_and(|root| root == recipient))
}

/// Makes the token of the link in a notice that locks: about the device `about`, or about anything else. None for any
/// address but the primary one, whose mail carries nothing that acts.
pub(crate) async fn prepare_lock(
    change: &mut Change,
    mail_id: MailId,
    recipient: &str,
    about: Option<DeviceId>,
) -> Result<Prepared> {
    if !is_root(change, recipient).await? {
        return Ok(Prepared::Plain);
    }
    let token = URL_SAFE_NO_PAD.encode(change.state().new_secret());
    let (account_id, expires_at) = (change.account_id(), until(change, LOCK_LINK_SECONDS));
    change
        .transaction()
        .execute(
            "INSERT INTO lock_links (token_hash, mail_id, account_id, device_id, expires_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (mail_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at",
            arguments![&hash(&token), mail_id, account_id, about, expires_at],
        )
        .await?;
    Ok(Prepared::Link(token))
}

/// What a link that locks is about.
pub(super) struct Lock {
    pub account_id: AccountId,
    /// The device; `None` for anything else.
    pub device_id: Option<DeviceId>,
}

/// What a live link that locks is about. Uses up nothing.
pub(super) async fn find_lock(state: &ServerState, token: &str) -> Result<Option<Lock>> {
    let row = state
        .database
        .fetch_optional(
            "SELECT account_id, device_id FROM lock_links WHERE token_hash = $1 AND expires_at > $2",
            arguments![&hash(token), state.now()],
        )
        .await?;
    row.map(|row| {
        Ok(Lock {
            account_id: row.parsed(0, "lock_links", "account_id")?,
            device_id: row
                .optional_text(1)?
                .map(|_| row.parsed(1, "lock_links", "device_id"))
                .transpose()?,
        })
    })
    .transpose()
}

/// Uses a link that locks up; of any number at once one gets true.
pub(super) async fn consume_lock(change: &mut Change, token: &str) -> Result<bool> {
    let (account_id, now) = (change.account_id(), change.now());
    let consumed = change
        .transaction()
        .execute(
            "DELETE FROM lock_links WHERE token_hash = $1 AND account_id = $2 AND expires_at > $3",
            arguments![&hash(token), account_id, now],
        )
        .await?;
    Ok(consumed == 1)
}

/// Kills all links that lock: the account is secured, and whoever copied one out of the mailbox does not do it again.
pub(super) async fn kill_locks(change: &mut Change) -> Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "DELETE FROM lock_links WHERE account_id = $1",
            arguments![account_id],
        )
        .await
        .map(drop)
}

/// Makes the token of the link that approves a device; it replaces one that the device had.
pub(crate) async fn prepare_approval(
    change: &mut Change,
    recipient: &str,
    device_id: DeviceId,
) -> Result<Prepared> {
    let account_id = change.account_id();
    let on_probation = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM devices WHERE id = $1 AND account_id = $2 AND standing = 'probation'",
            arguments![device_id, account_id],
        )
        .await?;
    if on_probation.is_none() || !is_root(change, recipient).await? {
        return Ok(Prepared::Needless(MailReason::NoLongerNeeded));
    }
    let token = URL_SAFE_NO_PAD.encode(change.state().new_secret());
    let expires_at = until(change, VOUCH_LINK_SECONDS);
    change
        .transaction()
        .execute(
            "INSERT INTO approval_links (device_id, token_hash, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (device_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at",
            arguments![device_id, &hash(&token), expires_at],
        )
        .await?;
    Ok(Prepared::Link(token))
}

/// Kills the link that approves a device.
pub(super) async fn kill_approval(change: &mut Change, device_id: DeviceId) -> Result<()> {
    change
        .transaction()
        .execute(
            "DELETE FROM approval_links WHERE device_id = $1",
            arguments![device_id],
        )
        .await
        .map(drop)
}

/// Uses up the link that approves a device, which has this key; of any number at once one gets true.
pub(super) async fn consume_approval(
    change: &mut Change,
    device_id: DeviceId,
    token: &str,
    key: &DevicePublicKey,
) -> Result<bool> {
    let now = change.now();
    let consumed = change
        .transaction()
        .execute(
            "DELETE FROM approval_links WHERE device_id = $1 AND token_hash = $2 AND expires_at > $3 AND expires_at <= $4 \
             AND EXISTS (SELECT 1 FROM devices d WHERE d.id = $1 AND d.public_key = $5 AND d.standing = 'probation')",
            arguments![
                device_id,
                &hash(token),
                now,
                now.plus_seconds(VOUCH_LINK_SECONDS),
                &key.0
            ],
        )
        .await?;
    Ok(consumed == 1)
}

/// Forgets links that have expired.
pub(crate) async fn forget_old(transaction: &mut Transaction, now: Timestamp) -> Result<()> {
    for sql in [
        "DELETE FROM lock_links WHERE expires_at <= $1",
        "DELETE FROM approval_links WHERE expires_at <= $1",
    ] {
        transaction.execute(sql, arguments![now]).await?;
    }
    Ok(())
}
