//! Undoing what a device did whose sign-in is disowned. Whoever has the password may change it, or turn two-step sign-in
//! on, before the owner has answered; with resets frozen, the owner could then neither sign in nor lift the freeze. And
//! whoever leaves an address, a passkey or recovery codes behind would come back by them once the freeze is lifted.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::DeviceId;
use latchkey_protocol::sign_in_alerts::TAKEN_BACK_SECONDS;
use latchkey_protocol::time::Timestamp;

use crate::accounts;
use crate::arguments;
use crate::contacts;
use crate::database::{Result, Transaction};
use crate::email_change;
use crate::http::problem::Answer;
use crate::passkeys;
use crate::password;
use crate::second_factor;
use crate::sync::Change;

/// How long a password, a username or an address from before is kept, in microseconds. What a device added is known to be
/// its own until somebody answers.
const KEPT: i64 = 30 * 86_400 * Timestamp::SECOND;

/// The device of the one who acts, while nobody has answered whether its sign-in was the owner's.
pub(super) async fn device_in_question(change: &mut Change) -> Result<Option<DeviceId>> {
    device_asked_about(change, Timestamp(i64::MAX)).await
}

/// The device of the one who acts, while what it does can still be undone: nobody has answered whether its sign-in was the
/// owner's, or "it was me" can still be taken back.
pub(crate) async fn questioned_device(change: &mut Change) -> Result<Option<DeviceId>> {
    let since = change.now().plus_seconds(-TAKEN_BACK_SECONDS);
    device_asked_about(change, since).await
}

/// The device of the one who acts, if nobody has answered for it, or only after `since`.
async fn device_asked_about(change: &mut Change, since: Timestamp) -> Result<Option<DeviceId>> {
    let Some(session_id) = change.actor().session_id else {
        return Ok(None);
    };
    let account_id = change.account_id();
    change
        .transaction()
        .fetch_optional(
            "SELECT s.device_id FROM sessions s WHERE s.id = $1 AND s.account_id = $2 AND EXISTS \
             (SELECT 1 FROM sign_in_alerts a WHERE a.account_id = s.account_id AND a.device_id = s.device_id \
              AND (a.answered_at IS NULL OR a.answered_at > $3))",
            arguments![session_id, account_id, since],
        )
        .await?
        .map(|row| row.parsed(0, "sessions", "device_id"))
        .transpose()
}

/// Call it before the password is replaced: keeps the one so far when what the device does can still be undone, and the
/// one from before the first of several times. Whoever else replaces it makes what was kept void.
pub(crate) async fn keep_password(change: &mut Change, questioned: Option<DeviceId>) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let Some(device_id) = questioned else {
        return change
            .transaction()
            .execute(
                "DELETE FROM questioned_passwords WHERE account_id = $1",
                arguments![account_id],
            )
            .await
            .map(drop);
    };
    change
        .transaction()
        .execute(
            "INSERT INTO questioned_passwords (account_id, device_id, password_hash, changed_at) \
             SELECT id, $2, password_hash, $3 FROM accounts WHERE id = $1 \
             ON CONFLICT (account_id, device_id) DO NOTHING",
            arguments![account_id, device_id, now],
        )
        .await
        .map(drop)
}

/// Call it before the username is replaced: keeps the one so far, as [`keep_password`] does the password.
pub(crate) async fn keep_username(change: &mut Change, username: &str) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let Some(device_id) = questioned_device(change).await? else {
        return change
            .transaction()
            .execute(
                "DELETE FROM questioned_usernames WHERE account_id = $1",
                arguments![account_id],
            )
            .await
            .map(drop);
    };
    change
        .transaction()
        .execute(
            "INSERT INTO questioned_usernames (account_id, device_id, username, changed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account_id, device_id) DO NOTHING",
            arguments![account_id, device_id, username, now],
        )
        .await
        .map(drop)
}

/// Call it when a confirmed address is removed: keeps it when what the device does can still be undone.
pub(crate) async fn keep_removed(change: &mut Change, address: &str) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let Some(device_id) = questioned_device(change).await? else {
        return Ok(());
    };
    change
        .transaction()
        .execute(
            "INSERT INTO questioned_removals (account_id, address, device_id, removed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account_id, address) DO UPDATE SET device_id = excluded.device_id, \
             removed_at = excluded.removed_at",
            arguments![account_id, address, device_id, now],
        )
        .await
        .map(drop)
}

/// The devices were not the owner's: what they changed is as it was before, and what they added is gone. So is what other
/// devices did that are in question still: one intruder may use several. Call it once the sessions are ended.
pub(crate) async fn undo(change: &mut Change, disowned: Vec<DeviceId>) -> Answer<()> {
    let devices = with_those_in_question(change, disowned).await?;
    for device_id in devices.iter().copied() {
        second_factor::undo_questioned(change, device_id).await?;
        passkeys::remove_questioned(change, device_id).await?;
        email_change::undo_questioned(change, device_id).await?;
        contacts::remove_questioned(change, device_id).await?;
    }
    // Once nothing of them is left: one may have added what another one removed.
    for device_id in devices.iter().copied() {
        restore_removed(change, device_id).await?;
    }
    restore_password(change, &devices).await?;
    restore_username(change, &devices).await
}

/// The devices, and those that somebody was asked about lately and nobody has answered for. An older question was seen and
/// left open: its device is as likely the owner's own.
async fn with_those_in_question(
    change: &mut Change,
    mut devices: Vec<DeviceId>,
) -> Result<Vec<DeviceId>> {
    let (account_id, now) = (change.account_id(), change.now());
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT DISTINCT device_id FROM sign_in_alerts WHERE account_id = $1 AND answered_at IS NULL \
             AND asked_at > $2 ORDER BY device_id",
            arguments![account_id, now.0 - KEPT],
        )
        .await?;
    for row in &rows {
        let device_id = row.parsed(0, "sign_in_alerts", "device_id")?;
        if !devices.contains(&device_id) {
            devices.push(device_id);
        }
    }
    Ok(devices)
}

/// The password is again the one from before any of the devices changed it.
async fn restore_password(change: &mut Change, devices: &[DeviceId]) -> Result<()> {
    const TAKE: &str = "DELETE FROM questioned_passwords WHERE account_id = $1 AND device_id = $2 \
                        RETURNING password_hash, changed_at";
    const VOID: &str = "DELETE FROM questioned_passwords WHERE account_id = $1 AND changed_at > $2";

    if let Some(before) = earliest(change, devices, TAKE, VOID).await? {
        // What was kept for a device that may be disowned later stays: this may be an intruder's from before it.
        password::replace(change, &before).await?;
        change
            .activity(ActivityKind::PasswordRestored, None)
            .await?;
    }
    Ok(())
}

/// The username is again the one from before any of the devices changed it, unless somebody has it by now.
async fn restore_username(change: &mut Change, devices: &[DeviceId]) -> Answer<()> {
    const TAKE: &str = "DELETE FROM questioned_usernames WHERE account_id = $1 AND device_id = $2 RETURNING username, changed_at";
    const VOID: &str = "DELETE FROM questioned_usernames WHERE account_id = $1 AND changed_at > $2";

    if let Some(before) = earliest(change, devices, TAKE, VOID).await? {
        accounts::restore_username(change, &before).await?;
    }
    Ok(())
}

/// Of what was kept for each of the devices, the one that was kept first. `take` takes them away and returns them, each with
/// when that was; `void` takes away what was kept since for others, which is from after the change that is undone.
async fn earliest(
    change: &mut Change,
    devices: &[DeviceId],
    take: &'static str,
    void: &'static str,
) -> Result<Option<String>> {
    let account_id = change.account_id();
    let mut first: Option<(i64, String)> = None;
    for device_id in devices {
        let row = change
            .transaction()
            .fetch_optional(take, arguments![account_id, *device_id])
            .await?;
        if let Some(row) = row {
            let kept = (row.integer(1)?, row.text(0)?);
            if first.as_ref().is_none_or(|(at, _)| kept.0 < *at) {
                first = Some(kept);
            }
        }
    }
    let Some((at, kept)) = first else {
        return Ok(None);
    };
    change
        .transaction()
        .execute(void, arguments![account_id, at])
        .await?;
    Ok(Some(kept))
}

/// The addresses that the device removed are the account's again, unless another account has them by now.
async fn restore_removed(change: &mut Change, device_id: DeviceId) -> Result<()> {
    let account_id = change.account_id();
    let rows = change
        .transaction()
        .fetch_all(
            "DELETE FROM questioned_removals WHERE account_id = $1 AND device_id = $2 RETURNING address",
            arguments![account_id, device_id],
        )
        .await?;
    for row in rows {
        contacts::restore(change, &row.text(0)?).await?;
    }
    Ok(())
}

/// Forgets what was kept for too long: until an answer on its last day could no longer be taken back.
pub(crate) async fn forget_old(transaction: &mut Transaction, now: Timestamp) -> Result<()> {
    for sql in [
        "DELETE FROM questioned_passwords WHERE changed_at <= $1",
        "DELETE FROM questioned_usernames WHERE changed_at <= $1",
        "DELETE FROM questioned_removals WHERE removed_at <= $1",
    ] {
        let since = now.plus_seconds(-TAKEN_BACK_SECONDS);
        transaction.execute(sql, arguments![since.0 - KEPT]).await?;
    }
    Ok(())
}
