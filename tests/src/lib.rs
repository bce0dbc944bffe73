//! What the suites stand on.

#[cfg(unix)]
pub mod browser;
pub mod client;
#[cfg(unix)]
pub mod desktop;
pub mod server;
pub mod simulation;
#[cfg(unix)]
pub mod webdriver;

use std::path::{Path, PathBuf};

/// The folder that holds the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned)
}
