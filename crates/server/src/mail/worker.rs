//! The worker that empties the queue.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use latchkey_protocol::time::Timestamp;
use tokio::sync::Notify;

use super::budget::Lane;
use super::claim::{Claim, Claimed, NO_WAIT_IS_LONGER, claim};
use super::content::Facts;
use super::delivery::{Refused, Said};
use super::render::{self, Mail};
use super::settle::settle;
use super::{Kind, Post, bounces};
use crate::arguments;
use crate::audit;
use crate::database::{Result, Row};
use crate::freeze;
use crate::state::ServerState;
use crate::users;
use crate::words::Words;

/// How often the queue is looked at without being told: for mails whose next try is due, and for those that another
/// node left behind.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Deliveries at the same time.
const AT_ONCE: usize = 4;

/// Sends what is queued, and notes what other processes have left, until the server stops. Each on its own: a mail server
/// that does not answer holds up nothing but mails.
pub async fn run(state: &Arc<ServerState>, post: &Post) {
    let looked = Notify::new();
    // Boxed: each holds a whole request's work.
    tokio::join!(
        Box::pin(send(state, post, &looked)),
        Box::pin(note_all(state, &looked))
    );
}

/// Wakes `looked` after each look at the queue: a report may have waited for its mail to be noted as sent.
async fn send(state: &Arc<ServerState>, post: &Post, looked: &Notify) {
    // One process alone uses SQLite: a claim that it finds there is of its own former life.
    if state.database.shared().is_none()
        && let Err(error) = release_claims(state).await
    {
        tracing::warn!(%error, "mails that were being sent wait for their claim to run out");
    }
    loop {
        if let Err(error) = deliver_due(state, post).await {
            tracing::warn!(%error, "the mail queue can't be read");
        }
        looked.notify_one();
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = state.mail_queued.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Notes delivery reports, changed roles and freezes to be lifted, which come by commands beside this process.
async fn note_all(state: &Arc<ServerState>, looked: &Notify) {
    loop {
        if let Err(error) = bounces::note_reports(state).await {
            tracing::warn!(%error, "delivery reports wait for another look");
        }
        if let Err(error) = users::tell_role_changes(state).await {
            tracing::warn!(%error, "changed roles wait for another look");
        }
        if let Err(error) = freeze::lift_those_asked_for(state).await {
            tracing::warn!(%error, "freezes to be lifted wait for another look");
        }
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = looked.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Sends all mails that are due now and within the budget, those that guard accounts first, and returns how many were
/// handed over. Nothing is sent before the server knows what its links start with.
pub async fn deliver_due(state: &Arc<ServerState>, post: &Post) -> Result<u64> {
    let mut sent = 0;
    if state.public_url().is_none() {
        return Ok(sent);
    }
    loop {
        let mut progress = false;
        for lane in Lane::ALL {
            let due = due_in(state, lane).await?;
            let mut deliveries = futures_util::stream::iter(due)
                .map(|row| async move { deliver(state, post, &row.text(0)?).await })
                .buffer_unordered(AT_ONCE);
            while let Some(delivered) = deliveries.next().await {
                match delivered {
                    Ok(outcome) => {
                        progress |= outcome != Outcome::NotMine;
                        sent += u64::from(outcome == Outcome::Sent);
                    }
                    // One mail that can't be read must not hold up the others.
                    Err(error) => tracing::warn!(%error, "a mail waits for another look"),
                }
            }
        }
        if !progress {
            return Ok(sent);
        }
    }
}

/// Of a lane by the kind, as [`Lane::of`] has it, which a test compares.
const DUE: &str = "SELECT id FROM mail_queue WHERE status = 'queued' \
    AND (next_attempt_at <= $1 OR next_attempt_at > $2) \
    AND (claimed_until IS NULL OR claimed_until <= $1 OR claimed_until > $2) \
    AND CASE WHEN kind IN ('reset-password', 'password-reset-started', 'sign-in-alert') THEN 0 \
    WHEN kind IN ('confirm-email', 'confirm-email-change') THEN 2 ELSE 1 END = $3 \
    ORDER BY next_attempt_at, id LIMIT 100";

/// Mails of a lane that are due, the first of them.
async fn due_in(state: &ServerState, lane: Lane) -> Result<Vec<Row>> {
    let now = state.now();
    if state.shutdown.is_cancelled() || !state.mail_budget.is_open(lane, now) {
        return Ok(Vec::new());
    }
    state
        .database
        .fetch_all(
            DUE,
            arguments![now, Timestamp(now.0 + NO_WAIT_IS_LONGER), lane.number()],
        )
        .await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Sent,
    NotSent,
    /// Another worker has it, it was withdrawn, or the budget is used up.
    NotMine,
}

async fn deliver(state: &Arc<ServerState>, post: &Post, id: &str) -> Result<Outcome> {
    // What is begun now would be accepted and not noted: the database is closed soon.
    if state.shutdown.is_cancelled() {
        return Ok(Outcome::NotMine);
    }
    let claimed = match claim(state, id).await? {
        Claim::Mine(claimed) => *claimed,
        Claim::Dropped => return Ok(Outcome::NotSent),
        Claim::NotMine => return Ok(Outcome::NotMine),
    };
    let handed_over = hand_over(state, post, &claimed).await;
    match &handed_over {
        Ok(()) => audit::mail_sent(id, claimed.kind.name()),
        Err(error) => audit::mail_not_sent(id, claimed.kind.name(), &error.to_string()),
    }
    Ok(if settle(state, &claimed, handed_over).await? {
        Outcome::Sent
    } else {
        Outcome::NotSent
    })
}

async fn hand_over(
    state: &ServerState,
    post: &Post,
    claimed: &Claimed,
) -> std::result::Result<(), Refused> {
    let for_now = |text: &str| Refused::ForNow(Said::own(text));
    let public_url = state
        .public_url()
        .ok_or_else(|| for_now("no public URL yet"))?;
    let sender = post
        .sender(public_url.host_str().unwrap_or_default())
        .ok_or_else(|| for_now("no sender: set mail_from"))?;
    let address = claimed
        .recipient
        .parse::<lettre::Address>()
        .map_err(|_| Refused::ForGood(Said::own("the recipient is no address")))?;
    let facts = match &claimed.warning {
        Some(warning) => warning.facts(claimed, public_url, state.server_id),
        None => Facts {
            kind: claimed.kind,
            words: Words::of(&claimed.reader.language),
            parameters: &claimed.parameters,
            username: &claimed.reader.username,
            time_zone: &claimed.reader.time_zone,
            happened_at: claimed.happened_at,
            public_url,
            server_id: state.server_id,
            token: claimed.token.as_deref(),
        },
    };
    let (kind, id) = match &claimed.warning {
        Some(warning) => (facts.kind, warning.id),
        None => (facts.kind, claimed.id),
    };
    let message = render::message(Mail {
        message_id: format!("{id}.{}", claimed.attempts),
        sender,
        recipient: lettre::message::Mailbox::new(None, address),
        return_path: post.return_path(state, claimed.id),
        facts,
        now: state.now(),
        encoding: post.encoding(),
    })
    .map_err(|error| Refused::ForGood(Said::own(&error.to_string())))?;
    post.send(&file_name(claimed, kind, &id.to_string()), message)
        .await
}

/// Sorts by the time it was queued and tells the kind. Without `:`, which Windows refuses.
fn file_name(claimed: &Claimed, kind: Kind, id: &str) -> String {
    let queued = jiff::Timestamp::from_microsecond(claimed.created_at.0)
        .map(|instant| instant.strftime("%Y-%m-%dT%H-%M-%S.%6fZ").to_string())
        .unwrap_or_default();
    format!("{queued}_{}_{id}.eml", kind.name())
}

async fn release_claims(state: &ServerState) -> Result<()> {
    let mut transaction = state.database.begin().await?;
    transaction
        .execute(
            "UPDATE mail_queue SET claimed_by = NULL, claimed_until = NULL WHERE status = 'queued'",
            &[],
        )
        .await?;
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection as _, SqliteConnection};

    use super::*;

    #[tokio::test]
    async fn the_queue_has_each_kind_in_the_lane_of_the_budget() {
        let mut database = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let queue = "CREATE TABLE mail_queue (id TEXT, kind TEXT, status TEXT, next_attempt_at, claimed_until)";
        sqlx::query(queue).execute(&mut database).await.unwrap();
        for kind in Kind::ALL {
            let mail = "INSERT INTO mail_queue VALUES ($1, $1, 'queued', 0, NULL)";
            let mail = sqlx::query(mail).bind(kind.name());
            mail.execute(&mut database).await.unwrap();
        }
        for lane in Lane::ALL {
            let due = sqlx::query_scalar::<_, String>(DUE);
            let due = due.bind(0).bind(1).bind(lane.number());
            let mut due = due.fetch_all(&mut database).await.unwrap();
            let of_lane = Kind::ALL.into_iter().filter(|kind| Lane::of(*kind) == lane);
            let mut expected: Vec<_> = of_lane.map(Kind::name).collect();
            expected.sort_unstable();
            due.sort_unstable();
            assert_eq!(due, expected, "{lane:?}");
        }
    }
}
