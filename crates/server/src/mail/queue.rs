//! Putting mails into the queue, and taking them out again.

use latchkey_protocol::identifiers::{AccountId, MailId};
use latchkey_protocol::mail::{Mail, MailReason, MailStatus};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DELIVERY, Kind, content, deliver, history};
use crate::arguments;
use crate::database::{Error, Result};
use crate::sync::Change;
use crate::words::Words;

/// What a mail says beyond its kind. Never a secret: a token is made when the mail is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameters {
    /// The e-mail address that it is about.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// The name of the device that it is about.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub device: String,
    /// The operating system of that device.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub system: String,
    /// The network address that it was done from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// The username of the administrator who did it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub administrator: String,
    /// When it happened, where that was before the mail was queued: for one that is sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub happened_at: Option<Timestamp>,
}

impl Parameters {
    /// Who does it: the device and the network address of the one who acts.
    pub fn by(change: &Change) -> Self {
        let actor = change.actor();
        Self {
            device: actor.device_name.clone().unwrap_or_default(),
            origin: actor.address.clone().unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// Queues a mail without a link about the account of `change`, to be sent once that is committed.
pub async fn queue(
    change: &mut Change,
    kind: Kind,
    recipient: &str,
    parameters: &Parameters,
) -> Result<MailId> {
    insert(change, kind, recipient, parameters, None).await
}

/// Queues a mail whose link is for the thing with the id `about`; its token is minted by the kind's arm in `prepare` when
/// it is sent. One that should take the place of others that wait is preceded by [`withdraw`].
pub async fn queue_link(
    change: &mut Change,
    kind: Kind,
    recipient: &str,
    parameters: &Parameters,
    about: impl std::fmt::Display,
) -> Result<MailId> {
    let about = about.to_string();
    insert(change, kind, recipient, parameters, Some(&about)).await
}

/// Tells every confirmed address of the account; with a link for `about` where the kind has one. For what changes the
/// addresses themselves, ask for the recipients first ([`confirmed_recipients`]).
pub async fn notify_all(
    change: &mut Change,
    kind: Kind,
    parameters: &Parameters,
    about: Option<&str>,
) -> Result<Vec<MailId>> {
    let mut mails = Vec::new();
    for recipient in confirmed_recipients(change).await? {
        mails.push(insert(change, kind, &recipient, parameters, about).await?);
    }
    Ok(mails)
}

/// Tells every confirmed address of the account of what somebody else can have happen over and over, `per_day` times a day
/// at most: nobody fills a mailbox by it.
pub async fn notify_some(
    change: &mut Change,
    kind: Kind,
    parameters: &Parameters,
    about: Option<&str>,
    per_day: u64,
) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let told = change
        .transaction()
        .fetch_optional(
            "SELECT count(DISTINCT created_at) FROM mails WHERE account_id = $1 AND kind = $2 AND created_at > $3",
            arguments![account_id, kind.name(), now.plus_seconds(-86_400)],
        )
        .await?
        .map_or(Ok(0), |row| row.count(0))?;
    if told < per_day {
        notify_all(change, kind, parameters, about).await?;
    }
    Ok(())
}

/// The confirmed addresses of the account that are not suspended, the primary first: links that act go to that one alone.
pub async fn confirmed_recipients(change: &mut Change) -> Result<Vec<String>> {
    let account_id = change.account_id();
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT address FROM emails WHERE account_id = $1 AND confirmed_at IS NOT NULL \
             AND suspended_at IS NULL ORDER BY is_primary DESC, added_at, id",
            arguments![account_id],
        )
        .await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Withdraws the mails of this kind with a link for `about` that still wait.
///
/// Touches `mails` before anything touches the table of the links, as the worker does: in the other order the two could
/// wait for each other.
pub async fn withdraw(
    change: &mut Change,
    kind: Kind,
    about: impl std::fmt::Display,
) -> Result<()> {
    let (account_id, about) = (change.account_id(), about.to_string());
    let rows = change
        .transaction()
        .fetch_all(
            "UPDATE mails SET status = 'withdrawn' \
             WHERE about = $1 AND kind = $2 AND account_id = $3 AND status = 'queued' RETURNING id",
            arguments![&about, kind.name(), account_id],
        )
        .await?;
    for row in rows {
        let id: MailId = row.parsed(0, "mails", "id")?;
        let now = change.now();
        DELIVERY.withdraw(change.transaction(), id).await?;
        history::note(change, id, |mail| {
            mail.status = MailStatus::Withdrawn;
            mail.status_at = now;
            mail.reason = Some(MailReason::NoLongerNeeded);
            mail.next_try_at = None;
        })
        .await?;
    }
    Ok(())
}

async fn insert(
    change: &mut Change,
    kind: Kind,
    recipient: &str,
    parameters: &Parameters,
    about: Option<&str>,
) -> Result<MailId> {
    let id = MailId(change.state().new_identifier());
    let (account_id, now): (AccountId, _) = (change.account_id(), change.now());
    let written = serde_json::to_string(parameters)
        .map_err(|_| Error::inconsistent("mails", "parameters", id))?;
    let row = change
        .transaction()
        .fetch_optional(
            "INSERT INTO mails (id, account_id, kind, recipient, language, about, parameters, status, created_at) \
             SELECT $1, id, $3, $4, language, $5, $6, 'queued', $7 FROM accounts WHERE id = $2 RETURNING language",
            arguments![id, account_id, kind.name(), recipient, about, &written, now],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("accounts", "id", account_id))?;
    let mail = Mail {
        kind,
        recipient: recipient.to_owned(),
        subject: content::subject(Words::of(row.text_ref(0)?), kind),
        text: None,
        status: MailStatus::Queued,
        reason: None,
        answer: None,
        queued_at: now,
        sent_at: None,
        status_at: now,
        next_try_at: None,
        again_of: None,
    };
    change.put(Collection::Mails, id, &mail).await?;
    change.schedule(deliver::job(account_id, id, kind)).await?;
    Ok(id)
}
