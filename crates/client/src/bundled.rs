//! The server inside this app, as the client knows it: something that can be started.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use rand::RngExt as _;
use secrecy::SecretString;
use tokio::sync::Mutex;
use url::Url;

use crate::failure::FailureCode;
use crate::transport::{Transport, TransportError};

/// Starts the server that this app carries. Whoever makes the app implements it; the client names no server.
pub trait BundledServer: Send + Sync + 'static {
    /// Starts it on a free port of 127.0.0.1 with its data under `folder`, and gives its address once it answers. It
    /// does what the API asks only for requests that show `secret` ([`latchkey_protocol::server::APP_SECRET_HEADER`]):
    /// every user of the computer can reach the port. Called again only after it has failed or ended.
    fn start(
        &self,
        folder: PathBuf,
        secret: SecretString,
    ) -> BoxFuture<'_, Result<Url, Box<dyn Error + Send + Sync>>>;

    /// Whether the server that was last started still runs.
    fn runs(&self) -> bool;

    /// The folder into which it writes mails as files; `None` when it has SMTP.
    fn mail_folder(&self) -> Option<PathBuf>;
}

/// What keeps the bundled server from starting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundledProblem {
    /// There is no space left.
    Full,
    /// Its folder can't be written.
    ReadOnly,
    /// Something else, like a damaged database.
    Broken,
}

impl BundledProblem {
    /// By the first cause that says it.
    fn of(error: &(dyn Error + 'static)) -> Self {
        std::iter::successors(Some(error), |&error| error.source())
            .find_map(|cause| {
                let database = cause.downcast_ref::<sqlx::Error>();
                let file = match database {
                    Some(sqlx::Error::Io(file)) => Some(file),
                    _ => cause.downcast_ref::<io::Error>(),
                };
                let kind = file.map(io::Error::kind);
                let code = database
                    .and_then(sqlx::Error::as_database_error)
                    .and_then(|error| error.code()?.parse::<u32>().ok())
                    .map(|code| code & 0xff);
                match (kind, code) {
                    (Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded), _)
                    | (_, Some(13)) => Some(Self::Full),
                    (Some(ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied), _)
                    | (_, Some(8)) => Some(Self::ReadOnly),
                    _ => None,
                }
            })
            .unwrap_or(Self::Broken)
    }

    /// How a command says it.
    pub(crate) fn code(self) -> FailureCode {
        match self {
            Self::Full => FailureCode::DiskFull,
            Self::ReadOnly => FailureCode::ReadOnly,
            Self::Broken => FailureCode::BundledServerBroken,
        }
    }
}

/// The bundled server, started when it is first needed, and again after it has ended.
pub(crate) struct Bundled {
    server: Option<Arc<dyn BundledServer>>,
    folder: PathBuf,
    /// What it knows this app by. Created at each start of the app and stored nowhere.
    secret: SecretString,
    address: Mutex<Option<Url>>,
}

impl Bundled {
    pub(crate) fn new(server: Option<Arc<dyn BundledServer>>, folder: &Path) -> Self {
        Self {
            server,
            folder: folder.to_owned(),
            secret: URL_SAFE_NO_PAD
                .encode(rand::rng().random::<[u8; 32]>())
                .into(),
            address: Mutex::default(),
        }
    }

    /// Its address; starts it when it does not run.
    pub(crate) async fn address(&self) -> Result<Url, TransportError> {
        let server = self.server.as_ref().ok_or(TransportError::Unreachable)?;
        let mut address = self.address.lock().await;
        if let Some(address) = address.as_ref().filter(|_| server.runs()) {
            return Ok(address.clone());
        }
        *address = None;
        let started = server.start(self.folder.clone(), self.secret.clone()).await;
        let started = started.map_err(|error| {
            tracing::error!(%error, "the server on this computer does not start");
            TransportError::Bundled(BundledProblem::of(&*error))
        })?;
        Ok(address.insert(started).clone())
    }

    /// To it, as the app that it runs in; starts it when it does not run.
    pub(crate) async fn transport(&self) -> Result<Transport, TransportError> {
        Transport::new(self.address().await?)?.with_app_secret(&self.secret)
    }

    pub(crate) fn mail_folder(&self) -> Option<String> {
        let folder = self.server.as_ref()?.mail_folder()?;
        Some(folder.to_string_lossy().into_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

    use futures_util::FutureExt as _;

    use super::*;

    #[derive(Default)]
    struct Server {
        starts: AtomicU16,
        runs: AtomicBool,
    }

    impl BundledServer for Server {
        fn start(
            &self,
            _: PathBuf,
            _: SecretString,
        ) -> BoxFuture<'_, Result<Url, Box<dyn Error + Send + Sync>>> {
            async {
                let number = self.starts.fetch_add(1, Ordering::SeqCst);
                self.runs.store(true, Ordering::SeqCst);
                Ok(Url::parse(&format!(
                    "http://127.0.0.1:{}",
                    50_000 + number
                ))?)
            }
            .boxed()
        }

        fn runs(&self) -> bool {
            self.runs.load(Ordering::SeqCst)
        }

        fn mail_folder(&self) -> Option<PathBuf> {
            None
        }
    }

    #[test]
    fn a_full_or_closed_folder_is_told_from_other_trouble() {
        #[derive(Debug, thiserror::Error)]
        #[error("the server does not start")]
        struct Start(#[source] io::Error);

        for (kind, problem) in [
            (ErrorKind::StorageFull, BundledProblem::Full),
            (ErrorKind::QuotaExceeded, BundledProblem::Full),
            (ErrorKind::PermissionDenied, BundledProblem::ReadOnly),
            (ErrorKind::ReadOnlyFilesystem, BundledProblem::ReadOnly),
            (ErrorKind::NotFound, BundledProblem::Broken),
        ] {
            assert_eq!(BundledProblem::of(&Start(kind.into())), problem);
        }
    }

    #[tokio::test]
    async fn a_server_that_has_ended_is_started_again() {
        let server = Arc::new(Server::default());
        let bundled = Bundled::new(Some(Arc::clone(&server) as _), Path::new("server"));
        let first = bundled.address().await.unwrap();
        assert_eq!(bundled.address().await.unwrap(), first);
        server.runs.store(false, Ordering::SeqCst);
        assert_ne!(bundled.address().await.unwrap(), first);
        assert_eq!(server.starts.load(Ordering::SeqCst), 2);
    }
}
