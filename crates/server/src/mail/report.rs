//! What `latchkey-server bounce` does: takes one delivery report beside the running server.

use crate::clock::{Clock as _, SystemClock, SystemRandomness};
use crate::config::Config;
use crate::database::{Database, OpenError};
use crate::secret_key::{SecretKey, SecretKeyError};

use super::bounces::{self, BounceError, Received};

/// Why a report could not be taken. Its text is for the mail server's log.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No server has ever run with these settings: there is nothing that a report could be about.
    #[error("no server has run with these settings: its database or its key is missing")]
    NoServer,
    /// The server's key can't be used.
    #[error(transparent)]
    Key(#[from] SecretKeyError),
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The report was refused.
    #[error(transparent)]
    Bounce(#[from] BounceError),
}

impl ReportError {
    /// The exit status by which a mail server's pipe knows what to do (`sysexits.h`): `EX_NOUSER` has it refuse the mail,
    /// `EX_TEMPFAIL` has it try again later, `EX_CONFIG` is for the administrator, `EX_DATAERR` is the sender's fault.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Bounce(BounceError::Forged) => 67,
            Self::Bounce(BounceError::NotAMail) => 65,
            Self::Bounce(BounceError::Database(_))
            | Self::Open(_)
            | Self::Key(SecretKeyError::Statement(_)) => 75,
            Self::NoServer | Self::Key(_) => 78,
        }
    }
}

/// Takes one report with the settings of the server that it is for. `recipient` is the envelope's recipient, where the
/// mail server tells.
pub async fn take_report(
    config: &Config,
    recipient: Option<&str>,
    report: &[u8],
) -> Result<Received, ReportError> {
    // Neither a database nor a key is made here: a mistaken path must not look like a server without that mail.
    if config.database.is_none() && !config.sqlite_file().exists()
        || config.secret_key.is_none() && !config.secret_key_file().exists()
    {
        return Err(ReportError::NoServer);
    }
    let key = SecretKey::open(config, &SystemRandomness)?;
    let database = Database::open(&config.database_options()).await?;
    key.bind(&database).await?;
    let now = SystemClock.now();
    let received = bounces::receive(&database, &key, recipient, report, now).await;
    database.close().await;
    Ok(received?)
}
