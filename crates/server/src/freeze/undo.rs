//! Undoing what a device did whose sign-in is disowned. Whoever has the password may change it, or turn two-step sign-in
//! on, before the owner has answered; with resets frozen, the owner could then neither sign in nor lift the freeze.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::DeviceId;
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database::{Result, Transaction};
use crate::password;
use crate::second_factor;
use crate::sync::Change;

/// How long a password from before is kept, in microseconds.
const KEPT: i64 = 30 * 86_400 * Timestamp::SECOND;

/// The device of the one who acts, while nobody has answered whether its sign-in was the owner's.
pub(crate) async fn questioned_device(change: &mut Change) -> Result<Option<DeviceId>> {
    let Some(session_id) = change.actor().session_id else {
        return Ok(None);
    };
    let account_id = change.account_id();
    change
        .transaction()
        .fetch_optional(
            "SELECT s.device_id FROM sessions s WHERE s.id = $1 AND s.account_id = $2 AND EXISTS \
             (SELECT 1 FROM sign_in_alerts a WHERE a.device_id = s.device_id AND a.answered_at IS NULL)",
            arguments![session_id, account_id],
        )
        .await?
        .map(|row| row.parsed(0, "sessions", "device_id"))
        .transpose()
}

/// Call it before the password is replaced: keeps the one so far when the device that replaces it is in question, and the
/// one from before the first of several. Whoever else replaces it makes what was kept void.
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
             SELECT id, $2, password_hash, $3 FROM accounts WHERE id = $1 ON CONFLICT (account_id) DO NOTHING",
            arguments![account_id, device_id, now],
        )
        .await
        .map(drop)
}

/// The device was the owner's: what it changed stays.
pub(crate) async fn confirm(change: &mut Change, device_id: DeviceId) -> Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "UPDATE second_factors SET questioned_device_id = NULL WHERE account_id = $1 AND questioned_device_id = $2",
            arguments![account_id, device_id],
        )
        .await?;
    change
        .transaction()
        .execute(
            "DELETE FROM questioned_passwords WHERE account_id = $1 AND device_id = $2",
            arguments![account_id, device_id],
        )
        .await
        .map(drop)
}

/// The device was not the owner's: the password is again the one from before it, and two-step sign-in is off again if it
/// turned it on. So is what another device did that is in question still: one intruder may use two. Call it once the
/// sessions are ended.
pub(crate) async fn undo(change: &mut Change, device_id: DeviceId) -> Result<()> {
    let account_id = change.account_id();
    let before = change
        .transaction()
        .fetch_optional(
            "DELETE FROM questioned_passwords WHERE account_id = $1 AND (device_id = $2 OR EXISTS \
             (SELECT 1 FROM sign_in_alerts a WHERE a.device_id = questioned_passwords.device_id \
             AND a.answered_at IS NULL)) RETURNING password_hash",
            arguments![account_id, device_id],
        )
        .await?;
    if let Some(before) = before {
        password::set(change, &before.text(0)?, None).await?;
        change
            .activity(ActivityKind::PasswordRestored, None)
            .await?;
    }
    let turned_on = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM second_factors f WHERE f.account_id = $1 AND f.enabled_at IS NOT NULL AND \
             (f.questioned_device_id = $2 OR EXISTS (SELECT 1 FROM sign_in_alerts a \
             WHERE a.device_id = f.questioned_device_id AND a.answered_at IS NULL))",
            arguments![account_id, device_id],
        )
        .await?;
    if turned_on.is_some() {
        second_factor::remove(change).await?;
        change
            .activity(ActivityKind::SecondFactorDisabled, None)
            .await?;
    }
    Ok(())
}

/// Forgets passwords that were kept for too long.
pub(crate) async fn forget_old(transaction: &mut Transaction, now: Timestamp) -> Result<()> {
    transaction
        .execute(
            "DELETE FROM questioned_passwords WHERE changed_at <= $1",
            arguments![now.0 - KEPT],
        )
        .await
        .map(drop)
}
