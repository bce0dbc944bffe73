//! What an answer does.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::{AccountId, DeviceId, SessionId};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{EndedReason, Session};
use latchkey_protocol::sign_in_alerts::{SignInAlert, SignInAnswer, TAKEN_BACK_SECONDS};
use latchkey_protocol::sync::Collection;

use super::links;
use crate::arguments;
use crate::freeze;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::sessions;
use crate::state::ServerState;
use crate::sync::{Actor, Change};

/// Answers by the link in a mail; returns what the device was called. 410 for a link that was used, whose question was
/// answered, that is too old or never was. "Not me" ends all sessions: who holds the mail sits at none of them, as far as
/// the server knows.
pub async fn answer_by_link(
    state: &Arc<ServerState>,
    token: &str,
    was_me: bool,
    actor: Actor,
) -> Answer<String> {
    let spent = || Refusal::new(ProblemCode::LinkSpent);
    let hash = links::hash(token);
    let row = state
        .database
        .fetch_optional(
            "SELECT a.account_id FROM sign_in_alert_links l JOIN sign_in_alerts a ON a.session_id = l.session_id \
             WHERE l.token_hash = $1",
            arguments![&hash],
        )
        .await?
        .ok_or_else(spent)?;
    let account_id: AccountId = row.parsed(0, "sign_in_alerts", "account_id")?;
    let mut change = Change::begin(state, account_id).await?.by(actor);
    let now = change.now();
    let consumed = change
        .transaction()
        .fetch_optional(
            "DELETE FROM sign_in_alert_links WHERE token_hash = $1 AND expires_at > $2 RETURNING session_id",
            arguments![&hash, now],
        )
        .await?
        .ok_or_else(spent)?;
    let session_id = consumed.parsed(0, "sign_in_alert_links", "session_id")?;
    let answered = answer(&mut change, session_id, was_me)
        .await?
        .ok_or_else(spent)?;
    change.commit().await?;
    Ok(answered.device_name)
}

/// What an answer did.
pub(super) struct Answered {
    pub device_name: String,
    pub ended: Vec<SessionId>,
}

/// Answers the question about a session's sign-in, by whoever the change is by; `None` when it is not open.
pub(super) async fn answer(
    change: &mut Change,
    session_id: SessionId,
    was_me: bool,
) -> Answer<Option<Answered>> {
    let (account_id, now) = (change.account_id(), change.now());
    let by = change.actor().session_id;
    let row = change
        .transaction()
        .fetch_optional(
            "UPDATE sign_in_alerts SET answered_at = $3, answered_by_device_id = \
             (SELECT s.device_id FROM sessions s WHERE s.id = $4) \
             WHERE session_id = $1 AND account_id = $2 AND answered_at IS NULL RETURNING device_id",
            arguments![session_id, account_id, now, by],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let device_id: DeviceId = row.parsed(0, "sign_in_alerts", "device_id")?;
    mail::withdraw(change, Kind::SignInAlert, session_id).await?;
    change
        .transaction()
        .execute(
            "DELETE FROM sign_in_alert_links WHERE session_id = $1",
            arguments![session_id],
        )
        .await?;
    let device_name = publish(change, session_id, device_id, was_me).await?;
    let ended = if was_me {
        change
            .activity(ActivityKind::SignInConfirmed, Some(device_name.clone()))
            .await?;
        Vec::new()
    } else {
        disown(change, session_id, device_id, &device_name).await?
    };
    Ok(Some(Answered { device_name, ended }))
}

/// Takes "it was me" back, on the device where it was said: it was not. `session_id` is any session of the device that it
/// was said about. `None` when it was not said here, or too long ago.
pub(super) async fn take_back(
    change: &mut Change,
    session_id: SessionId,
) -> Answer<Option<Answered>> {
    let (account_id, now, by) = (change.account_id(), change.now(), change.actor().session_id);
    let since = now.plus_seconds(-TAKEN_BACK_SECONDS);
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT d.id FROM sessions s JOIN devices d ON d.id = s.device_id \
             JOIN sign_in_alerts a ON a.account_id = s.account_id AND a.device_id = d.id \
             WHERE s.id = $1 AND s.account_id = $2 AND d.disowned_at IS NULL AND a.answered_at > $3 AND a.asked_at = \
             (SELECT max(l.asked_at) FROM sign_in_alerts l WHERE l.account_id = $2 AND l.device_id = d.id) \
             AND a.answered_by_device_id = (SELECT o.device_id FROM sessions o WHERE o.id = $4) LIMIT 1",
            arguments![session_id, account_id, since, by],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let device_id: DeviceId = row.parsed(0, "devices", "id")?;
    let device_name = publish(change, session_id, device_id, false).await?;
    let ended = disown(change, session_id, device_id, &device_name).await?;
    Ok(Some(Answered { device_name, ended }))
}

/// Writes the answer into the session's record while that is in view. The device's name.
async fn publish(
    change: &mut Change,
    session_id: SessionId,
    device_id: DeviceId,
    was_me: bool,
) -> Answer<String> {
    let session: Option<Session> = change.get(Collection::Sessions, session_id).await?;
    let Some(mut session) = session else {
        let row = change
            .transaction()
            .fetch_optional(
                "SELECT name FROM devices WHERE id = $1",
                arguments![device_id],
            )
            .await?;
        return Ok(row.map_or(Ok(String::new()), |row| row.text(0))?);
    };
    session.alert = Some(SignInAlert {
        answer: Some(SignInAnswer {
            was_me,
            at: change.now(),
            by_session_id: change.actor().session_id,
            by_device_name: change.actor().device_name.clone(),
        }),
    });
    change
        .put(Collection::Sessions, session_id, &session)
        .await?;
    Ok(session.device_name)
}

/// Puts everybody out but the one who acts, no longer knows the device, and freezes the account.
async fn disown(
    change: &mut Change,
    session_id: SessionId,
    device_id: DeviceId,
    device_name: &str,
) -> Answer<Vec<SessionId>> {
    let (now, kept) = (change.now(), change.actor().session_id);
    let devices = with_those_it_answered_for(change, device_id).await?;
    for device_id in &devices {
        change
            .transaction()
            .execute(
                "UPDATE devices SET disowned_at = $2 WHERE id = $1",
                arguments![*device_id, now],
            )
            .await?;
    }
    let ended = sessions::end_all(change, kept, EndedReason::Disowned).await?;
    freeze::undo(change, devices).await?;
    freeze::freeze(change, device_id, session_id, device_name).await?;
    change
        .activity(ActivityKind::SignInDisowned, Some(device_name.to_owned()))
        .await?;
    let parameters = Parameters {
        device: device_name.to_owned(),
        ..Parameters::default()
    };
    mail::notify_all(change, Kind::AccountFrozen, &parameters, None).await?;
    Ok(ended)
}

/// The device, and those of which it was said there to be the owner's, and so on: the word of an intruder counts for
/// nothing.
async fn with_those_it_answered_for(
    change: &mut Change,
    device_id: DeviceId,
) -> Answer<Vec<DeviceId>> {
    let account_id = change.account_id();
    let mut devices = vec![device_id];
    let mut looked_at = 0;
    while let Some(by) = devices.get(looked_at).copied() {
        looked_at += 1;
        let rows = change
            .transaction()
            .fetch_all(
                "SELECT DISTINCT a.device_id FROM sign_in_alerts a WHERE a.account_id = $1 \
                 AND a.answered_by_device_id = $2 AND a.asked_at = \
                 (SELECT max(l.asked_at) FROM sign_in_alerts l WHERE l.account_id = $1 AND l.device_id = a.device_id) ORDER BY a.device_id",
                arguments![account_id, by],
            )
            .await?;
        for row in &rows {
            let answered_for = row.parsed(0, "sign_in_alerts", "device_id")?;
            if !devices.contains(&answered_for) {
                devices.push(answered_for);
            }
        }
    }
    Ok(devices)
}
