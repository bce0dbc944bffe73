//! What happened to an account.

use serde::de::{IntoDeserializer as _, value};
use serde::{Deserialize, Deserializer, Serialize};

use crate::identifiers::SessionId;
use crate::time::Timestamp;

/// The body of a record of [`crate::sync::Collection::Activity`]; its id is an [`crate::identifiers::ActivityId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ActivityEntry {
    /// The kind of activity; [`ActivityKind::Unknown`] for one that this version does not know, so that nothing is
    /// skipped.
    #[serde(deserialize_with = "kind_or_unknown")]
    pub kind: ActivityKind,
    /// The time; for an entry that sums up several events, the time of the last one.
    pub at: Timestamp,
    /// How many events the entry sums up: those of one hour from one address or, when older than a year, those of one
    /// month.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub count: u32,
    /// The time of the first event; `None` for a single one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Timestamp>,
    /// The session that did it; `None` without a session (a link in an e-mail, a failed sign-in).
    pub session_id: Option<SessionId>,
    /// The name of the device that did it, at that time.
    pub device_name: Option<String>,
    /// The address it was done from.
    pub address: Option<String>,
    /// What it is about: an e-mail address, a device's name, the new display name. Never a secret.
    pub subject: Option<String>,
    /// The changed fields; empty if there are none, and in entries from before fields were recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<ChangedField>,
}

/// A field that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type)]
pub struct ChangedField {
    /// Its name: `display_name`, `language`, `time_zone`, `username`, `device_name`, or `name` of a passkey.
    pub field: String,
    /// The value before.
    pub before: String,
    /// The value after.
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
    /// A sign-in failed because of a wrong password.
    SignInFailed,
    /// Sign-in was blocked after a hundred wrong passwords in a row, until the password is reset or a known device
    /// signs in.
    SignInStopped,
    /// A sign-in had the right password, but no second factor within 15 minutes.
    SignInUnfinished,
    /// A wrong password was entered in a session, where a guarded change asks for it again.
    PasswordRefused,
    /// A wrong code or a wrong passkey was used after the right password, or with a link from an e-mail.
    SecondFactorRefused,
    /// The subject, a new device, was approved.
    SignInConfirmed,
    /// The owner said that the sign-in of the subject wasn't theirs: it is signed out, and the password has to be changed.
    SignInDisowned,
    /// The owner said that a change wasn't theirs: all other sessions ended, and what could be an intruder's is suspended.
    AccountSecured,
    /// The subject, which was suspended, was reviewed and has its effect again.
    SuspensionLifted,
    /// An e-mail to the subject bounced.
    MailBounced,
    /// An e-mail to the subject could not be sent within a day.
    MailFailed,
    /// A device signed itself out.
    SignedOut,
    /// The subject's session ended, from another device or because of the entry beside it (a new password, for
    /// example).
    DeviceEnded,
    /// The subject sent its receipt: its data is deleted.
    DeviceConfirmedEnded,
    /// A device was renamed to the subject.
    DeviceRenamed,
    /// Profile fields were changed.
    ProfileChanged,
    /// The password was changed.
    PasswordChanged,
    /// A link to choose a new password was requested.
    PasswordResetRequested,
    /// The password was reset by a link sent by e-mail.
    PasswordReset,
    /// The subject was added as an unconfirmed address.
    EmailAdded,
    /// The subject was confirmed as an address.
    EmailConfirmed,
    /// The subject became the primary address.
    EmailMadePrimary,
    /// The subject was removed as an address.
    EmailRemoved,
    /// A change of the primary address to the subject was requested.
    EmailChangeRequested,
    /// The subject became the primary address after the change was confirmed.
    EmailChangeCompleted,
    /// The change to the subject was cancelled before it was confirmed.
    EmailChangeCancelled,
    /// The change to the subject was undone from the old address.
    EmailChangeUndone,
    /// The username was changed to the subject.
    UsernameChanged,
    /// Two-step sign-in was turned on.
    SecondFactorEnabled,
    /// Two-step sign-in was turned off.
    SecondFactorDisabled,
    /// Codes were blocked for 15 minutes after ten wrong codes in a row.
    SecondFactorLocked,
    /// A recovery code was used instead of the authenticator app.
    RecoveryCodeUsed,
    /// A new set of recovery codes replaced the old one.
    RecoveryCodesReplaced,
    /// The recovery codes, which were suspended, were reviewed and are void.
    RecoveryCodesVoided,
    /// The account became an administrator of the server.
    AdministratorGranted,
    /// The account is no longer an administrator of the server.
    AdministratorRevoked,
    /// The subject, an administrator, started a password reset.
    PasswordResetStarted,
    /// The subject, an administrator, turned off two-step sign-in and signed out all devices.
    SecondFactorReset,
    /// The subject, an administrator, signed out all devices.
    SessionsEndedByAdministrator,
    /// This account, an administrator's, started a password reset for the subject.
    UserPasswordResetStarted,
    /// This account, an administrator's, turned off the subject's two-step sign-in and signed out all their devices.
    UserSecondFactorReset,
    /// This account, an administrator's, signed out all devices of the subject.
    UserSessionsEnded,
    /// The passkey with the subject's name was added.
    PasskeyAdded,
    /// A passkey was renamed to the subject.
    PasskeyRenamed,
    /// The passkey with the subject's name was removed.
    PasskeyRemoved,
    /// The passkey with the subject's name was rejected: its counter went backwards, as only a copy's does.
    PasskeyRefused,
    /// The subject, a device, used a token that it had already replaced: the token may have been copied.
    OldTokenUsed,
    /// A kind that only newer versions know. Servers never write it.
    Unknown,
}
