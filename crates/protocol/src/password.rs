//! What a password must satisfy, and how strong it is. One function each, run by both sides.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::problem::FieldCode;

/// The rules for a new password. Lengths count Unicode scalar values after NFC (NIST SP 800-63B, section 3.1.1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PasswordPolicy {
    /// The fewest characters.
    pub minimum: u32,
    /// The most characters; `None` where only the size of the request limits it.
    pub maximum: Option<u32>,
    /// Whether an upper-case letter, a lower-case letter, a digit and another character must be in it.
    pub all_classes: bool,
}

impl PasswordPolicy {
    /// The default: long, anything goes (NIST SP 800-63B, section 3.1.1.2; ASVS V6.2.1, V6.2.5, V6.2.9).
    pub const MODERN: Self = Self {
        minimum: 15,
        maximum: Some(256),
        all_classes: false,
    };
}

/// Words that stand for this product, which no password may be built on (ASVS V6.1.2).
const PRODUCT_WORDS: [&str; 1] = ["latchkey"];

/// One line of the checklist beside a password field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PasswordRule {
    /// What is asked: the code with which its absence is refused.
    pub code: FieldCode,
    /// The number in the rule, where it has one: characters.
    pub amount: Option<u32>,
    /// Whether the password satisfies it.
    pub satisfied: bool,
}

/// The whole checklist, in the order to show it. `context` holds what the person is called here: names, username,
/// e-mail addresses.
pub fn checklist(password: &str, policy: &PasswordPolicy, context: &[&str]) -> Vec<PasswordRule> {
    let password: String = password.nfc().collect();
    let length = u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
    let rule = |code, amount, satisfied| PasswordRule {
        code,
        amount,
        satisfied,
    };
    let mut rules = vec![rule(
        FieldCode::TooShort,
        Some(policy.minimum),
        length >= policy.minimum,
    )];
    if let Some(maximum) = policy.maximum {
        rules.push(rule(FieldCode::TooLong, Some(maximum), length <= maximum));
    }
    if policy.all_classes {
        let has = |test: fn(char) -> bool| password.chars().any(test);
        rules.push(rule(FieldCode::NoUpperCase, None, has(char::is_uppercase)));
        rules.push(rule(FieldCode::NoLowerCase, None, has(char::is_lowercase)));
        rules.push(rule(FieldCode::NoDigit, None, has(char::is_numeric)));
        rules.push(rule(
            FieldCode::NoSpecial,
            None,
            has(|character| !character.is_alphanumeric()),
        ));
    }
    rules.push(rule(
        FieldCode::TooCommon,
        None,
        length > 0 && strength(&password, context).guesses_log10 >= 6,
    ));
    rules.push(rule(
        FieldCode::ContainsContext,
        None,
        length > 0 && !is_built_on_context(&password, context),
    ));
    rules
}

/// The first rule that `password` breaks, as the server refuses it.
pub fn check(password: &str, policy: &PasswordPolicy, context: &[&str]) -> Result<(), FieldCode> {
    if password.is_empty() {
        return Err(FieldCode::Required);
    }
    match checklist(password, policy, context)
        .into_iter()
        .find(|rule| !rule.satisfied)
    {
        Some(rule) => Err(rule.code),
        None => Ok(()),
    }
}

/// The form in which a password is hashed: NFC, so that two keyboards that compose an accent differently type the same
/// (NIST SP 800-63B, section 3.1.1.2). Nothing is trimmed or cut.
pub fn normalize(password: &str) -> String {
    password.nfc().collect()
}

/// How hard a password is to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Strength {
    /// 0 to 4, as zxcvbn scores: 0 is guessed at once, 4 is out of reach.
    pub score: u8,
    /// The exponent of ten of the guesses an attacker needs, rounded down.
    pub guesses_log10: u8,
}

/// Estimates by zxcvbn, over the first 100 characters (what follows only makes it stronger, and the estimate's time
/// grows faster than the length).
pub fn strength(password: &str, context: &[&str]) -> Strength {
    let start: String = password.chars().take(100).collect();
    let words = context_words(context);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let entropy = zxcvbn::zxcvbn(&start, &words);
    Strength {
        score: u8::from(entropy.score()),
        guesses_log10: whole(entropy.guesses_log10()),
    }
}

/// A positive float rounded down into a byte.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range just before"
)]
fn whole(number: f64) -> u8 {
    number.clamp(0.0, 255.0) as u8
}

/// The words of at least four characters that `context` and the product are made of, lower-cased.
fn context_words(context: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = PRODUCT_WORDS
        .iter()
        .map(|word| (*word).to_owned())
        .collect();
    for text in context {
        words.extend(
            text.split(|character: char| !character.is_alphanumeric())
                .filter(|word| word.chars().count() >= 4)
                .map(str::to_lowercase),
        );
    }
    words
}

/// Whether context words make up half of the password or more. A long sentence may name its author.
fn is_built_on_context(password: &str, context: &[&str]) -> bool {
    let lower = password.to_lowercase();
    let length = lower.chars().count();
    let mut rest = lower;
    for word in context_words(context) {
        rest = rest.replace(&word, "");
    }
    rest.chars().count() * 2 <= length
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: [&str; 3] = ["Anna Kowalska", "annak", "anna.kowalska@example.org"];

    #[test]
    fn the_default_policy_counts_characters_and_cuts_nothing() {
        let policy = PasswordPolicy::MODERN;
        assert_eq!(check("brass kettle on tuesday", &policy, &CONTEXT), Ok(()));
        assert_eq!(check("", &policy, &CONTEXT), Err(FieldCode::Required));
        assert_eq!(
            check("brass kettle o", &policy, &CONTEXT),
            Err(FieldCode::TooShort)
        );
        assert_eq!(
            check("🦀🐙🦊🐳🦉🐝🦋🐢🦔🐧🦜🐞🦩🐿🦚", &policy, &CONTEXT),
            Ok(())
        );
        assert_eq!(
            check(&"brass kettle ".repeat(20), &policy, &CONTEXT),
            Err(FieldCode::TooLong)
        );
    }

    #[test]
    fn guessable_and_own_words_are_refused() {
        let policy = PasswordPolicy::MODERN;
        assert_eq!(
            check("aaaaaaaaaaaaaaaa", &policy, &CONTEXT),
            Err(FieldCode::TooCommon)
        );
        assert_eq!(
            check("kowalska-Latchkey-77", &policy, &CONTEXT),
            Err(FieldCode::ContainsContext)
        );
    }

    #[test]
    fn composed_and_decomposed_accents_are_the_same_password() {
        assert_eq!(normalize("e\u{301}"), normalize("\u{e9}"));
    }

    #[test]
    fn classes_are_asked_for_where_the_policy_says_so() {
        let policy = PasswordPolicy {
            minimum: 12,
            maximum: Some(30),
            all_classes: true,
        };
        assert_eq!(
            check("brass-kettle-9", &policy, &[]),
            Err(FieldCode::NoUpperCase)
        );
        assert_eq!(check("Brass-kettle-9", &policy, &[]), Ok(()));
    }
}
