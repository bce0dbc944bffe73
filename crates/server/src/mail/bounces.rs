//! Delivery reports (RFC 3464, and QSBMF of qmail and its relatives): what other mail servers say of mails that they took and could not deliver.
//!
//! A report comes by `latchkey-server bounce`, which a mail server runs for each mail to the address for reports. It is
//! put into the queue of jobs, and the running server notes it: so the account's devices are told, whichever process got
//! the report.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::{AccountId, MailId};
use latchkey_protocol::mail::{MailReason, MailStatus};
use latchkey_protocol::time::Timestamp;
use mail_parser::{Message, MessageParser, MimeHeaders as _};

use super::delivery::one_line;
use super::{DELIVERY, envelope, history};
use crate::arguments;
use crate::database::{self, Database};
use crate::jobs::{self, Job, Kind, Turn};
use crate::secret_key::SecretKey;
use crate::sync::Change;

/// The most bytes of a report that are read. Ours quote a mail of a few kilobytes.
pub const REPORT_MAXIMUM: usize = 1024 * 1024;

/// How long after the sending a report counts, in microseconds: mail servers give up after five days or so.
const REPORTS_TAKEN: i64 = 14 * Timestamp::DAY;

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// The mail will be shown as bounced.
    Bounced(MailId),
    /// It comes from a mail server and is in no form that is known here: for the log.
    NotUnderstood(MailId),
    /// It says nothing of a failure: a delay, a success, somebody's note of absence. Or the mail is noted already.
    Nothing,
}

/// Why a report was refused.
#[derive(Debug, thiserror::Error)]
pub enum BounceError {
    /// It is addressed to no address that this server gave out.
    #[error("the report is for no mail of this server")]
    Forged,
    /// Not a mail.
    #[error("this is not a mail")]
    NotAMail,
    /// The database failed.
    #[error("the database does not answer: {0}")]
    Database(#[from] database::Error),
}

/// Takes one report, whole as a mail. `recipient` is the envelope's recipient, where the mail server tells; else the
/// headers are looked through for it. Either way only an address counts that this server's key has signed.
pub async fn receive(
    database: &Database,
    key: &SecretKey,
    recipient: Option<&str>,
    report: &[u8],
    now: Timestamp,
) -> Result<Received, BounceError> {
    let message = MessageParser::default()
        .parse(report)
        .ok_or(BounceError::NotAMail)?;
    let id = match recipient {
        Some(recipient) => envelope::mail_of(key, recipient),
        None => addresses(&message)
            .iter()
            .find_map(|address| envelope::mail_of(key, address)),
    };
    let id = id.ok_or(BounceError::Forged)?;
    let Some(answer) = failure(&message).or_else(|| qmail_failure(&message)) else {
        let is_strange =
            is_from_a_mail_server(&message) && !is_report(&message) && !is_automatic(&message);
        return Ok(if is_strange {
            Received::NotUnderstood(id)
        } else {
            Received::Nothing
        });
    };
    let mut transaction = database.begin().await?;
    // One that is being sent counts too: a mail server nearby reports before its own answer is noted here.
    let row = transaction
        .fetch_optional(
            "SELECT m.account_id FROM mails m LEFT JOIN jobs j ON j.kind = $1 AND j.id = m.id WHERE m.id = $2 \
             AND (m.status = 'sent' AND m.sent_at > $3 OR m.status = 'queued' AND j.attempts > 0)",
            arguments![DELIVERY.name, id, Timestamp(now.0 - REPORTS_TAKEN)],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Received::Nothing);
    };
    let job = job(row.parsed(0, "mails", "account_id")?, id, answer);
    let is_new = jobs::schedule(&mut transaction, &job, now).await?;
    transaction.commit().await?;
    Ok(if is_new {
        Received::Bounced(id)
    } else {
        Received::Nothing
    })
}

/// Where a mail server may have written down whom the report was for.
fn addresses(message: &Message<'_>) -> Vec<String> {
    ["X-Original-To", "Delivered-To", "Envelope-To", "To"]
        .iter()
        .flat_map(|name| message.header_values(*name))
        .flat_map(|value| match value {
            mail_parser::HeaderValue::Text(text) => vec![text.to_string()],
            mail_parser::HeaderValue::TextList(texts) => {
                texts.iter().map(ToString::to_string).collect()
            }
            mail_parser::HeaderValue::Address(address) => address
                .iter()
                .filter_map(|address| address.address().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// What a report of a failure says about it, on one line; `None` when it is none.
///
/// The fields of `message/delivery-status` are one group about the report and one for each recipient (RFC 3464, section
/// 2.1). Our mails have one recipient each.
fn failure(message: &Message<'_>) -> Option<String> {
    let status = message.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("message")
                && kind.subtype().is_some_and(|subtype| {
                    subtype.eq_ignore_ascii_case("delivery-status")
                        // RFC 6533, of servers that take addresses beyond ASCII.
                        || subtype.eq_ignore_ascii_case("global-delivery-status")
                })
        })
    })?;
    let text = String::from_utf8_lossy(status.contents()).replace("\r\n", "\n");
    let unfolded = text.replace("\n ", " ").replace("\n\t", " ");
    unfolded.split("\n\n").find_map(|group| {
        let field = |name: &str| {
            group.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.trim()
                    .eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_owned())
            })
        };
        if !without_comments(&field("Action")?).eq_ignore_ascii_case("failed") {
            return None;
        }
        // `smtp; 550 5.1.1 …`: the type before the semicolon says nothing to a person.
        let said = field("Diagnostic-Code")
            .map(|code| match code.split_once(';') {
                Some((_, said)) => said.trim().to_owned(),
                None => code,
            })
            .filter(|said| !said.is_empty())
            .or_else(|| field("Status"))
            .unwrap_or_default();
        Some(one_line(&said))
    })
}

/// A field's value without what stands in parentheses (RFC 3464, section 2.1).
fn without_comments(value: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            '\\' if depth > 0 => drop(characters.next()),
            _ if depth == 0 => kept.push(character),
            _ => {}
        }
    }
    kept.trim().to_owned()
}

/// What a report in the manner of qmail (QSBMF, D. J. Bernstein's "The qmail-send Bounce Message Format") says: plain text,
/// whose first paragraph greets, whose next ones name a recipient each, and which ends at a paragraph that starts with a
/// dash.
fn qmail_failure(message: &Message<'_>) -> Option<String> {
    if !is_from_a_mail_server(message) {
        return None;
    }
    let text = message.body_text(0)?.replace("\r\n", "\n");
    let mut paragraphs = text.trim_start().split("\n\n").map(str::trim);
    if !paragraphs.next()?.starts_with("Hi. This is the") {
        return None;
    }
    paragraphs
        .take_while(|paragraph| !paragraph.starts_with('-'))
        .find_map(|paragraph| {
            let (_, said) = paragraph.strip_prefix('<')?.split_once(">:")?;
            Some(one_line(said.trim()))
        })
}

/// Whether a mail has nobody to be answered (RFC 5321, section 4.5.5), as far as its header tells.
fn is_from_a_mail_server(message: &Message<'_>) -> bool {
    let returns_nowhere = message
        .header_raw("Return-Path")
        .is_some_and(|path| path.trim() == "<>");
    let of_the_daemon = message
        .from()
        .and_then(|from| from.first()?.address()?.split('@').next())
        .is_some_and(|local| local.eq_ignore_ascii_case("MAILER-DAEMON"));
    returns_nowhere || of_the_daemon
}

/// Whether it is a report (RFC 6522) of any kind: of a failure, a delay, that it was read, of abuse.
fn is_report(message: &Message<'_>) -> bool {
    message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind
                .subtype()
                .is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
    })
}

/// Whether a program answers in the place of a person (RFC 3834, section 5).
fn is_automatic(message: &Message<'_>) -> bool {
    message
        .header_raw("Auto-Submitted")
        .is_some_and(|value| !without_comments(value).eq_ignore_ascii_case("no"))
}

/// A mail came back; the job is about the mail, and its body is what was said.
pub(crate) static BOUNCED: Kind = Kind::once("mail-bounced", |change, turn| {
    Box::pin(bounced(change, turn))
});

fn job(account_id: AccountId, id: MailId, answer: String) -> Job {
    Job {
        body: answer,
        ..BOUNCED.job(account_id, id)
    }
}

/// Marks a mail that was sent as bounced, and the warning that went out in its place, if one did.
async fn bounced(change: &mut Change, turn: &Turn) -> database::Result<()> {
    let (account_id, now, answer) = (change.account_id(), change.now(), &turn.body);
    let id: MailId = turn.about()?;
    let row = change
        .transaction()
        .fetch_optional(
            "UPDATE mails SET status = 'bounced', last_error = $3, sent_at = COALESCE(sent_at, $4) \
             WHERE id = $1 AND account_id = $2 AND status IN ('queued', 'sent') RETURNING recipient, warning_id",
            arguments![id, account_id, answer, now],
        )
        .await?;
    let Some(row) = row else {
        return Ok(());
    };
    // Whoever sends it still has handed it over, and notes nothing of it any more.
    DELIVERY.withdraw(change.transaction(), id).await?;
    history::note(change, id, |mail| {
        mail.status = MailStatus::Bounced;
        mail.status_at = now;
        mail.reason = Some(MailReason::Refused);
        mail.answer = (!answer.is_empty()).then(|| answer.clone());
        mail.sent_at.get_or_insert(now);
        mail.next_try_at = None;
    })
    .await?;
    change
        .activity(ActivityKind::MailBounced, Some(row.text(0)?))
        .await?;
    let Some(warning) = row.optional_text(1)? else {
        return Ok(());
    };
    let warning: MailId = warning
        .parse()
        .map_err(|_| database::Error::inconsistent("mails", "warning_id", id))?;
    let owner = change
        .transaction()
        .fetch_optional(
            "SELECT account_id FROM mails WHERE id = $1",
            arguments![warning],
        )
        .await?;
    if let Some(owner) = owner {
        let owner = owner.parsed(0, "mails", "account_id")?;
        change.schedule(job(owner, warning, answer.clone())).await?;
    }
    Ok(())
}
