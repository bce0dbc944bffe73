//! The time and the random identifiers that the client works with, passed in so that tests can move and repeat them.

use latchkey_protocol::time::Timestamp;
use rand::RngExt as _;
use uuid::Uuid;

/// Where the client reads the time from.
pub trait Clock: Send + Sync + 'static {
    /// The instant it is now.
    fn now(&self) -> Timestamp;
}

/// The computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where the computer's clock is read"
    )]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_microsecond())
    }
}

/// A new identifier of version 7 (RFC 9562, section 5.7) for the instant `now`.
pub(crate) fn new_identifier(now: Timestamp) -> Uuid {
    let milliseconds = u64::try_from(now.0 / 1_000).unwrap_or(0);
    let random: [u8; 10] = rand::rng().random();
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}
