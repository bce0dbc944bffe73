//! Looking at a code: counted before, used up within the change that it allows.

use latchkey_protocol::identifiers::{AccountId, DeviceId, SessionId};
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::second_factor::Code;
use latchkey_protocol::time::Timestamp;

use super::{lock, recovery_codes, seeds};
use crate::arguments;
use crate::database::{self, Transaction};
use crate::http::problem::{Answer, Refusal};
use crate::state::ServerState;
use crate::sync::Change;

/// How long no code is looked at after ten wrong ones in a row, in microseconds (ASVS V6.6.3).
const LOCKED_FOR: i64 = 15 * 60 * Timestamp::SECOND;

/// 422 on the field `code`.
pub(super) fn refuse(code: FieldCode) -> Refusal {
    Refusal::fields(vec![FieldProblem::new("code", code)])
}

/// Who gives a code, as far as their wrong ones are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Giver {
    /// Somebody on a device that the account does not know.
    Stranger,
    /// A device that has signed in before, or is signed in.
    Known(DeviceId),
    /// Whoever has a mailed link.
    Link,
}

impl From<Option<DeviceId>> for Giver {
    fn from(known: Option<DeviceId>) -> Self {
        known.map_or(Self::Stranger, Self::Known)
    }
}

/// Whether the account asks for a code.
pub async fn is_on(transaction: &mut Transaction, account_id: AccountId) -> database::Result<bool> {
    let row = transaction
        .fetch_optional(
            "SELECT account_id FROM second_factors WHERE account_id = $1 AND enabled_at IS NOT NULL AND suspended_at IS NULL",
            arguments![account_id],
        )
        .await?;
    Ok(row.is_some())
}

/// Whether the account asks for a code since `since` at least.
pub(crate) async fn is_on_since(change: &mut Change, since: Timestamp) -> database::Result<bool> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT account_id FROM second_factors WHERE account_id = $1 AND enabled_at <= $2 AND suspended_at IS NULL",
            arguments![account_id, since],
        )
        .await?;
    Ok(row.is_some())
}

/// What a code is given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A sign-in, or something in a session.
    Anything,
    /// A new password by a mailed link: recovery codes and passkeys that were old when the account was secured speak for the
    /// owner here, and nowhere else until they are reviewed.
    Reset,
}

/// Counts a code that is about to be looked at as wrong, and commits that. 429 while no code is looked at: then nothing
/// was counted, and the code must not be looked at. Nothing to do for an account without a second factor.
///
/// A known device has a count of its own once it has given a right code, and so has a mailed link: whoever has the password
/// alone keeps the owner out of neither. All others share one, however many device keys they have.
///
/// Call it before the change begins: SQLite has one writer.
pub async fn count_try(state: &ServerState, account_id: AccountId, giver: Giver) -> Answer<()> {
    count(state, account_id, giver, true).await
}

/// The same for the code with which a second factor is turned on, which needs a session.
pub(super) async fn count_first_try(state: &ServerState, account_id: AccountId) -> Answer<()> {
    count(state, account_id, Giver::Stranger, false).await
}

/// With whose tries those of `giver` count, as `second_factor_tries` has it.
async fn lane(
    transaction: &mut Transaction,
    account_id: AccountId,
    giver: Giver,
) -> database::Result<String> {
    let device_id = match giver {
        Giver::Stranger => return Ok(String::new()),
        Giver::Link => return Ok("link".to_owned()),
        Giver::Known(device_id) => device_id,
    };
    let own = transaction
        .fetch_optional(
            "SELECT d.id FROM devices d JOIN second_factors f ON f.account_id = d.account_id \
             WHERE d.id = $2 AND d.account_id = $1 AND d.code_given_at >= f.enabled_at",
            arguments![account_id, device_id],
        )
        .await?;
    own.map_or_else(|| Ok(String::new()), |row| row.text(0))
}

/// Notes that the device of a session of the account of `change` has given a right code.
pub(crate) async fn note_given(change: &mut Change, session_id: SessionId) -> database::Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    change
        .transaction()
        .execute(
            "UPDATE devices SET code_given_at = $3 \
             WHERE account_id = $1 AND id = (SELECT device_id FROM sessions WHERE id = $2)",
            arguments![account_id, session_id, now],
        )
        .await
        .map(drop)
}

async fn count(
    state: &ServerState,
    account_id: AccountId,
    giver: Giver,
    is_on: bool,
) -> Answer<()> {
    let now = state.now();
    let mut transaction = state.database.begin().await?;
    let lane = lane(&mut transaction, account_id, giver).await?;
    // The tenth in a row is still looked at, and locks what comes after it; the first after the lock counts as one. A lock
    // that ends later than any begun now was begun by a clock that was ahead, and holds nobody back.
    let counted = transaction
        .execute(
            "INSERT INTO second_factor_tries (account_id, device_id, wrong_in_a_row, locked_until, told_of_lock) \
             SELECT account_id, $5, 1, 0, 0 FROM second_factors \
             WHERE account_id = $1 AND CASE WHEN enabled_at IS NULL THEN 0 ELSE 1 END = $4 \
             ON CONFLICT (account_id, device_id) DO UPDATE SET \
             wrong_in_a_row = CASE WHEN second_factor_tries.wrong_in_a_row >= 10 THEN 1 \
             ELSE second_factor_tries.wrong_in_a_row + 1 END, \
             locked_until = CASE WHEN second_factor_tries.wrong_in_a_row = 9 THEN $3 ELSE 0 END \
             WHERE second_factor_tries.locked_until <= $2 OR second_factor_tries.locked_until > $3",
            arguments![account_id, now, now.0 + LOCKED_FOR, is_on, &lane],
        )
        .await?;
    if counted == 1 {
        transaction.commit().await?;
        return Ok(());
    }
    let row = transaction
        .fetch_optional(
            "SELECT t.locked_until FROM second_factor_tries t JOIN second_factors f ON f.account_id = t.account_id \
             WHERE t.account_id = $1 AND t.device_id = $3 AND CASE WHEN f.enabled_at IS NULL THEN 0 ELSE 1 END = $2",
            arguments![account_id, is_on, &lane],
        )
        .await?;
    match row {
        Some(row) => Err(locked(row.integer(0)?, now)),
        None => Ok(()),
    }
}

fn locked(until: i64, now: Timestamp) -> Refusal {
    let left = until.saturating_sub(now.0).max(1);
    let seconds = left.saturating_add(Timestamp::SECOND - 1) / Timestamp::SECOND;
    Refusal::new(ProblemCode::TooManyAttempts)
        .retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
}

/// The answer of [`count_try`] while no code is looked at, for what leads to one. It counts nothing, and tells of the lock:
/// only after the right password.
pub(crate) async fn refuse_while_locked(change: &mut Change, giver: Giver) -> Answer<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let lane = lane(change.transaction(), account_id, giver).await?;
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT locked_until FROM second_factor_tries \
             WHERE account_id = $1 AND device_id = $4 AND locked_until > $2 AND locked_until <= $3",
            arguments![account_id, now, now.0 + LOCKED_FOR, &lane],
        )
        .await?;
    match row {
        Some(row) => Err(locked(row.integer(0)?, now)),
        None => Ok(()),
    }
}

/// Uses up a code of the account of `change`, as typed: of the authenticator app, or a recovery code. 422 on `code` when
/// it is none, was used before, or two-step sign-in is off. Preceded by [`count_try`].
pub async fn take(change: &mut Change, typed: &str, purpose: Purpose) -> Answer<()> {
    let refusal = match Code::parse(typed) {
        Ok(Code::Totp(code)) if take_totp(change, &code).await? => return Ok(()),
        Ok(Code::Recovery(code)) if recovery_codes::take(change, &code, purpose).await? => {
            return Ok(());
        }
        Ok(_) => FieldCode::WrongCode,
        // What can be no code was counted like any other.
        Err(code) => code,
    };
    lock::tell(change);
    Err(refuse(refusal))
}

async fn take_totp(change: &mut Change, code: &str) -> database::Result<bool> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT seed, last_step FROM second_factors \
             WHERE account_id = $1 AND enabled_at IS NOT NULL AND suspended_at IS NULL",
            arguments![account_id],
        )
        .await?;
    let Some(row) = row else {
        return Ok(false);
    };
    let seed = seeds::unseal(change.state(), account_id, &row.bytes(0)?)?;
    let totp = seeds::generator(account_id, &seed, "", "")?;
    let Some(step) = seeds::step_of(&totp, code, change.now(), row.integer(1)?) else {
        return Ok(false);
    };
    let taken = change
        .transaction()
        .execute(
            "UPDATE second_factors SET last_step = $2 \
             WHERE account_id = $1 AND enabled_at IS NOT NULL AND last_step < $2",
            arguments![account_id, step],
        )
        .await?;
    if taken == 0 {
        return Ok(false);
    }
    forgive(change).await?;
    Ok(true)
}

/// Takes all counts of wrong codes back, once a code or what took its place was right; the device of a session is known by
/// that.
pub(crate) async fn forgive(change: &mut Change) -> database::Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "DELETE FROM second_factor_tries WHERE account_id = $1",
            arguments![account_id],
        )
        .await?;
    match change.actor().session_id {
        Some(session_id) => note_given(change, session_id).await,
        None => Ok(()),
    }
}
