//! The few words that the shell itself shows: in the tray and in notifications.

// The bundle that threads may share.
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

/// The catalogues by the language they speak. The first is used where no other fits.
const CATALOGUES: &[(&str, &str)] = &[
    ("en", include_str!("../words/en.ftl")),
    ("de", include_str!("../words/de.ftl")),
];

/// The words of one language.
pub struct Words(FluentBundle<FluentResource>);

impl Words {
    /// The words of the language with this BCP 47 tag, or English where there are none.
    pub fn of(tag: &str) -> Self {
        let (name, text) = catalogue(tag).unwrap_or(CATALOGUES[0]);
        // A mistake in a catalogue is found by the test below; what could be read is used.
        let resource =
            FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let mut bundle = FluentBundle::new_concurrent(name.parse().into_iter().collect());
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self(bundle)
    }

    /// Whether there are words of the language with this BCP 47 tag.
    pub fn are_of(tag: &str) -> bool {
        catalogue(tag).is_some()
    }

    /// The text called `id`.
    pub fn text(&self, id: &str) -> String {
        self.format(id, &FluentArgs::new())
    }

    /// The text called `id` with a value in it.
    pub fn text_with(
        &self,
        id: &str,
        name: &str,
        value: impl Into<fluent_bundle::FluentValue<'static>>,
    ) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(name.to_owned(), value.into());
        self.format(id, &arguments)
    }

    /// The text called `id` with several values in it.
    pub fn text_with_all(&self, id: &str, values: &[(&str, &str)]) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in values {
            arguments.set((*name).to_owned(), (*value).to_owned());
        }
        self.format(id, &arguments)
    }

    fn format(&self, id: &str, arguments: &FluentArgs<'_>) -> String {
        let pattern = self.0.get_message(id).and_then(|message| message.value());
        let mut mistakes = Vec::new();
        pattern.map_or_else(
            || id.to_owned(),
            |pattern| {
                self.0
                    .format_pattern(pattern, Some(arguments), &mut mistakes)
                    .into_owned()
            },
        )
    }
}

fn catalogue(tag: &str) -> Option<(&'static str, &'static str)> {
    let language = tag.split(['-', '_']).next()?;
    let mut catalogues = CATALOGUES.iter().copied();
    catalogues.find(|(name, _)| name.eq_ignore_ascii_case(language))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CATALOGUES, Words};

    fn identifiers(text: &str) -> BTreeSet<&str> {
        text.lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(id, _)| id)
            .collect()
    }

    #[test]
    fn every_catalogue_has_every_text() {
        for (language, text) in CATALOGUES {
            assert_eq!(
                identifiers(text),
                identifiers(CATALOGUES[0].1),
                "{language}"
            );
            for id in identifiers(text) {
                assert_ne!(
                    Words::of(language).text_with(id, "changes", 1),
                    id,
                    "{language}"
                );
            }
        }
    }

    #[test]
    fn numbers_and_unknown_languages_are_spoken() {
        assert_eq!(
            Words::of("de-AT").text_with("tray-offline-waiting", "changes", 1),
            "Offline, 1 Änderung wartet"
        );
        assert_eq!(
            Words::of("tlh").text_with("tray-offline-waiting", "changes", 2),
            "Offline, 2 changes waiting"
        );
    }
}
