//! A forgotten password: a link by mail, and a new password with it.
//!
//! Nothing here tells a stranger who has an account. Asking for a link is answered alike whoever asks for whom; only a
//! device that has signed in to the account before learns, with the ticket it was given, what became of the mail.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::sessions::DeviceProof;

/// How long a link works from its sending, in seconds (ASVS V6.5.5).
pub const LINK_VALID_SECONDS: i64 = 600;

/// For how long a ticket is answered, in seconds: longer than a mail is tried to be sent.
pub const TICKET_VALID_SECONDS: i64 = 2 * 86_400;

/// The body of `POST /v1/recovery`, which answers 202 with [`RecoveryRequested`] whether or not there is such an
/// account, and whether or not a mail is sent. A newer request kills the link of an older one; so do a change of the
/// password, another primary e-mail address and the removal of the one that it went to.
///
/// 429 when too much is asked from one address or network; what is asked for one account is never answered by 429,
/// since that would tell that there is one.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestRecovery {
    /// Username or confirmed e-mail address.
    pub login: String,
    /// The device that asks, its proof over `login` as sent, when it wants to be told what becomes of the mail. A proof
    /// that does not verify is 401 [`crate::problem::ProblemCode::DeviceProofRefused`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceProof>,
}

/// The answer to [`RequestRecovery`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RecoveryRequested {
    /// For [`AskRecoveryStatus`]: 256 random bits, whether or not they lead to anything.
    pub ticket: String,
}

impl std::fmt::Debug for RecoveryRequested {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RecoveryRequested(redacted)")
    }
}

/// The body of `POST /v1/recovery/status`, which answers 200 with [`RecoveryStatus`].
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRecoveryStatus {
    /// As [`RecoveryRequested`] gave it.
    pub ticket: String,
}

impl std::fmt::Debug for AskRecoveryStatus {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AskRecoveryStatus(redacted)")
    }
}

/// The answer to [`AskRecoveryStatus`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RecoveryStatus {
    /// The status of the e-mail.
    pub mail: RecoveryMail,
    /// With [`RecoveryMail::Limited`]: seconds until another request sends a mail; absent when one does already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
}

/// The status of the e-mail with the link.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryMail {
    /// Unknown: the only response to anyone but the account's own devices. There may be an e-mail.
    NoneKnown,
    /// It waits to be sent.
    Queued,
    /// The next mail server has taken it.
    Sent,
    /// A mail server rejected it permanently.
    Bounced,
    /// It was not sent and will not be.
    Failed,
    /// Not sent: the account reached its limit. A link that was mailed before works for as long as it would have.
    Limited,
    /// None was sent: no address of the account is confirmed.
    NoAddress,
}

/// The token of the link into the app, made from the one of the page in the same mail. It resets nothing: any program
/// of a computer may have such links opened in it. The device that asked gets one that does for it ([`OpenResetLink`]).
pub fn app_token(page_token: &str) -> String {
    let digest = Sha256::digest(format!(
        "latchkey/reset-password-in-the-app/1\n{page_token}"
    ));
    URL_SAFE_NO_PAD.encode(digest)
}

/// The body of `POST /v1/recovery/open`, which answers 200 with [`OpenedResetLink`].
///
/// 410 [`crate::problem::ProblemCode::LinkSpent`] as for [`ResetPassword`]. 409
/// [`crate::problem::ProblemCode::NotAllowedNow`] when another device asked for the link, one that the account does not know,
/// or none: the page in the browser works all the same. 401 [`crate::problem::ProblemCode::DeviceProofRefused`] for a
/// proof that does not verify.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenResetLink {
    /// The token of the link into the app ([`app_token`]).
    pub token: String,
    /// The device that opens it, its proof over `token`.
    pub device: DeviceProof,
}

impl std::fmt::Debug for OpenResetLink {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OpenResetLink(redacted)")
    }
}

/// The answer to [`OpenResetLink`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpenedResetLink {
    /// For [`ResetPassword`], in the place of the page's. A newer one takes its place; the page's works beside it.
    pub token: String,
}

impl std::fmt::Debug for OpenedResetLink {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OpenedResetLink(redacted)")
    }
}

/// The body of `POST /v1/recovery/reset`, which answers 204. All sessions of the account end, and nobody is signed in.
///
/// 410 [`crate::problem::ProblemCode::LinkSpent`] for a link that was used, replaced or is too old. 422 on `new_password`
/// for one that breaks a rule, and on `code` with [`crate::problem::FieldCode::Required`] when a second factor is on and
/// no code was given, [`crate::problem::FieldCode::WrongCode`] for a wrong one; both leave the link as it was. The former
/// says with [`crate::problem::Problem::passkey`] whether the server's page takes a passkey instead.
///
/// Given by the app that asked for the link, it approves that device ([`crate::trust`]).
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// The token of the link in the e-mail.
    pub token: String,
    /// The new password, in the clear inside TLS.
    pub new_password: String,
    /// A code of the second factor, or a recovery code, when one is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl std::fmt::Debug for ResetPassword {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ResetPassword(redacted)")
    }
}
