//! Asking the owner about a sign-in from a device never seen before.

use serde::{Deserialize, Serialize};

use crate::identifiers::SessionId;
use crate::time::Timestamp;

/// How long the link in the mail works from its sending, in seconds: mails are read days later, and what it opens can only
/// be answered once.
pub const LINK_VALID_SECONDS: i64 = 7 * 86_400;

/// How long "it was me" can be taken back by "it was not me", from when it was said, in seconds.
pub const TAKEN_BACK_SECONDS: i64 = 7 * 86_400;

/// The question that a [`crate::sessions::Session`] carries which was a device's first; the account's first device is not
/// asked about.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
pub struct SignInAlert {
    /// What the owner said; `None` while nobody has.
    pub answer: Option<SignInAnswer>,
}

impl SignInAlert {
    /// Whether nobody has answered yet.
    pub fn is_open(&self) -> bool {
        self.answer.is_none()
    }

    /// Whether the owner said that it was them, so lately that they can still take it back.
    pub fn can_be_taken_back(&self, now: Timestamp) -> bool {
        self.answer
            .as_ref()
            .is_some_and(|answer| answer.was_me && now < answer.at.plus_seconds(TAKEN_BACK_SECONDS))
    }
}

/// What the owner said about a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type)]
pub struct SignInAnswer {
    /// Whether it was the owner.
    pub was_me: bool,
    /// When it was said.
    pub at: Timestamp,
    /// The session in which it was said; `None` for the link in the mail.
    pub by_session_id: Option<SessionId>,
    /// What that session's device was called then.
    pub by_device_name: Option<String>,
}

/// The body of `POST /v1/sessions/{id}/answer`, which answers 200 with [`SignInAnswered`].
///
/// It may be given in a session of a device that the account knew before the one that is asked about, whose own sign-in
/// is not still to be answered: 409 otherwise, and when the question is answered already or was never asked; 404 for a
/// session that is not the account's. Of what was answered, "it was me" alone can be taken back, by "it was not me" about
/// any session of that device, within [`TAKEN_BACK_SECONDS`], and on the device where it was said.
///
/// "It was not me" ends every other session of the account with [`crate::sessions::EndedReason::Disowned`] and freezes it
/// ([`crate::freeze::Freeze`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerSignIn {
    /// Whether the sign-in was the person's own.
    pub was_me: bool,
}

/// The answer to [`AnswerSignIn`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignInAnswered {
    /// The sessions that it ended.
    pub ended: Vec<SessionId>,
    /// The account's revision afterwards.
    pub revision: u64,
}
