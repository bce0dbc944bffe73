//! The server inside the app, as its window sees it.

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use latchkey_client::app::{App, AppOptions};
use latchkey_client::bundled::BundledServer;
use latchkey_client::client::Client;
use latchkey_client::clock::SystemClock;
use latchkey_client::secrets::MemorySecretStore;
use latchkey_client::stage::Stage;
use latchkey_server::Server;
use latchkey_server::config::{Config, HashCost, InsideApp};
use latchkey_tests::client::{current, new_account};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

/// The server in the test's own process.
struct Inside {
    /// Whether it takes accounts beside the first.
    sign_up: bool,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

impl BundledServer for Inside {
    fn start(
        &self,
        folder: PathBuf,
        secret: SecretString,
    ) -> BoxFuture<'_, Result<Url, Box<dyn Error + Send + Sync>>> {
        async move {
            let sign_up = self.sign_up;
            let config = Config {
                hash: HashCost::FLOOR,
                ..Config::inside_app(folder, InsideApp { secret, sign_up })
            };
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let address = Url::parse(&format!("http://{}", listener.local_addr()?))?;
            let server = Server::open(config).await?;
            self.tasks
                .spawn(server.run(listener, self.shutdown.clone()));
            Ok(address)
        }
        .boxed()
    }

    fn runs(&self) -> bool {
        true
    }

    fn mail_folder(&self) -> Option<PathBuf> {
        None
    }
}

/// An app that runs its server.
struct Running {
    client: Arc<Client>,
    inside: Arc<Inside>,
}

impl Running {
    async fn start(folder: &Path, keyring: &Arc<MemorySecretStore>, sign_up: bool) -> Self {
        let inside = Arc::new(Inside {
            sign_up,
            shutdown: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        let client = App::open(AppOptions {
            data_folder: folder.to_owned(),
            secrets: Arc::<MemorySecretStore>::clone(keyring),
            clock: Arc::new(SystemClock),
            app: "Latchkey test".to_owned(),
            bundled: Some(Arc::<Inside>::clone(&inside)),
        })
        .await
        .shown();
        Self { client, inside }
    }

    async fn quit(self) {
        self.client.close().await;
        self.inside.shutdown.cancel();
        self.inside.tasks.close();
        self.inside.tasks.wait().await;
    }
}

fn takes_accounts(stage: &Stage) -> bool {
    match stage {
        Stage::SignIn { server, .. } => server.sign_up,
        _ => panic!("{stage:?}"),
    }
}

/// What its server said of itself when the person signed in may be of a start that had been opened for others.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_out_is_offered_what_the_server_takes_now() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::default());
    let app = Running::start(folder.path(), &keyring, true).await;
    app.client.use_this_computer().await.unwrap();
    let stage = app.client.stage().await;
    assert!(takes_accounts(&stage));
    let created = app.client.create_account(new_account("anna")).await;
    created.unwrap();
    current(&app.client).await;
    app.quit().await;

    let app = Running::start(folder.path(), &keyring, false).await;
    current(&app.client).await;
    app.client.sign_out().await.unwrap();
    let stage = app.client.stage().await;
    assert!(!takes_accounts(&stage), "this start takes one account");
    app.quit().await;
}
