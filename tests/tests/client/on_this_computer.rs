//! The server inside the app, as its window sees it.

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use latchkey_client::bundled::BundledServer;
use latchkey_client::client::{Client, ClientOptions};
use latchkey_client::clock::SystemClock;
use latchkey_client::secrets::MemorySecretStore;
use latchkey_client::stage::Stage;
use latchkey_server::Server;
use latchkey_server::config::{Config, HashCost, InsideApp};
use latchkey_tests::client::{current, new_account};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// The server in the test's own process, which takes one account.
#[derive(Default)]
struct Inside {
    shutdown: CancellationToken,
}

impl BundledServer for Inside {
    fn start(
        &self,
        folder: PathBuf,
        secret: SecretString,
    ) -> BoxFuture<'_, Result<Url, Box<dyn Error + Send + Sync>>> {
        async move {
            let app = InsideApp {
                secret,
                sign_up: false,
            };
            let config = Config {
                hash: HashCost::FLOOR,
                ..Config::inside_app(folder, app)
            };
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let address = Url::parse(&format!("http://{}", listener.local_addr()?))?;
            let server = Server::open(config).await?;
            tokio::spawn(server.run(listener, self.shutdown.clone()));
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

fn takes_accounts(stage: &Stage) -> bool {
    match stage {
        Stage::SignIn { server, .. } => server.sign_up,
        _ => panic!("{stage:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_out_is_offered_no_second_account_there() {
    let folder = tempfile::tempdir().unwrap();
    let inside = Inside::default();
    let _stops: DropGuard = inside.shutdown.clone().drop_guard();
    let client = Client::open(ClientOptions {
        data_folder: folder.path().to_owned(),
        secrets: Arc::<MemorySecretStore>::default(),
        clock: Arc::new(SystemClock),
        app: "Latchkey test".to_owned(),
        bundled: Some(Arc::new(inside)),
    })
    .await;
    let stage = client.use_this_computer().await.unwrap();
    assert!(takes_accounts(&stage), "there is none yet");
    client.create_account(new_account("anna")).await.unwrap();
    current(&client).await;
    let stage = client.sign_out().await.unwrap();
    assert!(!takes_accounts(&stage), "there is one");
    client.close().await;
}
