//! What the app can be started with.

use std::path::PathBuf;

use clap::Parser;

/// Latchkey: your account, on your desktop.
#[derive(Clone, Debug, Parser)]
#[command(name = "latchkey", version)]
pub struct Arguments {
    /// Keep everything in this folder instead of the usual one.
    #[arg(long, value_name = "DIR", env = "LATCHKEY_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Connect to this server at the first start.
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Let other accounts be created on the server on this computer beside the first, until the app is closed.
    #[arg(long)]
    pub allow_sign_up: bool,
    /// A link to open, as `latchkey://confirm-email/TOKEN`.
    #[arg(value_name = "LINK")]
    pub link: Option<String>,
}

impl Arguments {
    /// Where everything is kept: the folder asked for, else the operating system's place for such data.
    pub fn data_folder(&self) -> Option<PathBuf> {
        match &self.data_dir {
            Some(folder) => std::path::absolute(folder).ok(),
            None => directories::ProjectDirs::from("org", "Latchkey", "Latchkey")
                .map(|folders| folders.data_local_dir().to_owned()),
        }
    }
}
