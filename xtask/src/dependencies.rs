//! What the workspace depends on: licences, sources, and what is banned (`deny.toml`).

use std::time::Duration;

use crate::process::{cargo, output, run};

/// Reads `deny.toml`. Not its advisories: their list is fetched from where no build should depend on. Nor its warnings, the
/// many versions that others depend on: `cargo deny check` tells them.
const CHECK: &[&str] = &[
    "deny",
    "--log-level",
    "error",
    "check",
    "bans",
    "licenses",
    "sources",
];

/// Compiling the tool takes minutes, checking takes seconds.
const LIMIT: Duration = Duration::from_mins(30);

/// Checks every package of the lock file, and installs the tool that does it where it is missing.
pub fn check() -> Result<(), String> {
    if output(cargo().args(["deny", "--version"])).is_none() {
        println!(
            "Installing cargo-deny from the package registry. This compiles for a few minutes, once."
        );
        // Unoptimised, it is there sooner than it would be quick.
        let install = ["install", "--debug", "--locked", "cargo-deny"];
        run(cargo().args(install), LIMIT)?;
    }
    run(cargo().args(CHECK), LIMIT)
}
