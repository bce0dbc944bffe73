//! Errors in the settings, for the person who wrote them: which setting, its value, and what would be valid.

use std::path::PathBuf;

/// Settings that can't be used. No text shows a value that is, or may be, a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("the settings file {} can't be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML.
    #[error("{origin} is not TOML: {reason}")]
    Malformed {
        /// The file.
        origin: String,
        /// What is wrong, with the line.
        reason: String,
    },
    /// Nothing of this name is a setting.
    #[error(
        "{origin}: there is no setting {key}. `latchkey-server serve --help` lists all of them"
    )]
    Unknown {
        /// The file with the line, the variable or the option.
        origin: String,
        /// The key.
        key: String,
    },
    /// A section with a value of its own.
    #[error("{origin}: {key} is a section. Its settings are {settings}")]
    Section {
        /// The file with the line, the variable or the option.
        origin: String,
        /// The section.
        key: String,
        /// What is in it.
        settings: String,
    },
    /// Not a value for the setting.
    #[error("{origin}: {value} is not a valid value for the setting {setting}. It takes {takes}")]
    Wrong {
        /// The file with the line, the variable or the option.
        origin: String,
        /// The key.
        setting: &'static str,
        /// The value in quotation marks, or words in its place where it is a secret.
        value: String,
        /// What would be right.
        takes: &'static str,
    },
    /// Two settings that don't go together.
    #[error("the setting {setting} can't be used: {reason}")]
    Refused {
        /// The key.
        setting: &'static str,
        /// The rule.
        reason: &'static str,
    },
}
