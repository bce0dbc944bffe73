//! Whether the computer slept. While it does, the clock on the wall goes on and the one that timers go by stands still.

use std::sync::Weak;
use std::time::Duration;

use latchkey_protocol::time::Timestamp;
use tokio::time::{Instant, sleep};

use crate::client::Client;

/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How far the clocks may part before it counts as a sleep: more than a correction of the time, less than it takes a
/// server to give up a connection.
const SLEEP: Duration = Duration::from_secs(10);

/// The two clocks as of the last look.
pub(super) struct Wakefulness {
    client: Weak<Client>,
    wall: Timestamp,
    timer: Instant,
}

impl Wakefulness {
    pub(super) fn new(client: Weak<Client>) -> Self {
        let wall = client.upgrade().map(|client| client.now());
        Self {
            client,
            wall: wall.unwrap_or_default(),
            timer: Instant::now(),
        }
    }

    /// Returns once the computer has slept since the last time.
    pub(super) async fn woken(&mut self) {
        loop {
            sleep(LOOK).await;
            let wall = self.client.upgrade().map(|client| client.now());
            if wall.is_some_and(|wall| self.slept(wall, Instant::now())) {
                return;
            }
        }
    }

    fn slept(&mut self, wall: Timestamp, timer: Instant) -> bool {
        // A wall clock that was set back has not slept.
        let by_wall = u64::try_from(wall.0.saturating_sub(self.wall.0)).unwrap_or(0);
        let by_timer = timer.duration_since(self.timer);
        (self.wall, self.timer) = (wall, timer);
        Duration::from_micros(by_wall).saturating_sub(by_timer) > SLEEP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleep_is_told_from_a_pause_and_from_a_corrected_clock() {
        let mut wakefulness = Wakefulness::new(Weak::new());
        let (mut wall, mut timer) = (wakefulness.wall, wakefulness.timer);
        for (by_wall, by_timer, slept) in [
            (2, 2, false),
            // A process that was stopped, while the computer ran on.
            (600, 600, false),
            (600, 2, true),
            (2, 2, false),
            // The clock was put right by some seconds.
            (7, 2, false),
        ] {
            wall = wall.plus_seconds(by_wall);
            timer += Duration::from_secs(by_timer);
            assert_eq!(
                wakefulness.slept(wall, timer),
                slept,
                "{by_wall} s on the wall, {by_timer} s by the timer"
            );
        }
        wall = wall.plus_seconds(-3_600);
        timer += Duration::from_secs(2);
        assert!(!wakefulness.slept(wall, timer), "the clock was set back");
    }
}
