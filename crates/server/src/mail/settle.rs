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
use crate::database::Result;
use crate::state::ServerState;
use crate::sync::Change;
use crate::words::Words;

/// After a day of tries a mail has failed. It begins with the first one: the server may have been off before.
const GIVE_UP_AFTER: i64 = Timestamp::DAY;
/// Minutes to the next try, by the number of tries so far; each with a quarter of jitter either way.
const WAITS_MINUTES: [i64; 7] = [1, 4, 15, 30, 60, 120, 240];

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

/// Notes what became of a try, unless the claim was taken over meanwhile. True when it was handed over. A mail that was
/// withdrawn while it was on its way has been sent all the same.
pub(super) async fn settle(
    state: &Arc<ServerState>,
    claimed: &Claimed,
    handed_over: std::result::Result<(), Refused>,
) -> Result<bool> {
    let now = state.now();
    let next = now.plus_seconds(wait_seconds(claimed.attempts, state));
    let end = |status, reason, said| End {
        status,
        reason: Some(reason),
        said: Some(said),
    };
    let end = match handed_over {
        Ok(()) => End::of(MailStatus::Sent, None),
        Err(Refused::ForGood(said)) => end(MailStatus::Bounced, MailReason::Refused, said),
        Err(Refused::ForNow(said)) if next.since(claimed.first_tried_at) > GIVE_UP_AFTER => {
            end(MailStatus::Failed, MailReason::GaveUp, said)
        }
        Err(Refused::ForNow(said)) => end(MailStatus::Queued, MailReason::WillTryAgain, said),
    };
    // The other account's first: when this process dies in between, both are sent again and noted once.
    if let Some(warning) = &claimed.warning {
        warning::note(state, claimed, warning, &end).await?;
    }
    let mut change = Change::begin(state, claimed.account_id).await?;
    note(&mut change, claimed, &end, next, claimed.shown(state)).await?;
    change.commit().await?;
    Ok(end.status == MailStatus::Sent)
}

/// Writes the end of a try into the queue and the account's history. Nothing when the claim is not held any more.
pub(super) async fn note(
    change: &mut Change,
    claimed: &Claimed,
    end: &End,
    next: Timestamp,
    text: Option<String>,
) -> Result<()> {
    let now = change.now();
    let sent_at = (end.status == MailStatus::Sent).then_some(now);
    let noted = change
        .transaction()
        .execute(
            "UPDATE mail_queue SET status = $3, last_error = $4, sent_at = $5, next_attempt_at = $6, \
             claimed_by = NULL, claimed_until = NULL WHERE id = $1 \
             AND (claimed_by = $2 OR $3 = 'sent' AND status = 'failed' AND last_error = 'withdrawn')",
            arguments![
                claimed.id,
                &claimed.claim,
                end.status.name(),
                end.said.as_ref().map(|said| said.log.as_str()),
                sent_at,
                next
            ],
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

fn wait_seconds(attempts: i64, state: &ServerState) -> i64 {
    let mut chance = [0];
    state.randomness.fill(&mut chance);
    let step = usize::try_from(attempts - 1).unwrap_or(0);
    let minutes = WAITS_MINUTES[step.min(WAITS_MINUTES.len() - 1)];
    // 75 to 125 percent.
    minutes * 60 * (75 + i64::from(chance[0]) * 50 / 255) / 100
}
