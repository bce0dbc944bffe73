//! Which jobs are due, and taking one.

use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::time::Timestamp;

use super::{Kind, Turn};
use crate::arguments;
use crate::database::{Error, Result, Row, Transaction};
use crate::state::ServerState;

/// How long a lease holds, in seconds; longer than any try takes.
const LEASE: i64 = 300;
/// What was noted for later than this from now, in microseconds, was noted by a clock that was ahead, and holds nothing
/// back.
const AHEAD: i64 = Timestamp::DAY;
/// Rows looked at in one go.
const BATCH: i64 = 100;

/// What a failed try leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    WillBeTried,
    GivenUp,
}

/// A job that was due when it was looked for.
#[derive(Clone, Debug)]
pub struct Due {
    pub(super) kind: &'static Kind,
    /// What it is about.
    pub id: String,
    account_id: Option<String>,
    pub(super) lane: i64,
    /// The name of the lease, if it comes to one.
    pub(super) lease: String,
}

/// Jobs of a kind that are due, the first of them.
pub(super) async fn due(state: &ServerState, kind: &'static Kind) -> Result<Vec<Due>> {
    let (lanes, now) = (kind.lanes(state), state.now());
    if lanes == 0 || state.shutdown.is_cancelled() {
        return Ok(Vec::new());
    }
    let rows = state
        .database
        .fetch_all(
            "SELECT id, account_id, lane FROM jobs WHERE kind = $1 AND status = 'queued' AND lane < $2 \
             AND (due_at <= $3 OR waits_since > $4) \
             AND (leased_until IS NULL OR leased_until <= $3 OR leased_until > $4) \
             ORDER BY lane, due_at, id LIMIT $5",
            arguments![kind.name, lanes, now, now.0 + AHEAD, BATCH],
        )
        .await?;
    let due = |row: &Row| {
        Ok(Due {
            kind,
            id: row.text(0)?,
            account_id: row.optional_text(1)?,
            lane: row.integer(2)?,
            lease: state.new_identifier().to_string(),
        })
    };
    rows.iter().map(due).collect()
}

impl Due {
    /// Whose account it is about.
    pub fn account_id(&self) -> Result<AccountId> {
        self.account_id
            .as_ref()
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| Error::inconsistent("jobs", "account_id", &self.id))
    }

    /// Takes it under a lease, with the transaction; `None` when it is not due any more. Whoever tries at the same time
    /// waits for the commit, on any node.
    pub async fn take(
        &self,
        transaction: &mut Transaction,
        now: Timestamp,
    ) -> Result<Option<Turn>> {
        let row = transaction
            .fetch_optional(
                "UPDATE jobs SET leased_by = $3, leased_until = $4, attempts = attempts + 1, \
                 first_tried_at = COALESCE(first_tried_at, $5) WHERE kind = $1 AND id = $2 AND status = 'queued' \
                 AND (due_at <= $5 OR waits_since > $6) \
                 AND (leased_until IS NULL OR leased_until <= $5 OR leased_until > $6) \
                 RETURNING body, attempts, first_tried_at",
                arguments![
                    self.kind.name,
                    &self.id,
                    &self.lease,
                    now.plus_seconds(LEASE),
                    now,
                    now.0 + AHEAD
                ],
            )
            .await?;
        row.map(|row| self.turn(&row)).transpose()
    }

    fn turn(&self, row: &Row) -> Result<Turn> {
        Ok(Turn {
            kind: self.kind,
            id: self.id.clone(),
            lease: self.lease.clone(),
            body: row.text(0)?,
            attempts: row.integer(1)?,
            first_tried_at: Timestamp(row.integer(2)?),
        })
    }

    /// Notes that the try failed by a fault, under its lease or before it had one; `None` when another worker has the job.
    pub(super) async fn fail(&self, state: &ServerState, error: &str) -> Result<Option<Fate>> {
        let now = state.now();
        let mut transaction = state.database.begin().await?;
        let row = transaction
            .fetch_optional(
                "UPDATE jobs SET attempts = attempts + CASE WHEN leased_by = $3 THEN 0 ELSE 1 END, \
                 first_tried_at = COALESCE(first_tried_at, $4), leased_by = $3, leased_until = $4 \
                 WHERE kind = $1 AND id = $2 AND status = 'queued' AND (leased_until IS NULL OR leased_by = $3 \
                 OR leased_until <= $4 OR leased_until > $5) RETURNING body, attempts, first_tried_at",
                arguments![self.kind.name, &self.id, &self.lease, now, now.0 + AHEAD],
            )
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let turn = self.turn(&row)?;
        let fate = if let Some(next) = turn.next_try(state) {
            turn.put_back(&mut transaction, now, next, error).await?;
            Fate::WillBeTried
        } else {
            turn.give_up(&mut transaction, now, error).await?;
            Fate::GivenUp
        };
        transaction.commit().await?;
        Ok(Some(fate))
    }
}

/// Takes the leases from a process that is no more: one process alone uses SQLite, so those it finds are of its own former
/// life.
pub(super) async fn release_all(state: &ServerState) -> Result<()> {
    let mut transaction = state.database.begin().await?;
    transaction
        .execute(
            "UPDATE jobs SET leased_by = NULL, leased_until = NULL WHERE leased_by IS NOT NULL",
            &[],
        )
        .await?;
    transaction.commit().await
}

/// Takes the turn of what is done again and again; false when it is not due, or another node has taken it.
pub(super) async fn take_turn(state: &ServerState, kind: &Kind, seconds: u32) -> Result<bool> {
    let now = state.now();
    let mut transaction = state.database.begin().await?;
    let taken = transaction
        .execute(
            "INSERT INTO jobs (kind, id, lane, body, status, attempts, waits_since, due_at) \
             VALUES ($1, '', 0, '', 'queued', 0, $2, $3) ON CONFLICT (kind, id) DO UPDATE SET \
             waits_since = excluded.waits_since, due_at = excluded.due_at \
             WHERE jobs.due_at <= excluded.waits_since OR jobs.waits_since > $4",
            arguments![
                kind.name,
                now,
                now.plus_seconds(i64::from(seconds)),
                now.0 + AHEAD
            ],
        )
        .await?;
    transaction.commit().await?;
    Ok(taken == 1)
}
