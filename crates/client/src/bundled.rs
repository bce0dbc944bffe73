//! The server inside this app, as the client knows it: something that can be started.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;
use url::Url;

use crate::transport::TransportError;

/// Starts the server that this app carries. Whoever makes the app implements it; the client names no server.
pub trait BundledServer: Send + Sync + 'static {
    /// Starts it on a free port of 127.0.0.1 with its data under `folder`, and gives its address once it answers.
    /// Called again only after it has failed.
    fn start(
        &self,
        folder: PathBuf,
    ) -> BoxFuture<'_, Result<Url, Box<dyn std::error::Error + Send + Sync>>>;

    /// The folder into which it writes mails as files; `None` when it has SMTP.
    fn mail_folder(&self) -> Option<PathBuf>;
}

/// The bundled server, started when it is first needed.
pub(crate) struct Bundled {
    server: Option<Arc<dyn BundledServer>>,
    folder: PathBuf,
    address: OnceCell<Url>,
}

impl Bundled {
    pub(crate) fn new(server: Option<Arc<dyn BundledServer>>, folder: &Path) -> Self {
        Self {
            server,
            folder: folder.to_owned(),
            address: OnceCell::new(),
        }
    }

    /// Its address; starts it when it does not run.
    pub(crate) async fn address(&self) -> Result<&Url, TransportError> {
        let server = self.server.as_ref().ok_or(TransportError::Unreachable)?;
        self.address
            .get_or_try_init(|| async {
                server.start(self.folder.clone()).await.map_err(|error| {
                    tracing::error!(%error, "the server on this computer does not start");
                    TransportError::Unreachable
                })
            })
            .await
    }

    pub(crate) fn mail_folder(&self) -> Option<String> {
        let folder = self.server.as_ref()?.mail_folder()?;
        Some(folder.to_string_lossy().into_owned())
    }
}
