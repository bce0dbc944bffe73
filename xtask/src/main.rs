//! The development commands of Latchkey: `cargo xtask …`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod api_tools;
mod app;
mod dependencies;
mod outcome;
mod packages;
mod postgres;
mod process;
mod session;
mod suite;
mod ui;

/// The development commands of Latchkey.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install missing packages (or name them), build the app and open it.
    Run(app::RunArguments),
    /// Run all tests, as continuous integration does, or part of them.
    Test {
        /// Only this suite: a folder or file of `tests/tests`, or `unit` for the unit tests.
        suite: Option<String>,
        /// Of the suite, only the tests with one of these in their names.
        filters: Vec<String>,
    },
    /// Check what takes a few minutes: formatting, lints, types, words, and the unit tests.
    Check,
    /// Measure speed and memory, each next to a baseline.
    Bench {
        /// Print JSON instead of a table.
        #[arg(long)]
        json: bool,
        /// Run only these groups, separated by commas: window, cache, sync, sessions, sign-ins, ending, streams.
        #[arg(long, default_value = "")]
        only: String,
    },
    /// Save every screen of the real window as PNG: light and dark, wide and narrow, English and German.
    Screenshots {
        /// The folder for the pictures.
        directory: PathBuf,
    },
    /// Record again what screen readers announce on each screen, for the tests to compare.
    Accessibility,
    /// Run the sync simulation.
    Sim {
        /// The number of seeds.
        #[arg(long, default_value_t = 1000)]
        seeds: u64,
        /// The first seed.
        #[arg(long, default_value_t = 0)]
        from: u64,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Run(arguments) => app::run(&arguments),
        Command::Test { suite: None, .. } => suite::test(),
        Command::Test {
            suite: Some(suite),
            filters,
        } => suite::part(&suite, &filters),
        Command::Check => suite::check(),
        Command::Bench { json, only } => app::bench(json, &only),
        Command::Screenshots { directory } => app::screenshots(&directory),
        Command::Accessibility => suite::accessibility(),
        Command::Sim { seeds, from } => app::simulate(seeds, from),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The folder that holds the workspace.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}
