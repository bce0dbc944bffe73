//! What every text that a person types must satisfy, whatever field it is for.

use crate::problem::FieldCode;

/// Checks a text of one line that others will see: `minimum` to `maximum` characters (Unicode scalar values) after
/// trimming, and none that hide or reorder others.
///
/// Refuses control characters (they could break a mail header or a log line) and the bidirectional controls of Unicode
/// (UAX 9, section 2), with which a name can be made to read like another.
pub fn check_line(text: &str, minimum: usize, maximum: usize) -> Result<(), FieldCode> {
    let trimmed = text.trim();
    let length = trimmed.chars().count();
    if length == 0 && minimum > 0 {
        return Err(FieldCode::Required);
    }
    if length < minimum {
        return Err(FieldCode::TooShort);
    }
    if length > maximum {
        return Err(FieldCode::TooLong);
    }
    if trimmed.chars().any(is_unsafe_in_a_line) {
        return Err(FieldCode::InvalidCharacters);
    }
    Ok(())
}

fn is_unsafe_in_a_line(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_counted_in_characters_not_bytes() {
        assert_eq!(check_line("äöü", 3, 3), Ok(()));
        assert_eq!(check_line("äöüß", 1, 3), Err(FieldCode::TooLong));
        assert_eq!(check_line("   ", 1, 3), Err(FieldCode::Required));
    }

    #[test]
    fn a_line_holds_no_character_that_hides_or_reorders_others() {
        for hostile in [
            "a\nb",
            "a\r\nBcc: x",
            "a\u{0}b",
            "\u{202E}txt.exe",
            "a\u{2066}b",
        ] {
            assert_eq!(
                check_line(hostile, 1, 99),
                Err(FieldCode::InvalidCharacters),
                "{hostile:?}"
            );
        }
    }
}
