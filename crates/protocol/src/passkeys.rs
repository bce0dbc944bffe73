//! Passkeys (Web Authentication, <https://www.w3.org/TR/webauthn-3/>): a second factor that a browser, a phone or a USB
//! key holds, beside the codes of an authenticator app.
//!
//! The app has no browser of its own that could speak to them, so they are added and used on the server's pages, in the
//! browser of the person's choice. The app asks for the page's address, and hears of what came of it by sync, or by the
//! code that the page gives.

use serde::{Deserialize, Serialize};

use crate::identifiers::PasskeyRequestId;
use crate::problem::FieldCode;
use crate::sessions::DeviceProof;
use crate::text;
use crate::time::Timestamp;

/// Passkeys of an account at most.
pub const PASSKEYS_MAXIMUM: usize = 10;

/// The most characters of a passkey's name.
pub const PASSKEY_NAME_MAXIMUM: usize = 80;

/// How long the page on which a passkey is added works, in seconds.
pub const INVITATION_SECONDS: i64 = 600;

/// How long a sign-in with a passkey may take, from asking for the page to giving its code, in seconds.
pub const PASSKEY_SIGN_IN_SECONDS: i64 = 300;

/// Characters of a completion code: 60 bits in Base32 (RFC 4648, section 6). It counts once, for five minutes, for one
/// device, and ten wrong ones lock the second factor.
pub const COMPLETION_LENGTH: usize = 12;

/// Characters between the hyphens of a completion code.
const COMPLETION_GROUP: usize = 4;

/// 1 to [`PASSKEY_NAME_MAXIMUM`] characters of any script.
pub fn check_passkey_name(name: &str) -> Result<(), FieldCode> {
    text::check_line(name, 1, PASSKEY_NAME_MAXIMUM)
}

/// Whether browsers can use passkeys with a server, by its public URL (Web Authentication, section 5.1.3, on origins
/// and effective domains).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum PasskeySupport {
    /// They can.
    Available,
    /// They can't: its address is neither `https` nor this computer's.
    NeedsHttps,
    /// They can't: its address is a number and no name.
    NeedsName,
}

/// The body of a record of [`crate::sync::Collection::Passkeys`]; its id is a [`crate::identifiers::PasskeyId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Passkey {
    /// The name the person gave it.
    pub name: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// When a browser last proved to have it; `None` before the first time.
    pub last_used_at: Option<Timestamp>,
    /// Since when it has no effect ([`crate::trust`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Timestamp>,
}

/// The answer of `POST /v1/passkeys/invitation` (200, after step-up): where a passkey is added. An older page of the
/// account works no longer. 409 while two-step sign-in is off, when there are [`PASSKEYS_MAXIMUM`] already, and on a
/// server whose address browsers take for no passkey ([`PasskeySupport`]).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PasskeyInvitation {
    /// For a browser. It holds a secret, and works once, until `expires_at`.
    pub url: String,
    /// Until when.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for PasskeyInvitation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PasskeyInvitation")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The body of `POST /v1/passkeys/{id}/rename`, which answers 200 with [`PasskeyChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenamePasskey {
    /// The name.
    pub name: String,
}

/// The answer of `POST /v1/passkeys/{id}/rename`, and of `POST /v1/passkeys/{id}/remove` (after step-up).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PasskeyChanged {
    /// The account's revision with the change.
    pub revision: u64,
}

/// The body of `POST /v1/passkeys/sign-in`, by a device whose sign-in was answered with
/// [`crate::problem::ProblemCode::SecondFactorNeeded`]. 201 with [`PasskeySignIn`]; else as for [`crate::sessions::SignIn`],
/// with the same counts; once the password is right, 409 for an account that has no passkey, and 429 while wrong codes
/// lock the second factor. Nobody is signed in by it.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginPasskeySignIn {
    /// Username or confirmed e-mail address.
    pub login: String,
    /// The password.
    pub password: String,
    /// The device that signs in; its proof is over `login` as sent. What is begun is good for its key alone.
    pub device: DeviceProof,
}

impl std::fmt::Debug for BeginPasskeySignIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("BeginPasskeySignIn")
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

/// Where the passkey is used. The page gives a code to the browser that proved to have it, and to nobody else; with the
/// password and that code the device signs in ([`PasskeyUsed`]).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PasskeySignIn {
    /// What is under way. An older one of the same device is over.
    pub request_id: PasskeyRequestId,
    /// For a browser on the same computer.
    pub url: String,
    /// Until when all of it has to be done.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for PasskeySignIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PasskeySignIn")
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// That a passkey was used for this sign-in, in [`crate::sessions::SignIn`] in the place of a code. A wrong one is 422
/// [`FieldCode::WrongCode`] on `completion` and counts as a wrong code.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyUsed {
    /// [`PasskeySignIn::request_id`].
    pub request_id: PasskeyRequestId,
    /// The code that the page gave, as typed; [`read_completion`] reads it.
    pub completion: String,
}

impl std::fmt::Debug for PasskeyUsed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PasskeyUsed")
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// Reads a completion code with blanks, dashes and invisible characters anywhere, in upper or lower case; `0`, `1` and
/// `8` are taken for `O`, `I` and `B`, as in recovery codes.
///
/// [`FieldCode::Required`] when there is nothing, [`FieldCode::WrongCode`] for what can be none.
pub fn read_completion(typed: &str) -> Result<String, FieldCode> {
    let typed: String = typed.chars().take(10 * COMPLETION_LENGTH).collect();
    let code: String = text::code(&typed)
        .chars()
        .map(|character| match character.to_ascii_uppercase() {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other,
        })
        .collect();
    let in_alphabet = |byte: u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte);
    if code.is_empty() {
        Err(FieldCode::Required)
    } else if code.len() == COMPLETION_LENGTH && code.bytes().all(in_alphabet) {
        Ok(code)
    } else {
        Err(FieldCode::WrongCode)
    }
}

/// A completion code as people read it: `ABCD-EFGH-IJKL`.
pub fn group_completion(code: &str) -> String {
    let characters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = characters
        .chunks(COMPLETION_GROUP)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completion_is_read_as_people_type_it() {
        let code = "ABCDEFGHIJ27";
        assert_eq!(group_completion(code), "ABCD-EFGH-IJ27");
        for typed in [
            code,
            "abcd-efgh-ij27",
            " ABCD EFGH IJ27 ",
            "A8CD-EFGH-1J27",
            "\u{FEFF}ABCD\u{2014}EFGH\u{2014}IJ２７\u{200B}",
        ] {
            assert_eq!(read_completion(typed), Ok(code.to_owned()), "{typed}");
        }
        assert_eq!(read_completion("  "), Err(FieldCode::Required));
        for typed in ["ABCD", "ABCD-EFGH-IJ279", "ABCDEFGHIJ2!", "ÄBCDEFGHIJ2"] {
            assert_eq!(read_completion(typed), Err(FieldCode::WrongCode), "{typed}");
        }
        assert_eq!(
            read_completion(&"A".repeat(10_000)),
            Err(FieldCode::WrongCode)
        );
    }

    #[test]
    fn a_name_is_a_line() {
        assert_eq!(check_passkey_name("Key on my ring"), Ok(()));
        assert_eq!(check_passkey_name("  "), Err(FieldCode::Required));
        assert_eq!(check_passkey_name(&"a".repeat(81)), Err(FieldCode::TooLong));
        assert_eq!(
            check_passkey_name("a\u{202e}b"),
            Err(FieldCode::InvalidCharacters)
        );
    }
}
