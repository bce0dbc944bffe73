//! What a freeze forbids.

use latchkey_protocol::freeze::{Freeze, is_trusted};
use latchkey_protocol::identifiers::{AccountId, DeviceId, SessionId};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database::{self, Error, Transaction};
use crate::http::problem::{Answer, Refusal};
use crate::sync::Change;

/// Refuses with [`ProblemCode::Frozen`] while the account is frozen. For what stays as it is then, whoever asks: e-mail
/// addresses, second factor, username, password resets.
pub async fn refuse_when_frozen(change: &mut Change) -> Answer<()> {
    match current(change).await? {
        Some(_) => Err(Refusal::new(ProblemCode::Frozen)),
        None => Ok(()),
    }
}

/// Refuses with [`ProblemCode::Frozen`] while the account is frozen, unless the one who acts sits at a device that was
/// the owner's before. For changing the password and lifting the freeze.
pub async fn refuse_from_unknown_device(change: &mut Change) -> Answer<()> {
    let Some(freeze) = current(change).await? else {
        return Ok(());
    };
    if is_trusted_here(change, freeze.known_before).await? {
        Ok(())
    } else {
        Err(Refusal::new(ProblemCode::Frozen))
    }
}

/// Refuses with [`ProblemCode::DeviceInQuestion`] while nobody has answered for the device of the one who acts.
pub(crate) async fn refuse_in_question(change: &mut Change) -> Answer<()> {
    match super::undo::device_in_question(change).await? {
        Some(_) => Err(Refusal::new(ProblemCode::DeviceInQuestion)),
        None => Ok(()),
    }
}

/// Refuses what an administrator does for other people from a device that may be somebody else's: with
/// [`ProblemCode::DeviceInQuestion`] while nobody has answered for its sign-in, and with [`ProblemCode::Frozen`] while the
/// administrator's own account is frozen and the device was not the owner's before.
pub(crate) async fn refuse_administration(
    transaction: &mut Transaction,
    account_id: AccountId,
    session_id: SessionId,
) -> Answer<()> {
    let in_question = transaction
        .fetch_optional(
            "SELECT a.session_id FROM sign_in_alerts a JOIN sessions s ON s.device_id = a.device_id \
             WHERE s.id = $1 AND a.account_id = $2 AND a.answered_at IS NULL LIMIT 1",
            arguments![session_id, account_id],
        )
        .await?;
    if in_question.is_some() {
        return Err(Refusal::new(ProblemCode::DeviceInQuestion));
    }
    match stored(transaction, account_id).await? {
        Some(Freeze { known_before, .. })
            if !is_trusted_at(transaction, account_id, session_id, known_before).await? =>
        {
            Err(Refusal::new(ProblemCode::Frozen))
        }
        _ => Ok(()),
    }
}

/// Whether the one who acts sits at a device first seen before `known_before`, whose own first sign-in is not in question
/// and was not disowned.
pub async fn is_trusted_here(
    change: &mut Change,
    known_before: Timestamp,
) -> database::Result<bool> {
    let Some(session_id) = change.actor().session_id else {
        return Ok(false);
    };
    let account_id = change.account_id();
    is_trusted_at(change.transaction(), account_id, session_id, known_before).await
}

async fn is_trusted_at(
    transaction: &mut Transaction,
    account_id: AccountId,
    session_id: SessionId,
    known_before: Timestamp,
) -> database::Result<bool> {
    let row = transaction
        .fetch_optional(
            "SELECT d.first_seen_at, (SELECT count(*) FROM sign_in_alerts a WHERE a.device_id = d.id AND \
             a.answered_at IS NULL), d.disowned_at FROM sessions s JOIN devices d ON d.id = s.device_id \
             WHERE s.id = $1 AND s.account_id = $2",
            arguments![session_id, account_id],
        )
        .await?;
    let Some(row) = row else {
        return Ok(false);
    };
    let disowned = row.optional_integer(2)?.is_some();
    let first_seen_at = Timestamp(row.integer(0)?);
    Ok(!disowned && is_trusted(first_seen_at, row.count(1)? > 0, known_before))
}

/// Whether the account is frozen.
pub async fn is_frozen(change: &mut Change) -> database::Result<bool> {
    Ok(current(change).await?.is_some())
}

/// The freeze that holds.
pub(super) async fn current(change: &mut Change) -> database::Result<Option<Freeze>> {
    let account_id = change.account_id();
    stored(change.transaction(), account_id).await
}

/// The freeze of an account that holds.
pub(super) async fn stored(
    transaction: &mut Transaction,
    account_id: AccountId,
) -> database::Result<Option<Freeze>> {
    let row = transaction
        .fetch_optional(
            "SELECT body FROM records WHERE account_id = $1 AND collection = $2 AND id = $1",
            arguments![account_id, Collection::Freeze.name()],
        )
        .await?;
    let body = row.map(|row| row.optional_text(0)).transpose()?.flatten();
    let freeze = body
        .map(|body| serde_json::from_str::<Freeze>(&body))
        .transpose()
        .map_err(|_| Error::inconsistent("records", "body", account_id))?;
    Ok(freeze.filter(Freeze::holds))
}

/// Freezes the account because of a device that was disowned. One that is frozen already stays so, and trusts only
/// devices from before the earliest of those that were disowned.
pub(crate) async fn freeze(
    change: &mut Change,
    disowned: DeviceId,
    session_id: SessionId,
    device_name: &str,
) -> database::Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT first_seen_at FROM devices WHERE id = $1 AND account_id = $2",
            arguments![disowned, account_id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("devices", "id", disowned))?;
    let first_seen_at = Timestamp(row.integer(0)?);
    let before = current(change).await?;
    let freeze = Freeze {
        frozen_at: before
            .as_ref()
            .and_then(|before| before.frozen_at)
            .or(Some(now)),
        disowned_session_id: session_id,
        disowned_device_name: device_name.to_owned(),
        known_before: before.map_or(first_seen_at, |before| {
            before.known_before.min(first_seen_at)
        }),
        by_session_id: change.actor().session_id,
        by_device_name: change.actor().device_name.clone(),
        lifted_at: None,
        lifted_by_device_name: None,
    };
    change.put(Collection::Freeze, account_id, &freeze).await?;
    Ok(())
}
