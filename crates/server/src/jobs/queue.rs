//! Putting jobs into the queue.

use std::collections::BTreeMap;

use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::time::Timestamp;
use tokio::sync::Notify;

use super::kind::kinds;
use super::{Kind, Work};
use crate::arguments;
use crate::database::{Result, Transaction};

/// Something to be done later.
#[derive(Debug)]
pub struct Job {
    /// What it is.
    pub kind: &'static Kind,
    /// What it is about.
    pub id: String,
    /// Whose account it is about.
    pub account_id: AccountId,
    /// Which of the kind's lanes it is in: a lower one goes first.
    pub lane: i64,
    /// What there is to know beyond that, as its kind reads it. Never a secret.
    pub body: String,
    /// When it is to be done; at once when absent.
    pub due_at: Option<Timestamp>,
}

/// Puts a job into the queue, with the transaction; false when it is there already. The running server finds it within ten
/// seconds; [`Change::schedule`](crate::sync::Change::schedule) wakes its worker at once.
pub(crate) async fn schedule(
    transaction: &mut Transaction,
    job: &Job,
    now: Timestamp,
) -> Result<bool> {
    let scheduled = transaction
        .execute(
            "INSERT INTO jobs (kind, id, account_id, lane, body, status, attempts, waits_since, due_at) \
             VALUES ($1, $2, $3, $4, $5, 'queued', 0, $6, $7) \
             ON CONFLICT (kind, id) DO UPDATE SET lane = excluded.lane, body = excluded.body, status = 'queued', \
             attempts = 0, waits_since = excluded.waits_since, due_at = excluded.due_at, first_tried_at = NULL, \
             last_error = NULL WHERE jobs.status = 'failed'",
            arguments![
                job.kind.name,
                &job.id,
                job.account_id,
                job.lane,
                &job.body,
                now,
                // At once by any clock: those of commands and of other nodes differ.
                job.due_at.unwrap_or(Timestamp(0))
            ],
        )
        .await?;
    Ok(scheduled == 1)
}

/// What wakes the workers of each kind.
#[derive(Debug)]
pub struct Bells(BTreeMap<&'static str, Notify>);

impl Default for Bells {
    fn default() -> Self {
        let queued = kinds().filter(|kind| !matches!(kind.work, Work::Every { .. }));
        Self(queued.map(|kind| (kind.name, Notify::new())).collect())
    }
}

impl Bells {
    /// Has the jobs of a kind looked at.
    pub fn ring(&self, kind: &Kind) {
        if let Some(bell) = self.0.get(kind.name) {
            bell.notify_one();
        }
    }

    /// Has the jobs of all kinds looked at.
    pub fn ring_all(&self) {
        self.0.values().for_each(Notify::notify_one);
    }

    /// Waits for the bell of a kind.
    pub(super) async fn rung(&self, kind: &Kind) {
        match self.0.get(kind.name) {
            Some(bell) => bell.notified().await,
            None => std::future::pending().await,
        }
    }
}
