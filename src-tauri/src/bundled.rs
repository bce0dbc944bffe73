//! The server inside the app, for a person who wants everything on this computer.

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use latchkey_client::bundled::BundledServer;
use latchkey_server::Server;
use latchkey_server::config::{Config, InsideApp};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

/// The file in the server's folder that holds the port of the last start.
const PORT: &str = "port";

/// On the port of the last start, so that links in mails outlast it, as long as nobody else has it; else on a free one:
/// a fixed port would be somebody else's one day, or be expected by a hostile page.
async fn listen(file: &Path) -> std::io::Result<TcpListener> {
    let last = tokio::fs::read_to_string(file).await.ok();
    if let Some(port) = last.and_then(|port| port.trim().parse::<u16>().ok())
        && let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
    {
        return Ok(listener);
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

/// The server as a task of the app.
#[derive(Default)]
pub struct Bundled {
    /// Whether accounts may be made beside the first.
    sign_up: bool,
    mail_folder: OnceLock<PathBuf>,
    tasks: TaskTracker,
    running: Mutex<Option<JoinHandle<()>>>,
    shutdown: CancellationToken,
}

impl Bundled {
    /// One that takes other accounts beside the first, if `sign_up`.
    pub fn new(sign_up: bool) -> Self {
        Self {
            sign_up,
            ..Self::default()
        }
    }

    /// Lets the server finish what it is at. Returns when it has ended, at once when it never ran.
    pub async fn stop(&self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn running(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn begin(
        &self,
        folder: PathBuf,
        secret: SecretString,
    ) -> Result<Url, Box<dyn Error + Send + Sync>> {
        if self.shutdown.is_cancelled() {
            return Err("the app is being closed".into());
        }
        let port = folder.join(PORT);
        let listener = listen(&port).await?;
        let address = Url::parse(&format!("http://{}", listener.local_addr()?))?;
        let sign_up = self.sign_up;
        let config = Config::inside_app(folder, InsideApp { secret, sign_up });
        let mail_folder = config.outbox_folder();
        let server = Server::open(config).await?;
        // Of no account where it can't be written: the next start takes another port.
        let _ = tokio::fs::write(&port, listener.local_addr()?.port().to_string()).await;
        // A second start, after a failed one, finds the same folder.
        let _ = self.mail_folder.set(mail_folder);
        let shutdown = self.shutdown.clone();
        let running = self.tasks.spawn(async move {
            if let Err(error) = server.run(listener, shutdown).await {
                tracing::error!(%error, "the server on this computer has ended");
            }
        });
        *self.running() = Some(running);
        Ok(address)
    }
}

impl BundledServer for Bundled {
    fn start(
        &self,
        folder: PathBuf,
        secret: SecretString,
    ) -> BoxFuture<'_, Result<Url, Box<dyn Error + Send + Sync>>> {
        self.begin(folder, secret).boxed()
    }

    fn runs(&self) -> bool {
        self.running()
            .as_ref()
            .is_some_and(|running| !running.is_finished())
    }

    fn mail_folder(&self) -> Option<PathBuf> {
        self.mail_folder.get().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_port_of_the_last_start_is_taken_again_unless_somebody_has_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(PORT);
        let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
        let first = listen(&file).await.expect("a port");
        std::fs::write(&file, port(&first).to_string()).expect("written");
        let second = listen(&file).await.expect("another port");
        assert_ne!(port(&second), port(&first), "it is in use");
        let last = port(&first);
        drop(first);
        assert_eq!(port(&listen(&file).await.expect("a port")), last);
        for nonsense in ["", "x", "70000"] {
            std::fs::write(&file, nonsense).expect("written");
            assert_ne!(port(&listen(&file).await.expect("a port")), 0);
        }
    }
}
