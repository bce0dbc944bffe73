//! What happened to an account.

use serde::de::{IntoDeserializer as _, value};
use serde::{Deserialize, Deserializer, Serialize};

use crate::identifiers::SessionId;
use crate::time::Timestamp;

/// The body of a record of [`crate::sync::Collection::Activity`]; its id is an [`crate::identifiers::ActivityId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ActivityEntry {
    /// What happened; [`ActivityKind::Unknown`] when this version has no name for it, so that nothing is passed over.
    #[serde(deserialize_with = "kind_or_unknown")]
    pub kind: ActivityKind,
    /// When; of repeats that are folded into one entry, the last.
    pub at: Timestamp,
    /// How often it happened, when repeats were folded: within one hour, from one address; of what is older than a year,
    /// within one month.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub count: u32,
    /// When the first of the repeats was; `None` for a single one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Timestamp>,
    /// The session in which it was done; `None` when nobody was signed in (a link in a mail, a failed sign-in).
    pub session_id: Option<SessionId>,
    /// The name of the device it was done from, as it was called then.
    pub device_name: Option<String>,
    /// The address it was done from.
    pub address: Option<String>,
    /// What it was done to: an e-mail address, a device's name, the new display name. Never a secret.
    pub subject: Option<String>,
    /// The fields that it changed; empty where it changed none, and in entries from before they were noted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<ChangedField>,
}

/// A field that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type)]
pub struct ChangedField {
    /// Its name: `display_name`, `language`, `time_zone`, `username`, `device_name`, or `name` of a passkey.
    pub field: String,
    /// What it was.
    pub before: String,
    /// What it is since.
    pub after: String,
}

impl ChangedField {
    /// A field that was `before` and is `after`.
    pub fn new(field: &str, before: &str, after: &str) -> Self {
        Self {
            field: field.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        }
    }
}

fn kind_or_unknown<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ActivityKind, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known: Result<_, value::Error> = ActivityKind::deserialize(name.into_deserializer());
    Ok(known.unwrap_or(ActivityKind::Unknown))
}

const fn once() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_once(count: &u32) -> bool {
    *count == 1
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
    /// A hundred wrong passwords in a row: none is looked at any more, until the password is reset or a known device signs in.
    SignInStopped,
    /// Somebody gave the right password to sign in, and not the second factor within a quarter of an hour.
    SignInUnfinished,
    /// Somebody who is signed in gave a wrong password where it is asked for again.
    PasswordRefused,
    /// After the right password, or a mailed link, a wrong code or a wrong passkey was given.
    SecondFactorRefused,
    /// The subject, a new device, was approved.
    SignInConfirmed,
    /// The owner said that the sign-in of the subject wasn't theirs: it is signed out, and the password has to be changed.
    SignInDisowned,
    /// The owner said that a change wasn't theirs: all other sessions ended, and what could be an intruder's is suspended.
    AccountSecured,
    /// The subject, which was suspended, was reviewed and has its effect again.
    SuspensionLifted,
    /// A mail to the subject came back.
    MailBounced,
    /// A mail to the subject could not be sent within a day.
    MailFailed,
    /// A device signed itself out.
    SignedOut,
    /// The subject's session was ended: on another device, or along with what is noted beside it (a new password, say).
    DeviceEnded,
    /// The subject's receipt came: its data is destroyed.
    DeviceConfirmedEnded,
    /// A device was given the subject as its name.
    DeviceRenamed,
    /// Profile fields were changed.
    ProfileChanged,
    /// The password was changed.
    PasswordChanged,
    /// A link to reset the password was asked for.
    PasswordResetRequested,
    /// The password was reset by a mailed link.
    PasswordReset,
    /// The subject was added as an address, to be confirmed.
    EmailAdded,
    /// The subject was confirmed as an address.
    EmailConfirmed,
    /// The subject was made the primary address.
    EmailMadePrimary,
    /// The subject was removed as an address.
    EmailRemoved,
    /// The subject is to become the primary address, once it is confirmed.
    EmailChangeRequested,
    /// The subject became the primary address by a change that was confirmed.
    EmailChangeCompleted,
    /// The change to the subject was stopped before it was confirmed.
    EmailChangeCancelled,
    /// The change to the subject was undone from the old address.
    EmailChangeUndone,
    /// The account was given the subject as its username.
    UsernameChanged,
    /// Two-step sign-in was turned on.
    SecondFactorEnabled,
    /// Two-step sign-in was turned off.
    SecondFactorDisabled,
    /// Ten wrong codes in a row: no code is taken for a quarter of an hour.
    SecondFactorLocked,
    /// A recovery code took the place of the authenticator app.
    RecoveryCodeUsed,
    /// A new set of recovery codes made the older void.
    RecoveryCodesReplaced,
    /// The recovery codes, which were suspended, were reviewed and are void.
    RecoveryCodesVoided,
    /// The account may administer the server from now on.
    AdministratorGranted,
    /// The account may not administer the server any more.
    AdministratorRevoked,
    /// The subject, an administrator, had a link for a new password sent.
    PasswordResetStarted,
    /// The subject, an administrator, turned two-step sign-in off and ended all sessions.
    SecondFactorReset,
    /// The subject, an administrator, ended all sessions.
    SessionsEndedByAdministrator,
    /// This account, an administrator's, had a link for a new password sent to the subject.
    UserPasswordResetStarted,
    /// This account, an administrator's, turned the subject's two-step sign-in off and ended all their sessions.
    UserSecondFactorReset,
    /// This account, an administrator's, ended all sessions of the subject.
    UserSessionsEnded,
    /// The subject was added as a passkey.
    PasskeyAdded,
    /// A passkey was given the subject as its name.
    PasskeyRenamed,
    /// The subject was removed as a passkey.
    PasskeyRemoved,
    /// The passkey of this name was refused: it counted backwards, as only a copy does.
    PasskeyRefused,
    /// A token was used that the session of the subject, a device, had given up for a newer one: it may have been copied.
    OldTokenUsed,
    /// What only newer versions know. No server writes it.
    Unknown,
}
