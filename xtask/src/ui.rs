//! The user interface: Node, its packages and its scripts.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::process::{command, output, run};

/// The oldest Node that Vite runs on.
const NODE: (u32, u32) = (20, 19);
const LIMIT: Duration = Duration::from_mins(15);

fn folder() -> PathBuf {
    crate::root().join("ui")
}

/// npm with `arguments`, in the folder of the user interface, without colours so that its counts can be read.
pub fn npm(arguments: &[&str]) -> Command {
    let mut npm = command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(arguments)
        .current_dir(folder())
        .env("NO_COLOR", "1")
        .env_remove("FORCE_COLOR");
    npm
}

/// Says what is wrong when there is no Node that is new enough.
pub fn check_node() -> Result<(), String> {
    let wanted = format!("Node.js {}.{} or newer", NODE.0, NODE.1);
    let Some(version) = output(command("node").arg("--version")) else {
        return Err(format!(
            "{wanted} is missing. Install it from https://nodejs.org or your system's packages."
        ));
    };
    let mut parts = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().unwrap_or(0));
    let found: (u32, u32) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < NODE {
        return Err(format!(
            "{wanted} is required; `node` is {}.",
            version.trim()
        ));
    }
    Ok(())
}

/// Installs the packages of the lock file, unless exactly those are there.
pub fn install() -> Result<(), String> {
    check_node()?;
    let lock = fs::read(folder().join("package-lock.json"))
        .map_err(|error| format!("ui/package-lock.json can't be read: {error}"))?;
    let stamp = folder().join("node_modules/.latchkey-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        println!("The packages of the user interface are up to date.");
        return Ok(());
    }
    println!("Installing the packages of ui/package-lock.json from the npm registry.");
    run(&mut npm(&["ci"]), LIMIT)?;
    fs::write(&stamp, lock)
        .map_err(|error| format!("{} can't be written: {error}", stamp.display()))
}

/// Builds the pages that the app embeds.
pub fn build() -> Result<(), String> {
    run(&mut npm(&["run", "build"]), LIMIT)
}
