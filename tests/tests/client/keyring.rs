//! A device whose keyring waits for the person, whose app is killed at a bad moment, and whose server is slow.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use latchkey_client::accounts::{CreateAccountForm, SignInForm};
use latchkey_client::app::{App, AppOptions};
use latchkey_client::client::Client;
use latchkey_client::clock::SystemClock;
use latchkey_client::contacts::AddEmailForm;
use latchkey_client::failure::FailureCode;
use latchkey_client::password::ChangePasswordForm;
use latchkey_client::secrets::{MemorySecretStore, SecretError, SecretStore};
use latchkey_client::sessions::{DeviceView, EndDevices};
use latchkey_client::stage::{KeyringProblem, Stage};
use latchkey_client::step_up::StepUpForm;
use latchkey_protocol::sessions::EndedReason;
use latchkey_tests::server::{Database, ServerUnderTest, eventually};
use tokio::net::{TcpListener, TcpStream};
use zeroize::Zeroizing;

const PASSWORD: &str = "brass kettle on tuesday";

/// A keyring that can be locked: whoever writes to it then waits until the person unlocks it.
#[derive(Default)]
struct Keyring {
    secrets: MemorySecretStore,
    locked: Mutex<bool>,
    changed: Condvar,
    /// Not there, as before the desktop has started it.
    absent: AtomicBool,
    /// Says that it is locked, as when its prompt was dismissed.
    dismissed: AtomicBool,
    /// Never answers after an account's secrets were written.
    hangs_after_writing: bool,
    /// Takes nothing new.
    full: AtomicBool,
    /// Takes its time for everything.
    slow: Mutex<Duration>,
    /// How often it was asked for a secret.
    asked: AtomicUsize,
}

impl Keyring {
    fn lock(&self, locked: bool) {
        *self.locked.lock().unwrap() = locked;
        self.changed.notify_all();
    }

    fn unlocked(&self) {
        let mut locked = self.locked.lock().unwrap();
        while *locked {
            locked = self.changed.wait(locked).unwrap();
        }
    }

    fn take_time(&self) {
        let slow = *self.slow.lock().unwrap();
        // What a slow keyring is, not a wait for something to happen.
        std::thread::sleep(slow);
    }

    /// The names of accounts' secrets.
    fn accounts(&self) -> Vec<String> {
        let names = self.secrets.names().into_iter();
        names.filter(|name| name.contains("/account/")).collect()
    }
}

impl SecretStore for Keyring {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.absent.load(Ordering::SeqCst) {
            return Err(SecretError::Absent);
        }
        if self.dismissed.load(Ordering::SeqCst) {
            return Err(SecretError::Locked);
        }
        self.unlocked();
        self.take_time();
        self.secrets.get(name)
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretError> {
        self.unlocked();
        self.take_time();
        if self.full.load(Ordering::SeqCst) {
            return Err(SecretError::Absent);
        }
        self.secrets.set(name, secret)?;
        if self.hangs_after_writing && name.contains("/account/") {
            self.lock(true);
            self.unlocked();
        }
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), SecretError> {
        self.unlocked();
        self.secrets.delete(name)
    }

    fn is_locked(&self) -> bool {
        self.dismissed.load(Ordering::SeqCst) || *self.locked.lock().unwrap()
    }
}

async fn open(folder: &Path, secrets: &Arc<Keyring>) -> Arc<Client> {
    eventually("the folder is free", async || {
        let app = App::open(AppOptions {
            data_folder: folder.to_owned(),
            secrets: Arc::<Keyring>::clone(secrets),
            clock: Arc::new(SystemClock),
            app: "Latchkey test".to_owned(),
            bundled: None,
        })
        .await;
        let client = app.shown();
        (!matches!(client.stage().await, Stage::FolderUnusable { .. })).then_some(client)
    })
    .await
}

async fn connected(folder: &Path, secrets: &Arc<Keyring>, address: SocketAddr) -> Arc<Client> {
    let client = open(folder, secrets).await;
    let address = format!("http://{address}");
    client.connect_to_server(address).await.unwrap();
    client
}

fn anna() -> CreateAccountForm {
    CreateAccountForm {
        display_name: "Anna Kowalska".to_owned(),
        email: "anna@example.org".to_owned(),
        username: "anna".to_owned(),
        password: PASSWORD.to_owned(),
        repeat: PASSWORD.to_owned(),
        language: "en".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        stay_signed_in: true,
    }
}

fn sign_in() -> SignInForm {
    SignInForm {
        login: "anna".to_owned(),
        password: PASSWORD.to_owned(),
        code: None,
        stay_signed_in: true,
    }
}

/// A device of the account that watches the others.
async fn watcher(server: &ServerUnderTest, folder: &Path) -> Arc<Client> {
    let client = connected(folder, &Arc::default(), server.address()).await;
    client.create_account(anna()).await.unwrap();
    client
}

async fn other_ended(watcher: &Client) -> DeviceView {
    eventually("the other device's receipt is there", async || {
        let ended = watcher.devices().await.ok()?.ended;
        ended.into_iter().find(|device| {
            let ending = device.ending.as_ref();
            ending.is_some_and(|ending| ending.receipt.is_some())
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_locked_keyring_holds_is_destroyed_once_it_is_unlocked() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let one = watcher(&server, folders[0].path()).await;
    let keyring = Arc::new(Keyring::default());
    let two = connected(folders[1].path(), &keyring, server.address()).await;
    two.sign_in(sign_in()).await.unwrap();
    keyring.lock(true);
    two.sign_out().await.unwrap();
    let stage = two.stage().await;
    assert!(matches!(stage, Stage::SignIn { .. }));
    assert_eq!(keyring.accounts().len(), 1);
    keyring.lock(false);
    let ended = other_ended(&one).await;
    assert_eq!(ended.ending.unwrap().reason, EndedReason::SignedOut);
    assert_eq!(keyring.accounts(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_is_always_slow_opens_the_account_all_the_same() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let keyring = Arc::new(Keyring::default());
    let client = connected(folder.path(), &keyring, server.address()).await;
    client.create_account(anna()).await.unwrap();
    client.close().await;
    drop(client);
    // Longer than it is waited for.
    *keyring.slow.lock().unwrap() = Duration::from_millis(3_500);
    keyring.asked.store(0, Ordering::SeqCst);
    let client = open(folder.path(), &keyring).await;
    eventually("the account is shown", async || {
        let stage = client.stage().await;
        matches!(stage, Stage::SignedIn { .. }).then_some(())
    })
    .await;
    // Once for the account, whose late answer was taken, and once for the device's key.
    assert!(keyring.asked.load(Ordering::SeqCst) <= 2);
}

/// Starts again while `hinders` keeps the keyring from working, until that is over.
async fn is_found_without_asking(hinders: fn(&Keyring) -> &AtomicBool, expected: KeyringProblem) {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let keyring = Arc::new(Keyring::default());
    let client = connected(folder.path(), &keyring, server.address()).await;
    client.create_account(anna()).await.unwrap();
    client.close().await;
    drop(client);
    hinders(&keyring).store(true, Ordering::SeqCst);
    let client = open(folder.path(), &keyring).await;
    let stage = client.stage().await;
    assert!(
        matches!(stage, Stage::WaitingForKeyring { problem, .. } if problem == expected),
        "{stage:?}"
    );
    hinders(&keyring).store(false, Ordering::SeqCst);
    eventually("the account is shown", async || {
        let stage = client.stage().await;
        matches!(stage, Stage::SignedIn { .. }).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_comes_late_is_found_without_asking_the_person() {
    is_found_without_asking(|keyring| &keyring.absent, KeyringProblem::Absent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_is_unlocked_elsewhere_is_found_without_asking_the_person() {
    is_found_without_asking(|keyring| &keyring.dismissed, KeyringProblem::Locked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_that_the_keyring_does_not_take_is_not_used_and_costs_no_session() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let keyring = Arc::new(Keyring::default());
    let client = connected(folder.path(), &keyring, server.address()).await;
    client.create_account(anna()).await.unwrap();
    let form = || StepUpForm {
        password: PASSWORD.to_owned(),
        code: None,
    };
    keyring.lock(true);
    let failure = client.step_up(form()).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::KeyringLocked);
    // Goes on with the old token, which the keyring still has: it opens the session, and the proof does not belong to it.
    let add = async || {
        let address = "anna@example.net".to_owned();
        client.add_email(AddEmailForm { address }).await
    };
    let failure = add().await.unwrap_err();
    assert_eq!(failure.code, FailureCode::StepUpNeeded);
    keyring.lock(false);
    client.step_up(form()).await.unwrap();
    add().await.unwrap();
    client.close().await;
    drop(client);
    let client = open(folder.path(), &keyring).await;
    assert!(matches!(client.stage().await, Stage::SignedIn { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_the_keyring_takes_the_token_of_a_new_password_costs_no_session() {
    const NEW_PASSWORD: &str = "copper harbour walks 7 winters";
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let keyring = Arc::new(Keyring::default());
    let client = connected(folder.path(), &keyring, server.address()).await;
    client.create_account(anna()).await.unwrap();
    let change = async |client: &Arc<Client>, from: &str, to: &str| {
        let form = ChangePasswordForm {
            current_password: from.to_owned(),
            new_password: to.to_owned(),
            repeat: to.to_owned(),
            code: None,
            end_other_sessions: true,
        };
        client.change_password(form).await.unwrap();
    };
    let signed_in = async || {
        let client = open(folder.path(), &keyring).await;
        assert!(matches!(client.stage().await, Stage::SignedIn { .. }));
        client.profile().await.unwrap();
        let refreshed = client.sync_now().await;
        assert!(refreshed.is_ok(), "{refreshed:?}");
        client
    };
    keyring.full.store(true, Ordering::SeqCst);
    change(&client, PASSWORD, NEW_PASSWORD).await;
    // As after a kill, and long after the old token has died.
    drop(client);
    keyring.full.store(false, Ordering::SeqCst);
    server.clock().advance_seconds(3_600);
    let client = signed_in().await;
    // By then the keyring has it, and what was noted does not come before a newer one.
    change(&client, NEW_PASSWORD, PASSWORD).await;
    drop(client);
    server.clock().advance_seconds(3_600);
    drop(signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_in_the_middle_of_a_sign_in_leaves_no_live_session() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let one = watcher(&server, folders[0].path()).await;
    let keyring = Arc::new(Keyring {
        hangs_after_writing: true,
        ..Keyring::default()
    });
    let two = connected(folders[1].path(), &keyring, server.address()).await;
    let signing_in = tokio::spawn(async move {
        let _ = two.sign_in(sign_in()).await;
    });
    eventually("the token is in the keyring", async || {
        (!keyring.accounts().is_empty()).then_some(())
    })
    .await;
    // As a kill does: nothing of it goes on.
    signing_in.abort();
    let _ = signing_in.await;
    keyring.lock(false);
    let two = open(folders[1].path(), &keyring).await;
    assert!(matches!(two.stage().await, Stage::SignIn { .. }));
    let ended = other_ended(&one).await;
    assert!(ended.ending.unwrap().receipt.unwrap().verified);
    assert_eq!(keyring.accounts(), Vec::<String>::new());
}

/// An address whose connections come about at once and answer after `delay`.
async fn slow_way_to(server: SocketAddr, delay: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                // The distance, not a wait for something to happen.
                tokio::time::sleep(delay).await;
                if let Ok(mut far) = TcpStream::connect(server).await {
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                }
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_ended_while_closed_waits_for_the_word_of_a_slow_server() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let one = watcher(&server, folders[0].path()).await;
    let keyring = Arc::new(Keyring::default());
    let address = slow_way_to(server.address(), Duration::from_secs(2)).await;
    let two = connected(folders[1].path(), &keyring, address).await;
    two.sign_in(sign_in()).await.unwrap();
    two.close().await;
    drop(two);
    one.end_devices(EndDevices::Others).await.unwrap();
    let two = open(folders[1].path(), &keyring).await;
    let Stage::SignIn { ended, .. } = two.stage().await else {
        panic!("the account was shown");
    };
    assert!(ended.is_some());
}
