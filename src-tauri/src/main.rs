//! The Latchkey desktop app.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod alerts;
mod arguments;
mod bundled;
mod commands;
mod events;
mod link;
mod logging;
mod shell;
mod start;
mod tray;
mod window;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(folder) = arguments.data_folder() else {
        eprintln!(
            "There is no folder for Latchkey's data: this user has no home. Choose one with --data-dir."
        );
        return ExitCode::FAILURE;
    };
    logging::start(&folder);
    match start::run(arguments, folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the app could not start");
            eprintln!("Latchkey could not start: {error}");
            ExitCode::FAILURE
        }
    }
}
