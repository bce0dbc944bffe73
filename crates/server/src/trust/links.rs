//! What the links in mails need to act: all of them go to the primary address alone.

use latchkey_protocol::identifiers::{DeviceId, MailId};
use latchkey_protocol::mail::MailReason;
use latchkey_protocol::sessions::DevicePublicKey;

use crate::arguments;
use crate::database::Result;
use crate::mail::{self, Prepared};
use crate::secrets::link::{self, Purpose};
use crate::sync::Change;

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
    let about = about.map(|device_id| device_id.to_string());
    let token = link::mint(change, Purpose::Lock, mail_id, about.as_deref()).await?;
    Ok(Prepared::Link(token))
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
    let token = link::mint(change, Purpose::ApproveDevice, device_id, None).await?;
    Ok(Prepared::Link(token))
}

/// Uses up the link that approves a device, which has this key; of any number at once one gets true.
pub(super) async fn consume_approval(
    change: &mut Change,
    device_id: DeviceId,
    token: &str,
    key: &DevicePublicKey,
) -> Result<bool> {
    let Some(link) = link::find_within(change, token, &[Purpose::ApproveDevice]).await? else {
        return Ok(false);
    };
    let is_it = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM devices WHERE id = $1 AND public_key = $2 AND standing = 'probation'",
            arguments![device_id, &key.0],
        )
        .await?;
    Ok(is_it.is_some()
        && link.subject::<DeviceId>()? == device_id
        && link::consume(change, &link).await?)
}
