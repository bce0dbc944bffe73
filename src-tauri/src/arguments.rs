//! The command line of the app.

use std::path::PathBuf;

use clap::Parser;

/// Latchkey: your account, on your desktop.
#[derive(Clone, Debug, Parser)]
#[command(name = "latchkey", version)]
pub struct Arguments {
    /// Store all data in this folder instead of the default one.
    #[arg(long, value_name = "DIR", env = "LATCHKEY_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Connect to this server at the first start.
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Allow more than one account on the server on this computer, until the app is closed.
    #[arg(long)]
    pub allow_sign_up: bool,
    /// A link to open, like `latchkey://confirm-email/TOKEN`.
    #[arg(value_name = "LINK")]
    pub link: Option<String>,
}

impl Arguments {
    /// The data folder: the one given, or else the operating system's default place for such data.
    pub fn data_folder(&self) -> Option<PathBuf> {
        match &self.data_dir {
            Some(folder) => std::path::absolute(folder).ok(),
            None => directories::ProjectDirs::from("org", "Latchkey", "Latchkey")
                .map(|folders| folders.data_local_dir().to_owned()),
        }
    }
}
