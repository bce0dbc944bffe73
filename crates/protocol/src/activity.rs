//! What happened to an account.

use serde::{Deserialize, Serialize};

use crate::identifiers::SessionId;
use crate::time::Timestamp;

/// The body of a record of [`crate::sync::Collection::Activity`]; its id is an [`crate::identifiers::ActivityId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ActivityEntry {
    /// What happened.
    pub kind: ActivityKind,
    /// When.
    pub at: Timestamp,
    /// The session in which it was done; `None` when nobody was signed in (a link in a mail, a failed sign-in).
    pub session_id: Option<SessionId>,
    /// The name of the device it was done from, as it was called then.
    pub device_name: Option<String>,
    /// The address it was done from.
    pub address: Option<String>,
    /// What it was done to: an e-mail address, a device's name, the new display name. Never a secret.
    pub subject: Option<String>,
}

/// The kinds of activity.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// The account was created.
    AccountCreated,
    /// A device that was here before signed in.
    SignedIn,
    /// A device never seen before signed in.
    SignedInFromNewDevice,
    /// A sign-in was refused for a wrong password.
    SignInFailed,
    /// A device signed itself out.
    SignedOut,
    /// Another device ended the subject's session.
    DeviceEnded,
    /// The subject's receipt came: its data is destroyed.
    DeviceConfirmedEnded,
    /// A device was given the subject as its name.
    DeviceRenamed,
    /// Profile fields were changed.
    ProfileChanged,
    /// The subject was added as an address, to be confirmed.
    EmailAdded,
    /// The subject was confirmed as an address.
    EmailConfirmed,
    /// The subject was made the primary address.
    EmailMadePrimary,
    /// The subject was removed as an address.
    EmailRemoved,
}
