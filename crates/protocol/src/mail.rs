//! What was sent to an account by mail.

use serde::{Deserialize, Serialize};

use crate::identifiers::MailId;
use crate::time::Timestamp;

/// Replaces a secret in the stored text of an e-mail.
pub const MASK: &str = "••••••••";

/// The kinds of e-mails.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// A link that confirms the recipient's address.
    ConfirmEmail,
    /// To the owner of a confirmed address that was entered for another account.
    AddressInUse,
    /// The account has a new address.
    EmailAdded,
    /// An address was removed from the account.
    EmailRemoved,
    /// The primary address changed.
    EmailMadePrimary,
    /// A device never seen before has signed in.
    SignInAlert,
    /// The link with which a device on probation is approved, on that device.
    ApproveDevice,
    /// A device was approved.
    DeviceApproved,
    /// The owner said of a sign-in that it wasn't theirs: the device is out, and the password has to be changed.
    DeviceDisowned,
    /// The owner said of a change that it wasn't theirs: what was ended, and what is suspended.
    #[serde(
        alias = "account_frozen",
        alias = "freeze_lifted",
        alias = "freeze_lifted_by_operator"
    )]
    AccountSecured,
    /// A link to reset a forgotten password.
    ResetPassword,
    /// The password was changed.
    PasswordChanged,
    /// The password was reset by a link sent by e-mail.
    PasswordReset,
    /// To the new primary address: a link that confirms it.
    ConfirmEmailChange,
    /// To the old primary address: a link that approves the new one.
    ApproveEmailChange,
    /// To the old primary address: a change was requested, with a link that cancels it.
    EmailChangeRequested,
    /// To the old primary address: it was replaced, with a link that undoes the change.
    EmailChangeCompleted,
    /// The change of the primary address was undone.
    EmailChangeUndone,
    /// The username was changed.
    UsernameChanged,
    /// Two-step sign-in was turned on.
    SecondFactorEnabled,
    /// Two-step sign-in was turned off.
    SecondFactorDisabled,
    /// Sign-in is blocked after a hundred wrong passwords in a row.
    SignInStopped,
    /// A sign-in had the right password, but no second factor.
    SignInUnfinished,
    /// Codes are blocked after ten wrong codes in a row.
    SecondFactorLocked,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// New recovery codes were created.
    RecoveryCodesReplaced,
    /// The account became an administrator of the server.
    AdministratorGranted,
    /// The account is no longer an administrator of the server.
    AdministratorRevoked,
    /// A link to choose a new password, started by an administrator.
    PasswordResetStarted,
    /// An administrator turned off two-step sign-in.
    SecondFactorReset,
    /// An administrator signed out all devices.
    SessionsEnded,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A passkey was rejected because it seems to be a copy.
    PasskeyRefused,
}

impl MailKind {
    /// All variants.
    pub const ALL: [Self; 34] = [
        Self::ConfirmEmail,
        Self::AddressInUse,
        Self::EmailAdded,
        Self::EmailRemoved,
        Self::EmailMadePrimary,
        Self::SignInAlert,
        Self::ApproveDevice,
        Self::DeviceApproved,
        Self::DeviceDisowned,
        Self::AccountSecured,
        Self::ResetPassword,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::ConfirmEmailChange,
        Self::ApproveEmailChange,
        Self::EmailChangeRequested,
        Self::EmailChangeCompleted,
        Self::EmailChangeUndone,
        Self::UsernameChanged,
        Self::SecondFactorEnabled,
        Self::SecondFactorDisabled,
        Self::SignInStopped,
        Self::SignInUnfinished,
        Self::SecondFactorLocked,
        Self::RecoveryCodeUsed,
        Self::RecoveryCodesReplaced,
        Self::AdministratorGranted,
        Self::AdministratorRevoked,
        Self::PasswordResetStarted,
        Self::SecondFactorReset,
        Self::SessionsEnded,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::PasskeyRefused,
    ];

    /// Its name in the server's database and in the names of outbox files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "confirm-email",
            Self::AddressInUse => "address-in-use",
            Self::EmailAdded => "email-added",
            Self::EmailRemoved => "email-removed",
            Self::EmailMadePrimary => "email-made-primary",
            Self::SignInAlert => "sign-in-alert",
            Self::ApproveDevice => "approve-device",
            Self::DeviceApproved => "device-approved",
            Self::DeviceDisowned => "device-disowned",
            Self::AccountSecured => "account-secured",
            Self::ResetPassword => "reset-password",
            Self::PasswordChanged => "password-changed",
            Self::PasswordReset => "password-reset",
            Self::ConfirmEmailChange => "confirm-email-change",
            Self::ApproveEmailChange => "approve-email-change",
            Self::EmailChangeRequested => "email-change-requested",
            Self::EmailChangeCompleted => "email-change-completed",
            Self::EmailChangeUndone => "email-change-undone",
            Self::UsernameChanged => "username-changed",
            Self::SecondFactorEnabled => "second-factor-enabled",
            Self::SecondFactorDisabled => "second-factor-disabled",
            Self::SignInStopped => "sign-in-stopped",
            Self::SignInUnfinished => "sign-in-unfinished",
            Self::SecondFactorLocked => "second-factor-locked",
            Self::RecoveryCodeUsed => "recovery-code-used",
            Self::RecoveryCodesReplaced => "recovery-codes-replaced",
            Self::AdministratorGranted => "administrator-granted",
            Self::AdministratorRevoked => "administrator-revoked",
            Self::PasswordResetStarted => "password-reset-started",
            Self::SecondFactorReset => "second-factor-reset",
            Self::SessionsEnded => "sessions-ended",
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRemoved => "passkey-removed",
            Self::PasskeyRefused => "passkey-refused",
        }
    }
}

impl std::str::FromStr for MailKind {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or(())
    }
}

/// The status of an e-mail.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum MailStatus {
    /// It waits to be sent, for the first time or after a failed attempt.
    Queued,
    /// The next mail server has accepted it. Only a delivery report would tell that it did not reach the mailbox.
    Sent,
    /// A mail server rejected it permanently, at once or with a delivery report (RFC 3464).
    Bounced,
    /// It was not sent, and will not be.
    Failed,
    /// It was not sent, since there was nothing left to say: a newer mail took its place, or what it was about is over.
    Withdrawn,
}

impl MailStatus {
    /// All variants.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Sent,
        Self::Bounced,
        Self::Failed,
        Self::Withdrawn,
    ];

    /// Its name in the server's database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Bounced => "bounced",
            Self::Failed => "failed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl std::str::FromStr for MailStatus {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|status| status.name() == name)
            .ok_or(())
    }
}

/// Latchkey's own reason why an e-mail failed or waits; a mail server's response is [`Mail::answer`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum MailReason {
    /// A newer e-mail replaced it, or its subject is settled or gone.
    NoLongerNeeded,
    /// The recipient reached the hourly limit for links.
    TooMany,
    /// Every attempt for a day failed.
    GaveUp,
    /// An attempt failed; the server will retry.
    WillTryAgain,
    /// A mail server rejected it permanently.
    Refused,
}

/// The body of a record of [`crate::sync::Collection::Mails`]; its id is a [`MailId`]. Kept for 90 days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Mail {
    /// Its kind.
    pub kind: MailKind,
    /// The address it is for.
    pub recipient: String,
    /// Its subject line.
    pub subject: String,
    /// Its text as it was handed over last, with [`MASK`] for the secret in its links; `None` before the first try.
    pub text: Option<String>,
    /// Its status.
    pub status: MailStatus,
    /// Why, when there is more to say than the status.
    pub reason: Option<MailReason>,
    /// What a mail server answered or reported, in its own words, on one line of at most 300 characters.
    pub answer: Option<String>,
    /// When the event it is about happened.
    pub queued_at: Timestamp,
    /// When a mail server accepted it.
    pub sent_at: Option<Timestamp>,
    /// When its status last changed.
    pub status_at: Timestamp,
    /// When the server retries, after a failed attempt.
    pub next_try_at: Option<Timestamp>,
    /// The e-mail that this one repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_of: Option<MailId>,
}

/// The answer of `POST /v1/mails/{id}/send-again` (202): a new mail of the same kind to the same address, with a new
/// link where it has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MailSentAgain {
    /// The new mail.
    pub mail_id: MailId,
    /// The account's revision with it.
    pub revision: u64,
}

/// Whether a mail may be sent again by its history: everything that has come to an end, except what would tell of a
/// thing that is over, and links that reset a password, which are asked for where one signs in. The server refuses more
/// than this: what it was about may be settled.
pub fn can_be_sent_again(mail: &Mail) -> bool {
    mail.status != MailStatus::Queued
        && mail.reason != Some(MailReason::NoLongerNeeded)
        && !matches!(
            mail.kind,
            MailKind::AddressInUse
                | MailKind::ApproveDevice
                | MailKind::ResetPassword
                | MailKind::PasswordResetStarted
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for kind in MailKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        for status in MailStatus::ALL {
            assert_eq!(status.name().parse(), Ok(status));
        }
        assert_eq!("confirm_email".parse::<MailKind>(), Err(()));
    }
}
