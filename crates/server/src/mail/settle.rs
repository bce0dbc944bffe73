//! What became of a try to send a mail.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::mail::{MASK, MailReason, MailStatus};
use latchkey_protocol::time::Timestamp;

use super::claim::Claimed;
use super::content::{Facts, has_link};
use super::delivery::{Refused, Said};
use super::{history, render, warning};
use crate::arguments;
use crate::database::{Error, Result};
use crate::state::ServerState;
use crate::sync::Change;
use crate::words::Words;

/// How a try ended.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub status: MailStatus,
    pub reason: Option<MailReason>,
    pub said: Option<Said>,
}

impl End {
    pub fn of(status: MailStatus, reason: Option<MailReason>) -> Self {
        Self {
            status,
            reason,
            said: None,
        }
    }
}

impl Claimed {
    /// Its text as the account is shown it: without the secret of its link. `None` before the server knows what links
    /// start with.
    pub fn shown(&self, state: &ServerState) -> Option<String> {
        render::text(&Facts {
            kind: self.kind,
            words: Words::of(&self.reader.language),
            parameters: &self.parameters,
            username: &self.reader.username,
            time_zone: &self.reader.time_zone,
            happened_at: self.happened_at,
            public_url: state.public_url()?,
            server_id: state.server_id,
            token: (has_link(self.kind) || self.token.is_some()).then_some(MASK),
        })
        .ok()
    }
}

/// Notes what became of a try, unless the lease was taken over meanwhile. True when it was handed over. A mail that was
/// withdrawn while it was on its way has been sent all the same.
pub(super) async fn settle(
    state: &Arc<ServerState>,
    claimed: &Claimed,
    handed_over: std::result::Result<(), Refused>,
) -> Result<bool> {
    let now = state.now();
    let next = claimed.turn.next_try(state);
    let end = |status, reason, said| End {
        status,
        reason: Some(reason),
        said: Some(said),
    };
    let end = match handed_over {
        Ok(()) => End::of(MailStatus::Sent, None),
        Err(Refused::ForGood(said)) => end(MailStatus::Bounced, MailReason::Refused, said),
        Err(Refused::ForNow(said)) if next.is_none() => {
            end(MailStatus::Failed, MailReason::GaveUp, said)
        }
        Err(Refused::ForNow(said)) => end(MailStatus::Queued, MailReason::WillTryAgain, said),
    };
    // The other account's first: when this process dies in between, both are sent again and noted once.
    if let Some(warning) = &claimed.warning {
        warning::note(state, claimed, warning, &end).await?;
    }
    let mut change = Change::begin(state, claimed.account_id).await?;
    let next = next.unwrap_or(now);
    note(&mut change, claimed, &end, next, claimed.shown(state)).await?;
    change.commit().await?;
    Ok(end.status == MailStatus::Sent)
}

/// Writes the end of a try into the queue and the account's history. Nothing when the lease is not held any more.
pub(super) async fn note(
    change: &mut Change,
    claimed: &Claimed,
    end: &End,
    next: Timestamp,
    text: Option<String>,
) -> Result<()> {
    let now = change.now();
    let sent_at = (end.status == MailStatus::Sent).then_some(now);
    let said = end.said.as_ref().map(|said| said.log.as_str());
    let transaction = change.transaction();
    let turn = &claimed.turn;
    let held = match end.status {
        MailStatus::Queued => {
            let said = said.unwrap_or_default();
            turn.put_back(transaction, now, next, said).await?
        }
        _ => turn.end(transaction).await?,
    };
    let noted = transaction
        .execute(
            "UPDATE mails SET status = $2, last_error = $3, sent_at = $4 WHERE id = $1 \
             AND ($5 = 1 OR $2 = 'sent' AND status = 'withdrawn')",
            arguments![claimed.id, end.status.name(), said, sent_at, held],
        )
        .await?;
    if noted == 0 {
        return Ok(());
    }
    let failed = match end.status {
        MailStatus::Bounced => Some(ActivityKind::MailBounced),
        MailStatus::Failed if end.reason == Some(MailReason::GaveUp) => {
            Some(ActivityKind::MailFailed)
        }
        _ => None,
    };
    if let Some(kind) = failed {
        change
            .activity(kind, Some(claimed.recipient.clone()))
            .await?;
    }
    history::note(change, claimed.id, |mail| {
        if mail.status != end.status {
            mail.status_at = now;
        }
        mail.status = end.status;
        mail.reason = end.reason;
        mail.answer = end.said.as_ref().and_then(|said| said.answer.clone());
        mail.sent_at = sent_at;
        mail.next_try_at = (end.status == MailStatus::Queued).then_some(next);
        if text.is_some() {
            mail.text = text;
        }
    })
    .await
}

/// Notes that a mail was given up: it can't be read, or what became of it can't be noted.
pub(super) async fn give_up(change: &mut Change, id: &str) -> Result<()> {
    let now = change.now();
    let given_up = change
        .transaction()
        .execute(
            "UPDATE mails SET status = 'failed' WHERE id = $1 AND status = 'queued'",
            arguments![id],
        )
        .await?;
    if given_up == 0 {
        return Ok(());
    }
    let id = id
        .parse()
        .map_err(|_| Error::inconsistent("mails", "id", id))?;
    history::note(change, id, |mail| {
        mail.status = MailStatus::Failed;
        mail.status_at = now;
        mail.reason = Some(MailReason::GaveUp);
        mail.next_try_at = None;
    })
    .await
}
