//! The mail screen: every mail that was sent to the account.

use latchkey_protocol::identifiers::MailId;
use latchkey_protocol::mail::{
    Mail, MailKind, MailReason, MailSentAgain, MailStatus, can_be_sent_again,
};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::contacts::Nothing;
use crate::failure::{Failure, FailureCode};

/// How many mails a page holds.
const PAGE: u32 = 50;

/// One page of mails, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MailsView {
    /// The mails.
    pub mails: Vec<MailView>,
    /// What to ask with for the next, older page; `None` at the end.
    pub older: Option<String>,
}

/// One mail of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MailView {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub kind: MailKind,
    /// The address it is for.
    pub recipient: String,
    /// Its subject line.
    pub subject: String,
    /// What became of it.
    pub status: MailStatus,
    /// Why, when there is more to say than the status.
    pub reason: Option<MailReason>,
    /// What a mail server answered or reported, in its own words.
    pub answer: Option<String>,
    /// When what it tells of happened.
    pub queued_at: Timestamp,
    /// When it was handed over.
    pub sent_at: Option<Timestamp>,
    /// When its status last changed.
    pub status_at: Timestamp,
    /// When it is tried again, while it waits after a try that failed.
    pub next_try_at: Option<Timestamp>,
    /// The id of the mail that was sent again with this one.
    pub again_of: Option<String>,
    /// Whether there is a point in sending it again.
    pub can_be_sent_again: bool,
}

/// One mail with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MailDetailView {
    /// What the list says of it.
    pub mail: MailView,
    /// The text as it was handed over last, with the secrets in its links masked; `None` before the first try.
    pub text: Option<String>,
}

impl Client {
    /// One page of mails: the newest, or the one that [`MailsView::older`] of the page before names.
    pub async fn mails(&self, older: Option<String>) -> Result<MailsView, Failure> {
        let account = self.account().await?;
        if let Some(older) = &older {
            parse(older)?;
        }
        let mut records = account
            .newest(Collection::Mails, older.as_deref(), PAGE + 1)
            .await?;
        let has_more = records.len() > PAGE as usize;
        records.truncate(PAGE as usize);
        let last = records.last().map(|record| record.id.clone());
        let mails = records.into_iter().filter_map(|record| {
            let mail = serde_json::from_slice(&record.body).ok()?;
            Some(view(record.id, &mail))
        });
        Ok(MailsView {
            mails: mails.collect(),
            older: last.filter(|_| has_more),
        })
    }

    /// One mail with its text.
    pub async fn mail(&self, id: String) -> Result<MailDetailView, Failure> {
        let account = self.account().await?;
        let mail = account.shown::<Mail>(Collection::Mails, &id).await?;
        let mail = mail.ok_or(FailureCode::NotFound)?.body;
        Ok(MailDetailView {
            mail: view(id, &mail),
            text: mail.text,
        })
    }

    /// Has a mail sent again, with a new link where it has one, and gives the new one's id. Needs a connection.
    pub async fn send_mail_again(&self, id: String) -> Result<String, Failure> {
        // Goes into the path of a request, so it must be an id and nothing else.
        let id = parse(&id)?;
        let account = self.account().await?;
        let path = format!("v1/mails/{id}/send-again");
        let sent: MailSentAgain = self.post(&account, &path, &Nothing {}, None).await?;
        account.catch_up(sent.revision).await;
        Ok(sent.mail_id.to_string())
    }
}

fn parse(id: &str) -> Result<MailId, FailureCode> {
    id.parse().map_err(|_| FailureCode::NotFound)
}

fn view(id: String, mail: &Mail) -> MailView {
    MailView {
        id,
        kind: mail.kind,
        recipient: mail.recipient.clone(),
        subject: mail.subject.clone(),
        status: mail.status,
        reason: mail.reason,
        answer: mail.answer.clone(),
        queued_at: mail.queued_at,
        sent_at: mail.sent_at,
        status_at: mail.status_at,
        next_try_at: mail.next_try_at,
        again_of: mail.again_of.map(|id| id.to_string()),
        can_be_sent_again: can_be_sent_again(mail),
    }
}
