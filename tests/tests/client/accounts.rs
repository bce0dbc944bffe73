//! Several accounts on several servers in one app.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use latchkey_client::accounts_here::AccountState;
use latchkey_client::app::{App, LocalAccountId};
use latchkey_client::client::Client;
use latchkey_client::failure::FailureCode;
use latchkey_client::links::Followed;
use latchkey_client::secrets::SecretStore as _;
use latchkey_client::sessions::EndDevices;
use latchkey_client::stage::Stage;
use latchkey_protocol::app_link::{AppLink, AppLinkKind};
use latchkey_tests::client::{
    Device, approve, current, named, new_account, profile, sign_in, step_up, until,
};
use latchkey_tests::server::{Database, Proxy, ServerUnderTest, eventually};

use crate::mailed;

/// One device with Anna on a first server, and Anna and Piotr on a second one.
struct Three {
    servers: [ServerUnderTest; 2],
    proxies: [Proxy; 2],
    device: Device,
    app: Arc<App>,
}

impl Three {
    async fn new() -> Self {
        let servers = [
            ServerUnderTest::start_in_process(Database::Sqlite).await,
            ServerUnderTest::start_in_process(Database::Sqlite).await,
        ];
        let proxies = [Proxy::to(&servers[0]).await, Proxy::to(&servers[1]).await];
        let device = Device::new(&servers[0]).await;
        let app = device.app().await;
        let three = Self {
            servers,
            proxies,
            device,
            app,
        };
        for (number, (proxy, username)) in [(0, "anna"), (1, "anna"), (1, "piotr")]
            .into_iter()
            .enumerate()
        {
            if number > 0 {
                three.app.add_account().await.unwrap();
            }
            let account = three.app.shown();
            connect(&account, &three.proxies[proxy]).await;
            account.create_account(new_account(username)).await.unwrap();
            current(&account).await;
        }
        three
    }

    fn accounts(&self) -> [Arc<Client>; 3] {
        let listed = self.app.listed();
        listed.try_into().ok().expect("three accounts")
    }

    /// What the keyring holds of an account: its token, and the public half of its device's key.
    fn secrets_of(&self, id: LocalAccountId) -> (String, String) {
        let keyring = &self.device.keyring;
        let names = keyring.names();
        let start = format!("{id}/account/");
        let name = names.iter().find(|name| name.starts_with(&start));
        let entry = keyring.get(name.unwrap()).unwrap().unwrap();
        let entry: serde_json::Value = serde_json::from_slice(&entry).unwrap();
        let key = keyring.get(&format!("{id}/device")).unwrap().unwrap();
        let key = SigningKey::from_bytes(&key.as_slice().try_into().unwrap());
        let public = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        (entry["token"].as_str().unwrap().to_owned(), public)
    }

    async fn states(&self) -> Vec<AccountState> {
        let view = self.app.accounts().await;
        view.accounts.iter().map(|entry| entry.state).collect()
    }

    async fn until_states(&self, what: &str, wanted: [AccountState; 3]) {
        eventually(what, async || (self.states().await == wanted).then_some(())).await;
    }
}

async fn connect(account: &Arc<Client>, proxy: &Proxy) {
    let address = format!("http://{}", proxy.address());
    account.connect_to_server(address).await.unwrap();
}

use AccountState::{Connected, Ended, Offline, SignedOut};

/// What one server is given opens nothing on another, and tells it nothing of the others.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_account_goes_to_another_server() {
    let three = Box::pin(Three::new()).await;
    let accounts = three.accounts();
    let mut secrets: Vec<Vec<String>> = vec![Vec::new(); 3];
    let mut look = || {
        for (account, known) in accounts.iter().zip(&mut secrets) {
            let (token, key) = three.secrets_of(account.id());
            known.extend([token, key]);
        }
    };
    look();
    for (number, account) in accounts.iter().enumerate() {
        step_up(account).await;
        let name = format!("Name {number}");
        account.edit_profile(named(&name)).await.unwrap();
        current(account).await;
    }
    look();
    for (number, account) in accounts.iter().enumerate() {
        let shown = account.profile().await.unwrap();
        assert_eq!(shown.display_name, format!("Name {number}"));
    }
    accounts[2].sign_out().await.unwrap();
    eventually("the receipt is heard", async || {
        three.proxies[1]
            .heard()
            .contains("/v1/receipts")
            .then_some(())
    })
    .await;
    for account in &accounts[..2] {
        account.sync_now().await.unwrap();
        current(account).await;
    }
    let heard = [three.proxies[0].heard(), three.proxies[1].heard()];
    for (account, (own, foreign)) in [(0, 1), (1, 0), (1, 0)].into_iter().enumerate() {
        assert_eq!(secrets[account].len(), 4);
        for secret in &secrets[account] {
            assert!(
                heard[own].contains(secret),
                "{account} showed it to its own server"
            );
            assert!(
                !heard[foreign].contains(secret),
                "{account} showed it to the other"
            );
        }
    }
    // Nor to another account of the same server: each has a key of its own.
    assert_ne!(secrets[1][1], secrets[2][1]);
    let names = [three.servers[0].server_id(), three.servers[1].server_id()];
    assert!(!heard[0].contains(&names[1].to_string()));
    assert!(!heard[1].contains(&names[0].to_string()));
}

/// A server may call itself what it likes: a link goes to where somebody has signed in to its server.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_opened_in_the_account_that_it_is_for() {
    let three = Box::pin(Three::new()).await;
    let [anna, other_anna, piotr] = three.accounts();
    // A third place, at whose address something says that it is the first server.
    let claims = Proxy::to(&three.servers[0]).await;
    three.app.add_account().await.unwrap();
    connect(&three.app.shown(), &claims).await;
    let link = async |server: usize, address: &str| {
        let server = &three.servers[server];
        let kind = AppLinkKind::ConfirmEmail;
        AppLink {
            kind,
            token: mailed(server, address, kind, 1).await,
            server_id: Some(server.server_id()),
        }
    };
    let first = link(0, "anna@example.org").await;
    let token = first.token.clone();
    let opened = three
        .app
        .open_link(first)
        .await
        .expect("one account is meant");
    assert_eq!(opened.account.id(), anna.id());
    let confirmed = Followed::EmailConfirmed("anna@example.org".to_owned());
    assert_eq!(opened.followed.unwrap(), confirmed);
    assert!(three.proxies[0].heard().contains(&token));
    assert!(!three.proxies[1].heard().contains(&token));
    assert!(!claims.heard().contains(&token));

    // Two are on the second server: the person says which.
    let second = link(1, "piotr@example.org").await;
    let token = second.token.clone();
    assert!(three.app.open_link(second).await.is_none());
    assert!(!three.proxies[1].heard().contains(&token), "it waits");
    assert_eq!(three.app.link_choice().await, [other_anna.id(), piotr.id()]);
    let opened = three.app.open_link_in(piotr.id()).await.unwrap();
    assert_eq!(opened.account.id(), piotr.id());
    let confirmed = Followed::EmailConfirmed("piotr@example.org".to_owned());
    assert_eq!(opened.followed.unwrap(), confirmed);
    assert!(
        three.app.open_link_in(piotr.id()).await.is_none(),
        "opened once"
    );
    assert!(!three.proxies[0].heard().contains(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_ended_from_elsewhere_leaves_the_others() {
    let three = Box::pin(Three::new()).await;
    let [anna, other_anna, piotr] = three.accounts();
    let elsewhere = Device::new(&three.servers[0]).await;
    let there = elsewhere.signed_in("anna").await;
    approve(&anna, &there).await;
    step_up(&there).await;
    there.end_devices(EndDevices::Others).await.unwrap();
    three
        .until_states("the first is ended", [Ended, Connected, Connected])
        .await;
    eventually("its copy is gone", async || {
        (three
            .device
            .databases()
            .iter()
            .filter(|path| is_copy(path))
            .count()
            == 2)
            .then_some(())
    })
    .await;
    for account in [&other_anna, &piotr] {
        account.edit_profile(named("Still here")).await.unwrap();
        current(account).await;
        profile(account, "it goes on", |profile| {
            profile.display_name == "Still here"
        })
        .await;
    }
    // It stays in the list with its reason, until it is taken off; then the one beside it is shown.
    three.app.show_account(anna.id()).await.unwrap();
    assert!(matches!(
        anna.stage().await,
        Stage::SignIn { ended: Some(_), .. }
    ));
    three.app.remove_account(anna.id()).await.unwrap();
    assert_eq!(three.states().await, [Connected, Connected]);
    assert_eq!(three.app.shown().id(), other_anna.id());
}

fn is_copy(path: &std::path::Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "sqlite")
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_of_one_account_leaves_the_others_over_a_start_too() {
    let three = Box::pin(Three::new()).await;
    let [anna, other_anna, piotr] = three.accounts();
    three.app.show_account(piotr.id()).await.unwrap();
    other_anna.sign_out().await.unwrap();
    assert_eq!(three.states().await, [Connected, SignedOut, Connected]);
    let names = three.device.keyring.names();
    let keys = |id: LocalAccountId| {
        let start = format!("{id}/account/");
        names.iter().filter(|name| name.starts_with(&start)).count()
    };
    assert_eq!(
        [&anna, &other_anna, &piotr].map(|account| keys(account.id())),
        [1, 0, 1]
    );
    let ids = [anna.id(), other_anna.id(), piotr.id()];
    three.app.close().await;
    let Three {
        servers: _servers,
        proxies: _proxies,
        device,
        app,
    } = three;
    drop((app, anna, other_anna, piotr));
    let app = eventually("the folder is free again", async || {
        let app = device.app().await;
        let stage = app.shown().stage().await;
        (!matches!(stage, Stage::FolderUnusable { .. })).then_some(app)
    })
    .await;
    assert_eq!(app.shown().id(), ids[2], "the one that was shown");
    eventually("both are connected", async || {
        let view = app.accounts().await;
        let found: Vec<_> = view
            .accounts
            .iter()
            .map(|entry| (entry.id, entry.state))
            .collect();
        (found
            == [
                (ids[0], Connected),
                (ids[1], SignedOut),
                (ids[2], Connected),
            ])
        .then_some(())
    })
    .await;
    // Signing in again where it was: the same place, and the same key of the device.
    let again = app.account(ids[1]).unwrap();
    again.sign_in(sign_in("anna", true)).await.unwrap();
    current(&again).await;
    assert_eq!(device.keyring.names().len(), 6, "no key was made anew");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_keeps_nobody_else_from_theirs() {
    let servers = [
        ServerUnderTest::start_in_process(Database::Sqlite).await,
        ServerUnderTest::start_in_process(Database::Sqlite).await,
    ];
    let device = Device::new(&servers[0]).await;
    let app = device.app().await;
    let here = app.shown();
    let address = format!("http://{}", device.link.address());
    here.connect_to_server(address).await.unwrap();
    here.create_account(new_account("anna")).await.unwrap();
    app.add_account().await.unwrap();
    let there = app.shown();
    let proxy = Proxy::to(&servers[1]).await;
    connect(&there, &proxy).await;
    there.create_account(new_account("anna")).await.unwrap();
    current(&here).await;
    current(&there).await;
    device.link.cut();
    eventually("one is offline, the other is not", async || {
        let view = app.accounts().await;
        let states: Vec<_> = view.accounts.iter().map(|entry| entry.state).collect();
        (states == [Offline, Connected]).then_some(())
    })
    .await;
    here.edit_profile(named("Offline")).await.unwrap();
    there.edit_profile(named("Online")).await.unwrap();
    current(&there).await;
    assert_eq!(here.profile().await.unwrap().display_name, "Offline");
    device.link.mend(&servers[0]);
    app.look_again();
    current(&here).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_here_once() {
    let three = Box::pin(Three::new()).await;
    let elsewhere = Device::new(&three.servers[1]).await;
    let there = elsewhere.signed_in("anna").await;
    let copies = three.device.databases().len();
    three.app.add_account().await.unwrap();
    let twice = three.app.shown();
    connect(&twice, &three.proxies[1]).await;
    let refused = twice.sign_in(sign_in("anna", true)).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::AlreadyHere);
    assert!(matches!(
        twice.stage().await,
        Stage::SignIn { ended: None, .. }
    ));
    assert_eq!(three.device.databases().len(), copies);
    // The session that was begun for it is ended again.
    until(&there, "it is over", async || {
        let devices = there.devices().await.ok()?;
        (devices.live.len() == 2 && devices.ended.len() == 1).then_some(())
    })
    .await;
    three.app.remove_account(twice.id()).await.unwrap();
    assert_eq!(three.states().await, [Connected; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_in_which_nothing_was_begun_is_not_kept() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let device = Device::new(&server).await;
    let app = device.app().await;
    let only = app.shown();
    let refused = app.remove_account(only.id()).await.unwrap_err();
    assert_eq!(
        refused.code,
        FailureCode::NotAllowedNow,
        "it is the only one"
    );
    let address = format!("http://{}", device.link.address());
    only.connect_to_server(address).await.unwrap();
    only.create_account(new_account("anna")).await.unwrap();
    current(&only).await;
    let added = app.add_account().await.unwrap();
    assert_eq!(app.add_account().await.unwrap(), added, "one is enough");
    assert_eq!(app.listed().len(), 2);
    app.show_account(only.id()).await.unwrap();
    assert_eq!(app.listed().len(), 1);
    assert!(app.account(added).is_err());
    let refused = app.remove_account(only.id()).await.unwrap_err();
    assert_eq!(
        refused.code,
        FailureCode::NotAllowedNow,
        "somebody is signed in"
    );
}
