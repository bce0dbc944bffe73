//! The links that reset a password, one live for an account: on the page, and in the app of the device that asked for it.

use latchkey_protocol::mail::MailReason;
use latchkey_protocol::recovery::{LINK_VALID_SECONDS, app_token};
use latchkey_protocol::sessions::DevicePublicKey;

use crate::arguments;
use crate::database::Result;
use crate::mail::{self, Kind, Prepared};
use crate::secrets::link::{self, Link, Purpose};
use crate::state::ServerState;
use crate::sync::Change;

/// Those that reset the password, on the page and in the app.
const RESETTING: [Purpose; 2] = [Purpose::ResetPassword, Purpose::ResetOpened];

/// Kills the account's link, on its way or delivered. For everything after which an older link must not work any more.
pub async fn kill_links(change: &mut Change) -> Result<()> {
    let account_id = change.account_id();
    for kind in [Kind::ResetPassword, Kind::PasswordResetStarted] {
        mail::withdraw(change, kind, account_id).await?;
    }
    kill_tokens(change).await?;
    change
        .transaction()
        .execute(
            "DELETE FROM recovery_askers WHERE account_id = $1",
            arguments![account_id],
        )
        .await?;
    Ok(())
}

async fn kill_tokens(change: &mut Change) -> Result<()> {
    let account_id = change.account_id();
    for purpose in [
        Purpose::ResetPassword,
        Purpose::ResetInApp,
        Purpose::ResetOpened,
    ] {
        link::kill(change, purpose, account_id).await?;
    }
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
            "SELECT 1 FROM links WHERE account_id = $1 AND purpose = 'reset-password' AND about = $2 AND used_at IS NULL \
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
    kill_tokens(change).await?;
    let token = link::mint(change, Purpose::ResetPassword, account_id, Some(recipient)).await?;
    let expires_at = now.plus_seconds(LINK_VALID_SECONDS);
    let in_app = app_token(&token);
    link::put(
        change,
        Purpose::ResetInApp,
        &in_app,
        account_id,
        None,
        expires_at,
    )
    .await?;
    Ok(Prepared::Link(token))
}

/// The live link with this token, which resets the password.
pub(super) async fn find(state: &ServerState, token: &str) -> Result<Option<Link>> {
    link::find(state, token, &RESETTING).await
}

/// Whether the link into the app that stands on the page of this token works somewhere: a device of the account asked for it.
/// Whoever asks has the token, and so learns nothing of accounts.
pub(crate) async fn opens_in_app(state: &ServerState, token: &str) -> Result<bool> {
    let Some(link) = link::find(state, token, &[Purpose::ResetPassword]).await? else {
        return Ok(false);
    };
    state
        .database
        .fetch_optional(
            "SELECT 1 FROM recovery_askers WHERE account_id = $1",
            arguments![link.account_id],
        )
        .await
        .map(|found| found.is_some())
}

/// A token that resets the password in the place of the page's, for the link into the app; `None` unless the device with this
/// key asked for it.
pub(super) async fn open(
    change: &mut Change,
    app_token: &str,
    key: &DevicePublicKey,
) -> Result<Option<String>> {
    let account_id = change.account_id();
    let Some(link) = link::find_within(change, app_token, &[Purpose::ResetInApp]).await? else {
        return Ok(None);
    };
    let asked = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM recovery_askers WHERE account_id = $1 AND public_key = $2",
            arguments![account_id, &key.0],
        )
        .await?;
    if asked.is_none() {
        return Ok(None);
    }
    let token = link::new_secret(change.state());
    // No longer than the link: whoever opens it again gains no time.
    let expires_at = link.expires_at;
    link::put(
        change,
        Purpose::ResetOpened,
        &token,
        account_id,
        None,
        expires_at,
    )
    .await?;
    Ok(Some(token))
}

/// A link that was used up.
pub(super) struct Consumed {
    /// The device in whose app it was followed; `None` for the page.
    pub in_app: Option<DevicePublicKey>,
}

/// Uses up a link of the account with all that was made of it; `None` when it was used, replaced or has expired. Of any
/// number at once one gets it.
pub(super) async fn consume(change: &mut Change, link: &Link) -> Result<Option<Consumed>> {
    if !link::consume(change, link).await? {
        return Ok(None);
    }
    kill_tokens(change).await?;
    if link.purpose == Purpose::ResetPassword {
        return Ok(Some(Consumed { in_app: None }));
    }
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT public_key FROM recovery_askers WHERE account_id = $1",
            arguments![account_id],
        )
        .await?;
    let key = row.map(|row| row.text(0)).transpose()?;
    Ok(Some(Consumed {
        in_app: key.map(DevicePublicKey),
    }))
}
