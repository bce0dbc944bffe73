//! What became of the mail, for a device that the account knows.

use latchkey_protocol::identifiers::MailId;
use latchkey_protocol::mail::MailStatus;
use latchkey_protocol::recovery::{RecoveryMail, TICKET_VALID_SECONDS};
use latchkey_protocol::time::Timestamp;

use super::links;
use crate::arguments;
use crate::database::{Result, Transaction};
use crate::mail::Kind;
use crate::state::ServerState;
use crate::sync::Change;

/// Lets a ticket lead to a mail, or to there being none.
pub(super) async fn note(
    change: &mut Change,
    ticket_hash: &[u8; 32],
    mail_id: Option<MailId>,
) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    change
        .transaction()
        .execute(
            "INSERT INTO recovery_tickets (ticket_hash, account_id, mail_id, created_at) VALUES ($1, $2, $3, $4)",
            arguments![ticket_hash, account_id, mail_id, now],
        )
        .await?;
    Ok(())
}

/// The last mail with a link that was queued for the account.
pub(super) async fn last_mail(change: &mut Change) -> Result<Option<MailId>> {
    let account_id = change.account_id();
    change
        .transaction()
        .fetch_optional(
            "SELECT id FROM mail_queue WHERE account_id = $1 AND kind IN ($2, $3) \
             ORDER BY created_at DESC, id DESC LIMIT 1",
            arguments![
                account_id,
                Kind::ResetPassword.name(),
                Kind::PasswordResetStarted.name()
            ],
        )
        .await?
        .map(|row| row.parsed(0, "mail_queue", "id"))
        .transpose()
}

/// What a ticket leads to. A made-up one, one that was given to a stranger, and one that is too old lead to the same.
pub(super) async fn of_ticket(state: &ServerState, ticket: &str) -> Result<RecoveryMail> {
    let row = state
        .database
        .fetch_optional(
            "SELECT t.mail_id, m.status FROM recovery_tickets t LEFT JOIN mail_queue m ON m.id = t.mail_id \
             WHERE t.ticket_hash = $1 AND t.created_at > $2",
            arguments![
                &links::hash(ticket),
                state.now().plus_seconds(-TICKET_VALID_SECONDS)
            ],
        )
        .await?;
    let Some(row) = row else {
        return Ok(RecoveryMail::NoneKnown);
    };
    if row.optional_text(0)?.is_none() {
        return Ok(RecoveryMail::Failed);
    }
    let status = row.optional_text(1)?.and_then(|status| status.parse().ok());
    Ok(match status {
        Some(MailStatus::Queued) => RecoveryMail::Queued,
        Some(MailStatus::Sent) => RecoveryMail::Sent,
        Some(MailStatus::Bounced) => RecoveryMail::Bounced,
        Some(MailStatus::Failed) => RecoveryMail::Failed,
        None => RecoveryMail::NoneKnown,
    })
}

/// Forgets tickets, links and counts that are over.
pub(crate) async fn forget_old(transaction: &mut Transaction, now: Timestamp) -> Result<()> {
    transaction
        .execute(
            "DELETE FROM recovery_tickets WHERE created_at <= $1",
            arguments![now.plus_seconds(-TICKET_VALID_SECONDS)],
        )
        .await?;
    for sql in [
        "DELETE FROM password_resets WHERE expires_at <= $1",
        "DELETE FROM recovery_limits WHERE whole_at <= $1",
    ] {
        transaction.execute(sql, arguments![now]).await?;
    }
    Ok(())
}
