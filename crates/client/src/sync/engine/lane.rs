//! The two ways to the server, which fail, wait and recover independently: a proxy that swallows the event stream
//! leaves requests alone.

use super::Engine;
use crate::sync::backoff;
use crate::sync::messages::{Effect, Trouble, Way};

/// What is known of one way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lane {
    timer: Option<Timer>,
    /// Failures in a row.
    failures: u32,
    pub(super) trouble: Option<Trouble>,
}

#[derive(Clone, Copy, Debug)]
struct Timer {
    number: u64,
    purpose: Purpose,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Nothing is begun on this way until it fires.
    Pause {
        /// Whether the server asked for it.
        asked_for: bool,
    },
    /// Something is to be looked at when it fires: whether the stream has said anything, whether there is a newer
    /// revision.
    Look,
}

impl Lane {
    /// Whether nothing may be begun.
    pub(super) fn pauses(&self) -> bool {
        self.asked_for().is_some()
    }

    /// Whether a timer is set for whatever purpose.
    pub(super) fn waits(&self) -> bool {
        self.timer.is_some()
    }

    /// What the timer of this number was for, which is then no more. Older numbers are for nothing.
    pub(super) fn fired(&mut self, number: u64) -> Option<Purpose> {
        let timer = self.timer.take_if(|timer| timer.number == number)?;
        Some(timer.purpose)
    }

    /// Forgets a pause that nobody asked for.
    pub(super) fn hurry(&mut self) {
        if self.asked_for() == Some(false) {
            self.timer = None;
        }
    }

    /// Forgets a pause, even the server's.
    pub(super) fn pause_no_more(&mut self) {
        if self.pauses() {
            self.timer = None;
        }
    }

    /// Forgets what it waited to look at.
    pub(super) fn look_no_more(&mut self) {
        self.timer.take_if(|timer| timer.purpose == Purpose::Look);
    }

    /// It works.
    pub(super) fn succeed(&mut self) {
        self.failures = 0;
        self.trouble = None;
    }

    /// The other way works: what failed on this one for want of a network is worth another try now.
    pub(super) fn encourage(&mut self) {
        self.hurry();
        self.failures = 0;
        self.trouble
            .take_if(|trouble| *trouble == Trouble::Unreachable);
    }

    fn asked_for(&self) -> Option<bool> {
        match self.timer?.purpose {
            Purpose::Pause { asked_for } => Some(asked_for),
            Purpose::Look => None,
        }
    }
}

impl Engine {
    pub(super) const fn lane(&mut self, way: Way) -> &mut Lane {
        match way {
            Way::Stream => &mut self.stream_lane,
            Way::Requests => &mut self.request_lane,
        }
    }

    /// Waits before anything is begun on that way again. What fails while a wait is on is part of the same trouble. A
    /// server that asks for patience is given it on both.
    pub(super) fn fail(&mut self, way: Way, trouble: Trouble) {
        let jitter = self.jitter;
        let lane = self.lane(way);
        lane.trouble = Some(trouble);
        let Trouble::Busy {
            retry_after_seconds,
        } = trouble
        else {
            if !lane.pauses() {
                lane.failures = lane.failures.saturating_add(1);
                let after = backoff::delay(lane.failures, jitter);
                self.set_timer(way, Purpose::Pause { asked_for: false }, after);
            }
            return;
        };
        if lane.asked_for() != Some(true) {
            lane.failures = lane.failures.saturating_add(1);
        }
        let after = backoff::delay_asked_for(lane.failures, jitter, retry_after_seconds);
        for way in [Way::Stream, Way::Requests] {
            if self.lane(way).asked_for() != Some(true) {
                self.set_timer(way, Purpose::Pause { asked_for: true }, after);
            }
        }
    }

    /// Replaces the timer of that way. `after` is microseconds.
    pub(super) fn set_timer(&mut self, way: Way, purpose: Purpose, after: u64) {
        self.timers += 1;
        let number = self.timers;
        self.lane(way).timer = Some(Timer { number, purpose });
        self.effects.push(Effect::SetTimer {
            way,
            timer: number,
            after,
        });
    }
}
