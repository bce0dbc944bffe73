//! Taking a mail out of the queue to send it.

use std::sync::Arc;

use latchkey_protocol::identifiers::{AccountId, MailId};
use latchkey_protocol::mail::MailStatus;
use latchkey_protocol::time::Timestamp;

use super::budget;
use super::content::has_link;
use super::prepare::{Prepared, Turn, prepare};
use super::settle::{End, note};
use super::warning::{self, Warning};
use super::{Kind, Parameters};
use crate::arguments;
use crate::database::{Error, Result, Row};
use crate::state::ServerState;
use crate::sync::Change;

/// How long a claim holds; longer than any delivery takes.
const CLAIM_SECONDS: i64 = 300;
/// A wait or a claim that ends later than this from now, in microseconds, was noted by a clock that was ahead, and holds
/// nothing back.
pub(super) const NO_WAIT_IS_LONGER: i64 = Timestamp::DAY;

/// A mail this worker has claimed.
#[derive(Debug)]
pub(super) struct Claimed {
    pub id: MailId,
    pub account_id: AccountId,
    pub kind: Kind,
    pub recipient: String,
    pub parameters: Parameters,
    pub attempts: i64,
    pub created_at: Timestamp,
    pub first_tried_at: Timestamp,
    /// When what it is about happened.
    pub happened_at: Timestamp,
    pub claim: String,
    pub reader: Reader,
    pub token: Option<String>,
    /// What goes out in its place.
    pub warning: Option<Warning>,
}

/// Whom a mail is written for.
#[derive(Debug)]
pub(super) struct Reader {
    pub language: String,
    pub username: String,
    pub time_zone: String,
}

pub(super) enum Claim {
    Mine(Box<Claimed>),
    /// There is no reason to send it any more.
    Dropped,
    /// Another worker has it, it was withdrawn, or the budget is used up.
    NotMine,
}

/// Takes a mail for this worker and, in the same transaction, makes the token of its link.
pub(super) async fn claim(state: &Arc<ServerState>, id: &str) -> Result<Claim> {
    let row = state
        .database
        .fetch_optional(
            "SELECT account_id FROM mail_queue WHERE id = $1 AND status = 'queued'",
            arguments![id],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Claim::NotMine);
    };
    let account_id = row.parsed(0, "mail_queue", "account_id")?;
    let mut change = Change::begin(state, account_id).await?;
    let (now, claim) = (change.now(), state.new_identifier().to_string());
    let row = change
        .transaction()
        .fetch_optional(
            "UPDATE mail_queue SET claimed_by = $2, claimed_until = $3, attempts = attempts + 1, \
             first_tried_at = COALESCE(first_tried_at, $4) WHERE id = $1 AND status = 'queued' AND (next_attempt_at <= $4 OR next_attempt_at > $5) \
             AND (claimed_until IS NULL OR claimed_until <= $4 OR claimed_until > $5) \
             RETURNING kind, recipient, language, parameters, attempts, created_at, about, first_tried_at",
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
    let mut mine = read(&mut change, &row, id, claim).await?;
    let about = row.optional_text(6)?;
    let turn = Turn {
        id: mine.id,
        kind: mine.kind,
        recipient: &mine.recipient,
        about: about.as_deref(),
        first_try: mine.attempts == 1,
    };
    let dropped = match prepare(&mut change, &turn).await? {
        Prepared::Link(token) => {
            mine.token = Some(token);
            None
        }
        Prepared::Plain if has_link(mine.kind) => {
            return Err(Error::inconsistent("mail_queue", "kind", id));
        }
        Prepared::Plain => None,
        Prepared::Warning(owner) => {
            mine.warning = Some(warning::claim(&mut change, mine.id, owner).await?);
            None
        }
        Prepared::Needless(reason) => Some(End::of(MailStatus::Failed, Some(reason))),
    };
    match &dropped {
        Some(end) => note(&mut change, &mine, end, now, None).await?,
        // One that is tried again has its place. What was prepared is undone: it waits as it was.
        None if turn.first_try && !budget::take(&mut change, mine.kind).await? => {
            return Ok(Claim::NotMine);
        }
        None => {}
    }
    change.commit().await?;
    Ok(match dropped {
        Some(_) => Claim::Dropped,
        None => Claim::Mine(Box::new(mine)),
    })
}

async fn read(change: &mut Change, row: &Row, id: &str, claim: String) -> Result<Claimed> {
    let parameters: Parameters = serde_json::from_str(row.text_ref(3)?)
        .map_err(|_| Error::inconsistent("mail_queue", "parameters", id))?;
    let created_at = Timestamp(row.integer(5)?);
    let account_id = change.account_id();
    Ok(Claimed {
        id: id
            .parse()
            .map_err(|_| Error::inconsistent("mail_queue", "id", id))?,
        account_id,
        kind: row.parsed(0, "mail_queue", "kind")?,
        recipient: row.text(1)?,
        attempts: row.integer(4)?,
        created_at,
        first_tried_at: Timestamp(row.integer(7)?),
        happened_at: parameters.happened_at.unwrap_or(created_at),
        parameters,
        claim,
        reader: Reader {
            language: row.text(2)?,
            ..Reader::of(change, account_id).await?
        },
        token: None,
        warning: None,
    })
}

impl Reader {
    /// The owner of an account.
    pub async fn of(change: &mut Change, account_id: AccountId) -> Result<Self> {
        let row = change
            .transaction()
            .fetch_optional(
                "SELECT language, username, time_zone FROM accounts WHERE id = $1",
                arguments![account_id],
            )
            .await?
            .ok_or_else(|| Error::inconsistent("accounts", "id", account_id))?;
        Ok(Self {
            language: row.text(0)?,
            username: row.text(1)?,
            time_zone: row.text(2)?,
        })
    }
}
