//! Every text that the server writes for people: one Fluent catalogue per language, for mails and browser pages.
//!
//! A language is one file in `words/`, one line in [`SOURCES`], and its tag in
//! [`latchkey_protocol::profile::LANGUAGES`]; the tests here say what is missing. A message is one line in `messages!`
//! and one in each catalogue; code can name no other.

use std::fmt::Display;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// Catalogues by language tag; the first is for whom none fits.
const SOURCES: &[(&str, &str)] = &[
    ("en", include_str!("../words/en.ftl")),
    ("de", include_str!("../words/de.ftl")),
];

/// A message of the catalogues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    id: &'static str,
    variables: &'static [&'static str],
}

macro_rules! messages {
    ($($name:ident = $id:literal [$($variable:literal),*];)+) => {
        $(
            #[doc = concat!("`", $id, "`")]
            pub const $name: Message = Message { id: $id, variables: &[$($variable),*] };
        )+

        #[cfg(test)]
        const ALL: &[Message] = &[$($name),+];
    };
}

messages! {
    MOMENT = "moment" ["year", "month", "day", "hour", "minute", "zone"];

    MAIL_GREETING = "mail-greeting" [];
    MAIL_FOOTER = "mail-footer" ["host", "username"];
    MAIL_NOT_YOU = "mail-not-you" ["host"];
    CONFIRM_EMAIL_SUBJECT = "confirm-email-subject" [];
    CONFIRM_EMAIL_HEADING = "confirm-email-heading" [];
    CONFIRM_EMAIL_REASON = "confirm-email-reason" ["address", "username", "host"];
    CONFIRM_EMAIL_BUTTON = "confirm-email-button" [];
    CONFIRM_EMAIL_APP = "confirm-email-app" [];
    CONFIRM_EMAIL_VALIDITY = "confirm-email-validity" [];
    CONFIRM_EMAIL_NOT_YOU = "confirm-email-not-you" [];
    ADDRESS_IN_USE_SUBJECT = "address-in-use-subject" [];
    ADDRESS_IN_USE_HEADING = "address-in-use-heading" [];
    ADDRESS_IN_USE_REASON = "address-in-use-reason" ["address", "host", "username"];
    ADDRESS_IN_USE_YOU = "address-in-use-you" ["username"];
    ADDRESS_IN_USE_NOT_YOU = "address-in-use-not-you" [];
    EMAIL_ADDED_SUBJECT = "email-added-subject" [];
    EMAIL_ADDED_HEADING = "email-added-heading" [];
    EMAIL_ADDED_REASON = "email-added-reason" ["address", "username", "moment"];
    EMAIL_REMOVED_SUBJECT = "email-removed-subject" [];
    EMAIL_REMOVED_HEADING = "email-removed-heading" [];
    EMAIL_REMOVED_REASON = "email-removed-reason" ["address", "username", "moment"];
    EMAIL_MADE_PRIMARY_SUBJECT = "email-made-primary-subject" [];
    EMAIL_MADE_PRIMARY_HEADING = "email-made-primary-heading" [];
    EMAIL_MADE_PRIMARY_REASON = "email-made-primary-reason" ["address", "username", "moment"];

    PAGE_PRODUCT = "page-product" [];
    PAGE_CONFIRM_TITLE = "page-confirm-title" [];
    PAGE_CONFIRM_EXPLANATION = "page-confirm-explanation" [];
    PAGE_CONFIRM_BUTTON = "page-confirm-button" [];
    PAGE_CONFIRM_APP = "page-confirm-app" [];
    PAGE_CONFIRMED_TITLE = "page-confirmed-title" [];
    PAGE_CONFIRMED_EXPLANATION = "page-confirmed-explanation" ["address"];
    PAGE_CONFIRMED_NEXT = "page-confirmed-next" [];
    PAGE_SPENT_TITLE = "page-spent-title" [];
    PAGE_SPENT_EXPLANATION = "page-spent-explanation" [];
    PAGE_SPENT_NEXT = "page-spent-next" [];
    PAGE_ELSEWHERE_TITLE = "page-elsewhere-title" [];
    PAGE_ELSEWHERE_EXPLANATION = "page-elsewhere-explanation" [];
    PAGE_ELSEWHERE_NEXT = "page-elsewhere-next" [];
    PAGE_LATER_TITLE = "page-later-title" [];
    PAGE_LATER_EXPLANATION = "page-later-explanation" [];
    PAGE_LATER_NEXT = "page-later-next" [];
    PAGE_MISSING_TITLE = "page-missing-title" [];
    PAGE_MISSING_EXPLANATION = "page-missing-explanation" [];
}

struct Catalogue {
    language: &'static str,
    bundle: FluentBundle<FluentResource>,
}

static CATALOGUES: LazyLock<Vec<Catalogue>> = LazyLock::new(|| {
    SOURCES
        .iter()
        .map(|(language, source)| Catalogue {
            language,
            bundle: bundle(language, source).0,
        })
        .collect()
});

/// The catalogue, and how many of its lines are malformed: none, as a test sees to.
fn bundle(language: &str, source: &str) -> (FluentBundle<FluentResource>, usize) {
    let language = language.parse::<LanguageIdentifier>().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // No U+2068 and U+2069 around what is put in: they would stand in subjects and in copied addresses.
    bundle.set_use_isolating(false);
    let (resource, malformed) = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) => (resource, 0),
        Err((resource, errors)) => (resource, errors.len()),
    };
    let twice = bundle
        .add_resource(resource)
        .map_or_else(|errors| errors.len(), |()| 0);
    (bundle, malformed + twice)
}

/// The texts of one language.
#[derive(Clone, Copy)]
pub struct Words(&'static Catalogue);

impl std::fmt::Debug for Words {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Words({})", self.language())
    }
}

impl Words {
    /// Those of a language tag like `de`; English for a language without a catalogue.
    pub fn of(language: &str) -> Self {
        let catalogues = &*CATALOGUES;
        let fitting = catalogues
            .iter()
            .find(|catalogue| catalogue.language == language);
        Self(fitting.unwrap_or(&catalogues[0]))
    }

    /// Those that suit an `Accept-Language` header (RFC 9110, section 12.5.4) best; English when none does.
    pub fn accepted(header: &str) -> Self {
        let mut best: Option<(&str, f32)> = None;
        // A header is at most some kilobytes; nobody speaks more languages than this.
        for range in header.split(',').take(32) {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            let language = tag.split('-').next().unwrap_or_default();
            let known = SOURCES
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(language));
            if let Some((known, _)) = known
                && weight > best.map_or(0.0, |(_, weight)| weight)
            {
                best = Some((known, weight));
            }
        }
        Self::of(best.map_or(SOURCES[0].0, |(language, _)| language))
    }

    /// The BCP 47 tag of the language.
    pub fn language(self) -> &'static str {
        self.0.language
    }

    /// The text of a message without variables.
    pub fn text(self, message: Message) -> String {
        self.with(message, &[])
    }

    /// The text of a message, with its variables filled in.
    pub fn with(self, message: Message, variables: &[(&'static str, &dyn Display)]) -> String {
        debug_assert!(
            message
                .variables
                .iter()
                .all(|needed| variables.iter().any(|(given, _)| given == needed)),
            "{} lacks a variable",
            message.id
        );
        let mut arguments = FluentArgs::with_capacity(variables.len());
        for (name, value) in variables {
            arguments.set(*name, value.to_string());
        }
        self.format(message.id, &arguments)
            .unwrap_or_else(|| message.id.to_owned())
    }

    fn format(self, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.0.bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = self
            .0
            .bundle
            .format_pattern(pattern, Some(arguments), &mut errors);
        debug_assert!(errors.is_empty(), "{id}: {errors:?}");
        Some(text.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use latchkey_protocol::profile::LANGUAGES;

    use super::*;

    #[test]
    fn every_catalogue_has_every_message_with_its_variables_and_no_other() {
        let declared: BTreeSet<_> = ALL.iter().map(|message| message.id).collect();
        assert_eq!(declared.len(), ALL.len(), "a message is declared twice");
        for (language, source) in SOURCES {
            assert_eq!(bundle(language, source).1, 0, "{language} is malformed");
            let written: BTreeSet<_> = source
                .lines()
                .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
                .filter_map(|line| line.split_once(" = ").map(|(id, _)| id))
                .collect();
            assert_eq!(written, declared, "{language}");
            for message in ALL {
                let marks: Vec<_> = message
                    .variables
                    .iter()
                    .map(|name| (*name, format!("<<{name}>>")))
                    .collect();
                let variables: Vec<(&'static str, &dyn Display)> = marks
                    .iter()
                    .map(|(name, mark)| (*name, mark as &dyn Display))
                    .collect();
                // A variable that the catalogue uses and the list does not name fails in `format`.
                let text = Words::of(language).with(*message, &variables);
                for (_, mark) in &marks {
                    assert!(text.contains(mark), "{language}: {text} lacks {mark}");
                }
            }
        }
    }

    #[test]
    fn every_language_of_the_protocol_has_a_file_and_every_file_is_used() {
        let embedded: BTreeSet<_> = SOURCES
            .iter()
            .map(|(language, _)| (*language).to_owned())
            .collect();
        let spoken: BTreeSet<_> = LANGUAGES
            .iter()
            .map(|language| (*language).to_owned())
            .collect();
        let files: BTreeSet<_> =
            std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("words"))
                .unwrap()
                .map(|entry| {
                    let name = entry.unwrap().file_name().into_string().unwrap();
                    name.strip_suffix(".ftl").unwrap().to_owned()
                })
                .collect();
        assert_eq!(embedded, spoken);
        assert_eq!(embedded, files);
    }

    #[test]
    fn the_best_accepted_language_is_taken() {
        for (header, language) in [
            ("", "en"),
            ("de", "de"),
            ("DE-at;q=0.8, en;q=0.5", "de"),
            ("fr, en;q=0.3, de;q=0.4", "de"),
            ("fr", "en"),
            ("de;q=0, en", "en"),
            ("de;q=0", "en"),
            ("en-GB,de", "en"),
            (";;q=,,=*/\u{0}", "en"),
        ] {
            assert_eq!(Words::accepted(header).language(), language, "{header:?}");
        }
    }
}
