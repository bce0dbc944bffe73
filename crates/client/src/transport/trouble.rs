//! Why a request has no answer that counts, and how that is said to the person and to the sync engine.

use std::error::Error;

use latchkey_protocol::problem::{Problem, ProblemCode};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use rustls::{AlertDescription, CertificateError};
use serde::{Deserialize, Serialize};

use crate::bundled::BundledProblem;
use crate::failure::{Failure, FailureCode};
use crate::sync::Trouble;

/// The longest that something which does not prove to be the server may have a device wait, in seconds.
const UNPROVEN_PATIENCE: u32 = 30;

/// Why a request has no answer that counts.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No connection: nothing was sent.
    #[error("the server can't be reached")]
    Unreachable,
    /// A connection that did not last, or nothing said in time: the server may have done what it was asked.
    #[error("the server gave no answer")]
    Unanswered,
    /// The server inside this app does not start.
    #[error("the server on this computer does not start")]
    Bundled(BundledProblem),
    /// The server could not prove who it is.
    #[error("the connection is not private: {0:?}")]
    UntrustedCertificate(CertificateProblem),
    /// The proxy on the way wants a name and a password (RFC 9110, section 15.5.8).
    #[error("the proxy wants a sign-in")]
    ProxySignIn,
    /// Something answers in the server's place: a portal, a proxy, another server.
    #[error("something else answers in the server's place")]
    SomethingElse,
    /// Something on the way asks for patience, or says that the server is away.
    #[error("the server is away")]
    Away {
        /// Seconds to wait.
        retry_after_seconds: u32,
    },
    /// The answer makes no sense: another protocol, another media type, too long, a redirect.
    #[error("the answer makes no sense")]
    Nonsense,
    /// A status of 500 or above without a problem.
    #[error("the server had a fault")]
    Fault,
    /// The server said no.
    #[error("the server said no: {:?}", .0.code)]
    Refused(Box<Problem>),
}

/// Why a connection is not private.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum CertificateProblem {
    /// It has expired.
    Expired,
    /// It is not valid yet: most often, this computer's clock is behind.
    NotYetValid,
    /// It is for another name.
    OtherName,
    /// This computer does not know who vouches for it, as with one that vouches for itself.
    UnknownAuthority,
    /// It was withdrawn.
    Revoked,
    /// The server speaks no version of TLS that is safe today (RFC 8996).
    OldTls,
    /// What answers does not encrypt at all.
    NotEncrypted,
    /// Anything else that is wrong with it.
    Invalid,
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        tracing::warn!(causes = causes(&error), "a request failed");
        let tls = tls_error(&error);
        if let Some(problem) = tls.as_ref().and_then(certificate_problem) {
            return Self::UntrustedCertificate(problem);
        }
        match error {
            _ if wants_proxy_sign_in(&error) => Self::ProxySignIn,
            _ if error.is_connect() => Self::Unreachable,
            _ => Self::Unanswered,
        }
    }
}

/// The error with all that it comes from.
fn causes(error: &(dyn Error + 'static)) -> String {
    let causes: Vec<String> = std::iter::successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect();
    causes.join(": ")
}

/// A proxy that opens no way to the server without a sign-in, which its library says in words alone.
fn wants_proxy_sign_in(error: &reqwest::Error) -> bool {
    causes(error).contains("proxy authorization required")
}

/// `None` for what is no matter of trust.
fn certificate_problem(error: &rustls::Error) -> Option<CertificateProblem> {
    Some(match error {
        rustls::Error::InvalidCertificate(error) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                CertificateProblem::Expired
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                CertificateProblem::NotYetValid
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                CertificateProblem::OtherName
            }
            // Or by somebody else under a name that is known.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                CertificateProblem::UnknownAuthority
            }
            CertificateError::Revoked => CertificateProblem::Revoked,
            // One that is its own authority is none for a server (RFC 5280, section 4.2.1.9), which webpki says so.
            CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                CertificateProblem::UnknownAuthority
            }
            _ => CertificateProblem::Invalid,
        },
        rustls::Error::NoCertificatesPresented => CertificateProblem::Invalid,
        rustls::Error::InvalidMessage(_) => CertificateProblem::NotEncrypted,
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity,
        ) => CertificateProblem::OldTls,
        _ => return None,
    })
}

/// The TLS library's word among the causes. An `io::Error` passes over the error it is made of when asked for its
/// source, so that has to be asked for by name.
fn tls_error(error: &(dyn Error + 'static)) -> Option<rustls::Error> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls.clone());
    }
    let inside = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match inside {
        Some(inside) => tls_error(inside),
        None => tls_error(error.source()?),
    }
}

impl TransportError {
    /// What an answer is that does not prove to be the known server's. A proxy whose server is away says so itself.
    pub(super) fn unproven(status: StatusCode, headers: &HeaderMap) -> Self {
        let asked = headers
            .get(RETRY_AFTER)
            .and_then(|seconds| seconds.to_str().ok()?.parse().ok());
        match (status.as_u16(), asked) {
            (429 | 500..=510, Some(asked)) => Self::Away {
                retry_after_seconds: UNPROVEN_PATIENCE.min(asked),
            },
            (500..=510, None) => Self::Fault,
            (407, _) => Self::ProxySignIn,
            _ => Self::SomethingElse,
        }
    }

    /// What an answer without a meaning is, while no server is known yet.
    pub(super) fn unknown(status: StatusCode) -> Self {
        match status.as_u16() {
            407 => Self::ProxySignIn,
            511 => Self::SomethingElse,
            500.. => Self::Fault,
            _ => Self::Nonsense,
        }
    }

    /// The trouble in the terms of the sync engine.
    pub(crate) fn trouble(&self) -> Trouble {
        match self {
            Self::Unreachable | Self::Unanswered => Trouble::Unreachable,
            Self::UntrustedCertificate(problem) => Trouble::UntrustedCertificate(*problem),
            Self::ProxySignIn => Trouble::ProxySignIn,
            Self::SomethingElse => Trouble::SomethingElse,
            Self::Away {
                retry_after_seconds,
            } => Trouble::Busy {
                retry_after_seconds: *retry_after_seconds,
            },
            Self::Nonsense => Trouble::Nonsense,
            Self::Fault | Self::Bundled(_) => Trouble::Fault,
            Self::Refused(problem) => match problem.code {
                ProblemCode::Busy | ProblemCode::TooManyAttempts | ProblemCode::QuotaReached => {
                    Trouble::Busy {
                        retry_after_seconds: problem.retry_after_seconds.unwrap_or(5),
                    }
                }
                _ => Trouble::Fault,
            },
        }
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        let problem = match error {
            TransportError::Unreachable => return FailureCode::Unreachable.into(),
            TransportError::Unanswered => return FailureCode::Unanswered.into(),
            TransportError::Bundled(problem) => return problem.code().into(),
            TransportError::UntrustedCertificate(problem) => {
                return Self {
                    certificate: Some(problem),
                    ..FailureCode::UntrustedCertificate.into()
                };
            }
            TransportError::ProxySignIn => return FailureCode::ProxySignIn.into(),
            TransportError::SomethingElse => return FailureCode::SomethingElse.into(),
            TransportError::Away {
                retry_after_seconds,
            } => {
                return Self {
                    retry_after_seconds: Some(retry_after_seconds),
                    ..FailureCode::Busy.into()
                };
            }
            TransportError::Nonsense => return FailureCode::Nonsense.into(),
            TransportError::Fault => return FailureCode::ServerFault.into(),
            TransportError::Refused(problem) => *problem,
        };
        let code = match problem.code {
            ProblemCode::SignInRefused => FailureCode::SignInRefused,
            // In a reset the field that the code is missing in is named as well.
            ProblemCode::SecondFactorNeeded | ProblemCode::InvalidFields if problem.passkey => {
                FailureCode::CodeOrPasskeyNeeded
            }
            ProblemCode::SecondFactorNeeded => FailureCode::SecondFactorNeeded,
            ProblemCode::StepUpNeeded => FailureCode::StepUpNeeded,
            ProblemCode::DeviceProofRefused => FailureCode::ClockWrong,
            ProblemCode::SessionUnknown | ProblemCode::SessionEnded | ProblemCode::NotSignedIn => {
                FailureCode::SignedOut
            }
            ProblemCode::AdministratorsOnly => FailureCode::AdministratorsOnly,
            ProblemCode::NotFound => FailureCode::NotFound,
            ProblemCode::NotAllowedNow => FailureCode::NotAllowedNow,
            ProblemCode::OnProbation => FailureCode::OnProbation,
            ProblemCode::PasswordSpoiled => FailureCode::PasswordSpoiled,
            ProblemCode::LinkSpent => FailureCode::LinkSpent,
            ProblemCode::AlreadyConfirmed => FailureCode::AlreadyConfirmed,
            ProblemCode::InvalidFields => FailureCode::InvalidFields,
            ProblemCode::TooManyAttempts => FailureCode::TooManyAttempts,
            ProblemCode::QuotaReached => FailureCode::QuotaReached,
            ProblemCode::MailedLinkNeeded => FailureCode::MailedLinkNeeded,
            ProblemCode::NewPasswordNeeded => FailureCode::NewPasswordNeeded,
            ProblemCode::Busy => FailureCode::Busy,
            ProblemCode::Internal => FailureCode::ServerFault,
            // What this program sends is never malformed: a server that says so is another one.
            ProblemCode::Malformed
            | ProblemCode::MethodNotAllowed
            | ProblemCode::TooLarge
            | ProblemCode::UnsupportedMediaType
            | ProblemCode::IdempotencyKeyReused => FailureCode::Nonsense,
        };
        Self {
            code,
            fields: problem.fields,
            retry_after_seconds: problem.retry_after_seconds,
            quota: problem.quota,
            ..code.into()
        }
    }
}
