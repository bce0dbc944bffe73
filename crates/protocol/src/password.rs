//! What a password must satisfy, how strong it is, one made by chance, and changing it. One function each, run by both
//! sides.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

mod change;
mod common;
mod generate;
mod substance;

pub use self::change::{ChangePassword, Password, PasswordChanged};
pub use self::generate::generate;
use crate::problem::FieldCode;
use crate::text;

/// The rules for a new password. Lengths count Unicode scalar values after NFC (NIST SP 800-63B, section 3.1.1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PasswordPolicy {
    /// The fewest characters.
    pub minimum: u32,
    /// The fewest where a second factor is on, when that is fewer.
    #[serde(default)]
    pub minimum_with_second_factor: Option<u32>,
    /// The most characters; `None` where only [`BYTES_MAXIMUM`] limits it.
    pub maximum: Option<u32>,
    /// Whether an upper-case letter, a lower-case letter, a digit and another character must be in it.
    pub all_classes: bool,
    /// What the server is called, like its host's name: no password may be built on it, nor on what the person is
    /// called.
    #[serde(default)]
    pub context: Vec<String>,
}

/// The policies that an administrator can choose from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordPreset {
    /// [`PasswordPolicy::MODERN`].
    #[default]
    Modern,
    /// [`PasswordPolicy::CLASSIC`].
    Classic,
    /// [`PasswordPolicy::SHORT`].
    Short,
    /// [`PasswordPolicy::UNLIMITED`].
    Unlimited,
}

impl PasswordPreset {
    /// The policy of this name.
    pub const fn policy(self) -> PasswordPolicy {
        match self {
            Self::Modern => PasswordPolicy::MODERN,
            Self::Classic => PasswordPolicy::CLASSIC,
            Self::Short => PasswordPolicy::SHORT,
            Self::Unlimited => PasswordPolicy::UNLIMITED,
        }
    }
}

impl PasswordPolicy {
    /// The default: long, anything goes (NIST SP 800-63B, section 3.1.1.2; ASVS V6.2.1, V6.2.5, V6.2.9).
    pub const MODERN: Self = Self {
        minimum: 15,
        minimum_with_second_factor: Some(8),
        maximum: Some(256),
        all_classes: false,
        context: Vec::new(),
    };

    /// For organisations whose rules still ask for it: 12 to 30, with all four classes of characters.
    pub const CLASSIC: Self = Self {
        minimum: 12,
        minimum_with_second_factor: None,
        maximum: Some(30),
        all_classes: true,
        context: Vec::new(),
    };

    /// 8 at least, the fewest that ASVS V6.2.1 admits.
    pub const SHORT: Self = Self {
        minimum: 8,
        minimum_with_second_factor: None,
        maximum: Some(256),
        all_classes: false,
        context: Vec::new(),
    };

    /// 8 at least, and no most but what a request can carry.
    pub const UNLIMITED: Self = Self {
        minimum: 8,
        minimum_with_second_factor: None,
        maximum: None,
        all_classes: false,
        context: Vec::new(),
    };

    /// The policy for an account, by whether its second factor is on.
    #[must_use]
    pub fn for_account(&self, second_factor: bool) -> Self {
        let fewest = self
            .minimum_with_second_factor
            .filter(|_| second_factor)
            .map_or(self.minimum, |fewer| fewer.min(self.minimum));
        Self {
            minimum: fewest,
            minimum_with_second_factor: None,
            ..self.clone()
        }
    }
}

/// The most octets of UTF-8 that a password may have where its policy knows no most: with everything else, the request
/// has to stay under the 4 KiB that strangers may send.
pub const BYTES_MAXIMUM: u32 = 1024;

/// The exponent of ten of the guesses that a password has to withstand: fewer are tried within hours where tries are
/// limited, as they are here.
const LEAST_GUESSES_LOG10: u8 = 6;

/// How many characters are estimated at most.
const ESTIMATED: usize = 64;

/// How many characters of what a person is called are looked at: strangers send long ones too.
const CONTEXT_MAXIMUM: usize = 256;

/// The best score of a password that is refused.
const REFUSED_SCORE: u8 = 1;

/// Signs that stand for one letter (`p4ssword`, `p@ssword`), the one first that the others are taken for.
const SIGNS: [&[char]; 5] = [
    &['4', '@'],
    &['(', '{', '[', '<'],
    &['1', '|', '!'],
    &['5', '$'],
    &['7', '+'],
];

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

/// The whole checklist, in the order to show it, and the strength, which one of its rules asks for: no better than
/// [`REFUSED_SCORE`] while a rule is broken, whatever was estimated. `context` holds what the person is called here:
/// names, username, e-mail addresses. `policy` is the account's: [`PasswordPolicy::for_account`].
pub fn assess(
    password: &str,
    policy: &PasswordPolicy,
    context: &[&str],
) -> (Vec<PasswordRule>, Strength) {
    let password: String = password.nfc().collect();
    let mut all_context = context.to_vec();
    all_context.extend(policy.context.iter().map(String::as_str));
    let context = all_context.as_slice();
    let length = u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
    let mut strength = strength(&password, context);
    let least = (policy.minimum as usize).min(ESTIMATED);
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
    } else if password.len() > BYTES_MAXIMUM as usize {
        // Not worth a line of the list while it is kept.
        rules.push(rule(FieldCode::TooLong, Some(BYTES_MAXIMUM), false));
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
        FieldCode::ContainsContext,
        None,
        length > 0 && !is_built_on_context(&password, context),
    ));
    // One that is long by repetitions or phrases is as strong as a short one.
    let has_substance = length < policy.minimum || substance::of(&password, least) >= least;
    rules.push(rule(
        FieldCode::TooCommon,
        None,
        length > 0
            && strength.guesses_log10 >= LEAST_GUESSES_LOG10
            && has_substance
            && !common::contains(&password),
    ));
    if rules.iter().any(|rule| !rule.satisfied) {
        strength.score = strength.score.min(REFUSED_SCORE);
    }
    (rules, strength)
}

/// The first rule that `password` breaks, as the server refuses it.
pub fn check(password: &str, policy: &PasswordPolicy, context: &[&str]) -> Result<(), FieldCode> {
    if password.is_empty() {
        return Err(FieldCode::Required);
    }
    let (rules, _) = assess(password, policy, context);
    match rules.into_iter().find(|rule| !rule.satisfied) {
        Some(rule) => Err(rule.code),
        None => Ok(()),
    }
}

/// The form in which a password is hashed: NFC, so that two keyboards that compose an accent differently type the same
/// (NIST SP 800-63B, section 3.1.1.2). Nothing is trimmed or cut.
pub fn normalize(password: &str) -> String {
    password.nfc().collect()
}

/// Its characters, as the rules count them.
pub fn length(password: &str) -> u32 {
    u32::try_from(password.nfc().count()).unwrap_or(u32::MAX)
}

/// How hard a password is to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Strength {
    /// 0 to 4, as zxcvbn scores: 0 is guessed at once, 4 is out of reach.
    pub score: u8,
    /// The exponent of ten of the guesses an attacker needs, rounded down.
    pub guesses_log10: u8,
}

/// Estimates by zxcvbn, over the first 64 characters: its time grows faster than the length. No fewer, for a beginning
/// can look stronger than the whole: that of a long name, say, is in no dictionary.
fn strength(password: &str, context: &[&str]) -> Strength {
    let start = with_one_sign_a_letter(password.chars().take(ESTIMATED).collect());
    let words = context_words(context);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let entropy = zxcvbn::zxcvbn(&start, &words);
    Strength {
        score: u8::from(entropy.score()),
        guesses_log10: whole(entropy.guesses_log10()),
    }
}

/// Of signs that stand for one letter, one is written for all that occur. zxcvbn tries every choice of them over the whole
/// text, and a thousand of those take half a second.
fn with_one_sign_a_letter(mut text: String) -> String {
    for signs in SIGNS {
        let first = signs.iter().find(|sign| text.contains(**sign));
        if let Some(first) = first {
            text = text.replace(signs, first.encode_utf8(&mut [0; 4]));
        }
    }
    text
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

/// The words of at least four characters that `context` and the product are made of, in small letters, in every spelling of
/// accents.
fn context_words(context: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = PRODUCT_WORDS
        .iter()
        .map(|word| (*word).to_owned())
        .collect();
    for text in context {
        let composed: String = text.nfc().take(CONTEXT_MAXIMUM).collect();
        let [plain, doubled] = text::spellings(&composed);
        for spelling in [composed.to_lowercase(), plain, doubled] {
            words.extend(
                spelling
                    .split(|character: char| !character.is_alphanumeric())
                    .filter(|word| word.chars().count() >= 4)
                    .map(str::to_owned),
            );
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// Whether context words make up half of the password or more. A long sentence may name its author.
fn is_built_on_context(password: &str, context: &[&str]) -> bool {
    let folded = text::fold(password);
    let length = folded.chars().count();
    let mut rest = folded;
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

    /// `ü` is typed as `ue` and as `u`, and `ß` as `ss`.
    #[test]
    fn own_words_are_known_however_their_accents_are_typed() {
        let context = [
            "Anna Müller",
            "Großmann",
            "Zoé Ångström",
            "j.nunez@example.org",
        ];
        for password in [
            "anna mueller anna",
            "Anna-Muller-2026",
            "anna Müller 1985",
            "anna MU\u{308}LLER 1985",
            "grossmann!GROSSMANN!7x",
            "Großmann-grossmann 81",
            "aangstroem 9 angstrom",
            "ångström-2026-9x",
            "Núñez.nunez.77.nuñez",
        ] {
            let (rules, strength) = assess(password, &PasswordPolicy::MODERN, &context);
            let own = rules
                .iter()
                .find(|rule| rule.code == FieldCode::ContainsContext);
            assert!(!own.unwrap().satisfied, "{password}");
            assert!(strength.score <= REFUSED_SCORE, "{password}");
        }
    }

    #[test]
    fn a_refused_password_looks_strong_by_no_rule() {
        for (password, policy) in [
            ("kowalska-Latchkey-77", PasswordPolicy::MODERN),
            ("Sommer2026!Sommer2026!", PasswordPolicy::MODERN),
            ("thisweekinpalestine", PasswordPolicy::MODERN),
            ("kv9-Tq2x!zL", PasswordPolicy::MODERN),
            ("brass-kettle-on-tuesday-9", PasswordPolicy::CLASSIC),
            ("Brass-kettle-9-on-a-tuesday-eve", PasswordPolicy::CLASSIC),
        ] {
            let (_, strength) = assess(password, &policy, &CONTEXT);
            assert!(check(password, &policy, &CONTEXT).is_err(), "{password}");
            assert_eq!(strength.score, REFUSED_SCORE, "{password}");
        }
        let (_, strength) = assess("brass kettle on tuesday", &PasswordPolicy::MODERN, &CONTEXT);
        assert_eq!(strength.score, 4);
    }

    #[test]
    fn what_adds_nothing_makes_no_password_long() {
        for password in [
            "Sommer2026!Sommer2026!",
            "tobeornottobethatisthequestion",
            "kv9-Tq2xkv9-Tq2xkv9-Tq2x",
        ] {
            assert_eq!(
                check(password, &PasswordPolicy::MODERN, &[]),
                Err(FieldCode::TooCommon),
                "{password}"
            );
        }
        // As strong as the part, which is long enough here.
        assert_eq!(
            check("kv9-Tq2xkv9-Tq2x", &PasswordPolicy::SHORT, &[]),
            Ok(())
        );
    }

    /// zxcvbn alone takes a thousand times as long for these: it was half a second of a whole core.
    #[test]
    fn no_password_takes_much_longer_than_another() {
        let words: Vec<String> = (0..500).map(|number| format!("wört{number}")).collect();
        let name = words.join(" ");
        let context = [name.as_str(); 12];
        let time = |password: &str| {
            let times = (0..5).map(|_| {
                let begun = std::time::Instant::now();
                let _ = assess(password, &PasswordPolicy::UNLIMITED, &context);
                begun.elapsed()
            });
            times.min().unwrap()
        };
        // Pieces of four characters from its beginning, in another order each time.
        let start = "qhzisbkanoxwdtuvcyrlmgfpej5936280qzkhbsaiwonxutdvycrl";
        let pieces = (0..1000).map(|number| &start[number * 7 % 48..][..4]);
        let copies = start.to_owned() + &pieces.collect::<String>();
        let usual = time("four brass kettles on a shelf");
        for worst in [
            "0{(%@38|1@+1555|116+$0$6$753(!5254[$|0@|9@[4(9468+8!1++!!1<7035+",
            "7h3p@$$w0rdl0v3!s1n0n4ndmyh0u53m0|h3rf4+h3r$1st3rb(9)6[th3rth4tth",
            "4@8({[<3691!|70$5+%24@8({[<3691!|70$5+%24@8({[<3691!|70$5+%24@8({",
            &"a".repeat(4000),
            &"1234567890".repeat(400),
            &copies,
        ] {
            let taken = time(worst);
            assert!(taken < usual * 30, "{taken:?} against {usual:?}: {worst}");
        }
    }

    #[test]
    fn a_long_name_is_no_stronger_for_its_unknown_beginning() {
        let name = "xqzvbrtmwlkpfhjdgsnc";
        let refused = |password: &str, context: &[&str]| {
            let (rules, strength) = assess(password, &PasswordPolicy::MODERN, context);
            let common = rules.iter().find(|rule| rule.code == FieldCode::TooCommon);
            (!common.unwrap().satisfied, strength.score)
        };
        assert_eq!(refused(name, &[]), (false, 4));
        assert_eq!(refused(name, &[name]), (true, 0));
    }

    /// ASVS V6.2.4: an estimate of the strength knows nothing of what leaked from others.
    #[test]
    fn what_leaked_elsewhere_is_refused_however_strong_it_looks() {
        for leaked in ["thisweekinpalestine", "TwilightTennisPenguins"] {
            assert!(strength(leaked, &[]).guesses_log10 >= LEAST_GUESSES_LOG10);
            assert_eq!(
                check(leaked, &PasswordPolicy::MODERN, &[]),
                Err(FieldCode::TooCommon),
                "{leaked}"
            );
        }
    }

    #[test]
    fn composed_and_decomposed_accents_are_the_same_password() {
        assert_eq!(normalize("e\u{301}"), normalize("\u{e9}"));
    }

    #[test]
    fn classes_are_asked_for_where_the_policy_says_so() {
        let policy = PasswordPolicy::CLASSIC;
        for (password, refused) in [
            ("brass-kettle-9", FieldCode::NoUpperCase),
            ("BRASS-KETTLE-9", FieldCode::NoLowerCase),
            ("Brass-kettle-x", FieldCode::NoDigit),
            ("Brasskettle9x", FieldCode::NoSpecial),
            ("Brass-kett9", FieldCode::TooShort),
            ("Brass-kettle-9-on-a-tuesday-eve", FieldCode::TooLong),
        ] {
            assert_eq!(check(password, &policy, &[]), Err(refused), "{password}");
        }
        assert_eq!(check("Brass-kettle-9", &policy, &[]), Ok(()));
    }

    #[test]
    fn a_second_factor_admits_fewer_characters_where_the_policy_says_so() {
        let modern = PasswordPolicy::MODERN;
        assert_eq!(modern.for_account(false).minimum, 15);
        assert_eq!(modern.for_account(true).minimum, 8);
        assert_eq!(PasswordPolicy::CLASSIC.for_account(true).minimum, 12);
        let short = "kv9-Tq2x";
        assert_eq!(
            check(short, &modern.for_account(false), &[]),
            Err(FieldCode::TooShort)
        );
        assert_eq!(check(short, &modern.for_account(true), &[]), Ok(()));
    }

    #[test]
    fn without_a_most_a_request_is_the_limit_and_is_named() {
        let policy = PasswordPolicy::UNLIMITED;
        let sentence = "Four brass kettles stand on the shelf beside a window. ";
        let long = sentence.repeat(18);
        assert!(long.len() < BYTES_MAXIMUM as usize);
        assert_eq!(check(&long, &policy, &[]), Ok(()));
        let longer = sentence.repeat(20);
        assert_eq!(check(&longer, &policy, &[]), Err(FieldCode::TooLong));
    }

    #[test]
    fn the_servers_name_is_context_as_well() {
        let policy = PasswordPolicy {
            context: vec!["accounts.kettleworks.org".to_owned()],
            ..PasswordPolicy::MODERN
        };
        assert_eq!(
            check("kettleworks-77-accounts", &policy, &[]),
            Err(FieldCode::ContainsContext)
        );
    }
}
