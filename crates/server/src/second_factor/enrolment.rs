//! Turning two-step sign-in on and off.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_protocol::second_factor::{Code, RECOVERY_CODES, SecondFactor, SecondFactorBegun};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::is_aged;

use super::codes::{is_on, refuse};
use super::{codes, lock, recovery_codes, seeds};
use crate::accounts;
use crate::arguments;
use crate::database::{self, Error, Transaction};
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::passkeys;
use crate::sync::Change;

/// How long a seed waits for its first code, in microseconds.
const BEGUN_FOR: i64 = 3600 * Timestamp::SECOND;

fn not_now(detail: &str) -> Refusal {
    Refusal::new(ProblemCode::NotAllowedNow).with_detail(detail)
}

/// 409 unless two-step sign-in is on.
pub(crate) async fn refuse_unless_on(change: &mut Change) -> Answer<()> {
    let account_id = change.account_id();
    if is_on(change.transaction(), account_id).await? {
        Ok(())
    } else {
        Err(not_now("two-step sign-in is off"))
    }
}

/// Forgets seeds that wait no longer.
pub(crate) async fn forget_begun(
    transaction: &mut Transaction,
    now: Timestamp,
) -> database::Result<()> {
    transaction
        .execute(
            "DELETE FROM second_factors WHERE enabled_at IS NULL AND begun_at <= $1 AND NOT EXISTS \
             (SELECT 1 FROM second_factor_tries t WHERE t.account_id = second_factors.account_id AND t.locked_until > $2)",
            arguments![now.0 - BEGUN_FOR, now],
        )
        .await
        .map(drop)
}

/// A seed that waits for its first code waits no longer. The counts of wrong codes stay.
pub(crate) async fn stop_begun(change: &mut Change) -> database::Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "UPDATE second_factors SET begun_at = 0 WHERE account_id = $1 AND enabled_at IS NULL",
            arguments![account_id],
        )
        .await
        .map(drop)
}

/// Draws a seed that waits for its first code, in place of one that waited before.
pub(super) async fn begin(change: &mut Change) -> Answer<SecondFactorBegun> {
    let (account_id, now) = (change.account_id(), change.now());
    // Whoever signs up with somebody else's address must not lock them out of it.
    if mail::confirmed_recipients(change).await?.is_empty() {
        return Err(not_now("an e-mail address has to be confirmed first"));
    }
    let username = accounts::username_of(change).await?;
    let state = change.state().clone();
    let seed = seeds::draw(&state);
    let sealed = seeds::seal(&state, account_id, &seed);
    // The counts of wrong codes stay: beginning anew gives no new tries.
    let begun = change
        .transaction()
        .execute(
            "INSERT INTO second_factors (account_id, seed, begun_at, enabled_at, last_step) \
             VALUES ($1, $2, $3, NULL, 0) \
             ON CONFLICT (account_id) DO UPDATE SET seed = excluded.seed, begun_at = excluded.begun_at \
             WHERE second_factors.enabled_at IS NULL",
            arguments![account_id, &sealed, now],
        )
        .await?;
    if begun == 0 {
        return Err(not_now("two-step sign-in is on already"));
    }
    let issuer = seeds::issuer(state.public_url());
    let totp = seeds::generator(account_id, &seed, &issuer, &username)?;
    let uri = totp
        .to_url()
        .map_err(|_| Error::inconsistent("accounts", "username", account_id))?;
    Ok(SecondFactorBegun {
        secret: totp.secret().to_base32(),
        uri,
    })
}

/// Turns it on when `typed` is a code of the seed that waits. Returns the recovery codes.
pub(super) async fn enable(change: &mut Change, typed: &str) -> Answer<Vec<String>> {
    let (account_id, now) = (change.account_id(), change.now());
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT seed FROM second_factors WHERE account_id = $1 AND enabled_at IS NULL AND begun_at > $2",
            arguments![account_id, now.0 - BEGUN_FOR],
        )
        .await?
        .ok_or_else(|| not_now("nothing was begun, or too long ago"))?;
    let Code::Totp(code) = Code::parse(typed).map_err(refuse)? else {
        return Err(refuse(FieldCode::WrongCode));
    };
    let seed = seeds::unseal(change.state(), account_id, &row.bytes(0)?)?;
    let totp = seeds::generator(account_id, &seed, "", "")?;
    let Some(step) = seeds::step_of(&totp, &code, now, 0) else {
        lock::tell(change);
        return Err(refuse(FieldCode::WrongCode));
    };
    // The code that turns it on signs nobody in.
    let enabled = change
        .transaction()
        .execute(
            "UPDATE second_factors SET enabled_at = $2, last_step = $3 WHERE account_id = $1 AND enabled_at IS NULL",
            arguments![account_id, now, step],
        )
        .await?;
    if enabled == 0 {
        return Err(not_now("two-step sign-in is on already"));
    }
    codes::forgive(change).await?;
    let codes = recovery_codes::replace(change).await?;
    let record = SecondFactor {
        enabled_at: Some(now),
        recovery_codes_left: RECOVERY_CODES,
        recovery_codes_created_at: Some(now),
        recovery_codes_created_in: change.actor().session_id,
        suspended_at: None,
        recovery_codes_suspended_at: None,
    };
    change
        .put(Collection::SecondFactor, account_id, &record)
        .await?;
    note(
        change,
        ActivityKind::SecondFactorEnabled,
        Kind::SecondFactorEnabled,
    )
    .await?;
    Ok(codes)
}

/// Turns it off, makes the recovery codes void and removes the passkeys, which are no factor without it. Whoever calls it
/// tells the owner.
pub(crate) async fn remove(change: &mut Change) -> database::Result<()> {
    let account_id = change.account_id();
    passkeys::remove_all(change).await?;
    recovery_codes::remove(change).await?;
    change
        .transaction()
        .execute(
            "DELETE FROM second_factors WHERE account_id = $1",
            arguments![account_id],
        )
        .await?;
    change
        .put(
            Collection::SecondFactor,
            account_id,
            &SecondFactor::default(),
        )
        .await
        .map(drop)
}

/// Suspends the recovery codes, and two-step sign-in when it is young: an intruder may just have turned it on.
pub(crate) async fn suspend(change: &mut Change) -> database::Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let record: Option<SecondFactor> = change.get(Collection::SecondFactor, account_id).await?;
    let Some(mut record) = record.filter(|record| record.enabled_at.is_some()) else {
        return Ok(());
    };
    if record.enabled_at.is_some_and(|since| !is_aged(since, now)) && record.suspended_at.is_none()
    {
        set_suspended(change, Some(now)).await?;
        record.suspended_at = Some(now);
    }
    if recovery_codes::set_suspended(change, Some(now)).await? {
        record.recovery_codes_suspended_at = Some(now);
    }
    change
        .put(Collection::SecondFactor, account_id, &record)
        .await
        .map(drop)
}

async fn set_suspended(change: &mut Change, at: Option<Timestamp>) -> database::Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "UPDATE second_factors SET suspended_at = $2 WHERE account_id = $1",
            arguments![account_id, at],
        )
        .await
        .map(drop)
}

/// Keeps two-step sign-in that is suspended, or turns it off with all that belongs to it.
pub(crate) async fn decide(change: &mut Change, keep: bool) -> Answer<()> {
    let account_id = change.account_id();
    let record: SecondFactor = change
        .get(Collection::SecondFactor, account_id)
        .await?
        .unwrap_or_default();
    if record.suspended_at.is_none() {
        return Err(not_now("this is not suspended"));
    }
    if !keep {
        remove(change).await?;
        change
            .activity(ActivityKind::SecondFactorDisabled, None)
            .await?;
        return Ok(());
    }
    set_suspended(change, None).await?;
    let record = SecondFactor {
        suspended_at: None,
        ..record
    };
    change
        .put(Collection::SecondFactor, account_id, &record)
        .await?;
    change
        .activity(ActivityKind::SuspensionLifted, None)
        .await?;
    Ok(())
}

/// Keeps recovery codes that are suspended, or makes them void.
pub(crate) async fn decide_codes(change: &mut Change, keep: bool) -> Answer<()> {
    let account_id = change.account_id();
    let record: SecondFactor = change
        .get(Collection::SecondFactor, account_id)
        .await?
        .unwrap_or_default();
    if record.recovery_codes_suspended_at.is_none() {
        return Err(not_now("this is not suspended"));
    }
    let mut decided = SecondFactor {
        recovery_codes_suspended_at: None,
        ..record
    };
    let kind = if keep {
        recovery_codes::set_suspended(change, None).await?;
        ActivityKind::SuspensionLifted
    } else {
        recovery_codes::remove(change).await?;
        decided.recovery_codes_left = 0;
        ActivityKind::RecoveryCodesVoided
    };
    change
        .put(Collection::SecondFactor, account_id, &decided)
        .await?;
    change.activity(kind, None).await?;
    Ok(())
}

/// Turns it off, for its owner.
pub(super) async fn disable(change: &mut Change) -> database::Result<()> {
    remove(change).await?;
    note(
        change,
        ActivityKind::SecondFactorDisabled,
        Kind::SecondFactorDisabled,
    )
    .await
}

/// Makes a new set of recovery codes in place of the older.
pub(super) async fn replace_recovery_codes(change: &mut Change) -> Answer<Vec<String>> {
    let account_id = change.account_id();
    let codes = recovery_codes::replace(change).await?;
    let record: SecondFactor = change
        .get(Collection::SecondFactor, account_id)
        .await?
        .ok_or_else(|| Error::inconsistent("records", "body", account_id))?;
    let replaced = SecondFactor {
        recovery_codes_left: RECOVERY_CODES,
        recovery_codes_created_at: Some(change.now()),
        recovery_codes_created_in: change.actor().session_id,
        recovery_codes_suspended_at: None,
        ..record
    };
    change
        .put(Collection::SecondFactor, account_id, &replaced)
        .await?;
    note(
        change,
        ActivityKind::RecoveryCodesReplaced,
        Kind::RecoveryCodesReplaced,
    )
    .await?;
    Ok(codes)
}

/// Writes the activity entry and tells every confirmed address.
pub(super) async fn note(
    change: &mut Change,
    activity: ActivityKind,
    kind: Kind,
) -> database::Result<()> {
    change.activity(activity, None).await?;
    let parameters = Parameters::by(change);
    mail::notify_all(change, kind, &parameters, None)
        .await
        .map(drop)
}
