//! The client without a window as a person's device: a data folder, a keyring and a network that outlast the app.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "this is the tests' own ground: what fails here fails the test that uses it"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use latchkey_client::accounts::{CreateAccountForm, SignInForm};
use latchkey_client::app::{App, AppOptions};
use latchkey_client::client::Client;
use latchkey_client::clock::SystemClock;
use latchkey_client::profile::{ProfileForm, ProfileView};
use latchkey_client::secrets::MemorySecretStore;
use latchkey_client::sessions::DeviceView;
use latchkey_client::stage::{EndedView, Stage, SyncState};
use latchkey_client::step_up::StepUpForm;
use latchkey_protocol::profile::ProfileEdit;
use tempfile::TempDir;

use crate::server::{Link, PATIENCE, Proxy, ServerUnderTest, eventually};

/// The password of everybody here.
pub const PASSWORD: &str = "brass kettle on tuesday";

/// One device: a data folder, a keyring and a way to the server, which outlast the app.
pub struct Device {
    /// Its data folder.
    pub folder: TempDir,
    /// Its keyring.
    pub keyring: Arc<MemorySecretStore>,
    /// The network between it and the server.
    pub link: Link,
}

impl Device {
    /// A device that has never been used, with a network to `server`.
    pub async fn new(server: &ServerUnderTest) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            keyring: Arc::default(),
            link: Link::to(server).await,
        }
    }

    /// Starts the app, for the account that it shows.
    pub async fn open(&self) -> Arc<Client> {
        self.app().await.shown()
    }

    /// Starts the app.
    pub async fn app(&self) -> Arc<App> {
        App::open(AppOptions {
            data_folder: self.folder.path().to_owned(),
            secrets: Arc::<MemorySecretStore>::clone(&self.keyring),
            clock: Arc::new(SystemClock),
            app: "Latchkey test".to_owned(),
            bundled: None,
        })
        .await
    }

    /// Starts the app and chooses the server.
    pub async fn connected(&self) -> Arc<Client> {
        let client = self.open().await;
        assert_eq!(client.stage().await, Stage::FirstStart);
        let address = format!("http://{}", self.link.address());
        client.connect_to_server(address).await.unwrap();
        let stage = client.stage().await;
        assert!(matches!(stage, Stage::SignIn { .. }), "{stage:?}");
        client
    }

    /// As [`Self::connected`], by way of a proxy.
    pub async fn connected_by(&self, proxy: &Proxy) -> Arc<Client> {
        let client = self.open().await;
        let address = format!("http://{}", proxy.address());
        client.connect_to_server(address).await.unwrap();
        client
    }

    /// As [`Self::connected`], with a new account.
    pub async fn signed_up(&self, username: &str) -> Arc<Client> {
        let client = self.connected().await;
        client.create_account(new_account(username)).await.unwrap();
        let stage = client.stage().await;
        assert!(matches!(stage, Stage::SignedIn { .. }), "{stage:?}");
        current(&client).await;
        client
    }

    /// As [`Self::connected`], signed in.
    pub async fn signed_in(&self, username: &str) -> Arc<Client> {
        let client = self.connected().await;
        client.sign_in(sign_in(username, true)).await.unwrap();
        let stage = client.stage().await;
        assert!(matches!(stage, Stage::SignedIn { .. }), "{stage:?}");
        current(&client).await;
        client
    }

    /// Ends the app without a chance to tidy up, and starts it again once its hold on the folder is gone.
    pub async fn restarted(&self, client: Arc<Client>) -> Arc<Client> {
        drop(client);
        eventually("the folder is free again", async || {
            let client = self.open().await;
            (!matches!(client.stage().await, Stage::FolderUnusable { .. })).then_some(client)
        })
        .await
    }

    /// The files of local copies.
    pub fn databases(&self) -> Vec<PathBuf> {
        files(&self.folder.path().join("accounts"))
    }
}

/// What is in a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default()
}

/// A new account's form.
pub fn new_account(username: &str) -> CreateAccountForm {
    CreateAccountForm {
        display_name: "Anna Kowalska".to_owned(),
        email: format!("{username}@example.org"),
        username: username.to_owned(),
        password: PASSWORD.to_owned(),
        repeat: PASSWORD.to_owned(),
        language: "en".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        stay_signed_in: true,
    }
}

/// The form of signing in.
pub fn sign_in(login: &str, stay_signed_in: bool) -> SignInForm {
    SignInForm {
        login: login.to_owned(),
        password: PASSWORD.to_owned(),
        code: None,
        stay_signed_in,
    }
}

/// Approves the device of `client`, which is on probation, on the trusted one of `by`.
pub async fn approve(by: &Client, client: &Client) {
    let own = device(client, "this device", |device| device.this_device).await;
    device(by, "the device on probation", |device| {
        device.id == own.id && device.can_answer
    })
    .await;
    step_up(by).await;
    by.approve_device(own.id).await.unwrap();
    until(client, "it is approved", async || {
        (!client.trust().await.ok()?.on_probation).then_some(())
    })
    .await;
}

/// Gives the password once more, where two-step sign-in is off.
pub async fn step_up(client: &Client) {
    let form = StepUpForm {
        password: PASSWORD.to_owned(),
        code: None,
    };
    client.step_up(form).await.unwrap();
}

/// Another display name.
pub fn named(name: &str) -> ProfileForm {
    let edit = ProfileEdit {
        display_name: Some(name.to_owned()),
        ..ProfileEdit::default()
    };
    edit.into()
}

/// Waits until the client shows something, looking again whenever it says that something changed.
pub async fn until<T>(client: &Client, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let mut topics = client.subscribe();
    let looking = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            // A listener that lags looks again all the more.
            let _ = topics.recv().await;
        }
    };
    if let Ok(seen) = tokio::time::timeout(PATIENCE, looking).await {
        return seen;
    }
    let untold = look().await.is_some();
    panic!(
        "never told: {what}, which {}; {:?}",
        if untold { "happened" } else { "never happened" },
        client.sync_status().await
    )
}

/// Waits until everything is current.
pub async fn current(client: &Client) {
    until(client, "everything is current", async || {
        let sync = client.sync_status().await;
        (sync.state == SyncState::UpToDate && sync.current_at.is_some()).then_some(())
    })
    .await;
}

/// Waits until the client has noticed that the network is gone.
pub async fn offline(client: &Client) {
    until(client, "the network is gone", async || {
        (client.sync_status().await.state == SyncState::Offline).then_some(())
    })
    .await;
}

/// Waits until the profile is as wanted.
pub async fn profile(
    client: &Client,
    what: &str,
    holds: impl Fn(&ProfileView) -> bool,
) -> ProfileView {
    until(client, what, async || {
        client.profile().await.ok().filter(&holds)
    })
    .await
}

/// Waits until a device is as wanted.
pub async fn device(
    client: &Client,
    what: &str,
    holds: impl Fn(&DeviceView) -> bool,
) -> DeviceView {
    until(client, what, async || {
        let devices = client.devices().await.ok()?;
        devices
            .live
            .into_iter()
            .chain(devices.ended)
            .find(|device| holds(device))
    })
    .await
}

/// Waits until the client is signed out.
pub async fn signed_out(client: &Client) -> Option<EndedView> {
    until(client, "the device is signed out", async || {
        match client.stage().await {
            Stage::SignIn { ended, .. } => Some(ended),
            _ => None,
        }
    })
    .await
}
