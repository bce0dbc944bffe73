//! Sign-ins that had the right password and no second factor: who never gives one has the password alone, and its owner
//! is told (ASVS V6.3.5).

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::sessions::{DeviceProof, DevicePublicKey};
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;

use super::sign_in::known_device;
use crate::activity;
use crate::arguments;
use crate::database::{Result, Row};
use crate::http::address::ClientAddress;
use crate::jobs::dealt_with;
use crate::mail::{self, Kind, Parameters};
use crate::state::ServerState;
use crate::sync::{Actor, Change};

/// How long a person may look for the phone, in microseconds.
const WAITS_FOR: i64 = 15 * 60 * Timestamp::SECOND;
/// Devices of an account that are kept at a time: each one with a key of its own costs an attacker nothing.
const DEVICES: i64 = 20;
/// Mails a day. Whoever has the password can begin as often as they like.
const MAILED_PER_DAY: u64 = 2;
/// Rows taken at a time; the next ones a minute later.
const BATCH: i64 = 500;

/// Notes that a device gave the right password and no second factor so far.
pub(crate) async fn note(
    state: &ServerState,
    account_id: AccountId,
    device: &DeviceProof,
    address: ClientAddress,
) -> Result<()> {
    let mut transaction = state.database.begin().await?;
    transaction
        .execute(
            "INSERT INTO unfinished_sign_ins (account_id, public_key, device_name, operating_system, address, began_at) \
             SELECT $1, $2, $3, $4, $5, $6 \
             WHERE (SELECT count(*) FROM unfinished_sign_ins WHERE account_id = $1) < $7 \
             ON CONFLICT (account_id, public_key) DO NOTHING",
            arguments![
                account_id,
                &device.public_key.0,
                text::line(&device.description.name),
                text::line(&device.description.operating_system),
                address.0.to_string(),
                state.now(),
                DEVICES
            ],
        )
        .await?;
    transaction.commit().await
}

/// The device has signed in.
pub(super) async fn finish(change: &mut Change, key: &DevicePublicKey) -> Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "DELETE FROM unfinished_sign_ins WHERE account_id = $1 AND public_key = $2",
            arguments![account_id, &key.0],
        )
        .await
        .map(drop)
}

/// Tells owners of sign-ins that nobody finished. Any number of nodes may do it at once.
pub(super) async fn tell(state: &Arc<ServerState>) -> Result<()> {
    let now = state.now();
    let rows = state
        .database
        .fetch_all(
            // One that began later than now was noted by a clock that was ahead.
            "SELECT account_id, public_key FROM unfinished_sign_ins WHERE began_at <= $1 OR began_at > $2 LIMIT $3",
            arguments![now.0 - WAITS_FOR, now.0 + WAITS_FOR, BATCH],
        )
        .await?;
    for row in rows {
        let told = tell_one(state, &row).await;
        dealt_with(told, "an unfinished sign-in could not be told of")?;
    }
    Ok(())
}

async fn tell_one(state: &Arc<ServerState>, row: &Row) -> Result<bool> {
    let account_id: AccountId = row.parsed(0, "unfinished_sign_ins", "account_id")?;
    let key = DevicePublicKey(row.text(1)?);
    let known = known_device(state, Some(account_id), &key).await?.is_some();
    let mut change = Change::begin(state, account_id).await?;
    let taken = change
        .transaction()
        .fetch_optional(
            "DELETE FROM unfinished_sign_ins WHERE account_id = $1 AND public_key = $2 \
             RETURNING device_name, operating_system, address",
            arguments![account_id, &key.0],
        )
        .await?;
    let Some(row) = taken else {
        return Ok(false);
    };
    let (device, system, address) = (row.text(0)?, row.text(1)?, row.text(2)?);
    let mut change = change.by(Actor {
        session_id: None,
        device_name: Some(device.clone()),
        address: Some(address.clone()),
    });
    activity::repeated(&mut change, ActivityKind::SignInUnfinished).await?;
    // Somebody at the owner's own device was held up.
    if !known {
        let parameters = Parameters {
            device,
            system,
            origin: address,
            ..Parameters::default()
        };
        mail::notify_some(
            &mut change,
            Kind::SignInUnfinished,
            &parameters,
            None,
            MAILED_PER_DAY,
        )
        .await?;
    }
    change.commit().await?;
    Ok(true)
}
