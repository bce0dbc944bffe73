//! Changing the primary e-mail address: pending until it is confirmed, and taken back by its former owner for 30 days.
//!
//! The new address gets a link that confirms it. The old one is told and gets a link that stops the change or, once it
//! is done, takes it back for [`TAKE_BACK_DAYS`] days; without a second factor that has been on for as long it gets a link of its
//! own that has to be followed as well. So it is when a further address of the account is made the primary one. Taking it
//! back makes the old address the primary one and secures the account ([`crate::trust`]). Until that is over, the old
//! address can't be removed and the primary one can't be changed again.

use serde::{Deserialize, Serialize};

use crate::identifiers::EmailChangeId;
use crate::time::Timestamp;

/// Days for which a completed change can be taken back from the old address.
pub const TAKE_BACK_DAYS: i64 = 30;

/// Days after a reset of the password for which the primary address can't be changed.
pub const AFTER_RESET_DAYS: i64 = 7;

/// Days after which a change that was not confirmed is given up.
pub const PENDING_DAYS: i64 = 3;

/// The body of a record of [`crate::sync::Collection::EmailChanges`]; its id is an [`EmailChangeId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EmailChange {
    /// The address that was the primary one.
    pub old_address: String,
    /// The new primary address.
    pub new_address: String,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// When the link to the new address was followed.
    pub new_confirmed_at: Option<Timestamp>,
    /// Whether the old address has to confirm too: when it was asked for, two-step sign-in was off, or had been on
    /// for less than [`crate::trust::AGED_DAYS`] days.
    pub old_must_confirm: bool,
    /// When the link to the old address was followed.
    pub old_confirmed_at: Option<Timestamp>,
    /// Its state.
    pub state: EmailChangeState,
    /// When it reached that state; [`Self::requested_at`] while it is pending.
    pub state_at: Timestamp,
}

impl EmailChange {
    /// Until when it waits to be confirmed.
    pub fn pending_until(&self) -> Timestamp {
        self.requested_at.plus_seconds(PENDING_DAYS * 86_400)
    }

    /// Until when it can be taken back; `None` unless it is completed.
    pub fn take_back_until(&self) -> Option<Timestamp> {
        (self.state == EmailChangeState::Completed)
            .then(|| self.state_at.plus_seconds(TAKE_BACK_DAYS * 86_400))
    }
}

/// The state of a change.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum EmailChangeState {
    /// Waits for approval by one or both addresses.
    Pending,
    /// The new address is the primary one.
    Completed,
    /// Cancelled in the app or from the old address, replaced by a newer change, or expired.
    Cancelled,
    /// Taken back from the old address.
    Undone,
}

impl EmailChangeState {
    /// All variants.
    pub const ALL: [Self; 4] = [
        Self::Pending,
        Self::Completed,
        Self::Cancelled,
        Self::Undone,
    ];

    /// Its name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Undone => "undone",
        }
    }
}

impl std::str::FromStr for EmailChangeState {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or(())
    }
}

/// The body of `POST /v1/emails/change` (step-up), which answers 202 with [`EmailChangeAccepted`] whoever else has the
/// address. It replaces a change that still waits. 409 while no address is confirmed (then it is simply added),
/// within [`TAKE_BACK_DAYS`] days of a change and within [`AFTER_RESET_DAYS`] days of a reset;
/// 422 [`crate::problem::FieldCode::Unchanged`] for the primary address itself,
/// [`crate::problem::FieldCode::AlreadyYours`] for another address of the account.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeEmail {
    /// The new primary address.
    pub address: String,
}

/// The answer to [`ChangeEmail`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EmailChangeAccepted {
    /// The pending change.
    pub change_id: EmailChangeId,
    /// The account's revision with it.
    pub revision: u64,
}

/// The answer of `POST /v1/emails/changes/{id}/cancel` (200): a change that waited is stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EmailChangeCancelled {
    /// The account's revision with the change.
    pub revision: u64,
}

/// The body of `POST /v1/emails/change/confirm`, which answers 200 with [`EmailChangeConfirmed`]. It needs no session:
/// who holds the token from the e-mail has the mailbox. The link is `/confirm-email-change/TOKEN` on the server and
/// `latchkey://confirm-email-change/TOKEN` into the app.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmEmailChange {
    /// The token of the link in the e-mail.
    pub token: String,
}

impl std::fmt::Debug for ConfirmEmailChange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ConfirmEmailChange(redacted)")
    }
}

/// The answer to [`ConfirmEmailChange`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EmailChangeConfirmed {
    /// The new primary address, confirmed or not.
    pub new_address: String,
    /// Whether it is primary now: false until the other address has approved it.
    pub completed: bool,
}
