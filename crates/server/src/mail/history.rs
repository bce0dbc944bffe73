//! What the account is shown of its mails.

use latchkey_protocol::identifiers::MailId;
use latchkey_protocol::mail::{Mail, MailStatus};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use super::content;
use crate::arguments;
use crate::database::{Error, Result};
use crate::sync::Change;
use crate::words::Words;

/// Changes what the account is shown of a mail. A mail from before there was a history gets its place in it now.
pub(super) async fn note(
    change: &mut Change,
    id: MailId,
    alter: impl FnOnce(&mut Mail) + Send,
) -> Result<()> {
    let mut mail = match change.get(Collection::Mails, id).await? {
        Some(mail) => mail,
        None => from_queue(change, id).await?,
    };
    alter(&mut mail);
    change.put(Collection::Mails, id, &mail).await?;
    Ok(())
}

async fn from_queue(change: &mut Change, id: MailId) -> Result<Mail> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT kind, recipient, language, created_at, again_of FROM mails WHERE id = $1 AND account_id = $2",
            arguments![id, account_id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("mails", "id", id))?;
    let kind = row.parsed(0, "mails", "kind")?;
    let queued_at = Timestamp(row.integer(3)?);
    Ok(Mail {
        kind,
        recipient: row.text(1)?,
        subject: content::subject(Words::of(row.text_ref(2)?), kind),
        text: None,
        status: MailStatus::Queued,
        reason: None,
        answer: None,
        queued_at,
        sent_at: None,
        status_at: queued_at,
        next_try_at: None,
        again_of: row
            .optional_text(4)?
            .map(|text| text.parse())
            .transpose()
            .map_err(|_| Error::inconsistent("mails", "again_of", id))?,
    })
}
