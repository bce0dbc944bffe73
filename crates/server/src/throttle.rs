//! Slowing down guesses at passwords.
//!
//! A try is counted as a failure before its password is looked at, by one conditional statement, and the count is taken
//! back when it was right: 50 tries at once are 50 counts, not 50 looks at the same count. The counts are in the
//! database, committed on their own, so that neither a rollback nor a restart nor another node forgets them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use ipnet::IpNet;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::DevicePublicKey;
use latchkey_protocol::time::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::arguments;
use crate::config::{Quotas, RecoveryLimits, SignInLimits};
use crate::database::{Database, Result, Transaction};
use crate::http::problem::{Answer, Refusal};

/// The longest wait, in microseconds. A stored one that ends later was stored by a clock that was ahead, and counts for
/// nothing: nobody is locked out for years because a clock was wrong for a minute.
const LONGEST_WAIT: i64 = 300 * Timestamp::SECOND;

/// What wrong passwords are counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject([u8; 32]);

impl Subject {
    /// An account, whichever of its names is tried.
    pub fn account(account_id: AccountId) -> Self {
        Self::of("account", &[&account_id.to_string()])
    }

    /// A name that is no account's, in its normal form: counted just the same, so that the answers are.
    pub fn unknown(login: &str) -> Self {
        Self::of("unknown", &[login])
    }

    /// A device that has signed in to the account before: other people's failures don't hold it back.
    pub fn device(account_id: AccountId, key: &DevicePublicKey) -> Self {
        Self::of("device", &[&account_id.to_string(), &key.0])
    }

    fn of(kind: &str, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(kind);
        for part in parts {
            hash.update([0]);
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

/// Wrong passwords in a row after which no wait helps: only a link by mail, or a success on a known device, gives tries
/// back (NIST SP 800-63B, section 3.2.2).
const STOP_AFTER: i64 = 100;

/// Why a password must not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// For so many seconds.
    For(u32),
    /// For good, until there is proof by mail.
    Stopped,
}

/// Counts a try at `subject` as failed and commits that; true when it is the last one before the stop. 429 when it has to
/// wait, or when no wait helps: then nothing was counted and the password must not be looked at.
pub async fn allow(database: &Database, subject: Subject, now: Timestamp) -> Answer<bool> {
    match count_try(database, subject, now).await? {
        Ok(in_a_row) => Ok(in_a_row == STOP_AFTER),
        Err(Held::For(seconds)) => {
            Err(Refusal::new(ProblemCode::TooManyAttempts).retry_after(seconds))
        }
        Err(Held::Stopped) => Err(Refusal::new(ProblemCode::NewPasswordNeeded)),
    }
}

/// How many tries in a row this one makes.
async fn count_try(
    database: &Database,
    subject: Subject,
    now: Timestamp,
) -> Result<std::result::Result<i64, Held>> {
    let mut transaction = database.begin().await?;
    // The waits after the 5th, 6th … failure: 1, 2, 4 … 256, then 300 seconds. None before, so that of two tries at once
    // the one whose clock was read first is not told to wait for the other.
    let counted = transaction
        .fetch_optional(
            "INSERT INTO sign_in_failures (subject, in_a_row, not_before, last_at) VALUES ($1, 1, 0, $2) \
             ON CONFLICT (subject) DO UPDATE SET in_a_row = sign_in_failures.in_a_row + 1, last_at = excluded.last_at, \
             not_before = CASE WHEN sign_in_failures.in_a_row < 4 THEN 0 \
             ELSE excluded.last_at + 1000000 * CASE sign_in_failures.in_a_row + 1 \
             WHEN 5 THEN 1 WHEN 6 THEN 2 WHEN 7 THEN 4 WHEN 8 THEN 8 WHEN 9 THEN 16 \
             WHEN 10 THEN 32 WHEN 11 THEN 64 WHEN 12 THEN 128 WHEN 13 THEN 256 ELSE 300 END END \
             WHERE sign_in_failures.in_a_row < $4 \
             AND (sign_in_failures.not_before <= excluded.last_at OR sign_in_failures.not_before > $3) \
             RETURNING in_a_row",
            arguments![&subject.0, now, now.0 + LONGEST_WAIT, STOP_AFTER],
        )
        .await?;
    if let Some(row) = counted {
        transaction.commit().await?;
        return Ok(Ok(row.integer(0)?));
    }
    let row = transaction
        .fetch_optional(
            "SELECT not_before, in_a_row FROM sign_in_failures WHERE subject = $1",
            arguments![&subject.0],
        )
        .await?;
    let held = match row {
        Some(row) if row.integer(1)? >= STOP_AFTER => Held::Stopped,
        Some(row) => Held::For(seconds_up(row.integer(0)? - now.0)),
        // Forgiven between the two statements.
        None => Held::For(1),
    };
    Ok(Err(held))
}

/// Forgets counts that nobody has added to since `before`, but those that have come to the stop. The same for accounts
/// and for names that nobody has, since the difference would tell which is which.
pub async fn forget_old(transaction: &mut Transaction, before: Timestamp) -> Result<()> {
    transaction
        .execute(
            "DELETE FROM sign_in_failures WHERE last_at <= $1 AND in_a_row < $2",
            arguments![before, STOP_AFTER],
        )
        .await
        .map(drop)
}

/// Takes one count back with the wait that it began, of a try whose password was right or was not looked at: it was no
/// guess, and the second step of a sign-in comes right after the first.
pub async fn take_back(database: &Database, subject: Subject) -> Result<()> {
    let mut transaction = database.begin().await?;
    transaction
        .execute(
            "UPDATE sign_in_failures SET in_a_row = in_a_row - 1, not_before = 0 WHERE subject = $1 AND in_a_row > 0",
            arguments![&subject.0],
        )
        .await?;
    transaction.commit().await
}

/// Takes all counts of `subject` back, in the transaction in which its right password opens a session.
pub async fn forgive(transaction: &mut Transaction, subject: Subject) -> Result<()> {
    transaction
        .execute(
            "DELETE FROM sign_in_failures WHERE subject = $1",
            arguments![&subject.0],
        )
        .await
        .map(drop)
}

/// Microseconds as whole seconds, rounded up, at least 1.
pub fn seconds_up(micros: i64) -> u32 {
    let seconds = micros.max(1).saturating_add(Timestamp::SECOND - 1) / Timestamp::SECOND;
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// Addresses and networks remembered at most. When all of these tried within the period, new ones are refused.
const REMEMBERED: usize = 200_000;

/// How often something is tried from an address and its network, in this process's memory. Of IPv6, an address is its /64
/// and a network its /48.
#[derive(Debug)]
pub struct AddressLimits {
    per_address: u32,
    per_network: u32,
    /// What they are for, in microseconds.
    period: i64,
    remembered: Mutex<Remembered>,
}

#[derive(Debug, Default)]
struct Remembered {
    /// When the allowance of an address or network is whole again, in microseconds: the generic cell rate algorithm
    /// (ITU-T I.371, annex A), one number each.
    whole_at: HashMap<IpNet, i64>,
    forgot_at: i64,
}

impl AddressLimits {
    /// Of tries at passwords, a minute.
    pub fn of_sign_in(limits: SignInLimits) -> Self {
        Self::new(limits.per_address, limits.per_network, 60)
    }

    /// Of links for forgotten passwords, an hour.
    pub fn of_recovery(limits: RecoveryLimits) -> Self {
        Self::new(limits.per_address, limits.per_network, 3600)
    }

    /// Of links to addresses that nobody has proven to be theirs, an hour.
    pub fn of_links(quotas: Quotas) -> Self {
        Self::new(quotas.links_per_address, quotas.links_per_network, 3600)
    }

    /// With nothing counted.
    fn new(per_address: u32, per_network: u32, seconds: i64) -> Self {
        Self {
            per_address,
            per_network,
            period: seconds * Timestamp::SECOND,
            remembered: Mutex::default(),
        }
    }

    /// Counts a try from `address`. `Err(seconds)` when it has to wait: then nothing was counted.
    pub fn count_try(&self, address: IpAddr, now: Timestamp) -> std::result::Result<(), u32> {
        // One line has a /64 of IPv6 at least, and every address in it (RFC 6177, section 2).
        let (own_bits, network_bits) = if address.is_ipv4() {
            (32, 24)
        } else {
            (64, 48)
        };
        let within = |bits| IpNet::new(address, bits).map_or(address.into(), |own| own.trunc());
        let (alone, network) = (within(own_bits), within(network_bits));
        let mut remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Remembered {
            whole_at,
            forgot_at,
        } = &mut *remembered;
        // No allowance takes longer than the period to be whole: a later instant is of a clock that was ahead.
        let is_current =
            |whole_at: i64| (1..=self.period).contains(&whole_at.saturating_sub(now.0));
        if whole_at.len() + 2 > REMEMBERED {
            // Going through all of them costs: once a second, not for every try of a flood.
            if now.0.abs_diff(*forgot_at) >= Timestamp::SECOND.unsigned_abs() {
                *forgot_at = now.0;
                whole_at.retain(|_, whole_at| is_current(*whole_at));
            }
            if whole_at.len() + 2 > REMEMBERED {
                return Err(seconds_up(self.period));
            }
        }
        let mut next = [0; 2];
        let keys = [(alone, self.per_address), (network, self.per_network)];
        for (place, (key, most)) in keys.iter().enumerate() {
            let each = self.period / i64::from((*most).max(1));
            let counted = whole_at
                .get(key)
                .copied()
                .filter(|whole_at| is_current(*whole_at));
            let after = counted.unwrap_or(now.0) + each;
            let too_early = after - now.0 - self.period;
            if too_early > 0 {
                return Err(seconds_up(too_early));
            }
            next[place] = after;
        }
        for ((key, _), after) in keys.into_iter().zip(next) {
            whole_at.insert(key, after);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> AddressLimits {
        AddressLimits::of_sign_in(SignInLimits {
            per_address: 20,
            per_network: 200,
        })
    }

    fn allowed(limits: &AddressLimits, addresses: impl Iterator<Item = String>, now: i64) -> usize {
        let now = Timestamp(now * Timestamp::SECOND);
        addresses
            .filter(|address| limits.count_try(address.parse().unwrap(), now).is_ok())
            .count()
    }

    #[test]
    fn an_address_has_twenty_tries_a_minute() {
        let limits = limits();
        let same = |count| std::iter::repeat_n("192.0.2.1".to_owned(), count);
        assert_eq!(allowed(&limits, same(50), 100), 20);
        assert_eq!(allowed(&limits, same(50), 103), 1);
        assert_eq!(allowed(&limits, same(50), 200), 20);
        let wait = limits.count_try(
            "192.0.2.1".parse().unwrap(),
            Timestamp(200 * Timestamp::SECOND),
        );
        assert_eq!(wait, Err(3));
    }

    #[test]
    fn links_are_counted_by_the_hour() {
        let limits = AddressLimits::of_recovery(RecoveryLimits::default());
        let same = |count| std::iter::repeat_n("192.0.2.1".to_owned(), count);
        assert_eq!(allowed(&limits, same(50), 100_000), 3);
        assert_eq!(allowed(&limits, same(50), 101_000), 0);
        assert_eq!(allowed(&limits, same(50), 101_200), 1);
        assert_eq!(allowed(&limits, same(50), 105_000), 3);
    }

    #[test]
    fn a_network_has_two_hundred() {
        let v4 = (0..1000).map(|number| format!("192.0.2.{}", number % 250));
        assert_eq!(allowed(&limits(), v4, 100), 200);
        let v6 = (0..1000).map(|number| format!("2001:db8:1:{number:x}::1"));
        assert_eq!(allowed(&limits(), v6, 100), 200);
        let far_apart = (0..1000).map(|number| format!("2001:db8:{number:x}::1"));
        assert_eq!(allowed(&limits(), far_apart, 100), 1000);
    }

    #[test]
    fn a_64_of_ipv6_is_one_address() {
        let own = (0..1000).map(|number| format!("2001:db8:1:2:{number:x}::1"));
        assert_eq!(allowed(&limits(), own, 100), 20);
    }

    #[test]
    fn a_full_memory_refuses() {
        let limits = limits();
        let many = (0..150_000)
            .map(|number| format!("2001:db8:{number:x}::1", number = number % 60_000 + 1));
        allowed(&limits, many, 100);
        let more = (0..60_000).map(|number| format!("2001:db9:{:x}::1", number + 1));
        let passed = allowed(&limits, more, 100);
        assert_eq!(passed, 40_000);
        let again = (0..1000).map(|number| format!("2001:dba:{:x}::1", number + 1));
        assert_eq!(allowed(&limits, again, 200), 1000);
    }
}
