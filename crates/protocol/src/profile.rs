//! A person's profile: what they are called, and in which language and time zone they live.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::problem::FieldCode;
use crate::sync::{Collection, FieldStamp};
use crate::time::Timestamp;
use crate::users::Role;
use crate::{editable, text};

/// The most characters a display name may have.
pub const DISPLAY_NAME_MAXIMUM: usize = 120;

/// BCP 47 tags of the languages that the app, the mails and the pages speak.
pub const LANGUAGES: [&str; 2] = ["en", "de"];

/// The body of the one record of [`crate::sync::Collection::Profile`]; its id is the account's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Profile {
    /// How the person wants to be called.
    pub display_name: String,
    /// The name to sign in with.
    pub username: String,
    /// One of [`LANGUAGES`].
    pub language: String,
    /// IANA time zone name.
    pub time_zone: String,
    /// When the account was created.
    pub created_at: Timestamp,
    /// What the person may do on the server. To be shown: what counts is what the server looks up.
    #[serde(default)]
    pub role: Role,
    /// When and where each editable field was last changed.
    pub stamps: BTreeMap<String, FieldStamp>,
}

editable! {
    /// The fields of the profile that may be edited offline; `None` leaves a field alone.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, specta::Type)]
    pub struct ProfileEdit of Profile in Collection::Profile {
        /// How the person wants to be called.
        display_name: check_display_name,
        /// BCP 47 tag.
        language: check_language,
        /// IANA time zone name.
        time_zone: check_time_zone,
    }
}

/// 1 to [`DISPLAY_NAME_MAXIMUM`] characters of any script.
pub fn check_display_name(name: &str) -> Result<(), FieldCode> {
    text::check_line(name, 1, DISPLAY_NAME_MAXIMUM)
}

/// One of [`LANGUAGES`].
pub fn check_language(language: &str) -> Result<(), FieldCode> {
    if LANGUAGES.contains(&language) {
        Ok(())
    } else {
        Err(FieldCode::NotAChoice)
    }
}

/// The shape of an IANA time zone name (`theory.html` of the database: parts of letters, digits, `_`, `+`, `-`, joined
/// by `/`). Whether the zone exists is not asked: the two sides may carry databases of different years.
pub fn check_time_zone(zone: &str) -> Result<(), FieldCode> {
    if zone.is_empty() {
        return Err(FieldCode::Required);
    }
    if zone.len() > 64 {
        return Err(FieldCode::TooLong);
    }
    let good_part = |part: &str| {
        part.starts_with(|character: char| character.is_ascii_alphabetic())
            && part.chars().all(|character| {
                character.is_ascii_alphanumeric() || matches!(character, '_' | '+' | '-')
            })
    };
    if zone.split('/').all(good_part) {
        Ok(())
    } else {
        Err(FieldCode::NotAChoice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_zones_have_the_shape_of_the_database() {
        for good in [
            "UTC",
            "Europe/Berlin",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
        ] {
            assert_eq!(check_time_zone(good), Ok(()), "{good}");
        }
        for bad in [
            "../etc/passwd",
            "/UTC",
            "Europe//Berlin",
            "Europe/Ber lin",
            "\u{202E}UTC",
        ] {
            assert_eq!(check_time_zone(bad), Err(FieldCode::NotAChoice), "{bad}");
        }
    }
}
