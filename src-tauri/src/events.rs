//! What Rust tells the pages.

use latchkey_client::app::LocalAccountId;
use latchkey_client::changes::Topic;
use serde::{Deserialize, Serialize};

/// Something that screens may be showing has changed; those that show it, of that account, ask again.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
pub struct Changed {
    /// Whose it is; `None` for what is of the whole app.
    pub account: Option<LocalAccountId>,
    /// What has changed.
    pub topics: Vec<Topic>,
}

/// Somebody asked for a screen: from the tray, by a link, in a notification.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
pub struct Navigate {
    /// The account whose screen it is; `None` for that of the account that is shown.
    pub account: Option<LocalAccountId>,
    /// The screen's name, as `sessions`, or `sign_out` for the question whether to.
    pub screen: String,
}

/// A link was followed, or could not be; the window asks for what came of it.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
pub struct LinkFollowed;
