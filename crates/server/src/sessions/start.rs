//! Opening a session for a device.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::{DeviceId, SessionId};
use latchkey_protocol::problem::FieldProblem;
use latchkey_protocol::quotas::Quota;
use latchkey_protocol::sessions::{
    DeviceDescription, DeviceProof, EndedNotice, EndedReason, Session, SignedIn, check_device_name,
};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::Standing;

use super::LIFETIME;
use super::end::{end_noted, end_session};
use super::rotate::new_token;
use super::storage::{expiry, hash_of};
use crate::allowance::{self, Allowance};
use crate::arguments;
use crate::database::{Error, Result};
use crate::http::problem::Answer;
use crate::sync::{Actor, Change};
use crate::trust;

/// Characters that an app's or system's name may have.
const DESCRIPTION_MAXIMUM: usize = 120;

/// The rules of what a device says of itself.
pub(crate) fn check_description(description: &DeviceDescription) -> Vec<FieldProblem> {
    let checks = [
        (
            "device.description.name",
            check_device_name(&description.name),
        ),
        (
            "device.description.app",
            text::check_line(&description.app, 0, DESCRIPTION_MAXIMUM),
        ),
        (
            "device.description.operating_system",
            text::check_line(&description.operating_system, 0, DESCRIPTION_MAXIMUM),
        ),
    ];
    checks
        .into_iter()
        .filter_map(|(field, checked)| checked.err().map(|code| FieldProblem::new(field, code)))
        .collect()
}

struct Device {
    id: DeviceId,
    name: String,
    first_seen_at: Timestamp,
    new: bool,
}

/// Opens a session for the device whose proof was verified, and names it as the one who does the rest of the change.
/// `activity` is what this is noted as; `None` for a sign-in, which depends on whether the device was here before. `vouched`
/// says that something older than the device spoke for it. Refused
/// when there were as many sign-ins within a day as may be: on this device, or, for one that is new, on new ones.
pub(crate) async fn start(
    change: Change,
    proof: &DeviceProof,
    address: IpAddr,
    activity: Option<ActivityKind>,
    vouched: bool,
) -> Answer<(Change, SignedIn)> {
    let mut change = change;
    let device = find_or_add(&mut change, proof).await?;
    count(&mut change, &device).await?;
    let now = change.now();
    let session_id = SessionId(change.state().new_identifier());
    let was_new = end_lost(&mut change, device.id, session_id).await?;
    end_over_the_most(&mut change, session_id, &device.name).await?;
    let token = new_token(change.state());
    let expires_at = Timestamp(now.0 + LIFETIME);
    let account_id = change.account_id();
    let mut session = Session {
        device_id: device.id,
        public_key: proof.public_key.clone(),
        device_name: device.name.clone(),
        kind: proof.description.kind,
        app: text::line(&proof.description.app).to_owned(),
        operating_system: text::line(&proof.description.operating_system).to_owned(),
        address: address.to_string(),
        first_seen_at: device.first_seen_at,
        signed_in_at: now,
        last_active_at: now,
        expires_at,
        new_device: device.new || was_new,
        standing: Standing::Trusted,
        ended: None,
        receipt: None,
        stamps: BTreeMap::new(),
    };
    session.standing = trust::at_sign_in(&mut change, device.id, &session, vouched).await?;
    change
        .transaction()
        .execute(
            "INSERT INTO sessions (id, token_hash, account_id, device_id, expires_at, last_active_at, published) \
             VALUES ($1, $2, $3, $4, $5, $6, 1)",
            arguments![session_id, &hash_of(&token), account_id, device.id, expires_at, now],
        )
        .await?;
    change
        .put(Collection::Sessions, session_id, &session)
        .await?;
    let mut change = change.by(Actor {
        session_id: Some(session_id),
        device_name: Some(device.name.clone()),
        address: Some(address.to_string()),
    });
    let kind = activity.unwrap_or(if device.new {
        ActivityKind::SignedInFromNewDevice
    } else {
        ActivityKind::SignedIn
    });
    change.activity(kind, Some(device.name)).await?;
    let signed_in = SignedIn {
        token,
        session_id,
        account_id,
        device_id: device.id,
        expires_at,
    };
    Ok((change, signed_in))
}

/// Counts a sign-in. A device that was here before has its own: nobody uses it up by signing in elsewhere.
async fn count(change: &mut Change, device: &Device) -> Answer<()> {
    let state = Arc::clone(change.state());
    let (what, subject) = if device.new {
        let new_devices = (Allowance::NewDevices, Quota::NewDevices);
        (new_devices, change.account_id().to_string())
    } else {
        ((Allowance::SignIns, Quota::SignIns), device.id.to_string())
    };
    allowance::take_or_refuse(&state, change.transaction(), what, subject).await
}

/// Makes room for one more session where the account has as many as it may (ASVS V7.1.2). The one ends that is idle for
/// longest, of those first that are on probation: whoever has the password and signs in over and over puts
/// out their own devices, and not the owner's. Refusing the new one instead would let them keep the owner out.
async fn end_over_the_most(change: &mut Change, by: SessionId, by_name: &str) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT s.id, s.expires_at, s.last_active_at FROM sessions s JOIN devices d ON d.id = s.device_id \
             WHERE s.account_id = $1 AND s.ended_at IS NULL \
             ORDER BY CASE WHEN d.standing = 'trusted' THEN 1 ELSE 0 END, s.last_active_at, s.id",
            arguments![account_id],
        )
        .await?;
    let mut live = Vec::new();
    for row in &rows {
        let session_id: SessionId = row.parsed(0, "sessions", "id")?;
        let (expires_at, last_active_at) = (Timestamp(row.integer(1)?), Timestamp(row.integer(2)?));
        match expiry(session_id, expires_at, last_active_at, now) {
            Some(notice) => drop(end_session(change, notice).await?),
            None => live.push(session_id),
        }
    }
    let most = change.state().config.quotas.sessions as usize;
    let over = (live.len() + 1).saturating_sub(most);
    for session_id in live.into_iter().take(over) {
        let notice = EndedNotice {
            session_id,
            at: now,
            reason: EndedReason::TooManyDevices,
            by_session_id: Some(by),
            by_device_name: Some(by_name.to_owned()),
        };
        end_noted(change, notice).await?;
    }
    Ok(())
}

/// Ends the sessions that the device has and does not know of: it signs in anew, so their answers never reached it. They
/// leave the account's view, where they would stand as devices that nobody reaches. Whether one of them was the first of its
/// device.
async fn end_lost(change: &mut Change, device_id: DeviceId, by: SessionId) -> Result<bool> {
    let account_id = change.account_id();
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT id, expires_at, last_active_at FROM sessions WHERE device_id = $1 AND account_id = $2 \
             AND ended_at IS NULL ORDER BY id",
            arguments![device_id, account_id],
        )
        .await?;
    let mut was_new = false;
    for row in rows {
        let session_id: SessionId = row.parsed(0, "sessions", "id")?;
        let (expires_at, last_active_at) = (Timestamp(row.integer(1)?), Timestamp(row.integer(2)?));
        let now = change.now();
        if let Some(notice) = expiry(session_id, expires_at, last_active_at, now) {
            // That one was known to its device, and stays in view like any other that ran out.
            end_session(change, notice).await?;
            continue;
        }
        let record: Option<Session> = change.get(Collection::Sessions, session_id).await?;
        was_new |= record.is_some_and(|session| session.new_device);
        let notice = EndedNotice {
            session_id,
            at: now,
            reason: EndedReason::SignedOut,
            by_session_id: Some(by),
            by_device_name: None,
        };
        let stored = serde_json::to_string(&notice)
            .map_err(|_| Error::inconsistent("sessions", "ended_notice", session_id))?;
        change
            .transaction()
            .execute(
                "UPDATE sessions SET ended_at = $2, ended_notice = $3, published = 0 WHERE id = $1",
                arguments![session_id, now, stored],
            )
            .await?;
        change.tell_ended(notice);
        change.remove(Collection::Sessions, session_id).await?;
    }
    Ok(was_new)
}

/// The account's device with this key. A device that was here before keeps the name that it was given then.
async fn find_or_add(change: &mut Change, proof: &DeviceProof) -> Result<Device> {
    let account_id = change.account_id();
    let now = change.now();
    let known = change
        .transaction()
        .fetch_optional(
            "SELECT id, name, first_seen_at, standing FROM devices WHERE account_id = $1 AND public_key = $2",
            arguments![account_id, &proof.public_key.0],
        )
        .await?;
    if let Some(row) = known {
        let id: DeviceId = row.parsed(0, "devices", "id")?;
        let suspended = row.parsed::<Standing>(3, "devices", "standing")? == Standing::Suspended;
        if suspended {
            // It comes as if for the first time.
            change
                .transaction()
                .execute(
                    "UPDATE devices SET first_seen_at = $2 WHERE id = $1",
                    arguments![id, now],
                )
                .await?;
        }
        return Ok(Device {
            id,
            name: row.text(1)?,
            first_seen_at: if suspended {
                now
            } else {
                Timestamp(row.integer(2)?)
            },
            new: suspended,
        });
    }
    let device = Device {
        id: DeviceId(change.state().new_identifier()),
        name: text::line(&proof.description.name).to_owned(),
        first_seen_at: now,
        new: true,
    };
    change
        .transaction()
        .execute(
            "INSERT INTO devices (id, account_id, public_key, name, first_seen_at) VALUES ($1, $2, $3, $4, $5)",
            arguments![device.id, account_id, &proof.public_key.0, &device.name, now],
        )
        .await?;
    Ok(device)
}
