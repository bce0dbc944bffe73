//! Time and randomness, passed in so that tests can move the one and know the other.

use std::sync::atomic::{AtomicI64, Ordering};

use latchkey_protocol::time::Timestamp;
use uuid::Uuid;

/// Where the server reads the time.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the real time comes in"
    )]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.0))
    }

    /// Moves it on.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0
            .fetch_add(seconds * Timestamp::SECOND, Ordering::SeqCst);
    }

    /// Puts it to `instant`.
    pub fn set(&self, instant: Timestamp) {
        self.0.store(instant.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Where the server draws what nobody may guess.
pub trait Randomness: std::fmt::Debug + Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// A cryptographic generator seeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }
}

/// A new UUID of version 7, with the microseconds in `rand_a` (RFC 9562, section 6.2, method 3), so that what is made
/// within a millisecond sorts too.
pub fn new_identifier(now: Timestamp, randomness: &dyn Randomness) -> Uuid {
    let mut bytes = [0; 10];
    randomness.fill(&mut bytes);
    let micros = u64::try_from(now.0).unwrap_or(0);
    let fraction = u16::try_from(micros % 1000 * 4096 / 1000).unwrap_or(0);
    [bytes[0], bytes[1]] = fraction.to_be_bytes();
    uuid::Builder::from_unix_timestamp_millis(micros / 1000, &bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_sort_by_their_microsecond() {
        let at = |micros: i64| {
            new_identifier(Timestamp(1_700_000_000_000_000 + micros), &SystemRandomness)
        };
        let mut made: Vec<_> = (0..2000).map(at).collect();
        let in_order = made.clone();
        made.sort();
        assert_eq!(made, in_order);
        assert_eq!(made[0].get_version_num(), 7);
        assert_ne!(at(5), at(5));
    }
}
