//! Servers that really run, and devices that talk to them.

use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_protocol::identifiers::{ServerId, SessionId};
use latchkey_protocol::problem::{Problem, ProblemCode};
use latchkey_protocol::sessions::{DeviceDescription, DeviceKind, DeviceProof, Receipt, SignedIn};
use latchkey_protocol::sync::{Collection, Record, SyncPage};
use latchkey_protocol::time::Timestamp;
use latchkey_server::Server;
use latchkey_server::clock::ManualClock;
use latchkey_server::config::{Config, HashCost};
use latchkey_server::state::ServerState;
use reqwest::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub const PASSWORD: &str = "a quiet lake under seven hills";

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// One test's world: a clock, a database, any number of servers.
pub struct Stage {
    pub clock: Arc<ManualClock>,
    kind: Kind,
    database: Option<String>,
    folders: tempfile::TempDir,
}

/// A running server.
pub struct Running {
    pub url: String,
    pub state: Arc<ServerState>,
    pub shutdown: CancellationToken,
    pub task: tokio::task::JoinHandle<std::io::Result<()>>,
    client: reqwest::Client,
}

/// Expands a test `async fn name(stage: &Stage)` for each database.
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use $crate::running::{Kind, on};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                on(Kind::Sqlite, super::$name).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                on(Kind::Postgres, super::$name).await;
            }
        }
    )+};
}

/// Expands a test that needs several nodes on one database.
#[macro_export]
macro_rules! on_postgres {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::running::on($crate::running::Kind::Postgres, super::$name).await;
            }
        }
    )+};
}

pub async fn on<F: AsyncFnOnce(&Stage)>(kind: Kind, test: F) {
    let admin = (kind == Kind::Postgres).then(|| {
        std::env::var("LATCHKEY_TEST_POSTGRES").expect(
            "LATCHKEY_TEST_POSTGRES must hold the postgres:// URL of a PostgreSQL role that may create databases",
        )
    });
    let name = format!("latchkey_test_{:032x}", rand::random::<u128>());
    let mut database = None;
    if let Some(admin) = &admin {
        administer(admin, format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        let mut url = url::Url::parse(admin).unwrap();
        url.set_path(&name);
        database = Some(url.to_string());
    }
    let stage = Stage {
        clock: Arc::new(ManualClock::new(Timestamp(1_800_000_000_000_000))),
        kind,
        database,
        folders: tempfile::tempdir().unwrap(),
    };
    test(&stage).await;
    if let Some(admin) = &admin {
        administer(admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
}

async fn administer(url: &str, statement: String) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .unwrap();
}

impl Stage {
    /// A server whose limits are out of the way.
    pub async fn server(&self) -> Running {
        self.server_with(|_| {}).await
    }

    pub async fn server_with(&self, configure: impl FnOnce(&mut Config)) -> Running {
        let config = self.config(configure);
        let server = Server::open_with(config, self.clock.clone()).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shutdown = CancellationToken::new();
        let state = Arc::clone(server.state());
        let task = tokio::spawn(server.run(listener, shutdown.clone()));
        Running {
            url,
            state,
            shutdown,
            task,
            client: reqwest::Client::new(),
        }
    }

    pub fn config(&self, configure: impl FnOnce(&mut Config)) -> Config {
        let folder = self
            .folders
            .path()
            .join(format!("{:x}", rand::random::<u64>()));
        let mut config = Config::for_folder(folder);
        config.hash = HashCost::FLOOR;
        config.database.clone_from(&self.database);
        config.database_connections = 6;
        config.sign_in.per_address = 100_000;
        config.sign_in.per_network = 100_000;
        configure(&mut config);
        config
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl Running {
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path)
            .json(body)
            .send()
            .await
            .unwrap()
    }

    pub fn server_id(&self) -> ServerId {
        self.state.server_id
    }

    pub async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
    }
}

/// An installation of the app.
pub struct Device {
    pub key: SigningKey,
    pub name: &'static str,
}

impl Device {
    pub fn new(name: &'static str) -> Self {
        Self {
            key: SigningKey::from_bytes(&rand::random()),
            name,
        }
    }

    pub fn proof(&self, stage: &Stage, server: &Running, login: &str) -> DeviceProof {
        use latchkey_server::clock::Clock as _;
        let description = DeviceDescription {
            name: self.name.to_owned(),
            kind: DeviceKind::Laptop,
            app: "Latchkey 0.1.0".to_owned(),
            operating_system: "Debian GNU/Linux 12".to_owned(),
        };
        DeviceProof::sign(
            &self.key,
            server.server_id(),
            login,
            description,
            stage.clock.now(),
        )
    }

    pub fn new_account(&self, stage: &Stage, server: &Running, username: &str) -> Value {
        json!({
            "display_name": "Anna Kaminska",
            "email": format!("{username}@example.org"),
            "username": username,
            "password": PASSWORD,
            "language": "en",
            "time_zone": "Europe/Berlin",
            "device": self.proof(stage, server, username),
        })
    }

    pub fn credentials(
        &self,
        stage: &Stage,
        server: &Running,
        login: &str,
        password: &str,
    ) -> Value {
        json!({"login": login, "password": password, "device": self.proof(stage, server, login)})
    }

    pub async fn sign_up<'s>(
        &self,
        stage: &Stage,
        server: &'s Running,
        username: &str,
    ) -> Session<'s> {
        let body = self.new_account(stage, server, username);
        let answer = server.post("/v1/accounts", &body).await;
        let session = Session::opened(server, answer).await;
        // The account's revision grows once more when its first mail has left.
        until("an empty mail queue", async || {
            let sql = "SELECT id FROM mail_queue WHERE status = 'queued'";
            let rows = server.state.database.fetch_all(sql, &[]).await.unwrap();
            rows.is_empty().then_some(())
        })
        .await;
        session
    }

    pub async fn sign_in<'s>(
        &self,
        stage: &Stage,
        server: &'s Running,
        login: &str,
    ) -> Session<'s> {
        let body = self.credentials(stage, server, login, PASSWORD);
        let answer = server.post("/v1/sessions", &body).await;
        Session::opened(server, answer).await
    }

    pub async fn try_sign_in(
        &self,
        stage: &Stage,
        server: &Running,
        login: &str,
        password: &str,
    ) -> Response {
        let body = self.credentials(stage, server, login, password);
        server.post("/v1/sessions", &body).await
    }

    pub fn receipt(&self, server: &Running, session_id: SessionId) -> Value {
        let at = Timestamp(1_800_000_000_000_000);
        json!(Receipt::sign(&self.key, server.server_id(), session_id, at))
    }
}

/// A device that is signed in.
pub struct Session<'s> {
    pub server: &'s Running,
    pub signed_in: SignedIn,
}

impl<'s> Session<'s> {
    async fn opened(server: &'s Running, answer: Response) -> Self {
        let signed_in = read(answer, StatusCode::CREATED).await;
        Self { server, signed_in }
    }

    /// The same session, asked at another node.
    pub fn at(&self, server: &'s Running) -> Self {
        Self {
            server,
            signed_in: self.signed_in.clone(),
        }
    }

    pub fn id(&self) -> SessionId {
        self.signed_in.session_id
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.server
            .request(method, path)
            .bearer_auth(&self.signed_in.token)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path)
            .json(body)
            .send()
            .await
            .unwrap()
    }

    pub async fn sync(&self, after: u64, limit: u32) -> SyncPage {
        let answer = self
            .get(&format!("/v1/sync?after={after}&limit={limit}"))
            .await;
        read(answer, StatusCode::OK).await
    }

    /// All live records of a collection, by the order of their last change.
    pub async fn records<T: DeserializeOwned>(&self, collection: Collection) -> Vec<(Record, T)> {
        let page = self.sync(0, 1000).await;
        page.records
            .into_iter()
            .filter(|record| record.collection == collection.name())
            .filter_map(|record| {
                let body = serde_json::from_value(record.body.clone()?).unwrap();
                Some((record, body))
            })
            .collect()
    }
}

/// The body of an answer with the status that it should have.
pub async fn read<T: DeserializeOwned>(answer: Response, status: StatusCode) -> T {
    let (given, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(given, status, "{text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The problem of an answer, which must be one in every respect.
pub async fn problem(answer: Response, code: ProblemCode) -> Problem {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    assert_eq!(
        headers["content-type"], "application/problem+json",
        "{status} {text}"
    );
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let problem: Problem = serde_json::from_str(&text).unwrap();
    assert_eq!(problem.code, code, "{text}");
    assert_eq!(problem.status, status.as_u16());
    assert_eq!(
        problem
            .retry_after_seconds
            .map(|seconds| seconds.to_string()),
        headers
            .get("retry-after")
            .map(|value| value.to_str().unwrap().to_owned()),
    );
    problem
}

/// Waits until `look` sees what it looks for.
pub async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(15);
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    loop {
        ticks.tick().await;
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
    }
}
