//! Codes for when the authenticator app is lost: ten, each for one use.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::second_factor::{
    RECOVERY_CODE_LENGTH, RECOVERY_CODES, SecondFactor, group_recovery_code,
};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::AGED_DAYS;
use sha2::{Digest as _, Sha256};
use totp_rs::Secret;
use zeroize::Zeroizing;

use super::codes::Purpose;
use super::{codes, enrolment};
use crate::arguments;
use crate::database::{Error, Result};
use crate::mail::Kind;
use crate::sync::Change;

/// Makes a new set in place of the older, as people read it.
pub(super) async fn replace(change: &mut Change) -> Result<Vec<String>> {
    remove(change).await?;
    let (account_id, now) = (change.account_id(), change.now());
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let mut bytes = Zeroizing::new([0; 16]);
        change.state().randomness.fill(&mut *bytes);
        // 26 characters of Base32 for 128 bits; the last one holds three of them and falls.
        let code = Zeroizing::new(Secret::new(Box::new(*bytes)).to_base32());
        let code = &code[..RECOVERY_CODE_LENGTH];
        change
            .transaction()
            .execute(
                "INSERT INTO recovery_codes (code_hash, account_id, created_at) VALUES ($1, $2, $3)",
                arguments![&hash(code), account_id, now],
            )
            .await?;
        codes.push(group_recovery_code(code));
    }
    Ok(codes)
}

/// Makes the set void.
pub(super) async fn remove(change: &mut Change) -> Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "DELETE FROM recovery_codes WHERE account_id = $1",
            arguments![account_id],
        )
        .await
        .map(drop)
}

/// Suspends the set, or lifts that; false when there was nothing to do.
pub(super) async fn set_suspended(
    change: &mut Change,
    suspended_at: Option<Timestamp>,
) -> Result<bool> {
    let account_id = change.account_id();
    let changed = change
        .transaction()
        .execute(
            "UPDATE recovery_codes SET suspended_at = $2 \
             WHERE account_id = $1 AND CASE WHEN suspended_at IS NULL THEN 1 ELSE 0 END = $3",
            arguments![account_id, suspended_at, suspended_at.is_some()],
        )
        .await?;
    Ok(changed > 0)
}

/// Uses up a recovery code of the account; false when it is none of its, or was used before. Of any number at once one
/// gets true.
pub(super) async fn take(change: &mut Change, code: &str, purpose: Purpose) -> Result<bool> {
    let (account_id, now) = (change.account_id(), change.now());
    // Of those that are suspended, what was younger than that opens nothing.
    let aged = match purpose {
        Purpose::Anything => i64::MAX,
        Purpose::Reset => AGED_DAYS * Timestamp::DAY,
    };
    let used = change
        .transaction()
        .execute(
            "UPDATE recovery_codes SET used_at = $3 WHERE code_hash = $1 AND account_id = $2 AND used_at IS NULL \
             AND (suspended_at IS NULL OR suspended_at - created_at >= $4)",
            arguments![&hash(code), account_id, now, aged],
        )
        .await?;
    if used == 0 {
        return Ok(false);
    }
    codes::forgive(change).await?;
    let record: SecondFactor = change
        .get(Collection::SecondFactor, account_id)
        .await?
        .ok_or_else(|| Error::inconsistent("records", "body", account_id))?;
    let left = SecondFactor {
        recovery_codes_left: record.recovery_codes_left.saturating_sub(1),
        ..record
    };
    change
        .put(Collection::SecondFactor, account_id, &left)
        .await?;
    enrolment::note(
        change,
        ActivityKind::RecoveryCodeUsed,
        Kind::RecoveryCodeUsed,
    )
    .await?;
    Ok(true)
}

/// What is stored of a code. 125 random bits need no slow hash (ASVS V6.5.2).
fn hash(code: &str) -> [u8; 32] {
    Sha256::digest(code).into()
}
