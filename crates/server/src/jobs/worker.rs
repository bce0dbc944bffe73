//! The workers.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use tokio::task::JoinSet;

use super::due::{Fate, due, release_all, take_turn};
use super::kind::{GiveUp, Once, kinds};
use super::{Due, Kind, Outcome, Work};
use crate::database::Result;
use crate::state::ServerState;
use crate::sync::Change;

/// How often the queue is looked at without being told: for what is due only now, what other processes have put there, and
/// what a node left behind.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Jobs of a kind at the same time.
const AT_ONCE: usize = 4;

/// Takes the leases from a process that is no more, where one process alone has the database. Before any worker begins.
pub(crate) async fn release_left_behind(state: &ServerState) {
    if state.database.shared().is_none()
        && let Err(error) = release_all(state).await
    {
        tracing::warn!(%error, "jobs that were in hand wait for their lease to run out");
    }
}

/// Works on jobs until the server stops; on each kind by itself: a mail server that does not answer holds up nothing but
/// mails.
pub(crate) async fn run(state: Arc<ServerState>) {
    let mut workers = JoinSet::new();
    for kind in kinds() {
        workers.spawn(serve(Arc::clone(&state), kind));
    }
    while workers.join_next().await.is_some() {}
}

async fn serve(state: Arc<ServerState>, kind: &'static Kind) {
    let look_every = match kind.work {
        // Later than it is due, or a look would come just before.
        Work::Every { seconds, .. } => Duration::from_secs(u64::from(seconds) + 1),
        _ => LOOK_EVERY,
    };
    loop {
        if let Err(error) = work_off(&state, kind).await {
            tracing::warn!(kind = %kind.name, %error, "the queue can't be read");
        }
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = state.jobs.rung(kind) => {}
            () = tokio::time::sleep(look_every) => {}
        }
    }
}

/// Works on all jobs of a kind that are due now, and returns how many are done.
pub async fn work_off(state: &Arc<ServerState>, kind: &'static Kind) -> Result<u64> {
    let mut done = 0;
    if let Work::Every { seconds, run } = kind.work {
        if state.shutdown.is_cancelled() || !take_turn(state, kind, seconds).await? {
            return Ok(0);
        }
        let ran = without_panic(run(Arc::clone(state))).await;
        if let Err(error) = &ran {
            tracing::warn!(kind = %kind.name, error, "failed; the rest is left for the next time");
        }
        return Ok(u64::from(ran.is_ok()));
    }
    loop {
        let mut progress = false;
        // Lane after lane: of several at once, any could take what is left of a budget.
        for of_lane in due(state, kind)
            .await?
            .chunk_by(|one, other| one.lane == other.lane)
        {
            let mut tries = futures_util::stream::iter(of_lane.to_vec())
                .map(|due| attempt(state, kind, due))
                .buffer_unordered(AT_ONCE);
            while let Some(outcome) = tries.next().await {
                progress |= outcome != Outcome::NotMine;
                done += u64::from(outcome == Outcome::Done);
            }
        }
        if !progress {
            return Ok(done);
        }
    }
}

async fn attempt(state: &Arc<ServerState>, kind: &'static Kind, due: Due) -> Outcome {
    // What is begun now might be done and not noted: the database is closed soon.
    if state.shutdown.is_cancelled() {
        return Outcome::NotMine;
    }
    let tried = match kind.work {
        Work::Once(run) => without_panic(Box::pin(once(state, &due, run))).await,
        Work::Outside { run, .. } => without_panic(run(Arc::clone(state), due.clone())).await,
        Work::Every { .. } => Ok(Outcome::NotMine),
    };
    let error = match tried {
        Ok(outcome) => return outcome,
        Err(error) => error,
    };
    match due.fail(state, &error).await {
        Ok(None) => Outcome::NotMine,
        Ok(Some(Fate::WillBeTried)) => {
            tracing::warn!(kind = %kind.name, id = %due.id, error, "a job failed; it is tried again");
            Outcome::NotDone
        }
        Ok(Some(Fate::GivenUp)) => {
            tracing::error!(kind = %kind.name, id = %due.id, error, "a job failed for good");
            if let Work::Outside { give_up, .. } = kind.work {
                let noted = without_panic(Box::pin(note_failure(state, &due, give_up))).await;
                if let Err(error) = noted {
                    tracing::error!(kind = %kind.name, id = %due.id, error, "that could not be noted in its account");
                }
            }
            Outcome::NotDone
        }
        // The database is away: that is no job's fault, and no try.
        Err(away) => {
            tracing::warn!(kind = %kind.name, id = %due.id, error, %away, "a job waits for another look");
            Outcome::NotMine
        }
    }
}

async fn once(state: &Arc<ServerState>, due: &Due, run: Once) -> Result<Outcome> {
    let mut change = Change::begin(state, due.account_id()?).await?;
    let now = change.now();
    let Some(turn) = due.take(change.transaction(), now).await? else {
        return Ok(Outcome::NotMine);
    };
    run(&mut change, &turn).await?;
    turn.end(change.transaction()).await?;
    change.commit().await?;
    Ok(Outcome::Done)
}

async fn note_failure(state: &Arc<ServerState>, due: &Due, give_up: GiveUp) -> Result<()> {
    let mut change = Change::begin(state, due.account_id()?).await?;
    give_up(&mut change, &due.id).await?;
    change.commit().await.map(drop)
}

/// What a job comes to, with its error as text; a panic is one, so that it ends no worker.
async fn without_panic<T>(work: impl Future<Output = Result<T>>) -> std::result::Result<T, String> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(panic) => Err(format!("it panicked: {}", said(&*panic))),
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a word")
}
