//! What became of a request for a link, for a device that the account knows.

use latchkey_protocol::identifiers::MailId;
use latchkey_protocol::mail::MailStatus;
use latchkey_protocol::recovery::{RecoveryMail, RecoveryStatus, TICKET_VALID_SECONDS};
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database::{Result, Transaction};
use crate::secrets::link;
use crate::state::ServerState;
use crate::sync::Change;
use crate::throttle;

/// What became of a request for a link.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// A mail was queued.
    Mail(MailId),
    /// The account had its share of such mails until then.
    Limited(Timestamp),
    /// No address of the account is confirmed.
    NoAddress,
}

const LIMITED: &str = "limited";
const NO_ADDRESS: &str = "no_address";

/// Lets a ticket lead to what became of its request.
pub(super) async fn note(
    change: &mut Change,
    ticket_hash: &[u8; 32],
    outcome: Outcome,
) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let (mail_id, outcome, retry_at) = match outcome {
        Outcome::Mail(mail_id) => (Some(mail_id), None, None),
        Outcome::Limited(retry_at) => (None, Some(LIMITED), Some(retry_at)),
        Outcome::NoAddress => (None, Some(NO_ADDRESS), None),
    };
    change
        .transaction()
        .execute(
            "INSERT INTO recovery_tickets (ticket_hash, account_id, mail_id, outcome, retry_at, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            arguments![ticket_hash, account_id, mail_id, outcome, retry_at, now],
        )
        .await?;
    Ok(())
}

/// What a ticket leads to. A made-up one, one that was given to a stranger, and one that is too old lead to the same.
pub(super) async fn of_ticket(state: &ServerState, ticket: &str) -> Result<RecoveryStatus> {
    let now = state.now();
    let row = state
        .database
        .fetch_optional(
            "SELECT t.mail_id, m.status, t.outcome, t.retry_at FROM recovery_tickets t \
             LEFT JOIN mails m ON m.id = t.mail_id WHERE t.ticket_hash = $1 AND t.created_at > $2",
            arguments![&link::hash(ticket), now.plus_seconds(-TICKET_VALID_SECONDS)],
        )
        .await?;
    let status = |mail| RecoveryStatus {
        mail,
        retry_after_seconds: None,
    };
    let Some(row) = row else {
        return Ok(status(RecoveryMail::NoneKnown));
    };
    match row.optional_text(2)?.as_deref() {
        Some(LIMITED) => {
            let left = row.optional_integer(3)?.unwrap_or_default() - now.0;
            return Ok(RecoveryStatus {
                mail: RecoveryMail::Limited,
                retry_after_seconds: (left > 0).then(|| throttle::seconds_up(left)),
            });
        }
        Some(NO_ADDRESS) => return Ok(status(RecoveryMail::NoAddress)),
        _ if row.optional_text(0)?.is_none() => return Ok(status(RecoveryMail::Failed)),
        _ => {}
    }
    let sent = row.optional_text(1)?.and_then(|status| status.parse().ok());
    Ok(status(match sent {
        Some(MailStatus::Queued) => RecoveryMail::Queued,
        Some(MailStatus::Sent) => RecoveryMail::Sent,
        Some(MailStatus::Bounced) => RecoveryMail::Bounced,
        Some(MailStatus::Failed | MailStatus::Withdrawn) => RecoveryMail::Failed,
        None => RecoveryMail::NoneKnown,
    }))
}

/// Forgets tickets that are over.
pub(crate) async fn forget_old(transaction: &mut Transaction, now: Timestamp) -> Result<()> {
    transaction
        .execute(
            "DELETE FROM recovery_tickets WHERE created_at <= $1",
            arguments![now.plus_seconds(-TICKET_VALID_SECONDS)],
        )
        .await?;
    transaction
        .execute(
            "DELETE FROM recovery_askers WHERE asked_at <= $1",
            arguments![now.plus_seconds(-TICKET_VALID_SECONDS)],
        )
        .await?;
    Ok(())
}
