//! What kinds of jobs there are.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use latchkey_protocol::identifiers::AccountId;

use super::{Due, Job, Turn};
use crate::arguments;
use crate::database::{Result, Transaction};
use crate::slice::SLICES;
use crate::state::ServerState;
use crate::sync::Change;

/// All kinds that this server knows. Jobs of others, which a newer node has queued, wait for such a node.
pub(super) fn kinds() -> impl Iterator<Item = &'static Kind> {
    SLICES
        .iter()
        .flat_map(|slice| slice.jobs.iter().copied().chain(slice.tidy))
}

/// A kind of job.
#[derive(Debug)]
pub struct Kind {
    /// Its name in the database, which stays.
    pub name: &'static str,
    /// What is done.
    pub work: Work,
}

/// Does a job in a change of its account.
pub type Once = for<'a> fn(&'a mut Change, &'a Turn) -> BoxFuture<'a, Result<()>>;
/// Notes in the job's account that the job with this id has failed for good.
pub type GiveUp = for<'a> fn(&'a mut Change, &'a str) -> BoxFuture<'a, Result<()>>;
/// Does what is done again and again.
pub type Every = fn(Arc<ServerState>) -> BoxFuture<'static, Result<()>>;

/// What is done for a job.
#[derive(Debug)]
pub enum Work {
    /// All of it in one change of the job's account, with the end of the job.
    Once(Once),
    /// Something outside of the database, under a lease that the function takes, and ends or puts back.
    Outside {
        /// How many lanes are open, of those with the lowest numbers.
        lanes: fn(&ServerState) -> i64,
        /// Does it.
        run: fn(Arc<ServerState>, Due) -> BoxFuture<'static, Result<Outcome>>,
        /// Called when a job has failed for good by faults.
        give_up: GiveUp,
    },
    /// Again and again, by one node at a time. One that dies meanwhile leaves the rest for the next time.
    Every {
        /// From one time to the next.
        seconds: u32,
        /// Does it.
        run: Every,
    },
}

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It is not needed any more, or was tried and waits for the next try.
    NotDone,
    /// It is not due any more: another worker has it, or it has to wait. Nothing has changed.
    NotMine,
}

impl Kind {
    /// What is done in one change of an account, once.
    pub const fn once(name: &'static str, run: Once) -> Self {
        let work = Work::Once(run);
        Self { name, work }
    }

    /// What is done again and again.
    pub const fn every(name: &'static str, seconds: u32, run: Every) -> Self {
        let work = Work::Every { seconds, run };
        Self { name, work }
    }

    /// What the server tidies every minute.
    pub(crate) const fn minutely(name: &'static str, run: Every) -> Self {
        Self::every(name, 60, run)
    }

    /// A job of this kind, due at once. There is one at a time with this id: another one is the same.
    pub fn job(&'static self, account_id: AccountId, id: impl std::fmt::Display) -> Job {
        Job {
            kind: self,
            id: id.to_string(),
            account_id,
            lane: 0,
            body: String::new(),
            due_at: None,
        }
    }

    /// Takes the job with this id out of the queue, with the transaction. A try that is under way comes to its end, and finds
    /// that it holds nothing any more.
    pub async fn withdraw(
        &self,
        transaction: &mut Transaction,
        id: impl std::fmt::Display,
    ) -> Result<()> {
        transaction
            .execute(
                "DELETE FROM jobs WHERE kind = $1 AND id = $2",
                arguments![self.name, id.to_string()],
            )
            .await
            .map(drop)
    }

    /// How many lanes are open.
    pub(super) fn lanes(&self, state: &ServerState) -> i64 {
        match self.work {
            Work::Outside { lanes, .. } => lanes(state),
            Work::Once(_) | Work::Every { .. } => 1,
        }
    }
}
