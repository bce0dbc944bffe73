//! The secret in a link that resets a password: 256 bits, minted when the mail is sent, stored as SHA-256, one live for an
//! account.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::mail::MailReason;
use latchkey_protocol::recovery::{LINK_VALID_SECONDS, app_token};
use latchkey_protocol::sessions::DevicePublicKey;
use latchkey_protocol::time::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::arguments;
use crate::database::Result;
use crate::mail::{self, Kind, Prepared};
use crate::state::ServerState;
use crate::sync::Change;

/// What is stored of a token or a ticket.
pub(super) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// 256 bits as text.
pub(super) fn new_secret(state: &ServerState) -> String {
    URL_SAFE_NO_PAD.encode(state.new_secret())
}

/// Kills the account's link, on its way or delivered. For everything after which an older link must not work any more.
pub async fn kill_links(change: &mut Change) -> Result<()> {
    let account_id = change.account_id();
    for kind in [Kind::ResetPassword, Kind::PasswordResetStarted] {
        mail::withdraw(change, kind, account_id).await?;
    }
    change
        .transaction()
        .execute(
            "DELETE FROM password_resets WHERE account_id = $1",
            arguments![account_id],
        )
        .await?;
    change
        .transaction()
        .execute(
            "DELETE FROM recovery_askers WHERE account_id = $1",
            arguments![account_id],
        )
        .await?;
    Ok(())
}

/// Lets the app of the device that asked open the link that is on its way. After [`super::queue_link`].
pub(super) async fn note_asker(change: &mut Change, key: &DevicePublicKey) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    change
        .transaction()
        .execute(
            "INSERT INTO recovery_askers (account_id, public_key, asked_at) VALUES ($1, $2, $3)",
            arguments![account_id, &key.0, now],
        )
        .await
        .map(drop)
}

/// Kills the account's link when it goes, or went, to `address`, which the account gives up. Another one stays: whoever
/// adds and removes addresses must not veto it by that.
pub async fn kill_links_to(change: &mut Change, address: &str) -> Result<()> {
    let account_id = change.account_id();
    let is_it = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM password_resets WHERE account_id = $1 AND recipient = $2 \
             UNION ALL SELECT 1 FROM mails WHERE account_id = $1 AND recipient = $2 AND status = 'queued' \
             AND kind IN ('reset-password', 'password-reset-started') LIMIT 1",
            arguments![account_id, address],
        )
        .await?;
    match is_it {
        Some(_) => kill_links(change).await,
        None => Ok(()),
    }
}

/// Decides what becomes of a mail with such a link when its turn comes: the token is made now. It replaces one that the
/// account had.
pub(crate) async fn prepare(change: &mut Change, recipient: &str) -> Result<Prepared> {
    let (account_id, now) = (change.account_id(), change.now());
    let recipients = mail::confirmed_recipients(change).await?;
    if recipients.first().is_none_or(|root| root != recipient) {
        return Ok(Prepared::Needless(MailReason::NoLongerNeeded));
    }
    let token = new_secret(change.state());
    change
        .transaction()
        .execute(
            "INSERT INTO password_resets (account_id, token_hash, app_token_hash, expires_at, recipient) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id) DO UPDATE SET token_hash = excluded.token_hash, \
             app_token_hash = excluded.app_token_hash, opened_hash = NULL, expires_at = excluded.expires_at, \
             recipient = excluded.recipient",
            arguments![
                account_id,
                &hash(&token),
                &hash(&app_token(&token)),
                now.plus_seconds(LINK_VALID_SECONDS),
                recipient
            ],
        )
        .await?;
    Ok(Prepared::Link(token))
}

/// Whose live link this token is. One that lasts longer than any minted now was minted by a clock that was ahead, and is
/// as good as too old.
pub(super) async fn find(state: &ServerState, token_hash: &[u8; 32]) -> Result<Option<AccountId>> {
    let now = state.now();
    state
        .database
        .fetch_optional(
            "SELECT account_id FROM password_resets \
             WHERE (token_hash = $1 OR opened_hash = $1) AND expires_at > $2 AND expires_at <= $3",
            arguments![token_hash, now, now.plus_seconds(LINK_VALID_SECONDS)],
        )
        .await?
        .map(|row| row.parsed(0, "password_resets", "account_id"))
        .transpose()
}

/// Whose live link into the app this token is of.
pub(super) async fn find_in_app(
    state: &ServerState,
    app_token_hash: &[u8; 32],
) -> Result<Option<AccountId>> {
    let now = state.now();
    state
        .database
        .fetch_optional(
            "SELECT account_id FROM password_resets WHERE app_token_hash = $1 AND expires_at > $2 AND expires_at <= $3",
            arguments![app_token_hash, now, now.plus_seconds(LINK_VALID_SECONDS)],
        )
        .await?
        .map(|row| row.parsed(0, "password_resets", "account_id"))
        .transpose()
}

/// Whether the link into the app that stands on the page of this token works somewhere: a device of the account asked for it.
/// Whoever asks has the token, and so learns nothing of accounts.
pub(crate) async fn opens_in_app(state: &ServerState, token: &str) -> Result<bool> {
    let now = state.now();
    state
        .database
        .fetch_optional(
            "SELECT 1 FROM password_resets JOIN recovery_askers \
             ON recovery_askers.account_id = password_resets.account_id \
             WHERE token_hash = $1 AND expires_at > $2 AND expires_at <= $3 LIMIT 1",
            arguments![&hash(token), now, now.plus_seconds(LINK_VALID_SECONDS)],
        )
        .await
        .map(|found| found.is_some())
}

/// A token that resets the password in the place of the page's, for the link into the app; `None` unless the device with this
/// key asked for it.
pub(super) async fn open(
    change: &mut Change,
    app_token_hash: &[u8; 32],
    key: &DevicePublicKey,
) -> Result<Option<String>> {
    let token = new_secret(change.state());
    let (account_id, now) = (change.account_id(), change.now());
    let opened = change
        .transaction()
        .execute(
            "UPDATE password_resets SET opened_hash = $3 \
             WHERE account_id = $1 AND app_token_hash = $2 AND expires_at > $4 AND expires_at <= $5 \
             AND EXISTS (SELECT 1 FROM recovery_askers WHERE account_id = $1 AND public_key = $6)",
            arguments![
                account_id,
                app_token_hash,
                &hash(&token),
                now,
                now.plus_seconds(LINK_VALID_SECONDS),
                &key.0
            ],
        )
        .await?;
    Ok((opened == 1).then_some(token))
}

/// A link that was used up.
pub(super) struct Consumed {
    /// The device in whose app it was followed; `None` for the page.
    pub in_app: Option<DevicePublicKey>,
}

/// Uses up a link of the account; `None` when it was used, replaced or has expired. Of any number at once one gets it.
pub(super) async fn consume(
    change: &mut Change,
    token_hash: &[u8; 32],
) -> Result<Option<Consumed>> {
    let (account_id, now) = (change.account_id(), change.now());
    let row = change
        .transaction()
        .fetch_optional(
            "DELETE FROM password_resets WHERE account_id = $1 AND (token_hash = $2 OR opened_hash = $2) \
             AND expires_at > $3 AND expires_at <= $4 RETURNING CASE WHEN token_hash = $2 THEN NULL ELSE \
             (SELECT a.public_key FROM recovery_askers a WHERE a.account_id = password_resets.account_id) END",
            arguments![account_id, token_hash, now, now.plus_seconds(LINK_VALID_SECONDS)],
        )
        .await?;
    row.map(|row| {
        Ok(Consumed {
            in_app: row.optional_text(0)?.map(DevicePublicKey),
        })
    })
    .transpose()
}

/// Who has such a mail sent, each with a share of their own: anybody may ask for one by a name, and must not keep an
/// administrator from helping its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Whoever forgot the password, or says so.
    Anybody,
    /// An administrator.
    Administrator,
}

const HOUR: i64 = 3600 * Timestamp::SECOND;

/// Counts a mail to the account; false when the share is used up. Three at once, then one an hour.
pub(super) async fn count_mail(change: &mut Change, share: Share) -> Result<bool> {
    // A count that is whole later than this was counted by a clock that was ahead, and holds nothing back.
    const WHOLE: i64 = 3 * HOUR;
    let (account_id, now) = (change.account_id(), change.now().0);
    let sql = match share {
        Share::Anybody => {
            "INSERT INTO recovery_limits (account_id, whole_at) VALUES ($1, $2) \
             ON CONFLICT (account_id) DO UPDATE SET whole_at = \
             CASE WHEN recovery_limits.whole_at > $3 AND recovery_limits.whole_at <= $4 \
             THEN recovery_limits.whole_at + $5 ELSE excluded.whole_at END \
             WHERE recovery_limits.whole_at <= $4 - $5 OR recovery_limits.whole_at > $4"
        }
        Share::Administrator => {
            "INSERT INTO recovery_limits (account_id, whole_at, started_whole_at) VALUES ($1, 0, $2) \
             ON CONFLICT (account_id) DO UPDATE SET started_whole_at = \
             CASE WHEN recovery_limits.started_whole_at > $3 AND recovery_limits.started_whole_at <= $4 \
             THEN recovery_limits.started_whole_at + $5 ELSE excluded.started_whole_at END \
             WHERE recovery_limits.started_whole_at <= $4 - $5 OR recovery_limits.started_whole_at > $4"
        }
    };
    let counted = change
        .transaction()
        .execute(
            sql,
            arguments![account_id, now + HOUR, now, now + WHOLE, HOUR],
        )
        .await?;
    Ok(counted == 1)
}

/// In how many seconds another mail to the account is allowed, when [`count_mail`] has said no.
pub(super) async fn wait_for_mail(change: &mut Change, share: Share) -> Result<u32> {
    let (account_id, now) = (change.account_id(), change.now());
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT whole_at, started_whole_at FROM recovery_limits WHERE account_id = $1",
            arguments![account_id],
        )
        .await?;
    let column = match share {
        Share::Anybody => 0,
        Share::Administrator => 1,
    };
    let whole_at = row.map_or(Ok(now.0), |row| row.integer(column))?;
    let left = whole_at - 2 * HOUR - now.0;
    let whole_seconds = (left + Timestamp::SECOND - 1).div_euclid(Timestamp::SECOND);
    Ok(u32::try_from(whole_seconds).unwrap_or(1))
}
