//! How a server says no: RFC 9457 `application/problem+json` with a stable `code`.

use serde::{Deserialize, Serialize};

use crate::quotas::Quota;
use crate::sessions::EndedNotice;

/// The media type of a [`Problem`] (RFC 9457, section 3).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The body of every answer of 400 and above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says more than an address could (RFC 9457, section 4.2.1).
    pub r#type: String,
    /// The meaning of the status, in English, for people who read logs.
    pub title: String,
    /// The status of the answer, repeated.
    pub status: u16,
    /// The code that programs act on.
    pub code: ProblemCode,
    /// What happened this time, in English, without any secret; absent where the code says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The fields that were refused, when the code is [`ProblemCode::InvalidFields`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// Seconds to wait before another try; the `Retry-After` header says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
    /// Who ended the session and when, with [`ProblemCode::SessionEnded`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndedNotice>,
    /// Where a code is needed, with [`ProblemCode::SecondFactorNeeded`], or with [`ProblemCode::InvalidFields`] when a
    /// password is reset: whether a passkey can take its place ([`crate::passkeys`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub passkey: bool,
    /// Which quota is used up, with [`ProblemCode::QuotaReached`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
}

/// What went wrong, for programs. There is a code only where a program acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// 400: not JSON, a wrong type, an unknown or missing member.
    Malformed,
    /// 401: no or no well-formed `Authorization: Bearer`.
    NotSignedIn,
    /// 401: a token this server never issued or has forgotten.
    SessionUnknown,
    /// 401: the session was ended or has expired; `ended` says how.
    SessionEnded,
    /// 401: the name or the password is wrong, or the account can't sign in. One answer for all of them.
    SignInRefused,
    /// 401: the password is right, and a code of the second factor is needed beside it.
    SecondFactorNeeded,
    /// 401: a device's signature does not fit its key, the request or the time.
    DeviceProofRefused,
    /// 403: the session is valid, but this needs the password again ([`crate::step_up`]).
    StepUpNeeded,
    /// 403: nobody has approved this device yet, and this is not for devices on probation ([`crate::trust`]).
    OnProbation,
    /// 403: the password is right, and opens nothing new until it is changed: the owner said of a sign-in or a change that
    /// it wasn't theirs ([`crate::trust`]).
    PasswordSpoiled,
    /// 403: this is for administrators ([`crate::users`]), whatever was asked for.
    AdministratorsOnly,
    /// 404: no such page or thing, or not yours.
    NotFound,
    /// 405: the method is not for this address.
    MethodNotAllowed,
    /// 409: the confirmed address is another account's, the primary can't be removed, and so on; `detail` says which.
    NotAllowedNow,
    /// 410: the link or code was used, replaced or is too old.
    LinkSpent,
    /// The link was used before, and what it confirmed still is confirmed.
    AlreadyConfirmed,
    /// 413: the body is over the limit.
    TooLarge,
    /// 415: the body is not `application/json`.
    UnsupportedMediaType,
    /// 422: well-formed, but fields break a rule; `fields` names them.
    InvalidFields,
    /// 422: an idempotency key came again with another body.
    IdempotencyKeyReused,
    /// 429: too many tries; wait `retry_after_seconds`.
    TooManyAttempts,
    /// 429: a quota is used up; `quota` says which, and `retry_after_seconds` when there is more ([`crate::quotas`]).
    QuotaReached,
    /// 429: the password was changed three times within a day in sessions of the account. The next change takes a link
    /// in a mail ([`crate::recovery`]), or waits `retry_after_seconds`.
    MailedLinkNeeded,
    /// 429: a hundred wrong passwords in a row. No wait helps: a new one has to be set by a link in a mail
    /// ([`crate::recovery`]). Said of names that nobody has as well.
    NewPasswordNeeded,
    /// 500: a fault of the server; it is in its log.
    Internal,
    /// 503: too much to do at the moment, or the database is away; wait `retry_after_seconds`.
    Busy,
}

/// One refused field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type)]
pub struct FieldProblem {
    /// The member's name in the request, like `display_name`.
    pub field: String,
    /// Why it was refused.
    pub code: FieldCode,
}

impl FieldProblem {
    /// Names `field` as refused because of `code`.
    pub fn new(field: &str, code: FieldCode) -> Self {
        Self {
            field: field.to_owned(),
            code,
        }
    }
}

/// Why a field was refused. The client has a sentence for each, which says how to mend it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// Empty.
    Required,
    /// Fewer characters than the rule asks.
    TooShort,
    /// A password that is long enough only with a second factor, when the second factor would be turned off.
    TooShortAlone,
    /// More characters than the rule admits; nothing is ever cut off.
    TooLong,
    /// Holds a character that the rule does not admit.
    InvalidCharacters,
    /// Does not start with a letter or digit, or ends with a separator.
    InvalidShape,
    /// Not an e-mail address.
    NotAnEmailAddress,
    /// Another account has it.
    Taken,
    /// This account has it already.
    AlreadyYours,
    /// The limit for these is reached.
    TooMany,
    /// Not one of the choices.
    NotAChoice,
    /// A password that is among the first an attacker would try.
    TooCommon,
    /// A password built on the own name, username, e-mail or the product's name.
    ContainsContext,
    /// A password without an upper-case letter, where the policy asks for one.
    NoUpperCase,
    /// A password without a lower-case letter, where the policy asks for one.
    NoLowerCase,
    /// A password without a digit, where the policy asks for one.
    NoDigit,
    /// A password without any other character, where the policy asks for one.
    NoSpecial,
    /// Not the account's password.
    WrongPassword,
    /// Neither the code that the authenticator app shows now nor an unused recovery code.
    WrongCode,
    /// The value is the current one.
    Unchanged,
    /// The two entries of a password differ. Found by the client alone.
    Different,
}
