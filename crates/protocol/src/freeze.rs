//! Holding an account as it is after its owner said of a sign-in: it was not me.
//!
//! While an account is frozen, its e-mail addresses, its second factor and its username stay as they are, no link resets
//! its password, and its password is changed from a device known before alone: so whoever has the password, a mailbox or
//! an open session can't turn it into more. [`crate::problem::ProblemCode::Frozen`] says so.

use serde::{Deserialize, Serialize};

use crate::identifiers::SessionId;
use crate::sessions::Session;
use crate::sign_in_alerts::SignInAlert;
use crate::time::Timestamp;

/// The body of the one record of [`crate::sync::Collection::Freeze`]; its id is the account's. No record is no freeze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Freeze {
    /// Since when; `None` once it was lifted.
    pub frozen_at: Option<Timestamp>,
    /// The session that was disowned.
    pub disowned_session_id: SessionId,
    /// What its device was called.
    pub disowned_device_name: String,
    /// Devices first seen before this count as the owner's: the first sight of the earliest disowned device.
    pub known_before: Timestamp,
    /// The session in which it was disowned; `None` for the link in the mail.
    pub by_session_id: Option<SessionId>,
    /// What that session's device was called then.
    pub by_device_name: Option<String>,
    /// When it was lifted.
    pub lifted_at: Option<Timestamp>,
    /// The device it was lifted on.
    pub lifted_by_device_name: Option<String>,
}

impl Freeze {
    /// Whether the account is frozen.
    pub fn holds(&self) -> bool {
        self.frozen_at.is_some()
    }

    /// Whether `session`, by its device, may lift the freeze and change the password during it.
    pub fn trusts(&self, session: &Session) -> bool {
        is_trusted(
            session.first_seen_at,
            session.alert.as_ref().is_some_and(SignInAlert::is_open),
            self.known_before,
        )
    }
}

/// Whether a device first seen at `first_seen_at` counts as the owner's when another, first seen at `known_before`, was
/// disowned: it was there before, and no question about its own first sign-in is open.
pub fn is_trusted(first_seen_at: Timestamp, alert_is_open: bool, known_before: Timestamp) -> bool {
    first_seen_at < known_before && !alert_is_open
}

/// The answer to `POST /v1/freeze/lift`, whose body is [`crate::step_up::Proof`]. 409 with
/// [`crate::problem::ProblemCode::Frozen`] from a device that is not trusted, and with
/// [`crate::problem::ProblemCode::NotAllowedNow`] when nothing is frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FreezeLifted {
    /// The account's revision afterwards.
    pub revision: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_device_seen_before_and_not_in_question_is_trusted() {
        let at = Timestamp;
        assert!(is_trusted(at(1), false, at(2)));
        assert!(!is_trusted(at(1), true, at(2)), "its own alert is open");
        assert!(
            !is_trusted(at(2), false, at(2)),
            "the disowned device itself"
        );
        assert!(!is_trusted(at(3), false, at(2)), "a device seen later");
    }
}
