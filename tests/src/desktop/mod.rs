//! The real app in a real window, worked as a person works it.
//!
//! A [`Desk`] is a screen, a session bus and a keyring of a test's own. On it, [`Desk::open`] starts the built app
//! through `WebKitWebDriver` and gives its [`Window`]. Things in a window are found by what a person goes by: their role
//! and their visible name, as the accessibility tree has them.
//!
//! The app is the one that `cargo xtask test` builds; `LATCHKEY_APP` names another.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "this is the tests' own ground: what fails here fails the test that uses it"
)]

mod accessibility;
mod clipboard;
mod desk;
mod keyrings;
mod notifications;
mod panel;
mod screen;
mod window;

pub use accessibility::{Reader, Told};
pub use clipboard::Copied;
pub use desk::{Desk, Keyring};
pub use notifications::{Body, Notification, NotificationServer};
pub use panel::Panel;
pub use screen::{Frame, Manager, Picture, Started};
pub use window::Window;

pub use crate::webdriver::{Element, Held, Key, Looks, is_running, signal};

use std::path::PathBuf;

use crate::workspace;

/// The built app.
pub fn app() -> PathBuf {
    let app = std::env::var_os("LATCHKEY_APP").map_or_else(
        || workspace().join("target/desktop/latchkey"),
        PathBuf::from,
    );
    assert!(
        app.is_file(),
        "{} is not there: `cargo xtask test` builds it",
        app.display()
    );
    app
}
