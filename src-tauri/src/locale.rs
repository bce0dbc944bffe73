//! What the system says of languages and of how dates are written. Read from where the desktop says it, not by way of the C
//! library: that knows only what was generated on this computer.

use serde::{Deserialize, Serialize};

/// The person's languages and the form of their dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SystemLocale {
    /// BCP 47 tags of the languages they read, the best first.
    pub languages: Vec<String>,
    /// BCP 47 tag of the language and country whose dates and times they read, where that is set.
    pub times: Option<String>,
}

impl SystemLocale {
    /// The system's.
    pub fn read() -> Self {
        if cfg!(all(unix, not(target_os = "macos"))) {
            Self::of_environment(|name| std::env::var(name).ok())
        } else {
            Self {
                languages: sys_locale::get_locales().collect(),
                times: None,
            }
        }
    }

    /// As `setlocale(3)` and GNU gettext read the environment, which `variable` looks into.
    fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let category = |name: &str| {
            let names = ["LC_ALL", name, "LANG"];
            names.into_iter().find_map(set)
        };
        let messages = category("LC_MESSAGES");
        // Who asks for no language at all is given none.
        let none = matches!(messages.as_deref(), Some("C" | "POSIX"));
        let list = set("LANGUAGE").filter(|_| !none).unwrap_or_default();
        let mut languages: Vec<String> = Vec::new();
        for tag in list.split(':').chain(messages.as_deref()).filter_map(tag) {
            if !languages.contains(&tag) {
                languages.push(tag);
            }
        }
        Self {
            languages,
            times: category("LC_TIME").as_deref().and_then(tag),
        }
    }
}

/// The BCP 47 tag of a locale as POSIX names it, like `de_AT.UTF-8@euro`; `None` for `C` and whatever names no language.
fn tag(locale: &str) -> Option<String> {
    let name = locale.split(['.', '@']).next()?;
    let mut parts = name.split(['_', '-']);
    let language = parts.next()?;
    let is_language = (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_rest = |part: &str| {
        (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    (is_language && parts.all(is_rest)).then(|| name.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::SystemLocale;

    fn read(environment: &[(&str, &str)]) -> (Vec<String>, Option<String>) {
        let variable = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let SystemLocale { languages, times } = SystemLocale::of_environment(variable);
        (languages, times)
    }

    #[test]
    fn the_environment_is_read_as_gettext_reads_it() {
        for (environment, languages, times) in [
            (&[][..], &[][..], None),
            (&[("LANG", "de_DE.UTF-8")], &["de-DE"], Some("de-DE")),
            (&[("LANG", "ca_ES@valencia")], &["ca-ES"], Some("ca-ES")),
            (
                &[("LANG", "en_US.UTF-8"), ("LANGUAGE", "de_AT:de:en")],
                &["de-AT", "de", "en", "en-US"],
                Some("en-US"),
            ),
            (
                &[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "de_DE.UTF-8")],
                &["de-DE"],
                Some("en-US"),
            ),
            (
                &[("LANG", "en_US.UTF-8"), ("LC_TIME", "de_DE.UTF-8")],
                &["en-US"],
                Some("de-DE"),
            ),
            (
                &[
                    ("LC_ALL", "fr_FR.UTF-8"),
                    ("LC_MESSAGES", "de_DE"),
                    ("LC_TIME", "de_DE"),
                    ("LANG", "de_DE"),
                ],
                &["fr-FR"],
                Some("fr-FR"),
            ),
            // Empty is not set.
            (
                &[("LC_ALL", ""), ("LANG", "de_DE")],
                &["de-DE"],
                Some("de-DE"),
            ),
            (&[("LANG", "C.UTF-8"), ("LANGUAGE", "de")], &["de"], None),
            (&[("LANG", "C"), ("LANGUAGE", "de")], &[], None),
            (&[("LANG", "../../x")], &[], None),
        ] {
            let expected = (
                languages.iter().map(|tag| (*tag).to_owned()).collect(),
                times.map(str::to_owned),
            );
            assert_eq!(read(environment), expected, "{environment:?}");
        }
    }
}
