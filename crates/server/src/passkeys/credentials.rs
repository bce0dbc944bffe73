//! The passkeys of an account.

use std::sync::Arc;

use latchkey_protocol::activity::{ActivityKind, ChangedField};
use latchkey_protocol::identifiers::{AccountId, PasskeyId};
use latchkey_protocol::passkeys::{PASSKEYS_MAXIMUM, Passkey, check_passkey_name};
use latchkey_protocol::problem::{FieldProblem, ProblemCode};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::AGED_DAYS;
use sha2::{Digest as _, Sha256};
use webauthn_rs::prelude::{AuthenticationResult, SecurityKey};

use super::relying_party::RelyingParty;
use crate::arguments;
use crate::database::{Error, Result, Row, Transaction};
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::second_factor::Purpose;
use crate::state::ServerState;
use crate::sync::{Actor, Change};

fn not_now(detail: &str) -> Refusal {
    Refusal::new(ProblemCode::NotAllowedNow).with_detail(detail)
}

fn hash(credential_id: &[u8]) -> [u8; 32] {
    Sha256::digest(credential_id).into()
}

/// How old a suspended key must have been to be asked for, in microseconds.
const fn aged(purpose: Purpose) -> i64 {
    match purpose {
        Purpose::Anything => i64::MAX,
        Purpose::Reset => AGED_DAYS * Timestamp::DAY,
    }
}

/// The keys of an account that speak for its owner, for asking a browser about them.
pub(super) async fn of_account(
    transaction: &mut Transaction,
    account_id: AccountId,
    purpose: Purpose,
) -> Result<Vec<SecurityKey>> {
    let rows = transaction
        .fetch_all(
            "SELECT credential, id FROM passkeys WHERE account_id = $1 \
             AND (suspended_at IS NULL OR suspended_at - added_at >= $2) ORDER BY id",
            arguments![account_id, aged(purpose)],
        )
        .await?;
    rows.iter()
        .map(|row| key(&row.text(0)?, &row.text(1)?))
        .collect()
}

fn key(json: &str, id: &str) -> Result<SecurityKey> {
    serde_json::from_str(json).map_err(|_| Error::inconsistent("passkeys", "credential", id))
}

fn stored(key: &SecurityKey) -> Result<String> {
    serde_json::to_string(key).map_err(|_| Error::inconsistent("passkeys", "credential", "new"))
}

/// Whether a passkey could take the place of a code: the account has one, and browsers can use it here.
pub(crate) async fn can_be_used(change: &mut Change, purpose: Purpose) -> Result<bool> {
    if RelyingParty::of(change.state()).is_err() {
        return Ok(false);
    }
    let account_id = change.account_id();
    let keys = of_account(change.transaction(), account_id, purpose).await?;
    Ok(!keys.is_empty())
}

/// All keys of an account, suspended ones too, for a browser that must not make another one of the same authenticator.
pub(super) async fn all_of_account(
    transaction: &mut Transaction,
    account_id: AccountId,
) -> Result<Vec<SecurityKey>> {
    let rows = transaction
        .fetch_all(
            "SELECT credential, id FROM passkeys WHERE account_id = $1 ORDER BY id",
            arguments![account_id],
        )
        .await?;
    rows.iter()
        .map(|row| key(&row.text(0)?, &row.text(1)?))
        .collect()
}

async fn count(change: &mut Change) -> Result<u64> {
    let account_id = change.account_id();
    change
        .transaction()
        .fetch_optional(
            "SELECT count(*) FROM passkeys WHERE account_id = $1",
            arguments![account_id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("passkeys", "id", account_id))?
        .count(0)
}

/// 409 when the account of `change` has as many as it may.
pub(super) async fn refuse_when_full(change: &mut Change) -> Answer<()> {
    if count(change).await? < PASSKEYS_MAXIMUM as u64 {
        Ok(())
    } else {
        Err(not_now("there are as many passkeys as there may be"))
    }
}

/// Adds a key to the account of `change`; 409 for one that an account has already.
pub(super) async fn add(change: &mut Change, name: &str, key: &SecurityKey) -> Answer<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let id = PasskeyId(change.state().new_identifier());
    let added = change
        .transaction()
        .execute(
            "INSERT INTO passkeys (id, account_id, credential_hash, credential, counter, added_at) \
             VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (credential_hash) DO NOTHING",
            arguments![id, account_id, &hash(key.cred_id()), stored(key)?, now],
        )
        .await?;
    if added == 0 {
        return Err(not_now("this passkey was added before"));
    }
    let passkey = Passkey {
        name: text::line(name).to_owned(),
        added_at: now,
        last_used_at: None,
        suspended_at: None,
    };
    change.put(Collection::Passkeys, id, &passkey).await?;
    note(
        change,
        ActivityKind::PasskeyAdded,
        Kind::PasskeyAdded,
        passkey.name,
    )
    .await?;
    Ok(())
}

/// Gives one another name.
pub(super) async fn rename(change: &mut Change, id: PasskeyId, name: &str) -> Answer<()> {
    check_passkey_name(name)
        .map_err(|code| Refusal::fields(vec![FieldProblem::new("name", code)]))?;
    let passkey = find(change, id).await?;
    let name = text::line(name).to_owned();
    if passkey.name == name {
        return Ok(());
    }
    let changed = ChangedField::new("name", &passkey.name, &name);
    let renamed = Passkey {
        name: name.clone(),
        ..passkey
    };
    change.put(Collection::Passkeys, id, &renamed).await?;
    change
        .activity_changing(ActivityKind::PasskeyRenamed, Some(name), vec![changed])
        .await?;
    Ok(())
}

/// Removes one.
pub(super) async fn remove(change: &mut Change, id: PasskeyId) -> Answer<()> {
    let passkey = find(change, id).await?;
    delete(change, id).await?;
    note(
        change,
        ActivityKind::PasskeyRemoved,
        Kind::PasskeyRemoved,
        passkey.name,
    )
    .await?;
    Ok(())
}

/// Removes all of them, and ends what is under way. The caller tells the owner why.
pub(crate) async fn remove_all(change: &mut Change) -> Result<()> {
    super::kill_requests(change).await?;
    let account_id = change.account_id();
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT id FROM passkeys WHERE account_id = $1 ORDER BY id",
            arguments![account_id],
        )
        .await?;
    remove_rows(change, rows).await
}

async fn remove_rows(change: &mut Change, rows: Vec<Row>) -> Result<()> {
    for row in rows {
        let id: PasskeyId = row.parsed(0, "passkeys", "id")?;
        let passkey: Option<Passkey> = change.get(Collection::Passkeys, id).await?;
        delete(change, id).await?;
        let name = passkey.map(|passkey| passkey.name);
        change.activity(ActivityKind::PasskeyRemoved, name).await?;
    }
    Ok(())
}

/// Suspends all of them: they open nothing until they are reviewed, but a reset where they are old.
pub(crate) async fn suspend(change: &mut Change) -> Result<()> {
    let account_id = change.account_id();
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT id FROM passkeys WHERE account_id = $1 AND suspended_at IS NULL ORDER BY id",
            arguments![account_id],
        )
        .await?;
    let now = change.now();
    for row in rows {
        set_suspended(change, row.parsed(0, "passkeys", "id")?, Some(now)).await?;
    }
    Ok(())
}

async fn set_suspended(change: &mut Change, id: PasskeyId, at: Option<Timestamp>) -> Result<()> {
    change
        .transaction()
        .execute(
            "UPDATE passkeys SET suspended_at = $2 WHERE id = $1",
            arguments![id, at],
        )
        .await?;
    if let Some(passkey) = change.get::<Passkey>(Collection::Passkeys, id).await? {
        let passkey = Passkey {
            suspended_at: at,
            ..passkey
        };
        change.put(Collection::Passkeys, id, &passkey).await?;
    }
    Ok(())
}

/// Keeps a suspended passkey, or removes it.
pub(crate) async fn decide(change: &mut Change, id: PasskeyId, keep: bool) -> Answer<()> {
    let passkey = find(change, id).await?;
    if passkey.suspended_at.is_none() {
        return Err(not_now("this is not suspended"));
    }
    let kind = if keep {
        set_suspended(change, id, None).await?;
        ActivityKind::SuspensionLifted
    } else {
        delete(change, id).await?;
        ActivityKind::PasskeyRemoved
    };
    change.activity(kind, Some(passkey.name)).await?;
    Ok(())
}

/// One of the account of `change`; one that is not there and one of another account are the same.
async fn find(change: &mut Change, id: PasskeyId) -> Answer<Passkey> {
    change
        .get(Collection::Passkeys, id)
        .await?
        .ok_or_else(Refusal::not_found)
}

async fn delete(change: &mut Change, id: PasskeyId) -> Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "DELETE FROM passkeys WHERE id = $1 AND account_id = $2",
            arguments![id, account_id],
        )
        .await?;
    change.remove(Collection::Passkeys, id).await?;
    Ok(())
}

/// Notes that a key of the account of `change` has proven itself. False when its counter is not past the one that is stored,
/// or the key is gone: then nothing may be done by it.
pub(super) async fn used(change: &mut Change, proven: &AuthenticationResult) -> Result<bool> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT id, credential FROM passkeys WHERE account_id = $1 AND credential_hash = $2",
            arguments![account_id, &hash(proven.cred_id())],
        )
        .await?;
    let Some(row) = row else {
        return Ok(false);
    };
    let id: PasskeyId = row.parsed(0, "passkeys", "id")?;
    let mut key = key(&row.text(1)?, &id.to_string())?;
    key.update_credential(proven);
    let counter = i64::from(proven.counter());
    // The library has compared it with the counter as of the question; between, another answer may have come.
    let noted = change
        .transaction()
        .execute(
            "UPDATE passkeys SET credential = $2, counter = $3 WHERE id = $1 \
             AND (counter < $3 OR (counter = 0 AND $3 = 0))",
            arguments![id, stored(&key)?, counter],
        )
        .await?;
    if noted == 0 {
        return Ok(false);
    }
    let passkey: Passkey = change
        .get(Collection::Passkeys, id)
        .await?
        .ok_or_else(|| Error::inconsistent("records", "body", id))?;
    let passkey = Passkey {
        last_used_at: Some(change.now()),
        ..passkey
    };
    change.put(Collection::Passkeys, id, &passkey).await?;
    Ok(true)
}

/// Tells the owner that a key counted backwards, once the change that refused it is out of the way. What is under way ends.
pub(super) fn tell_copied(
    state: &Arc<ServerState>,
    account_id: AccountId,
    actor: Actor,
    credential_id: &[u8],
) {
    let (state, hash) = (Arc::clone(state), hash(credential_id));
    tokio::spawn(async move {
        let told = async {
            let mut change = Change::begin(&state, account_id).await?.by(actor);
            super::kill_requests(&mut change).await?;
            let row = change
                .transaction()
                .fetch_optional(
                    "SELECT id FROM passkeys WHERE account_id = $1 AND credential_hash = $2",
                    arguments![account_id, &hash],
                )
                .await?;
            if let Some(row) = row {
                let id: PasskeyId = row.parsed(0, "passkeys", "id")?;
                let passkey: Option<Passkey> = change.get(Collection::Passkeys, id).await?;
                let name = passkey.map(|passkey| passkey.name).unwrap_or_default();
                let (activity, kind) = (ActivityKind::PasskeyRefused, Kind::PasskeyRefused);
                note(&mut change, activity, kind, name).await?;
            }
            change.commit().await?;
            Result::Ok(())
        };
        if let Err(error) = told.await {
            tracing::error!(%error, "a refused passkey could not be noted");
        }
    });
}

/// Writes the activity entry and tells every confirmed address.
async fn note(change: &mut Change, activity: ActivityKind, kind: Kind, name: String) -> Result<()> {
    let parameters = Parameters {
        // What people called something, as a device's name is.
        device: name.clone(),
        origin: change.actor().address.clone().unwrap_or_default(),
        ..Parameters::default()
    };
    change.activity(activity, Some(name)).await?;
    mail::notify_all(change, kind, &parameters, None)
        .await
        .map(drop)
}
