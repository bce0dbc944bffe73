//! The server inside the app, for a person who wants everything on this computer.

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use latchkey_client::bundled::BundledServer;
use latchkey_server::Server;
use latchkey_server::config::Config;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

/// The server as a task of the app.
#[derive(Default)]
pub struct Bundled {
    mail_folder: OnceLock<PathBuf>,
    tasks: TaskTracker,
    running: Mutex<Option<JoinHandle<()>>>,
    shutdown: CancellationToken,
}

impl Bundled {
    /// Lets the server finish what it is at. Returns when it has ended, at once when it never ran.
    pub async fn stop(&self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn running(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn begin(&self, folder: PathBuf) -> Result<Url, Box<dyn Error + Send + Sync>> {
        if self.shutdown.is_cancelled() {
            return Err("the app is being closed".into());
        }
        // Port 0: a fixed port would be somebody else's one day, or be expected by a hostile page.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = Url::parse(&format!("http://{}", listener.local_addr()?))?;
        let config = Config {
            only_bound_host: true,
            first_account_administers: true,
            ..Config::for_folder(folder)
        };
        let mail_folder = config.outbox_folder();
        let server = Server::open(config).await?;
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
    fn start(&self, folder: PathBuf) -> BoxFuture<'_, Result<Url, Box<dyn Error + Send + Sync>>> {
        self.begin(folder).boxed()
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
