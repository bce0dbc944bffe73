//! A server that goes back to a backup: nothing that waits in an app is lost, and nothing that was ended comes back.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use latchkey_client::app::{App, AppOptions};
use latchkey_client::client::Client;
use latchkey_client::clock::SystemClock;
use latchkey_client::failure::FailureCode;
use latchkey_client::secrets::{MemorySecretStore, SecretError, SecretStore};
use latchkey_client::sessions::{EndDevices, RenameDeviceForm};
use latchkey_client::stage::{ParkedReason, ParkedView, Stage, SyncState};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::SignedIn;
use latchkey_tests::client::{
    Device, PASSWORD, current, device, named, offline, profile, sign_in, step_up, until,
};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{self, Database, ServerUnderTest};
use zeroize::Zeroizing;

on_both_databases!(
    what_waits_outlasts_a_backup,
    what_was_ended_stays_out,
    an_old_backup_ends_nothing_by_its_age,
    the_right_data_after_the_wrong,
);

async fn parked(client: &Client) -> ParkedView {
    until(client, "the account is put away", async || {
        match client.stage().await {
            Stage::SignIn { parked, .. } => parked,
            _ => None,
        }
    })
    .await
}

/// What the server has under its name, as a new sign-in sees it.
async fn name_at_server(server: &ServerUnderTest, username: &str) -> String {
    let device = Device::new(server).await;
    let client = device.signed_in(username).await;
    let seen = profile(&client, "a name", |profile| {
        !profile.display_name.is_empty()
    })
    .await;
    client.close().await;
    seen.display_name
}

async fn what_waits_outlasts_a_backup(database: Database) {
    let mut server = ServerUnderTest::start(database).await;
    let (laptop, desktop) = (Device::new(&server).await, Device::new(&server).await);
    let on_laptop = laptop.signed_up("anna").await;
    server.kill().await;
    let backup = server.back_up().await;
    server.start_again().await;
    laptop.link.mend(&server);
    desktop.link.mend(&server);
    // After the backup: another device signs in, and both go on with the account.
    let on_desktop = desktop.signed_in("anna").await;
    on_desktop
        .edit_profile(named("Lost With It"))
        .await
        .unwrap();
    current(&on_desktop).await;
    on_laptop.sync_now().await.unwrap();
    profile(&on_laptop, "the new name", |profile| {
        profile.display_name == "Lost With It"
    })
    .await;
    // Both make changes that never get there.
    laptop.link.cut();
    desktop.link.cut();
    offline(&on_laptop).await;
    offline(&on_desktop).await;
    on_laptop
        .edit_profile(named("Waits On The Laptop"))
        .await
        .unwrap();
    let device = on_desktop.devices().await.unwrap().live;
    let own = device.iter().find(|device| device.this_device).unwrap();
    on_desktop
        .rename_device(RenameDeviceForm {
            id: own.id.clone(),
            device_name: "Waits on the desktop".to_owned(),
            seen: None,
        })
        .await
        .unwrap();
    on_desktop
        .edit_profile(named("Waits On The Desktop"))
        .await
        .unwrap();

    server.kill().await;
    server.restore(&backup).await;
    server.start_again().await;
    laptop.link.mend(&server);
    on_laptop.sync_now().await.unwrap();
    let view = parked(&on_laptop).await;
    assert_eq!(view.reason, ParkedReason::ServerRestored);
    assert_eq!(view.waiting_changes, 1);
    // Over a restart of the app too, with and without a network.
    laptop.link.cut();
    let on_laptop = laptop.restarted(on_laptop).await;
    assert_eq!(parked(&on_laptop).await, view);
    laptop.link.mend(&server);
    on_laptop.sign_in(sign_in("anna", true)).await.unwrap();
    current(&on_laptop).await;
    let name = on_laptop.profile().await.unwrap().display_name;
    assert_eq!(name, "Waits On The Laptop");
    assert_eq!(name_at_server(&server, "anna").await, name);

    // The server knows nothing of the desktop's sign-in, and the laptop's change came first: its person is asked.
    desktop.link.mend(&server);
    on_desktop.sync_now().await.unwrap();
    let view = parked(&on_desktop).await;
    assert_eq!(view.reason, ParkedReason::SessionUnknown);
    assert!(view.waiting_changes >= 1, "{view:?}");
    assert_eq!(desktop.databases().len(), 1, "the copy is kept");
    on_desktop.sign_in(sign_in("anna", true)).await.unwrap();
    until(&on_desktop, "the person is asked", async || {
        let sync = on_desktop.sync_status().await;
        (sync.state == SyncState::NeedsAnswer && sync.conflicts == 1).then_some(())
    })
    .await;
    for client in [on_laptop, on_desktop] {
        client.close().await;
    }
}

async fn what_was_ended_stays_out(database: Database) {
    let mut server = ServerUnderTest::start(database).await;
    let laptop = Device::new(&server).await;
    let on_laptop = laptop.signed_up("anna").await;
    let signed_in: SignedIn = server::Device::new("intruder")
        .try_sign_in(&server, "anna", PASSWORD)
        .await
        .expect(201)
        .json();
    let intruder = |server: &ServerUnderTest| server.http().with_token(&signed_in.token);
    server.kill().await;
    let backup = server.back_up().await;
    server.start_again().await;
    laptop.link.mend(&server);
    on_laptop.sync_now().await.unwrap();
    current(&on_laptop).await;
    step_up(&on_laptop).await;
    on_laptop.end_devices(EndDevices::Others).await.unwrap();
    intruder(&server)
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded);
    current(&on_laptop).await;

    // The owner's app is there again, shows what the server had said, and that makes an end of everything in the backup.
    laptop.link.cut();
    server.kill().await;
    server.restore(&backup).await;
    server.start_again().await;
    laptop.link.mend(&server);
    on_laptop.sync_now().await.unwrap();
    parked(&on_laptop).await;
    intruder(&server)
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded);
    on_laptop.sign_in(sign_in("anna", true)).await.unwrap();
    current(&on_laptop).await;
    let devices = on_laptop.devices().await.unwrap();
    assert_eq!(devices.live.len(), 1, "{devices:?}");

    // By the operator's command, before anybody shows anything.
    server.kill().await;
    server.restore(&backup).await;
    server.command("restored", &[]).unwrap();
    server.start_again().await;
    intruder(&server)
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded);
    laptop.link.mend(&server);
    on_laptop.sync_now().await.unwrap();
    parked(&on_laptop).await;
    on_laptop.close().await;
}

/// In a backup that is old enough every session has expired by its age, which is a proven ending.
async fn an_old_backup_ends_nothing_by_its_age(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let (running, closed) = (Device::new(&server).await, Device::new(&server).await);
    let stays_open = running.signed_up("anna").await;
    let is_closed = closed.signed_in("anna").await;
    server.kill().await;
    let backup = server.back_up().await;
    server.start_again().await;
    running.link.mend(&server);
    closed.link.mend(&server);
    stays_open.edit_profile(named("Later")).await.unwrap();
    for client in [&stays_open, &is_closed] {
        profile(client, "the later name", |profile| {
            profile.display_name == "Later"
        })
        .await;
        current(client).await;
    }
    running.link.cut();
    closed.link.cut();
    is_closed.close().await;
    server.kill().await;
    server.restore(&backup).await;
    server.start_again().await;
    server.advance(15 * 86_400);
    // Who asks first has not looked into its copy yet.
    closed.link.mend(&server);
    let is_closed = closed.restarted(is_closed).await;
    running.link.mend(&server);
    stays_open.sync_now().await.unwrap();
    for (client, device) in [(&stays_open, &running), (&is_closed, &closed)] {
        assert_eq!(parked(client).await.reason, ParkedReason::ServerRestored);
        assert_eq!(device.databases().len(), 1, "the copy is kept");
    }
    for client in [stays_open, is_closed] {
        client.close().await;
    }
}

/// Somebody starts the wrong copy, notices, and starts the right one: the app goes on by itself.
async fn the_right_data_after_the_wrong(database: Database) {
    let mut server = ServerUnderTest::start(database).await;
    let laptop = Device::new(&server).await;
    let other = Device::new(&server).await.signed_up("piotr").await;
    server.kill().await;
    let wrong = server.back_up().await;
    server.start_again().await;
    laptop.link.mend(&server);
    let on_laptop = laptop.signed_up("anna").await;
    on_laptop.edit_profile(named("Still Anna")).await.unwrap();
    current(&on_laptop).await;
    server.kill().await;
    let right = server.back_up().await;
    server.restore(&wrong).await;
    server.start_again().await;
    laptop.link.mend(&server);
    on_laptop.sync_now().await.unwrap();
    parked(&on_laptop).await;
    server.kill().await;
    server.restore(&right).await;
    server.start_again().await;
    laptop.link.mend(&server);
    current(&on_laptop).await;
    assert_eq!(
        on_laptop.profile().await.unwrap().display_name,
        "Still Anna"
    );
    for client in [on_laptop, other] {
        client.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_put_away_can_be_removed_or_belongs_to_nobody_else() {
    let mut server = ServerUnderTest::start(Database::Sqlite).await;
    let other = Device::new(&server).await;
    other.signed_up("piotr").await.close().await;
    server.kill().await;
    let backup = server.back_up().await;
    server.start_again().await;
    let laptop = Device::new(&server).await;
    let client = laptop.signed_up("anna").await;
    server.kill().await;
    server.restore(&backup).await;
    server.start_again().await;
    laptop.link.mend(&server);
    client.sync_now().await.unwrap();
    parked(&client).await;
    let refused = client.sign_in(sign_in("piotr", true)).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::AnotherAccount);
    assert_eq!(laptop.databases().len(), 1, "what waits is kept");
    parked(&client).await;
    client.remove_parked_account().await.unwrap();
    let stage = client.stage().await;
    assert!(
        matches!(stage, Stage::SignIn { parked: None, .. }),
        "{stage:?}"
    );
    assert_eq!(laptop.databases(), Vec::<std::path::PathBuf>::new());
    client.close().await;
}

/// The key of a device that is forgotten with the program is nowhere but in its memory.
#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_stay_signed_in_goes_on_and_signs_out_too() {
    let mut server = ServerUnderTest::start(Database::Sqlite).await;
    let owner = Device::new(&server).await;
    owner.signed_up("anna").await.close().await;
    server.kill().await;
    let wrong = server.back_up().await;
    server.start_again().await;
    let guest = Device::new(&server).await;
    let client = guest.connected().await;
    client.sign_in(sign_in("anna", false)).await.unwrap();
    current(&client).await;
    server.kill().await;
    let right = server.back_up().await;
    server.restore(&wrong).await;
    server.start_again().await;
    guest.link.mend(&server);
    client.sync_now().await.unwrap();
    parked(&client).await;
    server.kill().await;
    server.restore(&right).await;
    server.start_again().await;
    guest.link.mend(&server);
    current(&client).await;
    let live = client.devices().await.unwrap().live;
    let own = live.iter().find(|device| device.this_device).unwrap();
    client.sign_out().await.unwrap();
    owner.link.mend(&server);
    let watching = owner.open().await;
    device(&watching, "the receipt", |device| {
        device.id == own.id
            && device
                .ending
                .as_ref()
                .is_some_and(|ending| ending.receipt.is_some())
    })
    .await;
    assert_eq!(guest.databases(), Vec::<std::path::PathBuf>::new());
    client.close().await;
    watching.close().await;
}

/// A keyring that does something once it has taken the next secret.
struct Keyring {
    store: Arc<MemorySecretStore>,
    then: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Keyring {
    fn then(&self, act: impl FnOnce() + Send + 'static) {
        *self.then.lock().unwrap() = Some(Box::new(act));
    }
}

impl SecretStore for Keyring {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
        self.store.get(name)
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretError> {
        self.store.set(name, secret)?;
        if let Some(act) = self.then.lock().unwrap().take() {
            act();
        }
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), SecretError> {
        self.store.delete(name)
    }
}

async fn open(folder: &Path, keyring: Arc<dyn SecretStore>) -> Arc<Client> {
    App::open(AppOptions {
        data_folder: folder.to_owned(),
        secrets: keyring,
        clock: Arc::new(SystemClock),
        app: "Latchkey test".to_owned(),
        bundled: None,
    })
    .await
    .shown()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Going on breaks off once the keyring has the new session's token and the settings don't name that session yet: by a disk
/// that is full, and by the end of the program.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_breaks_off_leaves_the_account_where_it_was() {
    let mut server = ServerUnderTest::start(Database::Sqlite).await;
    let laptop = Device::new(&server).await;
    laptop.signed_up("anna").await.close().await;
    let keyring = Arc::new(Keyring {
        store: Arc::clone(&laptop.keyring),
        then: Mutex::default(),
    });
    server.kill().await;
    let backup = server.back_up().await;
    server.start_again().await;
    laptop.link.mend(&server);
    let folder = laptop.folder.path();
    let client = open(folder, Arc::<Keyring>::clone(&keyring)).await;
    current(&client).await;
    client.edit_profile(named("Gets Lost")).await.unwrap();
    current(&client).await;
    laptop.link.cut();
    offline(&client).await;
    client.edit_profile(named("Still Waits")).await.unwrap();
    server.kill().await;
    server.restore(&backup).await;
    server.start_again().await;
    laptop.link.mend(&server);
    client.sync_now().await.unwrap();
    let view = parked(&client).await;

    // The settings can't be written from here on.
    let unwritable = folder.join("latchkey.json.new");
    let blocked = unwritable.clone();
    keyring.then(move || fs::create_dir(blocked).unwrap());
    client.sign_in(sign_in("anna", true)).await.unwrap_err();
    assert_eq!(parked(&client).await, view);
    fs::remove_dir(unwritable).unwrap();

    // What the disk holds at that moment is all that is left of the program.
    let left = tempfile::tempdir().unwrap();
    let (from, to) = (folder.to_owned(), left.path().to_owned());
    keyring.then(move || copy_folder(&from, &to));
    client.sign_in(sign_in("anna", true)).await.unwrap();
    client.close().await;
    let client = open(left.path(), keyring).await;
    assert_eq!(parked(&client).await, view);
    client.sign_in(sign_in("anna", true)).await.unwrap();
    current(&client).await;
    let name = client.profile().await.unwrap().display_name;
    assert_eq!(name, "Still Waits");
    until(
        &client,
        "the sessions of the steps before have ended",
        async || (client.devices().await.unwrap().live.len() == 1).then_some(()),
    )
    .await;
    client.close().await;
}
