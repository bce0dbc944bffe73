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

/// Embeds the pages in the app instead of asking a development server for them.
pub const FEATURE: &str = "latchkey/custom-protocol";

/// What `cargo xtask run` hands to the app.
#[derive(Args)]
pub struct RunArguments {
    /// Connect to this server at the start.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Store all data in this folder instead of the default one.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Installs missing packages (or names them), builds the app and opens it.
pub fn run(arguments: &RunArguments) -> Result<(), String> {
    let display = has_display();
    if !display {
        println!(
            "There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). Building anyway."
        );
    }
    packages::ensure_build()?;
    ui::install()?;
    ui::build()?;
    build()?;
    let app = built(APP);
    if !display {
        return Err(format!(
            "The app is built, but there is no display for its window. Start it in a desktop session:\n  {}",
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
        Err(format!("Latchkey exited with {status}"))
    }
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Builds the app. The whole workspace is selected, as the tests do: with the app alone, cargo would choose other
/// features for shared dependencies and build them a second time.
fn build() -> Result<(), String> {
    let build = [
        "build",
        "--workspace",
        "--features",
        FEATURE,
        "--bin",
        "latchkey",
    ];
    process::run(cargo().args(build), BUILD)
}

/// Builds the programs that the tests start, and puts app and server where no other build writes over them.
pub fn build_for_tests() -> Result<(), String> {
    let programs = ["latchkey", "latchkey-server", "simulate", "screenshots"];
    let mut build = cargo();
    build.args(["build", "--workspace", "--features", FEATURE]);
    build.args(programs.iter().flat_map(|program| ["--bin", program]));
    process::run(&mut build, BUILD)?;
    let kept = kept();
    fs::create_dir_all(&kept)
        .map_err(|error| format!("{} can't be made: {error}", kept.display()))?;
    for program in [APP, SERVER] {
        let (from, to) = (built(program), kept.join(program));
        // A copy that is running can't be written over, but it can be replaced.
        let _ = fs::remove_file(&to);
        fs::copy(&from, &to)
            .map_err(|error| format!("{} can't be copied: {error}", from.display()))?;
    }
    Ok(())
}

/// Tells `command` where [`build_for_tests`] has put the programs.
pub fn name_for_tests(command: &mut Command) {
    command
        .env("LATCHKEY_APP", kept().join(APP))
        .env("LATCHKEY_SERVER", kept().join(SERVER));
}

fn built(program: &str) -> PathBuf {
    crate::root().join("target/debug").join(program)
}

fn built_for_release(program: &str) -> PathBuf {
    crate::root().join("target/release").join(program)
}

fn kept() -> PathBuf {
    crate::root().join("target/desktop")
}

/// The simulation that [`build_for_tests`] has built.
pub fn built_simulation(seeds: u64) -> Command {
    let mut simulate = process::command(built("simulate"));
    simulate.args(["--seeds", &seeds.to_string()]);
    simulate
}

/// `cargo xtask sim`.
pub fn simulate(seeds: u64, from: u64) -> Result<(), String> {
    let mut simulate = cargo();
    simulate.args(["run", "-p", "latchkey-tests", "--bin", "simulate", "--"]);
    simulate.args(["--seeds", &seeds.to_string(), "--from", &from.to_string()]);
    process::run(&mut simulate, LONG)
}

/// `cargo xtask bench`: release builds of everything measured, then the measuring.
pub fn bench(json: bool, only: &str) -> Result<(), String> {
    packages::ensure_test()?;
    ui::install()?;
    ui::build()?;
    // One build of all of it: two would build what they share twice, with different features.
    let build = [
        "build",
        "--release",
        "-p",
        "latchkey",
        "-p",
        "latchkey-server",
        "-p",
        "latchkey-floor-window",
        "-p",
        "latchkey-tests",
        "--bin",
        "latchkey",
        "--bin",
        "latchkey-server",
        "--bin",
        "latchkey-floor-window",
        "--bin",
        "bench",
        "--features",
        "latchkey/custom-protocol,latchkey-floor-window/custom-protocol,latchkey-tests/bench",
    ];
    process::run(cargo().args(build), BUILD)?;
    let postgres = Postgres::start()?;
    let folder = TemporaryFolder::new("bench")?;
    let mut bench = on_a_screen(built_for_release("bench"));
    bench.args(["--postgres", postgres.url()]);
    bench.args(json.then_some("--json"));
    if !only.is_empty() {
        bench.args(["--only", only]);
    }
    process::run(&mut wrap(&bench, folder.path()), LONG)
}

/// `program`, with a screen of its own where there is none.
fn on_a_screen(program: PathBuf) -> Command {
    let has = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if has("DISPLAY") || has("WAYLAND_DISPLAY") {
        return process::command(program);
    }
    let mut screen = process::command("xvfb-run");
    screen
        .args(["-a", "-s", "-screen 0 1400x1000x24 -noreset"])
        .arg(program);
    screen
}

/// `cargo xtask screenshots DIR`.
pub fn screenshots(directory: &Path) -> Result<(), String> {
    let directory = std::path::absolute(directory)
        .map_err(|error| format!("{}: {error}", directory.display()))?;
    packages::ensure_test()?;
    ui::install()?;
    ui::build()?;
    build_for_tests()?;
    let folder = TemporaryFolder::new("screenshots")?;
    let mut screenshots = process::command(built("screenshots"));
    screenshots.arg(directory);
    name_for_tests(&mut screenshots);
    process::run(&mut wrap(&screenshots, folder.path()), LONG)
}
