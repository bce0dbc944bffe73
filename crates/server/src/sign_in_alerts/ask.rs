//! Asking.

use latchkey_protocol::identifiers::{DeviceId, SessionId};
use latchkey_protocol::sessions::Session;
use latchkey_protocol::sync::Collection;

use crate::arguments;
use crate::database::Result;
use crate::mail::{self, Kind, Parameters};
use crate::sync::Change;

/// Mails about new devices an hour. Whoever signs in on device after device, with the right password, fills no mailbox;
/// the question itself is asked for each of them.
const MAILED_PER_HOUR: u64 = 5;

/// Whether a device that is new to the account is to be asked about: not the first one of all, which nobody else could
/// answer for.
async fn is_first_of_all(change: &mut Change, device_id: DeviceId) -> Result<bool> {
    let account_id = change.account_id();
    let others = change
        .transaction()
        .fetch_optional(
            "SELECT count(*) FROM devices WHERE account_id = $1 AND id <> $2",
            arguments![account_id, device_id],
        )
        .await?
        .map_or(Ok(0), |row| row.count(0))?;
    Ok(others == 0)
}

/// Asks whether the first sign-in of a device was the owner's, and mails all confirmed addresses. True when it is asked:
/// the session's record says so. Whoever commits rings the mail worker.
pub(crate) async fn ask(
    change: &mut Change,
    session_id: SessionId,
    session: &Session,
) -> Result<bool> {
    let device_id = session.device_id;
    if is_first_of_all(change, device_id).await? {
        return Ok(false);
    }
    let (account_id, now) = (change.account_id(), change.now());
    let mailed = change
        .transaction()
        .fetch_optional(
            "SELECT count(*) FROM sign_in_alerts WHERE account_id = $1 AND asked_at > $2",
            arguments![account_id, now.plus_seconds(-3600)],
        )
        .await?
        .map_or(Ok(0), |row| row.count(0))?;
    change
        .transaction()
        .execute(
            "INSERT INTO sign_in_alerts (session_id, account_id, device_id, asked_at) VALUES ($1, $2, $3, $4)",
            arguments![session_id, account_id, device_id, now],
        )
        .await?;
    if mailed < MAILED_PER_HOUR {
        let parameters = Parameters {
            device: session.device_name.clone(),
            system: session.operating_system.clone(),
            origin: session.address.clone(),
            ..Parameters::default()
        };
        let about = session_id.to_string();
        mail::notify_all(change, Kind::SignInAlert, &parameters, Some(&about)).await?;
    }
    Ok(true)
}

/// Lets an open question about a device, whose session ended before anybody answered, be about the session that the
/// device opens now: else it would stand nowhere, and the device be in question for ever. True when there was one.
pub(crate) async fn take_over(
    change: &mut Change,
    device_id: DeviceId,
    session_id: SessionId,
) -> Result<bool> {
    let account_id = change.account_id();
    let open = change
        .transaction()
        .fetch_optional(
            "SELECT session_id FROM sign_in_alerts WHERE account_id = $1 AND device_id = $2 AND answered_at IS NULL \
             AND session_id <> $3 ORDER BY asked_at DESC LIMIT 1",
            arguments![account_id, device_id, session_id],
        )
        .await?;
    match open {
        Some(row) => {
            let ended = row.parsed(0, "sign_in_alerts", "session_id")?;
            let moved = move_to(change, ended, session_id).await?;
            if moved {
                forget_question(change, ended).await?;
            }
            Ok(moved)
        }
        None => Ok(false),
    }
}

/// Takes the question from the record of a session that it is not about any more.
async fn forget_question(change: &mut Change, session_id: SessionId) -> Result<()> {
    let session: Option<Session> = change.get(Collection::Sessions, session_id).await?;
    if let Some(session) = session {
        let session = Session {
            alert: None,
            ..session
        };
        change
            .put(Collection::Sessions, session_id, &session)
            .await?;
    }
    Ok(())
}

/// Lets an open question about `lost`, whose answer never reached its device, be about the session that the device opened
/// in its place. True when there was one.
pub(crate) async fn move_to(
    change: &mut Change,
    lost: SessionId,
    session_id: SessionId,
) -> Result<bool> {
    let account_id = change.account_id();
    let moved = change
        .transaction()
        .execute(
            "UPDATE sign_in_alerts SET session_id = $3 WHERE session_id = $2 AND account_id = $1 AND answered_at IS NULL",
            arguments![account_id, lost, session_id],
        )
        .await?;
    if moved == 1 {
        mail::move_about(change, Kind::SignInAlert, lost, session_id).await?;
    }
    Ok(moved == 1)
}
