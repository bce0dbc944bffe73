//! The standing of devices, and what they get at a sign-in.

use latchkey_protocol::identifiers::{DeviceId, SessionId};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{DevicePublicKey, EndedNotice, EndedReason, Session};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::trust::{PROBATION_MAXIMUM, Standing, UNSEEN_DAYS};

use crate::arguments;
use crate::database::{Error, Result};
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::sessions;
use crate::sync::Change;

/// Mails a day about new devices: whoever has the password and signs in on device after device fills no mailbox.
const MAILED_PER_DAY: u64 = 20;

/// Refuses a password that opens nothing new, unless it is given by `known`, a trusted device.
pub(crate) async fn refuse_spoiled(change: &mut Change, known: Option<DeviceId>) -> Answer<()> {
    if known.is_some() {
        return Ok(());
    }
    let account_id = change.account_id();
    let spoiled = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM accounts WHERE id = $1 AND spoiled_at IS NOT NULL",
            arguments![account_id],
        )
        .await?;
    match spoiled {
        Some(_) => Err(Refusal::new(ProblemCode::PasswordSpoiled)),
        None => Ok(()),
    }
}

/// The standing that a device gets by signing in, whose row is there. `vouched` says that something older than the device
/// spoke for it. When it comes on probation, the account's addresses are told, and of too many on probation the one that
/// has been so for longest is out. Whoever commits rings the mail worker.
pub(crate) async fn at_sign_in(
    change: &mut Change,
    device_id: DeviceId,
    session: &Session,
    vouched: bool,
) -> Result<Standing> {
    let (account_id, now) = (change.account_id(), change.now());
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT d.standing, d.standing_at, (SELECT max(s.last_active_at) FROM sessions s WHERE s.device_id = d.id) \
             FROM devices d WHERE d.id = $1 AND d.account_id = $2",
            arguments![device_id, account_id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("devices", "id", device_id))?;
    let standing: Standing = row.parsed(0, "devices", "standing")?;
    let seen_at = row.optional_integer(2)?;
    let unseen = now.plus_seconds(-UNSEEN_DAYS * 86_400).0;
    if standing == Standing::Trusted && seen_at.is_some_and(|seen_at| seen_at > unseen) {
        return Ok(standing);
    }
    if vouched || is_nobody_to_ask(change).await? {
        set(change, device_id, Standing::Trusted).await?;
        return Ok(Standing::Trusted);
    }
    if standing != Standing::Probation {
        set(change, device_id, Standing::Probation).await?;
        let parameters = Parameters {
            device: session.device_name.clone(),
            system: session.operating_system.clone(),
            origin: session.address.clone(),
            ..Parameters::default()
        };
        let about = device_id.to_string();
        let (kind, about) = (Kind::SignInAlert, Some(about.as_str()));
        mail::notify_some(change, kind, &parameters, about, MAILED_PER_DAY).await?;
        end_over_the_most(change, device_id).await?;
    }
    Ok(Standing::Probation)
}

/// Whether the account has nobody who could say yes: no address is confirmed, and no trusted device is signed in.
async fn is_nobody_to_ask(change: &mut Change) -> Result<bool> {
    if !change.state().config.confirms_addresses() {
        return Ok(true);
    }
    let (account_id, now) = (change.account_id(), change.now());
    let somebody = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM emails WHERE account_id = $1 AND confirmed_at IS NOT NULL \
             UNION ALL SELECT 1 FROM sessions s JOIN devices d ON d.id = s.device_id WHERE s.account_id = $1 \
             AND s.ended_at IS NULL AND s.expires_at > $2 AND d.standing = 'trusted' LIMIT 1",
            arguments![account_id, now],
        )
        .await?;
    Ok(somebody.is_none())
}

/// Gives a device another standing.
pub(super) async fn set(
    change: &mut Change,
    device_id: DeviceId,
    standing: Standing,
) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    change
        .transaction()
        .execute(
            "UPDATE devices SET standing = $3, standing_at = $4 WHERE id = $1 AND account_id = $2",
            arguments![device_id, account_id, standing.name(), now],
        )
        .await
        .map(drop)
}

/// Suspends devices on probation, those first that have been for longest, until there are no more than may be.
async fn end_over_the_most(change: &mut Change, newest: DeviceId) -> Result<()> {
    let account_id = change.account_id();
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT DISTINCT d.id, d.standing_at FROM devices d JOIN sessions s ON s.device_id = d.id \
             WHERE d.account_id = $1 AND d.standing = 'probation' AND d.id <> $2 AND s.ended_at IS NULL \
             ORDER BY d.standing_at DESC, d.id DESC",
            arguments![account_id, newest],
        )
        .await?;
    for row in rows.iter().skip(PROBATION_MAXIMUM - 1) {
        let device_id = row.parsed(0, "devices", "id")?;
        suspend(change, device_id, EndedReason::TooManyDevices).await?;
    }
    Ok(())
}

/// Suspends a device and ends its sessions; which were live.
pub(super) async fn suspend(
    change: &mut Change,
    device_id: DeviceId,
    reason: EndedReason,
) -> Result<Vec<SessionId>> {
    set(change, device_id, Standing::Suspended).await?;
    let (account_id, now) = (change.account_id(), change.now());
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT id FROM sessions WHERE device_id = $1 AND account_id = $2 AND ended_at IS NULL ORDER BY id",
            arguments![device_id, account_id],
        )
        .await?;
    let mut ended = Vec::new();
    for row in rows {
        let session_id: SessionId = row.parsed(0, "sessions", "id")?;
        let notice = EndedNotice {
            session_id,
            at: now,
            reason,
            by_session_id: change.actor().session_id,
            by_device_name: change.actor().device_name.clone(),
        };
        if sessions::end_noted(change, notice).await? {
            ended.push(session_id);
        }
    }
    Ok(ended)
}

/// Trusts a device, and says so in the records of its live sessions.
pub(super) async fn trust(change: &mut Change, device_id: DeviceId) -> Result<()> {
    set(change, device_id, Standing::Trusted).await?;
    let account_id = change.account_id();
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT id FROM sessions WHERE device_id = $1 AND account_id = $2 AND ended_at IS NULL ORDER BY id",
            arguments![device_id, account_id],
        )
        .await?;
    for row in rows {
        let session_id: SessionId = row.parsed(0, "sessions", "id")?;
        if let Some(mut session) = change
            .get::<Session>(Collection::Sessions, session_id)
            .await?
        {
            session.standing = Standing::Trusted;
            let collection = Collection::Sessions;
            change.put(collection, session_id, &session).await?;
        }
    }
    Ok(())
}

/// Trusts the device with this key: a link to the primary address was followed on it.
pub(crate) async fn approve_key(change: &mut Change, key: &DevicePublicKey) -> Result<()> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT id FROM devices WHERE account_id = $1 AND public_key = $2 AND standing <> 'trusted'",
            arguments![account_id, &key.0],
        )
        .await?;
    match row {
        Some(row) => trust(change, row.parsed(0, "devices", "id")?).await,
        None => Ok(()),
    }
}

/// A device of the account, by one of its sessions.
pub(super) struct Device {
    pub id: DeviceId,
    pub name: String,
    pub standing: Standing,
}

/// The device of a session of the account; 404 for a session of another one, and for one that is not there.
pub(super) async fn of_session(change: &mut Change, session_id: SessionId) -> Answer<Device> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT d.id, d.name, d.standing FROM sessions s JOIN devices d ON d.id = s.device_id \
             WHERE s.id = $1 AND s.account_id = $2",
            arguments![session_id, account_id],
        )
        .await?
        .ok_or_else(Refusal::not_found)?;
    Ok(Device {
        id: row.parsed(0, "devices", "id")?,
        name: row.text(1)?,
        standing: row.parsed(2, "devices", "standing")?,
    })
}

/// A device of the account.
pub(super) async fn find(change: &mut Change, id: DeviceId) -> Result<Option<Device>> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT name, standing FROM devices WHERE id = $1 AND account_id = $2",
            arguments![id, account_id],
        )
        .await?;
    row.map(|row| {
        Ok(Device {
            id,
            name: row.text(0)?,
            standing: row.parsed(1, "devices", "standing")?,
        })
    })
    .transpose()
}

/// 409 unless the device is on probation.
pub(super) fn refuse_unless_on_probation(device: &Device) -> Answer<()> {
    match device.standing {
        Standing::Probation => Ok(()),
        Standing::Trusted | Standing::Suspended => {
            Err(Refusal::new(ProblemCode::NotAllowedNow)
                .with_detail("this device is not on probation"))
        }
    }
}
