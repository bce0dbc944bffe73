//! The worker that empties the queue.

use std::time::Duration;

use futures_util::StreamExt as _;
use latchkey_protocol::identifiers::{AccountId, EmailId};
use latchkey_protocol::time::Timestamp;

use super::delivery::Refused;
use super::render::{self, Mail};
use super::{Kind, Parameters, Post};
use crate::arguments;
use crate::contacts::links;
use crate::database::{Error, Result, Row, Transaction};
use crate::state::ServerState;
use crate::words::Words;

/// How often the queue is looked at without being told: for mails whose next try is due, and for those that another
/// node left behind.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How long a claim holds; longer than any delivery takes.
const CLAIM_SECONDS: i64 = 300;
/// A wait or a claim that ends later than this from now, in microseconds, was noted by a clock that was ahead, and holds
/// nothing back.
const NO_WAIT_IS_LONGER: i64 = Timestamp::DAY;
/// After a day of tries a mail has failed.
const GIVE_UP_AFTER: i64 = Timestamp::DAY;
/// Minutes to the next try, by the number of tries so far; each with a quarter of jitter either way.
const WAITS_MINUTES: [i64; 7] = [1, 4, 15, 30, 60, 120, 240];
/// Deliveries at the same time.
const AT_ONCE: usize = 4;
/// Links an hour to one recipient, whichever accounts ask for them. What is over is not sent; whoever asked is not told,
/// as it would tell that others ask.
const LINKS_PER_HOUR: u64 = 5;
/// Warnings an hour to the owner of an address that others enter.
const WARNINGS_PER_HOUR: u64 = 3;

/// Sends what is queued until the server stops.
pub async fn run(state: &ServerState, post: &Post) {
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
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = state.mail_queued.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Sends all mails that are due now and returns how many were handed over. Nothing is sent before the server knows what
/// its links start with.
pub async fn deliver_due(state: &ServerState, post: &Post) -> Result<u64> {
    let mut sent = 0;
    if state.public_url().is_none() {
        return Ok(sent);
    }
    loop {
        let now = state.now();
        let due = state
            .database
            .fetch_all(
                "SELECT id FROM mail_queue WHERE status = 'queued' AND (next_attempt_at <= $1 OR next_attempt_at > $2) \
                 AND (claimed_until IS NULL OR claimed_until <= $1 OR claimed_until > $2) \
                 ORDER BY next_attempt_at, id LIMIT 100",
                arguments![now, Timestamp(now.0 + NO_WAIT_IS_LONGER)],
            )
            .await?;
        if due.is_empty() || state.shutdown.is_cancelled() {
            return Ok(sent);
        }
        let mut deliveries = futures_util::stream::iter(due)
            .map(|row| async move { deliver(state, post, &row.text(0)?).await })
            .buffer_unordered(AT_ONCE);
        let mut progress = false;
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
        if !progress {
            return Ok(sent);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Sent,
    NotSent,
    /// Another worker has it, or it was withdrawn.
    NotMine,
}

/// A mail this worker has claimed.
#[derive(Debug)]
struct Claimed {
    id: String,
    kind: Kind,
    recipient: String,
    language: String,
    parameters: Parameters,
    attempts: i64,
    created_at: Timestamp,
    claim: String,
    username: String,
    time_zone: String,
    token: Option<String>,
}

async fn deliver(state: &ServerState, post: &Post, id: &str) -> Result<Outcome> {
    let claimed = match claim(state, id).await? {
        Claim::Mine(claimed) => *claimed,
        Claim::Dropped => return Ok(Outcome::NotSent),
        Claim::NotMine => return Ok(Outcome::NotMine),
    };
    let handed_over = hand_over(state, post, &claimed).await;
    match &handed_over {
        Ok(()) => tracing::info!(mail = id, kind = claimed.kind.name(), "mail sent"),
        Err(error) => {
            tracing::warn!(mail = id, kind = claimed.kind.name(), %error, "mail not sent");
        }
    }
    settle(state, &claimed, handed_over).await
}

enum Claim {
    Mine(Box<Claimed>),
    /// There is no reason to send it any more.
    Dropped,
    NotMine,
}

/// Takes a mail for this worker and, in the same transaction, makes the token of its link.
async fn claim(state: &ServerState, id: &str) -> Result<Claim> {
    let now = state.now();
    let claim = state.new_identifier().to_string();
    let mut transaction = state.database.begin().await?;
    let row = transaction
        .fetch_optional(
            "UPDATE mail_queue SET claimed_by = $2, claimed_until = $3, attempts = attempts + 1 \
             WHERE id = $1 AND status = 'queued' AND (next_attempt_at <= $4 OR next_attempt_at > $5) \
             AND (claimed_until IS NULL OR claimed_until <= $4 OR claimed_until > $5) \
             RETURNING kind, recipient, email_id, account_id",
            arguments![
                id,
                &claim,
                now.plus_seconds(CLAIM_SECONDS),
                now,
                Timestamp(now.0 + NO_WAIT_IS_LONGER)
            ],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Claim::NotMine);
    };
    let mut token = None;
    if row.text_ref(0)? == Kind::ConfirmEmail.name() {
        let email_id = row.parsed(2, "mail_queue", "email_id")?;
        match prepare_confirmation(&mut transaction, state, id, &row.text(1)?, email_id, now)
            .await?
        {
            Confirmation::Link(made) => token = Some(made),
            Confirmation::Warning => {}
            Confirmation::Needless(reason) => {
                transaction
                    .execute(
                        "UPDATE mail_queue SET status = 'failed', last_error = $2, claimed_by = NULL, \
                         claimed_until = NULL WHERE id = $1",
                        arguments![id, reason],
                    )
                    .await?;
                transaction.commit().await?;
                return Ok(Claim::Dropped);
            }
        }
    }
    let row = transaction
        .fetch_optional(
            "SELECT m.kind, m.recipient, m.language, m.parameters, m.attempts, m.created_at, a.username, a.time_zone \
             FROM mail_queue m JOIN accounts a ON a.id = m.account_id WHERE m.id = $1",
            arguments![id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("mail_queue", "account_id", id))?;
    let mine = read(&row, id, claim, token)?;
    transaction.commit().await?;
    Ok(Claim::Mine(Box::new(mine)))
}

fn read(row: &Row, id: &str, claim: String, token: Option<String>) -> Result<Claimed> {
    let parameters = row.text(3)?;
    Ok(Claimed {
        id: id.to_owned(),
        kind: row.parsed(0, "mail_queue", "kind")?,
        recipient: row.text(1)?,
        language: row.text(2)?,
        parameters: serde_json::from_str(&parameters)
            .map_err(|_| Error::inconsistent("mail_queue", "parameters", id))?,
        attempts: row.integer(4)?,
        created_at: Timestamp(row.integer(5)?),
        claim,
        username: row.text(6)?,
        time_zone: row.text(7)?,
        token,
    })
}

enum Confirmation {
    Link(String),
    Warning,
    Needless(&'static str),
}

/// Makes the link for an address; or, when another account has confirmed the address, turns the mail into a warning to
/// its owner, which is then that account's mail.
async fn prepare_confirmation(
    transaction: &mut Transaction,
    state: &ServerState,
    mail_id: &str,
    recipient: &str,
    email_id: EmailId,
    now: Timestamp,
) -> Result<Confirmation> {
    let pending = transaction
        .fetch_optional(
            "SELECT id FROM emails WHERE id = $1 AND confirmed_at IS NULL",
            arguments![email_id],
        )
        .await?;
    if pending.is_none() {
        return Ok(Confirmation::Needless("confirmed or removed meanwhile"));
    }
    let owner: Option<AccountId> = transaction
        .fetch_optional(
            "SELECT account_id FROM emails WHERE address = $1 AND confirmed_at IS NOT NULL",
            arguments![recipient],
        )
        .await?
        .map(|row| row.parsed(0, "emails", "account_id"))
        .transpose()?;
    let Some(owner) = owner else {
        if links_before(transaction, mail_id, recipient, now).await? >= LINKS_PER_HOUR {
            return Ok(Confirmation::Needless("the recipient got links enough"));
        }
        let token = links::mint(transaction, email_id, state.new_secret(), now).await?;
        return Ok(Confirmation::Link(token));
    };
    let warned = transaction
        .fetch_optional(
            "SELECT count(*) FROM mail_queue WHERE recipient = $1 AND kind = $2 AND created_at > $3",
            arguments![recipient, Kind::AddressInUse.name(), now.plus_seconds(-3600)],
        )
        .await?
        .map_or(Ok(0), |row| row.count(0))?;
    if warned >= WARNINGS_PER_HOUR {
        return Ok(Confirmation::Needless("the owner was warned often enough"));
    }
    transaction
        .execute(
            "UPDATE mail_queue SET kind = $2, email_id = NULL, account_id = $3, \
             language = (SELECT language FROM accounts WHERE id = $3) WHERE id = $1",
            arguments![mail_id, Kind::AddressInUse.name(), owner],
        )
        .await?;
    Ok(Confirmation::Warning)
}

/// How many mails with a link to this recipient of the last hour come before this one. By their order and not by their
/// number so far: mails that are sent at the same time come to the same result as one after the other.
async fn links_before(
    transaction: &mut Transaction,
    mail_id: &str,
    recipient: &str,
    now: Timestamp,
) -> Result<u64> {
    transaction
        .fetch_optional(
            "SELECT count(*) FROM mail_queue other JOIN mail_queue this ON this.id = $1 \
             WHERE other.recipient = $2 AND other.created_at > $3 AND other.kind = $4 \
             AND other.status IN ('queued', 'sent') AND (other.created_at < this.created_at \
             OR other.created_at = this.created_at AND other.id < this.id)",
            arguments![
                mail_id,
                recipient,
                now.plus_seconds(-3600),
                Kind::ConfirmEmail.name()
            ],
        )
        .await?
        .map_or(Ok(0), |row| row.count(0))
}

async fn hand_over(
    state: &ServerState,
    post: &Post,
    claimed: &Claimed,
) -> std::result::Result<(), Refused> {
    let public_url = state
        .public_url()
        .ok_or_else(|| Refused::ForNow("no public URL yet".to_owned()))?;
    let sender = post
        .sender(public_url.host_str().unwrap_or_default())
        .ok_or_else(|| Refused::ForNow("no sender: set mail_from".to_owned()))?;
    let address = claimed
        .recipient
        .parse::<lettre::Address>()
        .map_err(|_| Refused::ForGood("the recipient is no address".to_owned()))?;
    let message = render::message(Mail {
        message_id: format!("{}.{}", claimed.id, claimed.attempts),
        kind: claimed.kind,
        sender,
        recipient: lettre::message::Mailbox::new(None, address),
        words: Words::of(&claimed.language),
        parameters: &claimed.parameters,
        username: &claimed.username,
        time_zone: &claimed.time_zone,
        happened_at: claimed.created_at,
        now: state.now(),
        public_url,
        token: claimed.token.as_deref(),
        encoding: post.encoding(),
    })
    .map_err(|error| Refused::ForGood(error.to_string()))?;
    post.send(&file_name(claimed), message).await
}

/// Sorts by the time it was queued and tells the kind. Without `:`, which Windows refuses.
fn file_name(claimed: &Claimed) -> String {
    let queued = jiff::Timestamp::from_microsecond(claimed.created_at.0)
        .map(|instant| instant.strftime("%Y-%m-%dT%H-%M-%S.%6fZ").to_string())
        .unwrap_or_default();
    format!("{queued}_{}_{}.eml", claimed.kind.name(), claimed.id)
}

/// Notes what became of a try, unless the mail was withdrawn or the claim taken over meanwhile.
async fn settle(
    state: &ServerState,
    claimed: &Claimed,
    handed_over: std::result::Result<(), Refused>,
) -> Result<Outcome> {
    let now = state.now();
    let wait = wait_seconds(claimed.attempts, state);
    let next = now.plus_seconds(wait);
    let (status, error) = match handed_over {
        Ok(()) => ("sent", None),
        Err(Refused::ForGood(error)) => ("bounced", Some(error)),
        Err(Refused::ForNow(error)) if next.since(claimed.created_at) > GIVE_UP_AFTER => {
            ("failed", Some(error))
        }
        Err(Refused::ForNow(error)) => ("queued", Some(error)),
    };
    let sent_at = (status == "sent").then_some(now);
    let mut transaction = state.database.begin().await?;
    transaction
        .execute(
            "UPDATE mail_queue SET status = $3, last_error = $4, sent_at = $5, next_attempt_at = $6, \
             claimed_by = NULL, claimed_until = NULL WHERE id = $1 AND claimed_by = $2",
            arguments![&claimed.id, &claimed.claim, status, error, sent_at, next],
        )
        .await?;
    transaction.commit().await?;
    Ok(if sent_at.is_some() {
        Outcome::Sent
    } else {
        Outcome::NotSent
    })
}

fn wait_seconds(attempts: i64, state: &ServerState) -> i64 {
    let mut chance = [0];
    state.randomness.fill(&mut chance);
    let step = usize::try_from(attempts - 1).unwrap_or(0);
    let minutes = WAITS_MINUTES[step.min(WAITS_MINUTES.len() - 1)];
    // 75 to 125 percent.
    minutes * 60 * (75 + i64::from(chance[0]) * 50 / 255) / 100
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
