//! Why a request has no answer that counts, and how that is said to the person and to the sync engine.

use std::error::Error;

use latchkey_protocol::problem::{Problem, ProblemCode};

use crate::bundled::BundledProblem;
use crate::failure::{Failure, FailureCode};
use crate::sync::Trouble;

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
    #[error("the server's certificate is not trusted")]
    UntrustedCertificate,
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

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        tracing::debug!(%error, "a request failed");
        let found = tls_error(&error);
        match found {
            Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
                Self::UntrustedCertificate
            }
            // It speaks, but not TLS.
            Some(rustls::Error::InvalidMessage(_)) => Self::Nonsense,
            _ if error.is_connect() => Self::Unreachable,
            _ => Self::Unanswered,
        }
    }
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
    /// As the sync engine sees it.
    pub(crate) fn trouble(&self) -> Trouble {
        match self {
            Self::Unreachable | Self::Unanswered | Self::UntrustedCertificate => {
                Trouble::Unreachable
            }
            Self::Nonsense => Trouble::Nonsense,
            Self::Fault | Self::Bundled(_) => Trouble::Fault,
            Self::Refused(problem) => match problem.code {
                ProblemCode::Busy | ProblemCode::TooManyAttempts => Trouble::Busy {
                    retry_after_seconds: problem.retry_after_seconds.unwrap_or(5),
                },
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
            TransportError::UntrustedCertificate => {
                return FailureCode::UntrustedCertificate.into();
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
            ProblemCode::Frozen => FailureCode::Frozen,
            ProblemCode::DeviceInQuestion => FailureCode::DeviceInQuestion,
            ProblemCode::LinkSpent => FailureCode::LinkSpent,
            ProblemCode::AlreadyConfirmed => FailureCode::AlreadyConfirmed,
            ProblemCode::InvalidFields => FailureCode::InvalidFields,
            ProblemCode::TooManyAttempts => FailureCode::TooManyAttempts,
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
            server: None,
        }
    }
}
