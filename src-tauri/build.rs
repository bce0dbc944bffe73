//! Embeds the configuration, the permissions and the icons.

use std::path::Path;

fn main() {
    // `cargo check` must work before the pages have been built; `cargo xtask` builds them before the app.
    let pages = Path::new("../ui/dist");
    if let Err(error) = std::fs::create_dir_all(pages) {
        println!("cargo::error={} can't be made: {error}", pages.display());
    }
    println!("cargo::rerun-if-changed={}", pages.display());
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new()) {
        println!("cargo::error={error:#}");
    }
}
