//! How a handler says no.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use latchkey_protocol::problem::{FieldProblem, MEDIA_TYPE, Problem, ProblemCode};
use latchkey_protocol::quotas::Quota;
use latchkey_protocol::sessions::EndedNotice;

use crate::database;

/// A refused request: a [`Problem`] on its way out. Boxed, since every handler's result carries the room for it.
#[derive(Clone, Debug)]
pub struct Refusal(Box<Problem>);

/// What a handler answers with.
pub type Answer<T> = Result<T, Refusal>;

impl Refusal {
    /// A refusal with nothing but its code.
    pub fn new(code: ProblemCode) -> Self {
        let status = status_of(code);
        Self(Box::new(Problem {
            r#type: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            code,
            detail: None,
            fields: Vec::new(),
            retry_after_seconds: None,
            ended: None,
            passkey: false,
            quota: None,
        }))
    }

    /// Says in English what happened this time. Never a secret, never what the client sent.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// 422 with the fields that were refused.
    pub fn fields(fields: Vec<FieldProblem>) -> Self {
        let mut refusal = Self::new(ProblemCode::InvalidFields);
        refusal.0.fields = fields;
        refusal
    }

    /// `Ok` when `fields` is empty, else the 422 that names them.
    pub fn unless_empty(fields: Vec<FieldProblem>) -> Answer<()> {
        if fields.is_empty() {
            Ok(())
        } else {
            Err(Self::fields(fields))
        }
    }

    /// Asks to wait before another try; at least a second.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_seconds = Some(seconds.max(1));
        self
    }

    /// 429: `quota` is used up for so many seconds.
    pub fn quota_reached(quota: Quota, seconds: u32) -> Self {
        let mut refusal = Self::new(ProblemCode::QuotaReached).retry_after(seconds);
        refusal.0.quota = Some(quota);
        refusal
    }

    /// 503: too much to do, or the database is away.
    pub fn busy() -> Self {
        Self::new(ProblemCode::Busy).retry_after(2)
    }

    /// 404 for what isn't there and for what is somebody else's alike.
    pub fn not_found() -> Self {
        Self::new(ProblemCode::NotFound)
    }

    /// 401 for a session that is over.
    pub fn session_ended(notice: EndedNotice) -> Self {
        let mut refusal = Self::new(ProblemCode::SessionEnded);
        refusal.0.ended = Some(notice);
        refusal
    }

    /// 401 for a token that this server does not know.
    pub fn session_unknown() -> Self {
        Self::new(ProblemCode::SessionUnknown)
    }

    /// 401 for a right password without a second factor; a passkey can be it where `passkey`.
    pub fn second_factor_needed(passkey: bool) -> Self {
        Self::new(ProblemCode::SecondFactorNeeded).or_passkey(passkey)
    }

    /// Says whether a passkey can take the place of the code that is missing.
    #[must_use]
    pub fn or_passkey(mut self, passkey: bool) -> Self {
        self.0.passkey = passkey;
        self
    }

    /// The fields that were refused, with [`ProblemCode::InvalidFields`].
    pub fn refused_fields(&self) -> &[FieldProblem] {
        &self.0.fields
    }

    /// Seconds to wait before another try.
    pub fn wait(&self) -> Option<u32> {
        self.0.retry_after_seconds
    }

    /// What a program decides by.
    pub fn code(&self) -> ProblemCode {
        self.0.code
    }
}

/// The status that goes with a code.
pub fn status_of(code: ProblemCode) -> StatusCode {
    match code {
        ProblemCode::Malformed => StatusCode::BAD_REQUEST,
        ProblemCode::NotSignedIn
        | ProblemCode::SessionUnknown
        | ProblemCode::SessionEnded
        | ProblemCode::SignInRefused
        | ProblemCode::SecondFactorNeeded
        | ProblemCode::DeviceProofRefused => StatusCode::UNAUTHORIZED,
        ProblemCode::StepUpNeeded
        | ProblemCode::OnProbation
        | ProblemCode::PasswordSpoiled
        | ProblemCode::AdministratorsOnly => StatusCode::FORBIDDEN,
        ProblemCode::NotFound => StatusCode::NOT_FOUND,
        ProblemCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ProblemCode::NotAllowedNow => StatusCode::CONFLICT,
        ProblemCode::LinkSpent | ProblemCode::AlreadyConfirmed => StatusCode::GONE,
        ProblemCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemCode::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ProblemCode::InvalidFields | ProblemCode::IdempotencyKeyReused => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        ProblemCode::TooManyAttempts
        | ProblemCode::QuotaReached
        | ProblemCode::MailedLinkNeeded
        | ProblemCode::NewPasswordNeeded => StatusCode::TOO_MANY_REQUESTS,
        ProblemCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        ProblemCode::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl From<database::Error> for Refusal {
    fn from(error: database::Error) -> Self {
        if matches!(error, database::Error::Unavailable(_)) {
            tracing::warn!(%error, "the database can't serve");
            Self::busy()
        } else {
            tracing::error!(%error, "a request failed");
            Self::new(ProblemCode::Internal)
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = status_of(self.0.code);
        let body = serde_json::to_string(&self.0).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            // RFC 9110, section 15.5.2: a 401 names its scheme.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
