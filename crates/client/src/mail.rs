//! The mail screen: every mail that was sent to the account.

use std::collections::BTreeSet;

use latchkey_protocol::contacts::Email;
use latchkey_protocol::email_change::{EmailChange, EmailChangeState};
use latchkey_protocol::identifiers::MailId;
use latchkey_protocol::mail::{
    Mail, MailKind, MailReason, MailSentAgain, MailStatus, can_be_sent_again,
};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::Account;
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
    /// Whether there is a point in sending it again: what it is about still is.
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
        let about = About::read(&account, self.now()).await?;
        let mails = records.into_iter().filter_map(|record| {
            let mail = serde_json::from_slice(&record.body).ok()?;
            Some(view(record.id, &mail, &about))
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
        let about = About::read(&account, self.now()).await?;
        Ok(MailDetailView {
            mail: view(id, &mail, &about),
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

/// What mails may be about that still is.
struct About {
    now: Timestamp,
    pending: BTreeSet<String>,
    confirmed: BTreeSet<String>,
    changes: Vec<EmailChange>,
}

impl About {
    async fn read(account: &Account, now: Timestamp) -> Result<Self, Failure> {
        let emails = account.all_shown::<Email>(Collection::Emails).await?;
        let changes = account
            .all_shown::<EmailChange>(Collection::EmailChanges)
            .await?;
        let addresses = |confirmed: bool| {
            emails
                .iter()
                .map(|(_, email)| &email.body)
                .filter(|email| email.confirmed_at.is_some() == confirmed)
                .map(|email| email.address.clone())
                .collect()
        };
        Ok(Self {
            now,
            pending: addresses(false),
            confirmed: addresses(true),
            changes: changes.into_iter().map(|(_, change)| change.body).collect(),
        })
    }

    /// Whether what this mail is about still is, as far as can be known here; the rules are those of the server for sending
    /// it again.
    fn still_is(&self, mail: &Mail) -> bool {
        match mail.kind {
            MailKind::ConfirmEmail => self.pending.contains(&mail.recipient),
            MailKind::ConfirmEmailChange => self.changes.iter().any(|change| {
                self.is_pending(change)
                    && change.new_confirmed_at.is_none()
                    && change.new_address == mail.recipient
            }),
            MailKind::ApproveEmailChange => self.changes.iter().any(|change| {
                self.is_pending(change)
                    && change.old_must_confirm
                    && change.old_confirmed_at.is_none()
                    && change.old_address == mail.recipient
            }),
            MailKind::EmailChangeRequested => self.changes.iter().any(|change| {
                (self.is_pending(change) || self.can_be_taken_back(change))
                    && change.old_address == mail.recipient
            }),
            MailKind::EmailChangeCompleted => self.changes.iter().any(|change| {
                self.can_be_taken_back(change) && change.old_address == mail.recipient
            }),
            _ => self.confirmed.contains(&mail.recipient),
        }
    }

    fn is_pending(&self, change: &EmailChange) -> bool {
        change.state == EmailChangeState::Pending && self.now < change.pending_until()
    }

    fn can_be_taken_back(&self, change: &EmailChange) -> bool {
        change
            .take_back_until()
            .is_some_and(|until| self.now < until)
    }
}

fn view(id: String, mail: &Mail, about: &About) -> MailView {
    MailView {
        id,
        kind: mail.kind,
        recipient: mail.recipient.clone(),
        subject: mail.subject.clone(),
        status: match mail.reason {
            // Servers used to say failed.
            Some(MailReason::NoLongerNeeded) => MailStatus::Withdrawn,
            _ => mail.status,
        },
        reason: mail.reason,
        answer: mail.answer.clone(),
        queued_at: mail.queued_at,
        sent_at: mail.sent_at,
        status_at: mail.status_at,
        next_try_at: mail.next_try_at,
        again_of: mail.again_of.map(|id| id.to_string()),
        can_be_sent_again: can_be_sent_again(mail) && about.still_is(mail),
    }
}
