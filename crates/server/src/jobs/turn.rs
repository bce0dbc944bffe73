//! A job in hand: what becomes of it.

use latchkey_protocol::time::Timestamp;

use super::Kind;
use crate::arguments;
use crate::database::{Error, Result, Transaction};
use crate::state::ServerState;

/// After a day of tries a job has failed. It begins with the first one: the server may have been off before.
const GIVE_UP_AFTER: i64 = Timestamp::DAY;
/// Minutes to the next try, by the number of tries so far; each with a quarter of jitter either way.
const WAITS_MINUTES: [i64; 7] = [1, 4, 15, 30, 60, 120, 240];

/// A job in hand, under a lease.
#[derive(Debug)]
pub struct Turn {
    pub(super) kind: &'static Kind,
    /// What it is about.
    pub id: String,
    pub(super) lease: String,
    /// What there is to know beyond that.
    pub body: String,
    /// Tries, this one included.
    pub attempts: i64,
    pub(super) first_tried_at: Timestamp,
}

impl Turn {
    /// What it is about, as an identifier.
    pub fn about<T: std::str::FromStr>(&self) -> Result<T> {
        self.id
            .parse()
            .map_err(|_| Error::inconsistent("jobs", "id", &self.id))
    }

    /// When it is tried next, should this try fail; `None` when a day of tries is over.
    pub fn next_try(&self, state: &ServerState) -> Option<Timestamp> {
        let next = state.now().plus_seconds(wait_seconds(self.attempts, state));
        (next.since(self.first_tried_at) <= GIVE_UP_AFTER).then_some(next)
    }

    /// Ends it, with the transaction; false when the lease has been taken over, or the job withdrawn.
    pub async fn end(&self, transaction: &mut Transaction) -> Result<bool> {
        let ended = transaction
            .execute(
                "DELETE FROM jobs WHERE kind = $1 AND id = $2 AND leased_by = $3",
                arguments![self.kind.name, &self.id, &self.lease],
            )
            .await?;
        Ok(ended == 1)
    }

    /// Puts it back for another try, with the transaction; false like [`Self::end`].
    pub async fn put_back(
        &self,
        transaction: &mut Transaction,
        now: Timestamp,
        next: Timestamp,
        error: &str,
    ) -> Result<bool> {
        self.settle(transaction, "queued", now, next, error).await
    }

    /// Leaves it as failed.
    pub(super) async fn give_up(
        &self,
        transaction: &mut Transaction,
        now: Timestamp,
        error: &str,
    ) -> Result<bool> {
        self.settle(transaction, "failed", now, now, error).await
    }

    async fn settle(
        &self,
        transaction: &mut Transaction,
        status: &str,
        now: Timestamp,
        next: Timestamp,
        error: &str,
    ) -> Result<bool> {
        let settled = transaction
            .execute(
                "UPDATE jobs SET status = $4, waits_since = $5, due_at = $6, last_error = $7, leased_by = NULL, \
                 leased_until = NULL WHERE kind = $1 AND id = $2 AND leased_by = $3",
                arguments![
                    self.kind.name,
                    &self.id,
                    &self.lease,
                    status,
                    now,
                    next,
                    error
                ],
            )
            .await?;
        Ok(settled == 1)
    }
}

fn wait_seconds(attempts: i64, state: &ServerState) -> i64 {
    let mut chance = [0];
    state.randomness.fill(&mut chance);
    let step = usize::try_from(attempts - 1).unwrap_or(0);
    let minutes = WAITS_MINUTES[step.min(WAITS_MINUTES.len() - 1)];
    // 75 to 125 percent.
    minutes * 60 * (75 + i64::from(chance[0]) * 50 / 255) / 100
}
