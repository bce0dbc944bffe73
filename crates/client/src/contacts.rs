//! The contacts screen: e-mail addresses.

use std::collections::{BTreeMap, BTreeSet};

use latchkey_protocol::app_link::AppLinkKind;
use latchkey_protocol::contacts::{
    AddEmail, ConfirmEmail, Email, EmailAccepted, EmailChanged, EmailConfirmed, EmailMadePrimary,
    normalize_address,
};
use latchkey_protocol::identifiers::EmailId;
use latchkey_protocol::mail::{Mail, MailStatus};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::client::{Client, invalid_field};
use crate::clock::new_identifier;
use crate::driver::Command;
use crate::email_change::EmailChangeView;
use crate::failure::{Failure, FailureCode};

/// What the contacts screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ContactsView {
    /// The primary first, then confirmed, then pending, each by address.
    pub emails: Vec<EmailView>,
    /// A change of the primary address that waits, or that is done and can still be taken back.
    pub change: Option<EmailChangeView>,
    /// Until when the primary address can't be changed: after a change, and after a reset of the password.
    pub primary_stays_until: Option<Timestamp>,
}

/// One address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EmailView {
    /// Its id.
    pub id: String,
    /// The address.
    pub address: String,
    /// Whether mails go there first.
    pub primary: bool,
    /// When its owner confirmed it; `None` while pending.
    pub confirmed_at: Option<Timestamp>,
    /// When the last link was asked for, while pending.
    pub confirmation_sent_at: Option<Timestamp>,
    /// When the newest mail to it came back; `None` when it did not.
    pub came_back_at: Option<Timestamp>,
    /// Whether it has no effect until it is reviewed ([`crate::trust`]).
    pub suspended: bool,
}

/// A new address.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct AddEmailForm {
    /// The address.
    pub address: String,
}

/// The body of a request that says all in its address.
#[derive(Serialize)]
pub(crate) struct Nothing {}

impl Client {
    /// The addresses of the account.
    pub async fn contacts(&self) -> Result<ContactsView, Failure> {
        let account = self.account().await?;
        let came_back = came_back(&account).await?;
        let mut emails: Vec<EmailView> = account
            .all_shown::<Email>(Collection::Emails)
            .await?
            .into_iter()
            .map(|(id, record)| EmailView {
                id,
                came_back_at: came_back.get(&record.body.address).copied(),
                address: record.body.address,
                primary: record.body.primary,
                confirmed_at: record.body.confirmed_at,
                confirmation_sent_at: record.body.confirmation_sent_at,
                suspended: record.body.suspended_at.is_some(),
            })
            .collect();
        emails.sort_by(|one, other| {
            let rank = |email: &EmailView| (!email.primary, email.confirmed_at.is_none());
            (rank(one), &one.address).cmp(&(rank(other), &other.address))
        });
        Ok(ContactsView {
            emails,
            change: account.email_change(self.now()).await?,
            primary_stays_until: account.primary_stays_until(self.now()).await?,
        })
    }

    /// Adds an address and has a link to confirm it sent there. Needs a connection and a step-up.
    pub async fn add_email(&self, form: AddEmailForm) -> Result<(), Failure> {
        let address =
            normalize_address(&form.address).map_err(|code| invalid_field("address", code))?;
        let account = self.account().await?;
        let key = Some(new_identifier(self.now()));
        let body = AddEmail { address };
        let accepted: EmailAccepted = self.post(&account, "v1/emails", &body, key).await?;
        account.catch_up(accepted.revision).await;
        Ok(())
    }

    /// Has another link sent to a pending address. Needs a connection.
    pub async fn resend_confirmation(&self, id: String) -> Result<(), Failure> {
        let changed: EmailChanged = self.manage_email(&id, "resend").await?;
        self.account().await?.catch_up(changed.revision).await;
        Ok(())
    }

    /// Makes a confirmed address the primary one. Whether it is: where the current one has to approve it, it waits for
    /// that ([`ContactsView::change`]). Needs a connection and a step-up.
    pub async fn make_email_primary(&self, id: String) -> Result<bool, Failure> {
        let made: EmailMadePrimary = self.manage_email(&id, "primary").await?;
        self.account().await?.catch_up(made.revision).await;
        Ok(made.primary)
    }

    /// Removes an address. Needs a connection and a step-up.
    pub async fn remove_email(&self, id: String) -> Result<(), Failure> {
        let changed: EmailChanged = self.manage_email(&id, "remove").await?;
        self.account().await?.catch_up(changed.revision).await;
        Ok(())
    }

    /// Confirms an address with a link sent by e-mail, or the token in it, as the person pasted it; signed in or not.
    /// Says which address that was.
    pub async fn confirm_email(&self, link: String) -> Result<String, Failure> {
        let token = self.pasted_token(AppLinkKind::ConfirmEmail, &link).await?;
        self.confirm_email_by(token).await
    }

    /// Confirms an address by the link's token.
    pub(crate) async fn confirm_email_by(&self, token: SecretString) -> Result<String, Failure> {
        let token = token.expose_secret().to_owned();
        let account = self.account().await.ok();
        let (transport, _) = self.server_in_use().await?;
        let confirmed: EmailConfirmed = transport
            .post("v1/emails/confirm", &ConfirmEmail { token }, None)
            .await?;
        if let Some(account) = account {
            // In vain when the account is just being ended.
            let _ = account.commands.send(Command::SyncNow).await;
        }
        Ok(confirmed.address)
    }

    async fn manage_email<Changed: DeserializeOwned>(
        &self,
        id: &str,
        change: &str,
    ) -> Result<Changed, Failure> {
        // Goes into the path of a request, so it must be an id and nothing else.
        let id: EmailId = id.parse().map_err(|_| FailureCode::NotFound)?;
        let account = self.account().await?;
        let key = Some(new_identifier(self.now()));
        let path = format!("v1/emails/{id}/{change}");
        self.post(&account, &path, &Nothing {}, key).await
    }
}

/// How many mails are looked through for those that came back.
const MAILS_LOOKED_THROUGH: u32 = 200;

/// The addresses whose newest mail that left came back, and when it did.
async fn came_back(account: &Account) -> Result<BTreeMap<String, Timestamp>, Failure> {
    let records = account
        .newest(Collection::Mails, None, MAILS_LOOKED_THROUGH)
        .await?;
    let mut settled = BTreeSet::new();
    let mut came_back = BTreeMap::new();
    for record in records {
        let Ok(mail) = serde_json::from_slice::<Mail>(&record.body) else {
            continue;
        };
        let has_left = matches!(mail.status, MailStatus::Sent | MailStatus::Bounced);
        if has_left && settled.insert(mail.recipient.clone()) && mail.status == MailStatus::Bounced
        {
            came_back.insert(mail.recipient, mail.status_at);
        }
    }
    Ok(came_back)
}
