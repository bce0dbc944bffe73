//! What the server does every minute: ends what has run out, forgets what is no longer needed. Any number of nodes may do
//! it at once.

use std::sync::Arc;

use latchkey_protocol::time::Timestamp;

use super::{Kind, Work};
use crate::arguments;
use crate::database::{Error, Result};
use crate::secrets::link;
use crate::slice::{SLICES, Slice};
use crate::state::ServerState;
use crate::throttle;

/// How long an answer is kept for a request that comes again: longer than a device may stay away.
const ANSWERS_KEPT: i64 = 45 * Timestamp::DAY;
/// How long wrong passwords are remembered when nobody goes on guessing; going on costs 300 seconds a try, so a day's pause
/// is no gain.
const FAILURES_KEPT: i64 = Timestamp::DAY;
/// How long a failed job can be looked at.
const FAILED_JOBS_KEPT: i64 = 90 * Timestamp::DAY;

/// Does all that is done every minute at once, due or not, whatever the other nodes do.
pub async fn tidy(state: &Arc<ServerState>) -> Result<()> {
    for kind in SLICES.iter().flat_map(|slice| slice.tidy) {
        if let Work::Every { run, .. } = kind.work {
            run(Arc::clone(state)).await?;
        }
    }
    Ok(())
}

/// What requests leave behind, of which nobody is told.
async fn forget_remains(state: &ServerState) -> Result<()> {
    let now = state.now();
    let mut transaction = state.database.begin().await?;
    for forget in SLICES.iter().flat_map(|slice| slice.forget) {
        forget(&mut transaction, now).await?;
    }
    transaction
        .execute(
            "DELETE FROM idempotency_keys WHERE created_at <= $1",
            arguments![now.0 - ANSWERS_KEPT],
        )
        .await?;
    transaction
        .execute(
            "DELETE FROM jobs WHERE status = 'failed' AND waits_since <= $1",
            arguments![now.0 - FAILED_JOBS_KEPT],
        )
        .await?;
    throttle::forget_old(&mut transaction, Timestamp(now.0 - FAILURES_KEPT)).await?;
    link::forget_old(&mut transaction, now).await?;
    transaction.commit().await
}

/// Whether a row was dealt with. One that can't be must not keep the others from it, and is tried again in a minute; a
/// database that is away is no row's fault.
pub(crate) fn dealt_with(outcome: Result<bool>, what: &'static str) -> Result<bool> {
    match outcome {
        Ok(done) => Ok(done),
        Err(error @ Error::Unavailable(_)) => Err(error),
        Err(error) => {
            tracing::error!(%error, "{what}");
            Ok(false)
        }
    }
}

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    tidy: &[Kind::minutely("tidy-remains", |state| {
        Box::pin(async move { forget_remains(&state).await })
    })],
    ..Slice::NONE
};
