//! The server inside this app, as the client knows it: something that can be started.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;
use url::Url;

use crate::transport::TransportError;

/// Starts the server that this app carries. Whoever makes the app implements it; the client names no server.
pub trait BundledServer: Send + Sync + 'static {
    /// Starts it on a free port of 127.0.0.1 with its data under `folder`, and gives its address once it answers.
    /// Called again only after it has failed or ended.
    fn start(
        &self,
        folder: PathBuf,
    ) -> BoxFuture<'_, Result<Url, Box<dyn std::error::Error + Send + Sync>>>;

    /// Whether the server that was last started still runs.
    fn runs(&self) -> bool;

    /// The folder into which it writes mails as files; `None` when it has SMTP.
    fn mail_folder(&self) -> Option<PathBuf>;
}

/// The bundled server, started when it is first needed, and again after it has ended.
pub(crate) struct Bundled {
    server: Option<Arc<dyn BundledServer>>,
    folder: PathBuf,
    address: Mutex<Option<Url>>,
}

impl Bundled {
    pub(crate) fn new(server: Option<Arc<dyn BundledServer>>, folder: &Path) -> Self {
        Self {
            server,
            folder: folder.to_owned(),
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
        let started = server.start(self.folder.clone()).await.map_err(|error| {
            tracing::error!(%error, "the server on this computer does not start");
            TransportError::Unreachable
        })?;
        Ok(address.insert(started).clone())
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
        ) -> BoxFuture<'_, Result<Url, Box<dyn std::error::Error + Send + Sync>>> {
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
