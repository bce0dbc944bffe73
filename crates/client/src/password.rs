//! The live checklist beside a new password.

use latchkey_protocol::password::{PasswordRule, Strength};
use serde::{Deserialize, Serialize};

/// What to check.
#[derive(Clone, Deserialize, specta::Type)]
pub struct PasswordCheckForm {
    /// As typed so far.
    pub password: String,
    /// What the person is called in the other fields: display name, username, e-mail address.
    pub context: Vec<String>,
}

/// The checklist and the strength.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PasswordCheckView {
    /// In the order to show.
    pub rules: Vec<PasswordRule>,
    /// How hard it is to guess.
    pub strength: Strength,
}
