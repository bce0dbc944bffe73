//! Changing the primary e-mail address, which stays pending until it is confirmed and can be taken back from the old one.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::contacts::normalize_address;
use latchkey_protocol::email_change::{
    AFTER_RESET_DAYS, ChangeEmail, ConfirmEmailChange, EmailChange, EmailChangeAccepted,
    EmailChangeCancelled, EmailChangeConfirmed, EmailChangeState,
};
use latchkey_protocol::identifiers::EmailChangeId;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::client::{Client, invalid_field};
use crate::contacts::Nothing;
use crate::driver::Command;
use crate::failure::{Failure, FailureCode};
use crate::links::Followed;

/// How many entries of the activity are looked through for a reset of the password.
const ENTRIES_LOOKED_THROUGH: u32 = 500;

/// A change of the primary address: one that waits, or one that is done and can still be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EmailChangeView {
    /// Its id.
    pub id: String,
    /// The address that was the primary one.
    pub old_address: String,
    /// The new primary address, confirmed or not.
    pub new_address: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Whether the link to the new address was followed.
    pub new_confirmed: bool,
    /// Whether the old address has to confirm too.
    pub old_must_confirm: bool,
    /// Whether the old address has confirmed.
    pub old_confirmed: bool,
    /// The state of the change.
    pub state: EmailChangeState,
    /// Until when the change waits for confirmation.
    pub pending_until: Timestamp,
    /// Until when it can be taken back from the old address; `None` while it waits.
    pub take_back_until: Option<Timestamp>,
}

/// A new primary address.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct ChangeEmailForm {
    /// The address.
    pub address: String,
}

impl Client {
    /// Begins a change of the primary address; it replaces one that still waits. Needs a connection and a step-up.
    pub async fn change_email(&self, form: ChangeEmailForm) -> Result<(), Failure> {
        let address =
            normalize_address(&form.address).map_err(|code| invalid_field("address", code))?;
        let account = self.account().await?;
        let accepted: EmailChangeAccepted = self
            .post(&account, "v1/emails/change", &ChangeEmail { address }, None)
            .await?;
        account.catch_up(accepted.revision).await;
        Ok(())
    }

    /// Stops a change that waits. Needs a connection.
    pub async fn cancel_email_change(&self, id: String) -> Result<(), Failure> {
        // Goes into the path of a request, so it must be an id and nothing else.
        let id: EmailChangeId = id.parse().map_err(|_| FailureCode::NotFound)?;
        let account = self.account().await?;
        let path = format!("v1/emails/changes/{id}/cancel");
        let cancelled: EmailChangeCancelled = self.post(&account, &path, &Nothing {}, None).await?;
        account.catch_up(cancelled.revision).await;
        Ok(())
    }

    /// Confirms a change with the token of a link sent by e-mail, signed in or not.
    pub(crate) async fn confirm_email_change(&self, token: String) -> Result<Followed, Failure> {
        let (transport, _) = self.server_in_use().await?;
        let confirmed: EmailChangeConfirmed = transport
            .post(
                "v1/emails/change/confirm",
                &ConfirmEmailChange { token },
                None,
            )
            .await?;
        if let Ok(account) = self.account().await {
            // In vain when the account is just being ended.
            let _ = account.commands.send(Command::SyncNow).await;
        }
        Ok(Followed::EmailChangeConfirmed {
            new_address: confirmed.new_address,
            completed: confirmed.completed,
        })
    }
}

impl Account {
    /// The change to show at `now`: the one that waits, else the last one that can be taken back.
    pub(crate) async fn email_change(
        &self,
        now: Timestamp,
    ) -> Result<Option<EmailChangeView>, Failure> {
        let changes = self
            .all_shown::<EmailChange>(Collection::EmailChanges)
            .await?;
        let of_interest = changes.into_iter().filter(|(_, record)| {
            let change = &record.body;
            match change.state {
                EmailChangeState::Pending => now < change.pending_until(),
                EmailChangeState::Completed => {
                    change.take_back_until().is_some_and(|until| now < until)
                }
                EmailChangeState::Cancelled | EmailChangeState::Undone => false,
            }
        });
        let newest = of_interest.max_by_key(|(_, record)| {
            let waits = record.body.state == EmailChangeState::Pending;
            (waits, record.body.requested_at)
        });
        Ok(newest.map(|(id, record)| {
            let change = record.body;
            EmailChangeView {
                id,
                requested_at: change.requested_at,
                new_confirmed: change.new_confirmed_at.is_some(),
                old_must_confirm: change.old_must_confirm,
                old_confirmed: change.old_confirmed_at.is_some(),
                state: change.state,
                pending_until: change.pending_until(),
                take_back_until: change.take_back_until(),
                old_address: change.old_address,
                new_address: change.new_address,
            }
        }))
    }

    /// Until when, from `now`, the primary address can't be changed: after a change, and after a reset of the password.
    pub(crate) async fn primary_stays_until(
        &self,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Failure> {
        let changes = self
            .all_shown::<EmailChange>(Collection::EmailChanges)
            .await?;
        let taken_back_until = changes
            .iter()
            .filter_map(|(_, change)| change.body.take_back_until())
            .max();
        let newest = self
            .newest(Collection::Activity, None, ENTRIES_LOOKED_THROUGH)
            .await?;
        let reset = newest
            .iter()
            .filter_map(|record| serde_json::from_slice::<ActivityEntry>(&record.body).ok())
            .find(|entry| entry.kind == ActivityKind::PasswordReset)
            .map(|entry| entry.at.plus_seconds(AFTER_RESET_DAYS * 86_400));
        Ok(taken_back_until.max(reset).filter(|until| now < *until))
    }
}
