//! How many mails the whole server sends. What is over waits; half of it is kept for the mails that guard accounts, so that
//! strangers who have mails sent to addresses that are not theirs hold none of those up.

use std::sync::atomic::{AtomicI64, Ordering};

use latchkey_protocol::time::Timestamp;

use super::Kind;
use crate::allowance::{self, Allowance, SERVER};
use crate::database::Result;
use crate::sync::Change;

/// No wait is longer: a later end was set by a clock that was ahead.
const LONGEST: i64 = 3600 * Timestamp::SECOND;
/// Between two alarms, in microseconds.
const ALARM_EVERY: i64 = 600 * Timestamp::SECOND;

/// A part of the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// What an owner needs at once. However many other mails accounts cause, these wait behind none of them.
    Urgent,
    /// Other mails to addresses that their owner has confirmed.
    Guarding,
    /// Mails to addresses that nobody has proven to be the account's.
    Unproven,
}

impl Lane {
    /// Where mails of a kind belong. By the kind alone: whether somebody else owns the address must not be seen in when a
    /// mail goes out.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::ResetPassword
            | Kind::PasswordResetStarted
            | Kind::ApproveDevice
            | Kind::SignInAlert => Self::Urgent,
            Kind::ConfirmEmail | Kind::ConfirmEmailChange => Self::Unproven,
            _ => Self::Guarding,
        }
    }

    /// Its number in the queue, in the order in which they are served.
    pub const fn number(self) -> i64 {
        match self {
            Self::Urgent => 0,
            Self::Guarding => 1,
            Self::Unproven => 2,
        }
    }
}

/// Until when no mail of a lane is looked at, in this process's memory, and when somebody was told.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    all_until: AtomicI64,
    unproven_until: AtomicI64,
    alarmed_at: AtomicI64,
}

impl Budget {
    /// How many lanes are open, as far as is known: of those with the lowest numbers.
    pub(super) fn open_lanes(&self, now: Timestamp) -> i64 {
        let past = |until: &AtomicI64| {
            let left = until.load(Ordering::Relaxed).saturating_sub(now.0);
            !(1..=LONGEST).contains(&left)
        };
        match (past(&self.all_until), past(&self.unproven_until)) {
            (false, _) => 0,
            (true, false) => Lane::Unproven.number(),
            (true, true) => Lane::Unproven.number() + 1,
        }
    }

    fn close(&self, allowance: Allowance, seconds: u32, now: Timestamp) {
        let until = now.plus_seconds(i64::from(seconds)).0;
        match allowance {
            Allowance::UnprovenMails => self.unproven_until.store(until, Ordering::Relaxed),
            _ => self.all_until.store(until, Ordering::Relaxed),
        }
        let before = self.alarmed_at.swap(now.0, Ordering::Relaxed);
        if now.0.abs_diff(before) < ALARM_EVERY.unsigned_abs() {
            self.alarmed_at.store(before, Ordering::Relaxed);
            return;
        }
        tracing::error!(
            of = allowance.name(),
            "the budget of mails is used up (quotas.mails_per_hour): further ones wait. Somebody may be having mails sent to \
             other people"
        );
    }
}

/// Takes a mail out of the budget; false when it has to wait, and its lane is closed for as long.
pub(super) async fn take(change: &mut Change, kind: Kind) -> Result<bool> {
    let allowances: &[Allowance] = match Lane::of(kind) {
        Lane::Urgent | Lane::Guarding => &[Allowance::Mails],
        Lane::Unproven => &[Allowance::Mails, Allowance::UnprovenMails],
    };
    for allowance in allowances {
        let taken = allowance::take_in(change, *allowance, SERVER).await?;
        if let Err(seconds) = taken {
            let now = change.now();
            change.state().mail_budget.close(*allowance, seconds, now);
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_that_is_closed_opens_again_and_the_other_one_stays_open() {
        let budget = Budget::default();
        let at = |seconds: i64| Timestamp(seconds * Timestamp::SECOND);
        let open = |seconds| budget.open_lanes(at(seconds));
        assert_eq!(open(100), 3);
        budget.close(Allowance::UnprovenMails, 30, at(100));
        assert_eq!(open(129), 2);
        assert_eq!(open(130), 3);
        budget.close(Allowance::Mails, 30, at(200));
        assert_eq!(open(229), 0);
        // A clock that was ahead when it was closed holds nothing back.
        assert_eq!(open(-100_000), 3);
    }

    #[test]
    fn the_alarm_is_raised_once_in_ten_minutes() {
        let budget = Budget::default();
        let at = |seconds: i64| Timestamp(seconds * Timestamp::SECOND);
        let raised = |seconds| {
            budget.close(Allowance::Mails, 4, at(seconds));
            budget.alarmed_at.load(Ordering::Relaxed) == at(seconds).0
        };
        let all = [10_000, 10_004, 10_599, 10_600, 10_604].map(raised);
        assert_eq!(all, [true, false, false, true, false]);
    }
}
