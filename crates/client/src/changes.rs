//! What the client says when something it shows has changed.

use serde::{Deserialize, Serialize};

use crate::app::LocalAccountId;

/// What has changed, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The account; `None` for what is of the whole app.
    pub account: Option<LocalAccountId>,
    /// What.
    pub topics: Vec<Topic>,
}

/// Something a screen may be showing. A screen that shows it asks again.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The list of accounts.
    Accounts,
    /// The stage: signed in or not, keyring, server.
    Stage,
    /// Whether the keyring shows a prompt.
    Keyring,
    /// The sync pill.
    Sync,
    /// The profile record, or an edit of it.
    Profile,
    /// The e-mail records.
    Emails,
    /// The session records, or an edit of one.
    Sessions,
    /// The activity records.
    Activity,
    /// What is set on this device alone.
    Preferences,
    /// The records of mails.
    Mails,
    /// The record of two-step sign-in.
    SecondFactor,
    /// The record that says when the password was last changed, and whether it has to be.
    Password,
    /// The records of passkeys.
    Passkeys,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Accounts,
        Self::Stage,
        Self::Keyring,
        Self::Sync,
        Self::Profile,
        Self::Emails,
        Self::Sessions,
        Self::Activity,
        Self::Preferences,
        Self::Mails,
        Self::SecondFactor,
        Self::Password,
        Self::Passkeys,
    ];
}
