//! The log: `logs/latchkey.log` in the data folder, and standard error where that can't be written.
//!
//! Nothing secret reaches it: secrets are of types that print no value.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use latchkey_client::folder::{close, make_private};
use latchkey_server::log::OneLine;
use tracing_subscriber::EnvFilter;

/// The environment variable that says what is logged, as `latchkey_client=debug`.
const FILTER: &str = "LATCHKEY_LOG";
/// The folder for it in the data folder.
const FOLDER: &str = "logs";
/// A log that is larger is set aside at the next start. The one set aside before is then gone.
const LARGEST: u64 = 1024 * 1024;

/// Starts the log. `folder` is the data folder.
pub fn start(folder: &Path) {
    let filter =
        EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new("warn,latchkey=info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false);
    match open(folder) {
        Ok(file) => log.with_writer(plain(Mutex::new(file))).init(),
        Err(_) => log.with_writer(plain(io::stderr)).init(),
    }
}

fn plain<M>(to: M) -> OneLine<M> {
    let colours = false;
    OneLine { to, colours }
}

/// Where the log of the app with this data folder is.
pub fn file(folder: &Path) -> PathBuf {
    folder.join(FOLDER).join("latchkey.log")
}

fn open(folder: &Path) -> io::Result<File> {
    let path = file(folder);
    // The log is the first to write there.
    close(folder)?;
    make_private(&folder.join(FOLDER))?;
    if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > LARGEST) {
        fs::rename(&path, path.with_file_name("latchkey.old.log"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}
