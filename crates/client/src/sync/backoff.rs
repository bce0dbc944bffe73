//! How long to wait after the server could not be reached.

/// Microseconds in a second.
const SECOND: u64 = 1_000_000;

/// The longest wait that a server may ask for, in seconds.
pub const RETRY_AFTER_MAXIMUM_SECONDS: u32 = 3_600;

/// Microseconds to wait after the `failures`th failure in a row (from 1): at random between half and all of 2, 4, 8,
/// 16, 30, 30 … seconds, so never under 1 s and never over 30 s: a server that is back is found again within that.
/// `jitter` is the random part.
pub fn delay(failures: u32, jitter: u16) -> u64 {
    let doublings = failures.saturating_sub(1).min(4);
    let longest = ((2 * SECOND) << doublings).min(30 * SECOND);
    longest / 2 + (longest / 2) * u64::from(jitter) / u64::from(u16::MAX)
}

/// The delay of [`delay`], but at least the `retry_after_seconds` the server asked for (an hour at most), with up to a second
/// more so that not all devices come back at once.
pub fn delay_asked_for(failures: u32, jitter: u16, retry_after_seconds: u32) -> u64 {
    let asked = u64::from(retry_after_seconds.min(RETRY_AFTER_MAXIMUM_SECONDS)) * SECOND;
    let spread = SECOND * u64::from(jitter) / u64::from(u16::MAX);
    delay(failures, jitter).max(asked + spread)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn waits_stay_between_a_second_and_half_a_minute(failures: u32, jitter: u16) {
            let delay = delay(failures, jitter);
            prop_assert!((SECOND..=30 * SECOND).contains(&delay), "{delay}");
        }

        #[test]
        fn a_server_that_asks_for_patience_gets_it(failures: u32, jitter: u16, asked: u32) {
            let delay = delay_asked_for(failures, jitter, asked);
            let heard = u64::from(asked.min(3_600)) * SECOND;
            prop_assert!(delay >= heard);
            prop_assert!(delay <= (heard + SECOND).max(30 * SECOND));
        }
    }

    #[test]
    fn waits_grow() {
        let longest: Vec<u64> = (1..=7)
            .map(|failures| delay(failures, u16::MAX) / SECOND)
            .collect();
        assert_eq!(longest, [2, 4, 8, 16, 30, 30, 30]);
    }
}
