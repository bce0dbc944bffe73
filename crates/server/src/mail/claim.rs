//! Taking a mail out of the queue to send it.

use std::sync::Arc;

use latchkey_protocol::identifiers::{AccountId, MailId};
use latchkey_protocol::mail::{MailReason, MailStatus};
use latchkey_protocol::time::Timestamp;

use super::budget;
use super::content::has_link;
use super::prepare::{Prepared, Turn, prepare};
use super::settle::{End, note};
use super::warning::{self, Warning};
use super::{Kind, Parameters};
use crate::arguments;
use crate::database::{Error, Result, Row};
use crate::jobs::{self, Due};
use crate::state::ServerState;
use crate::sync::Change;

/// A mail this worker has claimed.
#[derive(Debug)]
pub(super) struct Claimed {
    pub id: MailId,
    pub account_id: AccountId,
    pub kind: Kind,
    pub recipient: String,
    pub parameters: Parameters,
    pub created_at: Timestamp,
    /// When what it is about happened.
    pub happened_at: Timestamp,
    pub turn: jobs::Turn,
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
pub(super) async fn claim(state: &Arc<ServerState>, due: &Due) -> Result<Claim> {
    let mut change = Change::begin(state, due.account_id()?).await?;
    let now = change.now();
    let Some(turn) = due.take(change.transaction(), now).await? else {
        return Ok(Claim::NotMine);
    };
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT m.kind, m.recipient, m.language, m.parameters, m.created_at, m.about, a.username, a.time_zone \
             FROM mails m JOIN accounts a ON a.id = m.account_id WHERE m.id = $1",
            arguments![&due.id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("mails", "id", &due.id))?;
    let mut mine = read(change.account_id(), turn, &row)?;
    let about = row.optional_text(5)?;
    let turn = Turn {
        id: mine.id,
        kind: mine.kind,
        recipient: &mine.recipient,
        about: about.as_deref(),
        first_try: mine.turn.attempts == 1,
    };
    let dropped = match prepare(&mut change, &turn).await? {
        Prepared::Link(token) => {
            mine.token = Some(token);
            None
        }
        Prepared::Plain if has_link(mine.kind) => {
            return Err(Error::inconsistent("mails", "kind", mine.id));
        }
        Prepared::Plain => None,
        Prepared::Warning(owner) => {
            mine.warning = Some(warning::claim(&mut change, mine.id, owner).await?);
            None
        }
        Prepared::Needless(reason) => Some(End::of(
            match reason {
                MailReason::NoLongerNeeded => MailStatus::Withdrawn,
                _ => MailStatus::Failed,
            },
            Some(reason),
        )),
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

fn read(account_id: AccountId, turn: jobs::Turn, row: &Row) -> Result<Claimed> {
    let id = turn.about()?;
    let parameters: Parameters = serde_json::from_str(row.text_ref(3)?)
        .map_err(|_| Error::inconsistent("mails", "parameters", id))?;
    let created_at = Timestamp(row.integer(4)?);
    Ok(Claimed {
        id,
        account_id,
        kind: row.parsed(0, "mails", "kind")?,
        recipient: row.text(1)?,
        created_at,
        happened_at: parameters.happened_at.unwrap_or(created_at),
        parameters,
        turn,
        reader: Reader {
            language: row.text(2)?,
            username: row.text(6)?,
            time_zone: row.text(7)?,
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
