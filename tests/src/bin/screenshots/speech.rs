//! What the app says in each language: read from its catalogues, so that no word stands here a second time.

use std::collections::BTreeMap;

/// A language with its words.
pub struct Speech {
    /// BCP 47 tag.
    pub tag: &'static str,
    /// What the language calls itself.
    pub name: &'static str,
    words: BTreeMap<&'static str, &'static str>,
}

impl Speech {
    /// English.
    pub fn english() -> Self {
        let catalogue = include_str!("../../../../ui/words/en.ftl");
        Self::of("en", "English", catalogue)
    }

    /// German.
    pub fn german() -> Self {
        let catalogue = include_str!("../../../../ui/words/de.ftl");
        Self::of("de", "Deutsch", catalogue)
    }

    fn of(tag: &'static str, name: &'static str, catalogue: &'static str) -> Self {
        let words = catalogue
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .collect();
        Self { tag, name, words }
    }

    /// The message `id`, up to the first thing that is put into it.
    pub fn say(&self, id: &str) -> &'static str {
        let message = self.words.get(id);
        let message = message.unwrap_or_else(|| panic!("{}.ftl has no {id}", self.tag));
        message.split(" { ").next().unwrap_or(message).trim()
    }
}
