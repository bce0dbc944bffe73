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

mod axe;
mod desk;
mod driver;
mod keyboard;
mod process;
mod window;

pub use desk::{Desk, Keyring};
pub use driver::{Element, Held, Key};
pub use process::{is_running, signal};
pub use window::{Looks, Window};

use std::path::{Path, PathBuf};

/// The folder that holds the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the workspace exists")
}

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
