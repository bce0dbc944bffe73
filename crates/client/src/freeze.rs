//! An account that is held as it is after a sign-in was disowned, and lifting that.

use latchkey_protocol::freeze::{Freeze, FreezeLifted};
use latchkey_protocol::sessions::Session;
use latchkey_protocol::sign_in_alerts::SignInAlert;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::failure::Failure;
use crate::step_up::{StepUpForm, read_proof};

/// A freeze that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FreezeView {
    /// Since when.
    pub frozen_at: Timestamp,
    /// What the device was called whose sign-in was disowned.
    pub disowned_device_name: String,
    /// What the device was called on which that was said; `None` for the link in the mail.
    pub by_device_name: Option<String>,
    /// Whether this device may lift it, and change the password meanwhile.
    pub can_lift: bool,
    /// Whether it could, were the question about its own sign-in answered.
    pub in_question: bool,
    /// Whether that question is asked by a mail too, whose link still works.
    pub mailed: bool,
}

impl Client {
    /// The freeze, if the account is frozen.
    pub async fn freeze(&self) -> Result<Option<FreezeView>, Failure> {
        let account = self.account().await?;
        let id = account.stored.account_id.to_string();
        let Some(record) = account.shown::<Freeze>(Collection::Freeze, &id).await? else {
            return Ok(None);
        };
        let freeze = record.body;
        let Some(frozen_at) = freeze.frozen_at else {
            return Ok(None);
        };
        let own = account.stored.session_id.to_string();
        let own = account.shown::<Session>(Collection::Sessions, &own).await?;
        let own = own.map(|own| own.body);
        let asked = own.as_ref().filter(|own| {
            own.first_seen_at < freeze.known_before
                && own.alert.as_ref().is_some_and(SignInAlert::is_open)
        });
        let mailed = match asked {
            Some(own) => account.is_alert_mailed(own, self.now()).await?,
            None => false,
        };
        Ok(Some(FreezeView {
            frozen_at,
            can_lift: own.as_ref().is_some_and(|own| freeze.trusts(own)),
            in_question: asked.is_some(),
            mailed,
            disowned_device_name: freeze.disowned_device_name,
            by_device_name: freeze.by_device_name,
        }))
    }

    /// Lifts the freeze, with the password. Needs a connection and a device that the account knew before.
    pub async fn lift_freeze(&self, form: StepUpForm) -> Result<(), Failure> {
        let account = self.account().await?;
        let proof = read_proof(form)?;
        let lifted: FreezeLifted = self.post(&account, "v1/freeze/lift", &proof, None).await?;
        account.catch_up(lifted.revision).await;
        Ok(())
    }
}
