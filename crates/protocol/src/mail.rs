//! What was sent to an account by mail.

use serde::{Deserialize, Serialize};

use crate::identifiers::MailId;
use crate::time::Timestamp;

/// What stands in a stored text where the sent one had a secret.
pub const MASK: &str = "••••••••";

/// What a mail is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// The link that confirms the recipient's address.
    ConfirmEmail,
    /// To the owner of a confirmed address that somebody entered for another account.
    AddressInUse,
    /// The account has a new address.
    EmailAdded,
    /// The account has an address less.
    EmailRemoved,
    /// The account has another primary address.
    EmailMadePrimary,
    /// A device never seen before has signed in: a link to say whether it was the owner.
    SignInAlert,
    /// The owner said of a sign-in that it was somebody else: what was ended, and what can't be changed meanwhile.
    AccountFrozen,
    /// The owner ended that, from a device known before.
    FreezeLifted,
    /// Whoever runs the server lifted the freeze, with `latchkey-server unfreeze`.
    FreezeLiftedByOperator,
    /// The link with which a forgotten password is reset.
    ResetPassword,
    /// The account has another password.
    PasswordChanged,
    /// The account has another password, by a mailed link.
    PasswordReset,
    /// The link with which a new primary address is confirmed from there.
    ConfirmEmailChange,
    /// The link with which the old primary address agrees to the new one.
    ApproveEmailChange,
    /// To the old primary address: another was asked for, with a link that stops it.
    EmailChangeRequested,
    /// To the old primary address: it is another now, with a link that undoes it.
    EmailChangeCompleted,
    /// That change was undone.
    EmailChangeUndone,
    /// The account has another username.
    UsernameChanged,
    /// Two-step sign-in was turned on.
    SecondFactorEnabled,
    /// Two-step sign-in was turned off.
    SecondFactorDisabled,
    /// A hundred wrong passwords in a row: none is looked at any more.
    SignInStopped,
    /// Somebody gave the right password to sign in, and not the second factor.
    SignInUnfinished,
    /// Ten wrong codes in a row were tried.
    SecondFactorLocked,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// New recovery codes were made.
    RecoveryCodesReplaced,
    /// The account may administer the server from now on.
    AdministratorGranted,
    /// The account may not administer the server any more.
    AdministratorRevoked,
    /// The link with which the password is set anew, started by an administrator.
    PasswordResetStarted,
    /// An administrator turned two-step sign-in off.
    SecondFactorReset,
    /// An administrator ended all sessions.
    SessionsEnded,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A passkey was refused, because it seems to have been copied.
    PasskeyRefused,
}

impl MailKind {
    /// All of them.
    pub const ALL: [Self; 33] = [
        Self::ConfirmEmail,
        Self::AddressInUse,
        Self::EmailAdded,
        Self::EmailRemoved,
        Self::EmailMadePrimary,
        Self::SignInAlert,
        Self::AccountFrozen,
        Self::FreezeLifted,
        Self::FreezeLiftedByOperator,
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
            Self::AccountFrozen => "account-frozen",
            Self::FreezeLifted => "freeze-lifted",
            Self::FreezeLiftedByOperator => "freeze-lifted-by-operator",
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

/// What became of a mail.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum MailStatus {
    /// It waits to be handed over: at once, or after a try that failed.
    Queued,
    /// The next mail server has taken it. Whether it reached the mailbox is known only when a report says that it did not.
    Sent,
    /// A mail server refused it for good, at once or by a delivery report (RFC 3464).
    Bounced,
    /// It was not sent, and will not be.
    Failed,
    /// It was not sent, since there was nothing left to say: a newer mail took its place, or what it was about is over.
    Withdrawn,
}

impl MailStatus {
    /// All of them.
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

/// Why a mail has failed, or waits, as far as Latchkey itself decided it; what a mail server said is [`Mail::answer`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum MailReason {
    /// A newer mail took its place, or what it was about is settled or gone.
    NoLongerNeeded,
    /// The recipient got as many links within an hour as one may.
    TooMany,
    /// Every try of a day failed.
    GaveUp,
    /// A try failed; there will be another.
    WillTryAgain,
    /// A mail server refused it for good.
    Refused,
}

/// The body of a record of [`crate::sync::Collection::Mails`]; its id is a [`MailId`]. Kept for 90 days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Mail {
    /// What it is about.
    pub kind: MailKind,
    /// The address it is for.
    pub recipient: String,
    /// Its subject line.
    pub subject: String,
    /// Its text as it was handed over last, with [`MASK`] for the secret in its links; `None` before the first try.
    pub text: Option<String>,
    /// What became of it.
    pub status: MailStatus,
    /// Why, when there is more to say than the status.
    pub reason: Option<MailReason>,
    /// What a mail server answered or reported, in its own words, on one line of at most 300 characters.
    pub answer: Option<String>,
    /// When what it tells of happened.
    pub queued_at: Timestamp,
    /// When it was handed over.
    pub sent_at: Option<Timestamp>,
    /// When its status last changed.
    pub status_at: Timestamp,
    /// When it is tried again, while it waits after a try that failed.
    pub next_try_at: Option<Timestamp>,
    /// The mail that was sent again with this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_of: Option<MailId>,
}

/// The answer of `POST /v1/mails/{id}/send-again` (202): a new mail of the same kind to the same address, with a new link
/// where it has one.
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
            MailKind::AddressInUse | MailKind::ResetPassword | MailKind::PasswordResetStarted
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
