//! A real server on a real database, with a clock that the test moves, and a person who uses it over HTTP.

#![allow(
    dead_code,
    clippy::missing_panics_doc,
    reason = "each test binary uses a part of it"
)]

pub mod database;
pub mod outbox;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use latchkey_protocol::accounts::CreateAccount;
use latchkey_protocol::contacts::{AddEmail, Email, EmailAccepted};
use latchkey_protocol::identifiers::EmailId;
use latchkey_protocol::sessions::{DeviceDescription, DeviceKind, DeviceProof, SignedIn};
use latchkey_protocol::step_up::{Proof, SteppedUp};
use latchkey_protocol::sync::{Collection, SyncPage};
use latchkey_protocol::time::Timestamp;
use latchkey_server::Server;
use latchkey_server::clock::{Clock as _, ManualClock};
use latchkey_server::config::{Config, HashCost, SignInLimits};
use latchkey_server::state::ServerState;
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use self::database::{DatabaseOfTest, Kind};
use self::outbox::Mail;

/// One test on both databases.
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use $crate::support::database::Kind;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name(Kind::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name(Kind::Postgres).await;
            }
        }
    )+};
}

/// Waits until `look` finds something; fails after 20 s.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut ticks = tokio::time::interval(Duration::from_millis(5));
    loop {
        ticks.tick().await;
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
    }
}

/// A running server.
pub struct TestServer {
    pub base: String,
    pub clock: Arc<ManualClock>,
    pub state: Arc<ServerState>,
    pub http: reqwest::Client,
    config: Config,
    folder: Folder,
    database: DatabaseOfTest,
    stop: DropGuard,
    running: JoinHandle<()>,
}

/// Removed when dropped.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl TestServer {
    /// With the default settings.
    pub async fn start(kind: Kind) -> Self {
        Self::start_with(kind, |_| {}).await
    }

    /// With other settings.
    pub async fn start_with(kind: Kind, set: impl FnOnce(&mut Config)) -> Self {
        let name = format!("latchkey-server-test-{}", Uuid::from_u128(rand::random()));
        let folder = Folder(std::env::temp_dir().join(name));
        let database = kind.create().await;
        let mut config = Config {
            database: database.url().map(str::to_owned),
            hash: HashCost::FLOOR,
            sign_in: SignInLimits {
                per_address: 10_000,
                per_network: 10_000,
            },
            ..Config::for_folder(&folder.0)
        };
        config.connections.per_address = 1_000;
        set(&mut config);
        let clock = Arc::new(ManualClock::new(Timestamp(1_790_000_000_000_000)));
        Self::run(config, folder, database, clock).await
    }

    async fn run(
        config: Config,
        folder: Folder,
        database: DatabaseOfTest,
        clock: Arc<ManualClock>,
    ) -> Self {
        let server = Server::open_with(config.clone(), clock.clone())
            .await
            .expect("the server opens");
        let listener = TcpListener::bind(config.listen).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::clone(server.state());
        let stop = CancellationToken::new();
        let token = stop.clone();
        let running = tokio::spawn(async move {
            server.run(listener, token).await.expect("the server runs");
        });
        Self {
            base,
            clock,
            state,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("a client"),
            config,
            folder,
            database,
            stop: stop.drop_guard(),
            running,
        }
    }

    /// Stops it and starts it again on the same data, with the same clock; `between` runs while it is down.
    pub async fn restart(self, between: impl FnOnce(&Path)) -> Self {
        let Self {
            clock,
            config,
            folder,
            database,
            stop,
            running,
            state,
            ..
        } = self;
        drop((stop, state));
        running.await.expect("it ends without a panic");
        between(&folder.0);
        Self::run(config, folder, database, clock).await
    }

    /// Lets a millisecond pass, so that what follows has a later time than what was before.
    pub fn tick(&self) {
        self.clock.set(Timestamp(self.clock.now().0 + 1_000));
    }

    /// Moves the clock and has the mail worker look at it.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance_seconds(seconds);
        self.state.mail_queued.notify_one();
    }

    pub fn outbox_folder(&self) -> PathBuf {
        self.folder.0.join("outbox")
    }

    /// The mails to an address so far, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        let mut mails = outbox::read(&self.outbox_folder());
        mails.retain(|mail| mail.to == address);
        mails
    }

    /// Waits until this many mails are to an address, and returns the last of them.
    pub async fn mail_to(&self, address: &str, count: usize) -> Mail {
        eventually(&format!("mail {count} to {address}"), async || {
            let mut mails = self.mails_to(address);
            (mails.len() >= count).then(|| mails.swap_remove(count - 1))
        })
        .await
    }

    /// The token in the last of `count` mails to an address.
    pub async fn token_to(&self, address: &str, count: usize) -> String {
        let mail = self.mail_to(address, count).await;
        mail.token().expect("a link in the mail")
    }

    /// Runs a statement, where a test needs what no request can do.
    pub async fn execute(&self, sql: &'static str) -> u64 {
        let mut transaction = self.state.database.begin().await.expect("a transaction");
        let changed = transaction.execute(sql, &[]).await.expect("a statement");
        transaction.commit().await.expect("a commit");
        changed
    }

    /// Waits until no mail waits.
    pub async fn queue_is_empty(&self) {
        eventually("an empty mail queue", async || {
            let rows = self
                .state
                .database
                .fetch_all("SELECT id FROM mail_queue WHERE status = 'queued'", &[])
                .await
                .expect("rows");
            rows.is_empty().then_some(())
        })
        .await;
    }

    /// Sends a request.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.expect("an answer");
        Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.expect("a body"),
        }
    }

    /// Posts JSON without a session.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Reply {
        let request = self.http.post(format!("{}{path}", self.base));
        self.send(json(request, body)).await
    }

    /// Confirms by a token.
    pub async fn confirm(&self, token: &str) -> Reply {
        self.post("/v1/emails/confirm", &serde_json::json!({ "token": token }))
            .await
    }

    /// A new account with a pending address.
    pub async fn sign_up(&self, username: &str, email: &str) -> Person {
        self.sign_up_in("en", username, email).await
    }

    /// The same in another language.
    pub async fn sign_up_in(&self, language: &str, username: &str, email: &str) -> Person {
        self.tick();
        let server_id = self.state.server_id;
        let device = DeviceDescription {
            name: "Test device".to_owned(),
            kind: DeviceKind::Laptop,
            app: "Latchkey test".to_owned(),
            operating_system: "Any".to_owned(),
        };
        let key = SigningKey::from_bytes(&rand::random());
        let body = CreateAccount {
            display_name: "Some Body".to_owned(),
            email: email.to_owned(),
            username: username.to_owned(),
            password: "seven quiet herons at dusk".to_owned(),
            language: language.to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            device: DeviceProof::sign(&key, server_id, username, device, self.clock.now()),
        };
        let reply = self.post("/v1/accounts", &body).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        let signed_in: SignedIn = serde_json::from_str(&reply.text).expect("a session");
        Person {
            password: body.password,
            signed_in,
        }
    }

    /// A new account whose address is confirmed.
    pub async fn sign_up_confirmed(&self, username: &str, email: &str) -> Person {
        let person = self.sign_up(username, email).await;
        let token = self
            .token_to(email, self.mails_to(email).len().max(1))
            .await;
        let reply = self.confirm(&token).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        person
    }
}

fn json(request: reqwest::RequestBuilder, body: &impl Serialize) -> reqwest::RequestBuilder {
    request
        .header("content-type", "application/json")
        .body(serde_json::to_string(body).expect("JSON"))
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// The code of a problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub password: String,
    pub signed_in: SignedIn,
}

impl Person {
    /// The same session after the password was given once more.
    pub async fn stepped_up(&self, server: &TestServer) -> Self {
        let request = Proof {
            password: self.password.clone(),
            code: None,
        };
        let body = serde_json::to_value(request).expect("JSON");
        let reply = self
            .post(server, "/v1/session/step-up", Some(&body), None)
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let stepped_up: SteppedUp = serde_json::from_str(&reply.text).expect("a token");
        let mut person = self.clone();
        person.signed_in.token = stepped_up.token;
        person
    }

    /// Posts JSON with the session, and an idempotency key when given.
    pub async fn post(
        &self,
        server: &TestServer,
        path: &str,
        body: Option<&Value>,
        key: Option<Uuid>,
    ) -> Reply {
        server.tick();
        let mut request = server
            .http
            .post(format!("{}{path}", server.base))
            .bearer_auth(&self.signed_in.token);
        if let Some(body) = body {
            request = json(request, body);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key.to_string());
        }
        server.send(request).await
    }

    /// Tries to add an address.
    pub async fn try_add(&self, server: &TestServer, address: &str) -> Reply {
        let body = serde_json::to_value(AddEmail {
            address: address.to_owned(),
        });
        self.post(server, "/v1/emails", body.ok().as_ref(), None)
            .await
    }

    /// Adds an address.
    pub async fn add(&self, server: &TestServer, address: &str) -> EmailId {
        let reply = self.try_add(server, address).await;
        assert_eq!(reply.status, 202, "{}", reply.text);
        let accepted: EmailAccepted = serde_json::from_str(&reply.text).expect("accepted");
        accepted.email_id
    }

    /// `resend`, `primary` or `remove`.
    pub async fn change(&self, server: &TestServer, id: EmailId, what: &str) -> Reply {
        self.post(server, &format!("/v1/emails/{id}/{what}"), None, None)
            .await
    }

    /// Everything that devices see now.
    pub async fn sync(&self, server: &TestServer) -> SyncPage {
        let request = server
            .http
            .get(format!("{}/v1/sync?after=0&limit=1000", server.base))
            .bearer_auth(&self.signed_in.token);
        let reply = server.send(request).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        serde_json::from_str(&reply.text).expect("a page")
    }

    /// The addresses as devices see them.
    pub async fn emails(&self, server: &TestServer) -> Vec<(EmailId, Email)> {
        self.sync(server)
            .await
            .records
            .into_iter()
            .filter(|record| record.collection == Collection::Emails.name())
            .filter_map(|record| {
                let email = serde_json::from_value(record.body?).expect("an address");
                Some((record.id.parse().expect("an id"), email))
            })
            .collect()
    }

    /// One address as devices see it.
    pub async fn email(&self, server: &TestServer, address: &str) -> (EmailId, Email) {
        self.emails(server)
            .await
            .into_iter()
            .find(|(_, email)| email.address == address)
            .expect("the account has the address")
    }

    /// The kinds of what happened, oldest first.
    pub async fn activity(&self, server: &TestServer) -> Vec<String> {
        self.sync(server)
            .await
            .records
            .into_iter()
            .filter(|record| record.collection == Collection::Activity.name())
            .filter_map(|record| Some(record.body?["kind"].as_str()?.to_owned()))
            .collect()
    }
}
