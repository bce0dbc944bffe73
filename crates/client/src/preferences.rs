//! What is set on this device alone, before and after signing in.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::changes::Topic;
use crate::failure::Failure;

/// Settings of this installation. They hold no secret and stay when an account is signed out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Preferences {
    /// Light, dark, or as the system is.
    pub theme: Theme,
    /// BCP 47 tag for the app before anybody has signed in; `None` follows the system. Once signed in, the profile's
    /// language counts.
    pub language: Option<String>,
    /// Whether closing the window leaves Latchkey in the tray.
    pub stay_in_tray: bool,
    /// How large everything in the window is, in percent of its usual size, within [`TEXT_SIZES`]; `None` is the usual.
    pub text_size: Option<u16>,
}

/// The sizes that can still be worked with.
pub const TEXT_SIZES: RangeInclusive<u16> = 75..=200;

/// The colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// The system's theme.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl App {
    /// What is set on this device.
    #[expect(clippy::unused_async, reason = "every command is asynchronous")]
    pub async fn preferences(&self) -> Result<Preferences, Failure> {
        Ok(self
            .installation
            .read_settings(|settings| settings.preferences.clone()))
    }

    /// Sets all of it.
    pub async fn set_preferences(&self, mut preferences: Preferences) -> Result<(), Failure> {
        let size = preferences.text_size;
        preferences.text_size = size.map(|size| size.clamp(*TEXT_SIZES.start(), *TEXT_SIZES.end()));
        self.installation
            .update_settings(move |settings| settings.preferences = preferences)
            .await?;
        self.installation.announce(vec![Topic::Preferences]);
        Ok(())
    }
}
