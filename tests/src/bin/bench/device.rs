//! Devices and servers inside this process, for what the client does.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use latchkey_client::accounts::SignInForm;
use latchkey_client::app::{App, AppOptions};
use latchkey_client::changes::Topic;
use latchkey_client::client::Client;
use latchkey_client::secrets::{MemorySecretStore, PlatformSecretStore, SecretStore};
use latchkey_client::stage::{Stage, SyncState};
use latchkey_server::Server;
use latchkey_server::config::{Config, HashCost};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{Outcome, person};

/// The username of every seeded account.
pub const USERNAME: &str = "anna";

/// A server on SQLite inside this process.
pub struct LocalServer {
    /// Its base URL.
    pub url: String,
    shutdown: CancellationToken,
    task: JoinHandle<Outcome<()>>,
}

impl LocalServer {
    /// Starts one with its data in `folder`.
    pub async fn start(folder: &Path) -> Outcome<Self> {
        Self::run(opened(folder).await?).await
    }

    async fn run(server: Server) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let task =
            tokio::spawn(async move { server.run(listener, stop).await.map_err(Into::into) });
        Ok(Self {
            url,
            shutdown,
            task,
        })
    }

    /// Stops it.
    pub async fn stop(self) -> Outcome<()> {
        self.shutdown.cancel();
        self.task.await?
    }
}

impl LocalServer {
    /// Starts one whose account [`USERNAME`] holds `records` entries of activity.
    pub async fn seeded(folder: &Path, records: u64) -> Outcome<Self> {
        Self::seeded_for(folder, &[USERNAME], records).await
    }

    /// The same for several accounts.
    pub async fn seeded_for(folder: &Path, usernames: &[&str], records: u64) -> Outcome<Self> {
        let server = Self::start(folder).await?;
        let mut accounts = Vec::new();
        for username in usernames {
            accounts.push(
                person::create_account(&server.url, username)
                    .await?
                    .account_id,
            );
        }
        server.stop().await?;
        let server = opened(folder).await?;
        for account in accounts {
            latchkey_server::seed::activity(&server.state().database, account, records).await?;
        }
        Self::run(server).await
    }
}

/// A server at the least cost of hashing that it accepts: here nothing about hashing is measured.
async fn opened(folder: &Path) -> Outcome<Server> {
    let mut config = Config::for_folder(folder);
    config.hash = HashCost::FLOOR;
    config.sign_in.per_address = 1_000_000;
    config.sign_in.per_network = 1_000_000;
    Ok(Server::open(config).await?)
}

/// A device whose secrets are held in memory.
pub async fn open(data: &Path) -> Outcome<Arc<Client>> {
    Ok(app_with(data, Arc::new(MemorySecretStore::default()))
        .await
        .shown())
}

/// A device whose secrets are in this system's keyring, as the app's are.
pub async fn open_with_keyring(data: &Path) -> Outcome<Arc<Client>> {
    Ok(app_with_keyring(data).await.shown())
}

/// The app of such a device.
pub async fn app_with_keyring(data: &Path) -> Arc<App> {
    app_with(data, Arc::new(PlatformSecretStore::default())).await
}

async fn app_with(data: &Path, secrets: Arc<dyn SecretStore>) -> Arc<App> {
    App::open(AppOptions {
        data_folder: data.to_owned(),
        secrets,
        clock: Arc::new(latchkey_client::clock::SystemClock),
        app: "Latchkey bench".to_owned(),
        bundled: None,
    })
    .await
}

/// Signs a device in to `server`, kept over restarts when `stay`.
pub async fn sign_in(client: &Arc<Client>, server: &LocalServer, stay: bool) -> Outcome<()> {
    sign_in_as(client, server, USERNAME, stay).await
}

/// The same to another account.
pub async fn sign_in_as(
    client: &Arc<Client>,
    server: &LocalServer,
    username: &str,
    stay: bool,
) -> Outcome<()> {
    client.connect_to_server(server.url.clone()).await?;
    let form = SignInForm {
        login: username.to_owned(),
        password: person::PASSWORD.to_owned(),
        code: None,
        stay_signed_in: stay,
    };
    client.sign_in(form).await?;
    match client.stage().await {
        Stage::SignedIn { .. } => Ok(()),
        other => Err(format!("not signed in but {other:?}").into()),
    }
}

/// Waits until everything is fetched and sent.
pub async fn until_current(client: &Client) -> Outcome<()> {
    let mut changes = client.subscribe();
    let wait = async {
        while client.sync_status().await.state != SyncState::UpToDate {
            changes.recv().await.ok();
        }
    };
    Ok(tokio::time::timeout(Duration::from_mins(5), wait).await?)
}

/// Waits until `wanted` is among what has changed.
pub async fn until_changed(
    changes: &mut tokio::sync::broadcast::Receiver<Vec<Topic>>,
    wanted: Topic,
) -> Outcome<()> {
    let wait = async {
        loop {
            match changes.recv().await {
                Ok(topics) if topics.contains(&wanted) => return Ok(()),
                Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(error) => return Err(error),
            }
        }
    };
    Ok(tokio::time::timeout(Duration::from_secs(30), wait).await??)
}
