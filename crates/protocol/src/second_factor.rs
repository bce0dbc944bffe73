//! Two-step sign-in: codes from an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

use serde::{Deserialize, Serialize};

use crate::identifiers::SessionId;
use crate::problem::FieldCode;
use crate::text;
use crate::time::Timestamp;

/// Digits of a code from an authenticator app.
pub const DIGITS: usize = 6;

/// Seconds for which an authenticator app shows one code: a step (RFC 6238, section 4.1).
pub const STEP_SECONDS: u64 = 30;

/// Recovery codes in a set.
pub const RECOVERY_CODES: u32 = 10;

/// Recovery codes left at which a person is warned.
pub const FEW_RECOVERY_CODES: u32 = 3;

/// Characters of a recovery code without its hyphens: 125 bits in Base32 (RFC 4648, section 6).
pub const RECOVERY_CODE_LENGTH: usize = 25;

/// Characters between the hyphens of a recovery code.
const RECOVERY_CODE_GROUP: usize = 5;

/// The most characters of anything that can be a code: a recovery code with room for what people put between.
const TYPED_MAXIMUM: usize = 100;

/// The body of the one record of [`crate::sync::Collection::SecondFactor`]; its id is the account's. An account that
/// never had two-step sign-in on has no record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SecondFactor {
    /// Since when a code is asked at sign-in; `None` while it is off.
    pub enabled_at: Option<Timestamp>,
    /// Recovery codes that were not used yet; 0 while it is off.
    pub recovery_codes_left: u32,
    /// When the set of recovery codes was made; `None` while it is off.
    pub recovery_codes_created_at: Option<Timestamp>,
    /// The session in which it was made; `None` while it is off, and for a set of an older server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_codes_created_in: Option<SessionId>,
    /// Since when no code is asked, because it was young when the account was secured ([`crate::trust`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Timestamp>,
    /// Since when the recovery codes open nothing but a reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_codes_suspended_at: Option<Timestamp>,
}

/// The answer of `POST /v1/second-factor/begin` (200, after step-up): what the authenticator app needs. Nothing
/// is on yet. 409 while two-step sign-in is on already, and while no address of the account is confirmed: whoever signs
/// up with somebody else's address must not lock them out of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SecondFactorBegun {
    /// The key in Base32, 160 bits, for typing in.
    pub secret: String,
    /// The secret as an `otpauth://totp/` address, for a QR code.
    pub uri: String,
}

impl std::fmt::Debug for SecondFactorBegun {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecondFactorBegun(redacted)")
    }
}

/// The body of `POST /v1/second-factor/enable`: a code of the app that was given the key of [`SecondFactorBegun`]. 200
/// with [`NewRecoveryCodes`]; it needs no step-up of its own, for the key was given after one; 409 when nothing was
/// begun.
///
/// A wrong code is 422 [`FieldCode::WrongCode`] on `code`; after ten in a row, wherever they were tried, 429 for a
/// quarter of an hour.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveCode {
    /// As typed; [`Code::parse`] reads it.
    pub code: String,
    /// Whether all other sessions, which were opened without a code, are ended (ASVS V7.4.3).
    #[serde(default)]
    pub end_other_sessions: bool,
}

impl std::fmt::Debug for GiveCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("GiveCode(redacted)")
    }
}

/// A new set of recovery codes, shown this once: the answer of `POST /v1/second-factor/enable` and of
/// `/v1/second-factor/recovery-codes`, which makes the older set void, takes [`crate::step_up::Proof`], and answers 409
/// while two-step sign-in is off.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewRecoveryCodes {
    /// [`RECOVERY_CODES`] codes, as [`group_recovery_code`] writes them.
    pub recovery_codes: Vec<String>,
    /// The account's revision with the change.
    pub revision: u64,
}

impl std::fmt::Debug for NewRecoveryCodes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("NewRecoveryCodes")
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// The answer of `POST /v1/second-factor/disable`, which takes [`crate::step_up::Proof`]; 409 while it is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SecondFactorDisabled {
    /// The account's revision with the change.
    pub revision: u64,
}

/// What a person typed where a code is asked, by its shape.
#[derive(Clone, PartialEq, Eq)]
pub enum Code {
    /// [`DIGITS`] digits.
    Totp(String),
    /// [`RECOVERY_CODE_LENGTH`] characters of the Base32 alphabet, upper case, without hyphens.
    Recovery(String),
}

impl std::fmt::Debug for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Totp(_) => "Totp(redacted)",
            Self::Recovery(_) => "Recovery(redacted)",
        })
    }
}

impl Code {
    /// Reads a code with blanks, dashes and invisible characters anywhere, in the digits of any keyboard, in upper or
    /// lower case, and with the number that it has in a list; `0`, `1` and `8`, which Base32 leaves out because they
    /// look like `O`, `I` and `B`, are taken for those in a recovery code.
    ///
    /// [`FieldCode::Required`] when there is nothing, [`FieldCode::WrongCode`] for what can be no code.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        if typed.chars().nth(TYPED_MAXIMUM).is_some() {
            return Err(FieldCode::WrongCode);
        }
        let characters = text::code(typed);
        let characters = without_list_number(&characters);
        if characters.is_empty() {
            return Err(FieldCode::Required);
        }
        if characters.len() == DIGITS && characters.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self::Totp(characters.to_owned()));
        }
        let recovery: String = characters
            .chars()
            .map(|character| match character.to_ascii_uppercase() {
                '0' => 'O',
                '1' => 'I',
                '8' => 'B',
                other => other,
            })
            .collect();
        let in_alphabet = |byte: u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte);
        if recovery.len() == RECOVERY_CODE_LENGTH && recovery.bytes().all(in_alphabet) {
            Ok(Self::Recovery(recovery))
        } else {
            Err(FieldCode::WrongCode)
        }
    }
}

/// A code of a list without what stands before it there, like `7.`, `7)` or a bullet, and without a sign at its end.
fn without_list_number(code: &str) -> &str {
    let code = code.trim_end_matches(['.', ',', ';']);
    let numberless = code.trim_start_matches(|sign: char| sign.is_ascii_digit());
    if numberless.starts_with(['.', ')', ':', '•', '·', '*']) {
        numberless.trim_start_matches(['.', ')', ':', '•', '·', '*'])
    } else {
        code
    }
}

/// A recovery code as people read it: `ABCDE-FGHIJ-KLMNO-PQRST-UVWXY`.
pub fn group_recovery_code(code: &str) -> String {
    let mut grouped = String::with_capacity(code.len() + code.len() / RECOVERY_CODE_GROUP);
    for (place, character) in code.chars().enumerate() {
        if place > 0 && place % RECOVERY_CODE_GROUP == 0 {
            grouped.push('-');
        }
        grouped.push(character);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECOVERY: &str = "ABCDEFGHIJKLMNOPQRSTUVWXY";

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in [
            "123456",
            " 123 456 ",
            "123-456",
            "１２３４５６",
            "١٢٣٤٥٦",
            "۱۲۳۴۵۶",
            "123\u{2014}456",
            "\u{200B}123456\u{FEFF}",
        ] {
            assert_eq!(
                Code::parse(typed),
                Ok(Code::Totp("123456".into())),
                "{typed}"
            );
        }
        let grouped = group_recovery_code(RECOVERY);
        assert_eq!(grouped, "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY");
        for typed in [
            grouped.clone(),
            grouped.to_lowercase(),
            grouped.replace('-', " "),
            grouped.replace('-', "\u{2014}"),
            grouped.replace('-', "\u{2212}"),
            format!("1. {grouped}"),
            format!("10) {grouped}"),
            format!("• {grouped}"),
            format!("\u{200B}{grouped}\u{200B}."),
            grouped
                .replace('O', "0")
                .replace('I', "1")
                .replace('B', "8"),
        ] {
            assert_eq!(
                Code::parse(&typed),
                Ok(Code::Recovery(RECOVERY.into())),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_can_be_no_code_is_refused() {
        assert_eq!(Code::parse("  "), Err(FieldCode::Required));
        for typed in [
            "12345",
            "1234567",
            "12345a",
            "+12345",
            "1.23456",
            "ABCDE",
            "ABCDE-FGHIJ-KLMNO-PQRST-UVWX9",
            "ABCDE-FGHIJ-KLMNO-PQRST-UVWXYZ",
        ] {
            assert_eq!(Code::parse(typed), Err(FieldCode::WrongCode), "{typed}");
        }
        assert_eq!(Code::parse(&"1".repeat(10_000)), Err(FieldCode::WrongCode));
    }

    #[test]
    fn codes_do_not_print() {
        let code = Code::parse("123456").unwrap();
        assert_eq!(format!("{code:?}"), "Totp(redacted)");
    }
}
