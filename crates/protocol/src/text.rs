//! What Latchkey knows of Unicode, for every text that a person types or pastes, whatever field it is for.
//!
//! A name is checked by [`check_line`] and stored as [`line`] makes it; what is looked up, like a sign-in name, an
//! address or a link, goes through [`trim`]; codes through [`code`]; and what is searched for is compared by [`fold`].
//! Passwords are none of this: every character of theirs counts.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

use crate::problem::FieldCode;

/// The text without blanks at its ends, and without what nobody sees there: other programs put byte order marks,
/// zero-width blanks and directions around what is copied from them.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|character| is_blank(character) || is_dropped(character))
}

/// A line as it is stored and shown: trimmed, and else as it was typed. Directions stay, for [`check_line`] to refuse:
/// who puts them around a name wants more than to paste it.
pub fn line(text: &str) -> &str {
    text.trim_matches(|character| {
        is_blank(character) || is_dropped(character) && !is_direction(character)
    })
}

/// Checks a text of one line that others will see: `minimum` to `maximum` characters (Unicode scalar values) as
/// [`line`] makes it, and none that hide or reorder others.
///
/// Refuses control characters (they could break a mail header or a log line), the bidirectional controls of Unicode
/// (UAX 9, section 2), with which a name can be made to read like another, and others that nobody sees. Those that
/// scripts and emoji need stay, where they follow something.
pub fn check_line(text: &str, minimum: usize, maximum: usize) -> Result<(), FieldCode> {
    let line = line(text);
    let length = line.chars().count();
    if minimum > 0 && !is_visible(line) && !line.contains(char::is_control) {
        return Err(FieldCode::Required);
    }
    if length < minimum {
        return Err(FieldCode::TooShort);
    }
    if length > maximum {
        return Err(FieldCode::TooLong);
    }
    let mut before = ' ';
    for character in line.chars() {
        let floats = is_joiner(character) && is_blank(before);
        if floats || is_unsafe_in_a_line(character) {
            return Err(FieldCode::InvalidCharacters);
        }
        before = character;
    }
    Ok(())
}

/// Whether it is a character that nobody sees, though it takes part in what others look like.
pub fn is_unseen(character: char) -> bool {
    is_ignorable(character) || category(character) == GeneralCategory::Format
}

/// Whether there is anything in it that people see.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(|character| {
        let category = category(character);
        let unseen = [
            GeneralCategoryGroup::Other,
            GeneralCategoryGroup::Separator,
            GeneralCategoryGroup::Mark,
        ];
        !unseen.iter().any(|group| group.contains(category))
            && !is_ignorable(character)
            && !is_blank_sign(character)
    })
}

/// Whether it belongs to the character before it (General Category M), like an accent or the vowel signs of India.
pub fn is_mark(character: char) -> bool {
    GeneralCategoryGroup::Mark.contains(category(character))
}

/// Whether it is one that words of Persia and India, and emoji, hold between others: a joiner, a non-joiner, a
/// variation selector, or a letter of a flag's name.
pub fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}' | '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0020}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether it is a pictograph, or gives one its colour (General Categories So and Sk beyond ASCII).
pub fn is_symbol(character: char) -> bool {
    let is_one = matches!(
        category(character),
        GeneralCategory::OtherSymbol | GeneralCategory::ModifierSymbol
    );
    is_one && !character.is_ascii()
}

/// A text as it is compared in a search, the same for all spellings of a word that people take for one: without
/// accents, in small letters, with `ss` for `ß` and `i` for the Turkish `ı` and `İ`.
pub fn fold(text: &str) -> String {
    trim(text)
        .nfkd()
        .filter(|&character| !is_accent(character) && !is_ignorable(character))
        // By way of the capitals, which have neither `ß` nor `ı`, and a small letter for `ẞ` first.
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|&character| !is_accent(character))
        .flat_map(base_letters)
        .collect()
}

/// The two ways in which a text is typed where its accents are not to be had, both folded: `Müller` as `muller` and as
/// `mueller`.
pub fn spellings(text: &str) -> [String; 2] {
    let doubled = text
        .nfc()
        .flat_map(char::to_lowercase)
        .flat_map(|character| {
            let (letter, second) = match character {
                'ä' => ('a', Some('e')),
                'ö' | 'ø' => ('o', Some('e')),
                'ü' => ('u', Some('e')),
                'å' => ('a', Some('a')),
                other => (other, None),
            };
            std::iter::once(letter).chain(second)
        });
    [fold(text), fold(&doubled.collect::<String>())]
}

/// What is left of a code as typed or pasted: its letters and digits, each digit of any script as one of ASCII,
/// full-width letters as plain ones, without blanks, dashes and what nobody sees.
pub fn code(typed: &str) -> String {
    typed
        .nfkc()
        .filter(|&character| !is_blank(character) && !is_dash(character) && !is_unseen(character))
        .map(|character| digit(character).unwrap_or(character))
        .collect()
}

/// The digit of ASCII for a decimal digit of any script.
pub fn digit(character: char) -> Option<char> {
    let is_decimal = |character| category(character) == GeneralCategory::DecimalNumber;
    if !is_decimal(character) {
        return None;
    }
    // They stand together by tens, from zero to nine (The Unicode Standard, section 4.6).
    let before = (0..u32::from(character))
        .rev()
        .map_while(char::from_u32)
        .take_while(|before| is_decimal(*before))
        .count();
    u32::try_from(before % 10)
        .ok()
        .and_then(|value| char::from_digit(value, 10))
}

fn category(character: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(character)
}

/// Whether programs show nothing for it (Default Ignorable Code Point).
fn is_ignorable(character: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

fn is_blank(character: char) -> bool {
    character.is_whitespace()
}

/// Whether it is dropped at the ends of a text. A flag's name ends in letters that nobody sees.
fn is_dropped(character: char) -> bool {
    is_ignorable(character)
        && category(character) == GeneralCategory::Format
        && !matches!(character, '\u{E0020}'..='\u{E007F}')
}

/// Whether it changes the direction of what follows it, beyond being a letter of one (UAX 9, section 2).
fn is_direction(character: char) -> bool {
    matches!(character, '\u{61C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Letters and signs that are drawn as nothing: of Braille, music and hieroglyphs. Those of Korea are ignorable.
fn is_blank_sign(character: char) -> bool {
    matches!(
        character,
        '\u{2800}' | '\u{1D159}' | '\u{13441}' | '\u{13442}'
    )
}

fn is_dash(character: char) -> bool {
    category(character) == GeneralCategory::DashPunctuation
        || matches!(character, '\u{2212}' | '\u{2043}' | '\u{30FC}')
}

fn is_unsafe_in_a_line(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{FFF9}'..='\u{FFFB}')
        // The joiner of graphemes and two vowels of the Khmer are ignorable marks of written languages.
        || is_ignorable(character) && !is_joiner(character) && !is_mark(character)
}

/// Whether it is a mark that people leave out when they search: accents, and the points of Hebrew and Arabic. By its
/// place (Canonical Combining Class), for a vowel sign of India or a tone of Thailand makes another word.
fn is_accent(character: char) -> bool {
    matches!(canonical_combining_class(character), 1 | 10..=36 | 200..=240)
}

/// Letters with a stroke, and two in one, which no normal form takes apart.
fn base_letters(character: char) -> impl Iterator<Item = char> {
    let letters = match character {
        'ø' => ['o', '\0'],
        'ł' => ['l', '\0'],
        'đ' | 'ð' => ['d', '\0'],
        'ħ' => ['h', '\0'],
        'æ' => ['a', 'e'],
        'œ' => ['o', 'e'],
        'þ' => ['t', 'h'],
        other => [other, '\0'],
    };
    let second = Some(letters[1]).filter(|letter| *letter != '\0');
    std::iter::once(letters[0]).chain(second)
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
            "a\u{61C}",
            "a\u{2066}b",
            "a\u{61C}b",
            "a\u{200E}b",
            "a\u{FEFF}b",
            "a\u{200B}b",
            "a\u{2060}b",
            "a\u{AD}b",
            "a\u{3164}b",
            "a\u{FFA0}b",
            "a \u{200D}b",
            "a\u{206A}b",
        ] {
            assert_eq!(
                check_line(hostile, 1, 99),
                Err(FieldCode::InvalidCharacters),
                "{hostile:?}"
            );
        }
    }

    #[test]
    fn a_line_that_nobody_sees_is_none() {
        for unseen in [
            "\u{3164}",
            "\u{115F}",
            "\u{1160}",
            "\u{FFA0}",
            "\u{200B}",
            "\u{2060}",
            "\u{2800}\u{2800}",
            "\u{AD}",
            "\u{61C}",
            "\u{301}",
            "\u{FE0F}",
            "\u{3164} \u{200B}\u{2800}",
            "\u{E000}",
        ] {
            assert_eq!(
                check_line(unseen, 1, 99),
                Err(FieldCode::Required),
                "{unseen:?}"
            );
        }
    }

    #[test]
    fn a_line_of_any_script_is_taken_as_it_is_seen() {
        for (typed, stored) in [
            ("\u{FEFF}Anna\u{200E} ", "Anna"),
            ("Mu\u{308}ller", "Mu\u{308}ller"),
            ("می\u{200C}خواهم", "می\u{200C}خواهم"),
            ("क्\u{200D}ष", "क्\u{200D}ष"),
            ("👩\u{200D}💻", "👩\u{200D}💻"),
            ("❤\u{FE0F}", "❤\u{FE0F}"),
            (
                "🏴\u{E0067}\u{E0062}\u{E007F}",
                "🏴\u{E0067}\u{E0062}\u{E007F}",
            ),
            ("เครื่องที่บ้าน", "เครื่องที่บ้าน"),
            ("⠠⠁\u{2800}⠃", "⠠⠁\u{2800}⠃"),
        ] {
            assert_eq!(check_line(typed, 1, 99), Ok(()), "{typed:?}");
            assert_eq!(line(typed), stored);
        }
    }

    #[test]
    fn what_is_copied_loses_what_nobody_sees_around_it() {
        for pasted in [
            "\u{200B}otto",
            "otto\u{200B}",
            "\u{202A}otto\u{202C}",
            "\u{FEFF} otto \u{2060}",
            "\u{2066}\u{200F}otto\u{2069}",
        ] {
            assert_eq!(trim(pasted), "otto", "{pasted:?}");
        }
    }

    #[test]
    fn spellings_that_people_take_for_one_are_one() {
        for (one, other) in [
            ("Mu\u{308}ller", "müller"),
            ("Zoë", " zoe "),
            ("Strauß", "STRAUSS"),
            ("STRAUẞ", "strauß"),
            ("İstanbul", "istanbul"),
            ("Diyarbakır", "DIYARBAKIR"),
            ("Łódź", "lodz"),
            ("ΟΔΟΣ", "οδός"),
            ("ｆｕｌｌ", "full"),
            ("Nguyễn", "nguyen"),
            ("ﬁle", "FILE"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
        for (one, other) in [("हिन्दी", "हन्द"), ("か", "が"), ("a", "b")] {
            assert_ne!(fold(one), fold(other), "{one}");
        }
        assert!(fold("anna@münchen.example").contains(&fold("MÜNCHEN")));
    }

    #[test]
    fn accents_are_typed_in_two_ways() {
        for (text, plain, doubled) in [
            ("Müller", "muller", "mueller"),
            ("MU\u{308}LLER", "muller", "mueller"),
            ("Strauß", "strauss", "strauss"),
            ("Ångström", "angstrom", "aangstroem"),
            ("Sørensen", "sorensen", "soerensen"),
            ("Zoé", "zoe", "zoe"),
        ] {
            assert_eq!(spellings(text), [plain, doubled], "{text}");
        }
    }

    #[test]
    fn codes_lose_what_people_and_programs_put_between() {
        for typed in ["１２３４５６", "١٢٣٤٥٦", "۱۲۳ ۴۵۶", "१२३४५६", "𝟏𝟐𝟑𝟜𝟝𝟞"]
        {
            assert_eq!(code(typed), "123456", "{typed}");
        }
        assert_eq!(
            code("AB\u{2014}CD\u{2011}\u{200B}EF\u{A0}\u{2212}ＧＨ"),
            "ABCDEFGH"
        );
        assert_eq!(digit('٠'), Some('0'));
        assert_eq!(digit('９'), Some('9'));
        assert_eq!(digit('a'), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_stored_stays_as_it_is(text in "\\PC{0,40}") {
            proptest::prop_assert_eq!(line(line(&text)), line(&text));
        }
    }
}
