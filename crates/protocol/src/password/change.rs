//! Changing a password.

use serde::{Deserialize, Serialize};

use crate::identifiers::SessionId;
use crate::time::Timestamp;

/// The body of the one record of [`crate::sync::Collection::Password`]; its id is the account's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Password {
    /// When it was last set; with the account, in the app, or by a link.
    pub changed_at: Timestamp,
    /// Since when it opens nothing new, because the owner said of a sign-in or a change that it wasn't theirs; until it is
    /// changed ([`crate::trust`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoiled_at: Option<Timestamp>,
}

/// The body of `POST /v1/password`, which answers 200 with [`PasswordChanged`].
///
/// The current password is asked however the session was opened (CVE-2026-42084). 422 on `current_password` with
/// [`FieldCode::WrongPassword`], on `new_password` with the rule that it breaks or [`FieldCode::Unchanged`], on `code`
/// with [`FieldCode::Required`] when a second factor is on and no code was given, [`FieldCode::WrongCode`] for a wrong
/// one. 429 after wrong ones, as for sign-in: the tries are counted together; and with
/// [`crate::problem::ProblemCode::MailedLinkNeeded`] after three changes within a day, where an address is confirmed.
///
/// [`FieldCode::WrongPassword`]: crate::problem::FieldCode::WrongPassword
/// [`FieldCode::Unchanged`]: crate::problem::FieldCode::Unchanged
/// [`FieldCode::Required`]: crate::problem::FieldCode::Required
/// [`FieldCode::WrongCode`]: crate::problem::FieldCode::WrongCode
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The current password.
    pub current_password: String,
    /// The new one, in the clear inside TLS.
    pub new_password: String,
    /// A code of the second factor, or a recovery code, when one is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whether all other sessions of the account end.
    pub end_other_sessions: bool,
}

impl std::fmt::Debug for ChangePassword {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ChangePassword(redacted)")
    }
}

/// The answer to [`ChangePassword`]. The session goes on with another token; the old one opens it until the new one is
/// first used, ten minutes at most.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PasswordChanged {
    /// The session's token from now on.
    pub token: String,
    /// When the session expires; unchanged.
    pub expires_at: Timestamp,
    /// The account's revision with the change.
    pub revision: u64,
    /// The sessions that it ended.
    pub ended: Vec<SessionId>,
}

impl std::fmt::Debug for PasswordChanged {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PasswordChanged")
            .field("revision", &self.revision)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
