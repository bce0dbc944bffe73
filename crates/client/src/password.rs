//! The live checklist beside a new password.

use latchkey_protocol::password::{self, PasswordPolicy, PasswordRule, Strength};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::failure::{Failure, FailureCode};

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

impl Client {
    /// Checks a password as it is being typed, by the rules of the chosen server.
    pub async fn check_password(
        &self,
        form: PasswordCheckForm,
    ) -> Result<PasswordCheckView, Failure> {
        let policy = self
            .settings()
            .server
            .map_or(PasswordPolicy::MODERN, |server| server.info.password_policy);
        // The estimate takes milliseconds, which is too long for an async thread.
        tokio::task::spawn_blocking(move || {
            let context: Vec<&str> = form.context.iter().map(String::as_str).collect();
            PasswordCheckView {
                rules: password::checklist(&form.password, &policy, &context),
                strength: password::strength(&form.password, &context),
            }
        })
        .await
        .map_err(|_| FailureCode::Internal.into())
    }
}
