//! How a command says no.

use latchkey_protocol::problem::FieldProblem;
use latchkey_protocol::quotas::Quota;
use serde::{Deserialize, Serialize};

use crate::stage::KeyringProblem;
use crate::transport::CertificateProblem;

/// Why a command did nothing, or not all. What was typed is kept by the form that sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type, thiserror::Error)]
#[error("{code:?}")]
pub struct Failure {
    /// What happened; the user interface has a sentence for each.
    pub code: FailureCode,
    /// The fields to mend, when the code is [`FailureCode::InvalidFields`], or [`FailureCode::CodeOrPasskeyNeeded`] in
    /// a reset.
    pub fields: Vec<FieldProblem>,
    /// Seconds after which another try makes sense.
    pub retry_after_seconds: Option<u32>,
    /// The server that a link is of, when the code is [`FailureCode::OtherServer`] and the link names it.
    pub server: Option<String>,
    /// What is wrong with the certificate, when the code is [`FailureCode::UntrustedCertificate`].
    pub certificate: Option<CertificateProblem>,
    /// Which quota is used up, when the code is [`FailureCode::QuotaReached`].
    pub quota: Option<Quota>,
    /// The folder that no program opened, when the code is [`FailureCode::FolderNotOpened`].
    pub folder: Option<String>,
}

impl From<FailureCode> for Failure {
    fn from(code: FailureCode) -> Self {
        Self {
            code,
            fields: Vec::new(),
            retry_after_seconds: None,
            server: None,
            certificate: None,
            quota: None,
            folder: None,
        }
    }
}

impl From<KeyringProblem> for Failure {
    fn from(problem: KeyringProblem) -> Self {
        match problem {
            KeyringProblem::Locked => FailureCode::KeyringLocked,
            KeyringProblem::Absent | KeyringProblem::Silent | KeyringProblem::KeyMissing => {
                FailureCode::KeyringUnavailable
            }
        }
        .into()
    }
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// `fields` names what to mend.
    InvalidFields,
    /// The address typed for a server is not one.
    InvalidAddress,
    /// A server's address must be https, unless it is this computer.
    NotHttps,
    /// The server can't be reached, or there is no network. Nothing was changed.
    Unreachable,
    /// The connection broke, or nothing was said in time, after something was asked for: it may have been done.
    Unanswered,
    /// The connection is not private, for the reason in `certificate`.
    UntrustedCertificate,
    /// The proxy on the way wants a sign-in.
    ProxySignIn,
    /// Something answers in the server's place, which does not prove to be the server.
    SomethingElse,
    /// Another server answers at the address than the one that the account on this device is on. It was told nothing.
    AnotherServer,
    /// The sign-in is to another account than the one whose data waits on this device. It was ended again.
    AnotherAccount,
    /// The account is signed in to on this device already, in another place of the list. The sign-in was ended again.
    AlreadyHere,
    /// Something answers, and it is no Latchkey server.
    NotLatchkey,
    /// The server answered with something that makes no sense. Nothing was changed here.
    Nonsense,
    /// Wrong name or password, or an account that can't sign in.
    SignInRefused,
    /// This computer's clock differs from the server's by more than five minutes.
    ClockWrong,
    /// Too many tries; see `retry_after_seconds`.
    TooManyAttempts,
    /// A quota is used up; see `quota` and `retry_after_seconds`.
    QuotaReached,
    /// The password was changed as often as it may be within a day without a link sent by e-mail.
    MailedLinkNeeded,
    /// A hundred wrong passwords in a row: none is looked at until a new one was set by a link sent by e-mail.
    NewPasswordNeeded,
    /// The server has too much to do; see `retry_after_seconds`.
    Busy,
    /// The server had a fault.
    ServerFault,
    /// The link was used, replaced, or is too old.
    LinkSpent,
    /// The link was used before, and what it confirmed still is confirmed.
    AlreadyConfirmed,
    /// What was pasted holds no link that could be meant, or several.
    LinkNotUnderstood,
    /// The link into the app is cut off or changed.
    LinkMalformed,
    /// The thing is not there any more.
    NotFound,
    /// What the person saw has changed meanwhile. Nothing was done; what is shown now is the newest.
    ChangedMeanwhile,
    /// The link is for a server, and none is chosen yet.
    NoServerChosen,
    /// The link is for another server than the one in use.
    OtherServer,
    /// The link into the app works on the device that asked for it alone. The page in the browser works everywhere.
    OtherDevice,
    /// The password is needed again first ([`crate::step_up`]); then the same again.
    StepUpNeeded,
    /// Only administrators of the server may do that, and this account is none.
    AdministratorsOnly,
    /// The password is right, and a code of the second factor is needed beside it.
    SecondFactorNeeded,
    /// A code or a passkey is needed as well ([`crate::passkeys`]).
    CodeOrPasskeyNeeded,
    /// This device is on probation ([`crate::trust`]), and that is not for such devices.
    OnProbation,
    /// The password is right, and opens nothing new until it is changed ([`crate::trust`]).
    PasswordSpoiled,
    /// The file could not be written where such files go.
    FileNotWritten,
    /// The system would not open the folder.
    FolderNotOpened,
    /// The current state does not allow it, like removing the primary address.
    NotAllowedNow,
    /// This device is signed out.
    SignedOut,
    /// The keyring was not unlocked, or its prompt was dismissed.
    KeyringLocked,
    /// There is no keyring that works, or it does not answer.
    KeyringUnavailable,
    /// The disk is full. What was shown before is still there.
    DiskFull,
    /// The data folder can't be written.
    ReadOnly,
    /// Another copy of Latchkey has this data folder open.
    FolderInUse,
    /// The server inside this app does not start; why is in the log.
    BundledServerBroken,
    /// A fault of this program; it is in its log.
    Internal,
}
