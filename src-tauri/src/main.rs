//! The Latchkey desktop app.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod alerts;
mod appearance;
mod arguments;
mod bundled;
mod clipboard;
mod commands;
mod events;
mod link;
mod locale;
mod logging;
mod network;
mod notifications;
mod place;
mod saved_files;
mod shell;
mod start;
mod tray;
mod web_process;
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
    #[cfg(target_os = "linux")]
    window::draw_with_the_processor();
    logging::start(&folder);
    match start::run(arguments, folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[cfg(target_os = "linux")]
            start_again_after(&error);
            tracing::error!(%error, "the app could not start");
            eprintln!("Latchkey could not start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Starts again, once, when the copy that was to be handed this start ended in that very moment: killed, its name stays
/// on the session bus for an instant longer.
#[cfg(target_os = "linux")]
fn start_again_after(error: &tauri::Error) {
    use std::os::unix::process::CommandExt as _;

    const AGAIN: &str = "LATCHKEY_STARTED_AGAIN";
    let tauri::Error::PluginInitialization(plugin, _) = error else {
        return;
    };
    if plugin != "single-instance" || std::env::var_os(AGAIN).is_some() {
        return;
    }
    tracing::info!(%error, "starting again");
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    // Returns only when it could not be done; then the first error is told.
    let _ = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(AGAIN, "1")
        .exec();
}
