//! Creating an account.

use serde::{Deserialize, Serialize};

use crate::contacts;
use crate::password::{self, PasswordPolicy};
use crate::problem::{FieldCode, FieldProblem};
use crate::profile;
use crate::sessions::DeviceProof;
use crate::text;

/// The most characters a username may have.
pub const USERNAME_MAXIMUM: usize = 64;

/// The body of `POST /v1/accounts`, which answers 201 with [`crate::sessions::SignedIn`].
///
/// An e-mail address that another account has confirmed is not refused here, or anybody could ask who has an account:
/// it stays unconfirmed, and its owner gets a mail that says so.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAccount {
    /// How the person wants to be called.
    pub display_name: String,
    /// The first e-mail address; a link to confirm it is sent there.
    pub email: String,
    /// The name to sign in with. Stored as [`normalize_username`] makes it.
    pub username: String,
    /// The password, in the clear inside TLS.
    pub password: String,
    /// BCP 47 tag of the language for mails and pages: one of [`profile::LANGUAGES`].
    pub language: String,
    /// IANA name of the time zone, like `Europe/Berlin`.
    pub time_zone: String,
    /// The device that signs up; it is signed in by the same request.
    pub device: DeviceProof,
}

impl std::fmt::Debug for CreateAccount {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CreateAccount")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl CreateAccount {
    /// All rules of a new account that need no database. Whether the username is taken is the server's to add.
    pub fn check(&self, policy: &PasswordPolicy) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut note = |field: &str, result: Result<(), FieldCode>| {
            if let Err(code) = result {
                problems.push(FieldProblem::new(field, code));
            }
        };
        note(
            "display_name",
            profile::check_display_name(&self.display_name),
        );
        note("email", contacts::normalize_address(&self.email).map(drop));
        note("username", check_username(&self.username));
        let context = [
            self.display_name.as_str(),
            self.username.as_str(),
            self.email.as_str(),
        ];
        note(
            "password",
            password::check(&self.password, policy, &context),
        );
        note("language", profile::check_language(&self.language));
        note("time_zone", profile::check_time_zone(&self.time_zone));
        problems
    }
}

/// The body of `POST /v1/username` (step-up), which answers 200 with [`UsernameChanged`]. The older name is free again at
/// once. 422 [`FieldCode::Unchanged`] or [`FieldCode::Taken`] on `username`.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeUsername {
    /// The new name to sign in with. Stored as [`normalize_username`] makes it.
    pub username: String,
}

/// The answer to [`ChangeUsername`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UsernameChanged {
    /// The account's revision with the change.
    pub revision: u64,
}

/// The form in which a username is stored and compared: trimmed, ASCII lower case.
pub fn normalize_username(username: &str) -> String {
    text::trim(username).to_ascii_lowercase()
}

/// 2 to [`USERNAME_MAXIMUM`] of `a-z 0-9 . _ -`, upper case taken as lower, with a letter or digit at both ends.
///
/// ASCII alone, so that no two usernames look alike. No `@`, so that a username is never an e-mail address and a
/// sign-in name means one of them.
pub fn check_username(username: &str) -> Result<(), FieldCode> {
    text::check_line(text::trim(username), 2, USERNAME_MAXIMUM)?;
    let username = normalize_username(username);
    let is_separator = |character: char| matches!(character, '.' | '_' | '-');
    if !username
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || is_separator(character))
    {
        return Err(FieldCode::InvalidCharacters);
    }
    if username.starts_with(is_separator) || username.ends_with(is_separator) {
        return Err(FieldCode::InvalidShape);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_follow_their_rule() {
        for good in ["anna", "Anna.K", "a1", "x-y_z", "\u{202A}anna\u{202C}"] {
            assert_eq!(check_username(good), Ok(()), "{good}");
        }
        for (bad, code) in [
            ("", FieldCode::Required),
            ("a", FieldCode::TooShort),
            ("anna k", FieldCode::InvalidCharacters),
            ("anna@example.org", FieldCode::InvalidCharacters),
            ("аnna", FieldCode::InvalidCharacters),
            (".anna", FieldCode::InvalidShape),
            ("anna-", FieldCode::InvalidShape),
        ] {
            assert_eq!(check_username(bad), Err(code), "{bad}");
        }
        assert_eq!(normalize_username("\u{202A}Otto\u{202C}"), "otto");
        assert_eq!(check_username(&"a".repeat(65)), Err(FieldCode::TooLong));
    }
}
