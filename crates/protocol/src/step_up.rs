//! Proving again, within a session, who sits there: asked before what an open session alone must not be enough for.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How long a step-up counts, in seconds (ASVS V7.5.1, V7.5.3).
pub const STEP_UP_SECONDS: i64 = 600;

/// The proof of who sits there: the body of `POST /v1/session/step-up`, which answers 200 with [`SteppedUp`], and of
/// what takes the proof in the request itself: `POST /v1/review`, `/v1/second-factor/disable` and
/// `/v1/second-factor/recovery-codes`.
///
/// 422 on `password` with [`crate::problem::FieldCode::WrongPassword`]; on `code` with
/// [`crate::problem::FieldCode::Required`] when a second factor is on and no code was given, with
/// [`crate::problem::FieldCode::WrongCode`] for a wrong one. 429 after wrong ones, as for sign-in: the tries are counted
/// together.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The account's password.
    pub password: String,
    /// A code of the second factor, or a recovery code, when one is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Proof(redacted)")
    }
}

/// The answer to `POST /v1/session/step-up`: the session goes on with another token, to which alone the step-up
/// belongs. The old token opens the session, without the step-up, until the new one is first used, so that an answer
/// that is lost loses no session. A request that is on its way with the old token meanwhile is answered 401
/// [`crate::problem::ProblemCode::SessionUnknown`] and comes again with the new one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SteppedUp {
    /// The session's token from now on.
    pub token: String,
    /// When the session expires; unchanged.
    pub expires_at: Timestamp,
    /// Until when the step-up counts: [`STEP_UP_SECONDS`] from now.
    pub until: Timestamp,
}

impl std::fmt::Debug for SteppedUp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SteppedUp")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}
