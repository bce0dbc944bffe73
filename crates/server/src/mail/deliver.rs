//! Sending a mail when its turn comes.

use std::sync::Arc;

use latchkey_protocol::identifiers::{AccountId, MailId};

use super::budget::Lane;
use super::claim::{Claim, Claimed, claim};
use super::content::Facts;
use super::delivery::{Refused, Said};
use super::render::{self, Mail};
use super::settle::{give_up, settle};
use super::{Kind, Post};
use crate::audit;
use crate::database::Result;
use crate::jobs::{self, Due, Job, Outcome, Work};
use crate::state::ServerState;
use crate::words::Words;

/// A mail is to be sent; the job is about the mail.
pub static DELIVERY: jobs::Kind = jobs::Kind {
    name: "mail",
    work: Work::Outside {
        lanes,
        run: |state, due| Box::pin(async move { deliver(&state, &due).await }),
        give_up: |change, id| Box::pin(give_up(change, id)),
    },
};

/// The job that sends a mail.
pub(super) fn job(account_id: AccountId, id: MailId, kind: Kind) -> Job {
    Job {
        lane: Lane::of(kind).number(),
        ..DELIVERY.job(account_id, id)
    }
}

/// The lanes within the budget. Nothing is sent before the server knows what its links start with.
fn lanes(state: &ServerState) -> i64 {
    match state.public_url() {
        Some(_) => state.mail_budget.open_lanes(state.now()),
        None => 0,
    }
}

async fn deliver(state: &Arc<ServerState>, due: &Due) -> Result<Outcome> {
    let claimed = match claim(state, due).await? {
        Claim::Mine(claimed) => *claimed,
        Claim::Dropped => return Ok(Outcome::NotDone),
        Claim::NotMine => return Ok(Outcome::NotMine),
    };
    let handed_over = hand_over(state, &state.post, &claimed).await;
    match &handed_over {
        Ok(()) => audit::mail_sent(&due.id, claimed.kind.name()),
        Err(error) => audit::mail_not_sent(&due.id, claimed.kind.name(), &error.to_string()),
    }
    Ok(if settle(state, &claimed, handed_over).await? {
        Outcome::Done
    } else {
        Outcome::NotDone
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
        message_id: format!("{id}.{}", claimed.turn.attempts),
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
