//! The app and the programs of the `tests` crate: building and starting them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::Args;

use crate::postgres::Postgres;
use crate::process::{self, cargo};
use crate::session::{TemporaryFolder, wrap};
use crate::{packages, ui};

const BUILD: Duration = Duration::from_hours(1);
const LONG: Duration = Duration::from_hours(24);
const APP: &str = if cfg!(windows) {
    "latchkey.exe"
} else {
    "latchkey"
};

const SERVER: &str = if cfg!(windows) {
    "latchkey-server.exe"
} else {
    "latchkey-server"
};

/// What `cargo xtask run` hands to the app.
#[derive(Args)]
pub struct RunArguments {
    /// Start connected to this server.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Keep everything in this folder instead of the usual one.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Installs or names what is missing, builds the app and opens it.
pub fn run(arguments: &RunArguments) -> Result<(), String> {
    let display = has_display();
    if !display {
        println!(
            "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set). Building all the same."
        );
    }
    packages::ensure_build()?;
    ui::install()?;
    ui::build()?;
    build()?;
    let app = crate::root().join("target/debug").join(APP);
    if !display {
        return Err(format!(
            "The app is built, but there is no display to open its window on. Start it in a desktop session:\n  {}",
            app.display()
        ));
    }
    println!("Starting {}", app.display());
    let mut command = Command::new(&app);
    if let Some(server) = &arguments.server {
        command.arg("--server").arg(server);
    }
    if let Some(folder) = &arguments.data_dir {
        command.arg("--data-dir").arg(folder);
    }
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("{} could not be started: {error}", app.display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("Latchkey ended with {status}"))
    }
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn build() -> Result<(), String> {
    process::run(
        cargo().args(["build", "-p", "latchkey", "--features", "custom-protocol"]),
        BUILD,
    )
}

/// Builds the app for the tests in a real window and puts it where no other build writes over it.
pub fn build_for_desktop_suite() -> Result<PathBuf, String> {
    build()?;
    let built = crate::root().join("target/debug").join(APP);
    let kept = path_for_desktop_suite();
    if let Some(folder) = kept.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| format!("{} can't be made: {error}", folder.display()))?;
    }
    // A copy that is running can't be written over, but it can be replaced.
    let _ = fs::remove_file(&kept);
    fs::copy(&built, &kept)
        .map_err(|error| format!("{} can't be copied: {error}", built.display()))?;
    Ok(kept)
}

/// Where [`build_for_desktop_suite`] leaves the app.
pub fn path_for_desktop_suite() -> PathBuf {
    crate::root().join("target/desktop").join(APP)
}

/// The simulation of `seeds` seeds, the first of which is `from`.
pub fn simulation(seeds: u64, from: u64) -> Command {
    let mut simulate = cargo();
    simulate.args(["run", "-p", "latchkey-tests", "--bin", "simulate", "--"]);
    simulate.args(["--seeds", &seeds.to_string(), "--from", &from.to_string()]);
    simulate
}

/// `cargo xtask sim`.
pub fn simulate(seeds: u64, from: u64) -> Result<(), String> {
    process::run(&mut simulation(seeds, from), LONG)
}

/// `cargo xtask bench`: release builds of everything measured, then the measuring.
pub fn bench(json: bool) -> Result<(), String> {
    packages::ensure_test()?;
    ui::install()?;
    ui::build()?;
    let release = [
        "build",
        "--release",
        "-p",
        "latchkey",
        "-p",
        "latchkey-server",
        "-p",
        "latchkey-floor-window",
    ];
    process::run(
        cargo().args(release).args([
            "--features",
            "latchkey/custom-protocol,latchkey-floor-window/custom-protocol",
        ]),
        BUILD,
    )?;
    let postgres = Postgres::start()?;
    let folder = TemporaryFolder::new("bench")?;
    let mut bench = cargo();
    bench.args([
        "run",
        "--release",
        "-p",
        "latchkey-tests",
        "--features",
        "bench",
        "--bin",
        "bench",
        "--",
        "--postgres",
        postgres.url(),
    ]);
    bench.args(json.then_some("--json"));
    process::run(&mut wrap(&bench, folder.path()), LONG)
}

/// `cargo xtask screenshots DIR`.
pub fn screenshots(directory: &Path) -> Result<(), String> {
    let directory = std::path::absolute(directory)
        .map_err(|error| format!("{}: {error}", directory.display()))?;
    packages::ensure_test()?;
    ui::install()?;
    ui::build()?;
    let app = build_for_desktop_suite()?;
    let folder = TemporaryFolder::new("screenshots")?;
    let mut screenshots = cargo();
    screenshots
        .args(["run", "-p", "latchkey-tests", "--bin", "screenshots", "--"])
        .arg(directory);
    process::run(cargo().args(["build", "-p", "latchkey-server"]), BUILD)?;
    let server = crate::root().join("target/debug").join(SERVER);
    screenshots
        .env("LATCHKEY_APP", app)
        .env("LATCHKEY_SERVER", server);
    process::run(&mut wrap(&screenshots, folder.path()), LONG)
}
