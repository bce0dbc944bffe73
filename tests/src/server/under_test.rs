//! One server, in a process of its own or inside the test.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;

use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::server::ServerInfo;
use latchkey_protocol::sessions::SignedIn;
use latchkey_protocol::time::Timestamp;
use latchkey_server::clock::{Clock, ManualClock, SystemClock};
use latchkey_server::config::{Config, HashCost};
use latchkey_server::state::ServerState;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    Answer, Database, DatabaseOfTest, Http, Outbox, ServerProcess, eventually, person, run_command,
};

/// Settings as `LATCHKEY_*` variables, the same for both kinds of server.
#[derive(Clone, Debug)]
pub struct Settings {
    variables: Vec<(String, String)>,
    /// What hashing costs a server inside the test, where that is less than the variables allow.
    hash: Option<HashCost>,
}

impl Default for Settings {
    /// The server's own defaults, but hashing at its floor, and the limits of an address out of the way: tests sign in
    /// from one address far more often than people do. So do those of how much is made in a day.
    fn default() -> Self {
        Self::of_the_server()
            .with("SIGN_IN__PER_ADDRESS", 1_000_000)
            .with("SIGN_IN__PER_NETWORK", 1_000_000)
            .with("RECOVERY__PER_ADDRESS", 1_000_000)
            .with("RECOVERY__PER_NETWORK", 1_000_000)
            .with("QUOTAS__LINKS_PER_ADDRESS", 1_000_000)
            .with("QUOTAS__LINKS_PER_NETWORK", 1_000_000)
            .with("QUOTAS__EDITS_PER_DAY", 1_000_000)
            .with("QUOTAS__CHANGES_PER_DAY", 1_000_000)
            .with("QUOTAS__SESSIONS", 1_000)
            .with("QUOTAS__NEW_DEVICES_PER_DAY", 1_000)
            .with("QUOTAS__SIGN_INS_PER_DAY", 1_000)
    }
}

impl Settings {
    /// The server's own defaults with hashing at its floor.
    pub fn of_the_server() -> Self {
        let settings = Self {
            variables: Vec::new(),
            hash: None,
        };
        settings
            // From which the tests learn of every route.
            .with("DESCRIBE_API", true)
            .with("HASH__MEMORY_KIB", HashCost::FLOOR.memory_kib)
            .with("HASH__ITERATIONS", HashCost::FLOOR.iterations)
    }

    /// For a race: as little hashing as there is, so that what comes after it is reached by all at the same time.
    pub fn of_a_race() -> Self {
        Self {
            hash: Some(HashCost {
                memory_kib: 8,
                iterations: 1,
            }),
            ..Self::default()
        }
    }

    /// With `LATCHKEY_NAME` set to `value`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        let name = format!("LATCHKEY_{name}");
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_string()));
        self
    }

    /// The variables.
    pub fn variables(&self) -> &[(String, String)] {
        &self.variables
    }
}

/// A server that runs inside the test.
#[derive(Debug)]
pub struct InProcess {
    state: Arc<ServerState>,
    shutdown: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

#[derive(Debug)]
enum Running {
    Process(ServerProcess),
    InProcess(InProcess),
    Stopped,
}

/// A server to play against. Stopped, and its data removed, when dropped.
#[derive(Debug)]
pub struct ServerUnderTest {
    running: Running,
    address: SocketAddr,
    server_id: ServerId,
    clock: Arc<dyn Clock>,
    manual_clock: Option<Arc<ManualClock>>,
    settings: Settings,
    data_dir: PathBuf,
    // Removed after the server is gone.
    _folder: TempDir,
    database: Arc<DatabaseOfTest>,
}

/// A copy of a server's data.
#[derive(Debug)]
pub struct Backup {
    folder: TempDir,
    database: DatabaseOfTest,
}

impl ServerUnderTest {
    /// The program, with the tests' settings.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, Settings::default()).await
    }

    /// The program with settings.
    pub async fn start_with(database: Database, settings: Settings) -> Self {
        Self::start_on(Arc::new(database.create().await), settings).await
    }

    /// The program on a database that exists already.
    pub async fn start_on(database: Arc<DatabaseOfTest>, settings: Settings) -> Self {
        let mut server = Self::stopped(database, settings);
        server.start_again().await;
        server
    }

    /// The program with SQLite in a folder of choice.
    pub async fn start_in(data_dir: &Path, settings: Settings) -> Self {
        let mut server = Self::stopped(Arc::new(Database::Sqlite.create().await), settings);
        data_dir.clone_into(&mut server.data_dir);
        server.start_again().await;
        server
    }

    /// The server inside the test, with a clock that stands still until the test moves it.
    pub async fn start_in_process(database: Database) -> Self {
        Self::start_in_process_with(database, Settings::default()).await
    }

    /// The server inside the test with settings.
    pub async fn start_in_process_with(database: Database, settings: Settings) -> Self {
        Self::start_in_process_at(database, settings, SystemClock.now()).await
    }

    /// The server inside the test with settings and a clock that shows `now`.
    pub async fn start_in_process_at(
        database: Database,
        settings: Settings,
        now: Timestamp,
    ) -> Self {
        let database = Arc::new(database.create().await);
        Self::start_inside_on(database, settings, Arc::new(ManualClock::new(now))).await
    }

    async fn start_inside_on(
        database: Arc<DatabaseOfTest>,
        settings: Settings,
        clock: Arc<ManualClock>,
    ) -> Self {
        let mut server = Self::stopped(database, settings);
        server.clock = Arc::<ManualClock>::clone(&clock);
        server.manual_clock = Some(clock);
        server.start_again().await;
        server
    }

    fn stopped(database: Arc<DatabaseOfTest>, settings: Settings) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self {
            running: Running::Stopped,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            server_id: ServerId(uuid::Uuid::nil()),
            clock: Arc::new(SystemClock),
            manual_clock: None,
            settings,
            data_dir: folder.path().to_owned(),
            _folder: folder,
            database,
        }
    }

    /// A second node on the same PostgreSQL database, with a data folder of its own: a program beside a program, and
    /// inside the test, with the same clock, beside a server inside the test.
    pub async fn another_node(&self) -> Self {
        assert!(self.database.url().is_some(), "SQLite serves one node");
        // All nodes on one database share the key.
        let key = std::fs::read_to_string(self.data_dir.join("server.key")).expect("a key");
        let settings = self.settings.clone().with("SECRET_KEY", key.trim());
        let database = Arc::clone(&self.database);
        match &self.manual_clock {
            Some(clock) => Self::start_inside_on(database, settings, Arc::clone(clock)).await,
            None => Self::start_on(database, settings).await,
        }
    }

    /// The same with other settings.
    pub async fn start_again_with(&mut self, settings: Settings) {
        self.settings = settings;
        self.start_again().await;
    }

    /// Starts it on the data it had, on a new port.
    pub async fn start_again(&mut self) {
        assert!(matches!(self.running, Running::Stopped), "it runs already");
        if self.manual_clock.is_some() {
            self.start_inside().await;
        } else {
            let process = self.try_start_process().unwrap_or_else(|(status, log)| {
                panic!("the server ended with {status}:\n{log}");
            });
            self.address = process.address();
            self.running = Running::Process(process);
        }
        let info: ServerInfo = self.http().get("/v1/server").await.expect(200).json();
        self.server_id = info.server_id;
    }

    /// Tries to start one more program on the same data.
    pub fn try_start_process(&self) -> Result<ServerProcess, (ExitStatus, String)> {
        let mut arguments: Vec<OsString> = ["serve", "--listen", "127.0.0.1:0", "--data-dir"]
            .map(OsString::from)
            .to_vec();
        arguments.push(self.data_dir().into());
        if let Some(url) = self.database.url() {
            arguments.extend(["--database".into(), url.into()]);
        }
        ServerProcess::start(&arguments, self.settings.variables())
    }

    async fn start_inside(&mut self) {
        let mut options = vec![("data_dir", self.data_dir().display().to_string())];
        if let Some(url) = self.database.url() {
            options.push(("database", url.to_owned()));
        }
        let mut config = Config::load(None, self.settings.variables().to_vec(), options)
            .expect("settings the server takes");
        config.hash = self.settings.hash.unwrap_or(config.hash);
        let server = latchkey_server::Server::open_with(config, Arc::clone(&self.clock))
            .await
            .expect("the server opens");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        self.address = listener.local_addr().expect("a bound address");
        let state = Arc::clone(server.state());
        let shutdown = CancellationToken::new();
        let stopping = shutdown.clone();
        let task = tokio::spawn(async move {
            server.run(listener, stopping).await.expect("a clean end");
        });
        self.running = Running::InProcess(InProcess {
            state,
            shutdown,
            task: Some(task),
        });
    }

    /// Ends it: the program by SIGKILL, the server inside the test by its shutdown signal.
    pub async fn kill(&mut self) {
        match std::mem::replace(&mut self.running, Running::Stopped) {
            Running::Process(mut process) => process.kill(),
            Running::InProcess(mut inside) => {
                inside.shutdown.cancel();
                if let Some(task) = inside.task.take() {
                    task.await.expect("the server ends without a panic");
                }
            }
            Running::Stopped => {}
        }
    }

    /// A copy of all its data, of which nothing changes while it is stopped.
    pub async fn back_up(&self) -> Backup {
        assert!(matches!(self.running, Running::Stopped), "it runs");
        let folder = tempfile::tempdir().expect("a folder");
        let database = self.database.copied(&self.data_dir, folder.path()).await;
        Backup { folder, database }
    }

    /// Goes back to a backup, while it is stopped.
    pub async fn restore(&mut self, backup: &Backup) {
        assert!(matches!(self.running, Running::Stopped), "it runs");
        std::fs::remove_dir_all(&self.data_dir).expect("the folder goes");
        let from = backup.folder.path();
        self.database = Arc::new(backup.database.copied(from, &self.data_dir).await);
    }

    /// The program.
    pub fn process(&self) -> &ServerProcess {
        match &self.running {
            Running::Process(process) => process,
            _ => panic!("no process runs"),
        }
    }

    /// The program, to be stopped.
    pub fn process_mut(&mut self) -> &mut ServerProcess {
        match &mut self.running {
            Running::Process(process) => process,
            _ => panic!("no process runs"),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL.
    pub fn url(&self) -> Url {
        Url::parse(&format!("http://{}", self.address)).expect("an address is a URL")
    }

    /// Its data folder.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The URL of its PostgreSQL; `None` on SQLite.
    pub fn database_url(&self) -> Option<&str> {
        self.database.url()
    }

    /// Which server it is.
    pub fn server_id(&self) -> ServerId {
        self.server_id
    }

    /// What its clock shows.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock to move, of a server inside the test.
    pub fn clock(&self) -> &ManualClock {
        self.manual_clock
            .as_ref()
            .expect("a server inside the test has a clock to move")
    }

    /// Lets a millisecond pass on the clock of a server inside the test, so that what follows has a later time, and an id
    /// that sorts behind those before.
    pub fn tick(&self) {
        self.clock().set(Timestamp(self.now().0 + 1_000));
    }

    /// Moves the clock of a server inside the test, and has its queue looked at.
    pub fn advance(&self, seconds: i64) {
        self.clock().advance_seconds(seconds);
        self.state().jobs.ring_all();
    }

    /// What the requests of a server inside the test share.
    pub fn state(&self) -> &Arc<ServerState> {
        match &self.running {
            Running::InProcess(inside) => &inside.state,
            _ => panic!("no server runs inside the test"),
        }
    }

    /// Waits until no mail of anybody waits in a server inside the test.
    pub async fn mails_have_left(&self) {
        eventually("an empty mail queue", async || {
            let sql = "SELECT id FROM mails WHERE status = 'queued'";
            let rows = self.state().database.fetch_all(sql, &[]).await;
            rows.expect("rows").is_empty().then_some(())
        })
        .await;
    }

    /// A stranger's requests, from 127.0.0.1.
    pub fn http(&self) -> Http {
        Http::new(self.url())
    }

    /// Its mails.
    pub fn outbox(&self) -> Outbox {
        Outbox::new(&self.data_dir().join("outbox"))
    }

    /// Runs one statement on its data, behind its back; the number of rows it changed.
    pub async fn statement(&self, sql: impl Into<String>) -> u64 {
        self.database.statement(&self.data_dir, sql).await
    }

    /// Runs `latchkey-server administrator …` on its data, and gives what that said.
    pub fn administrator(&self, arguments: &[&str]) -> Result<String, String> {
        self.command("administrator", arguments)
    }

    /// Runs another of the program's commands on its data, and gives what that said.
    pub fn command(&self, name: &str, arguments: &[&str]) -> Result<String, String> {
        run_command(name, arguments, &self.data_dir, self.database.url())
    }

    /// Has the device of a sign-in trusted. The record of its session does not say so.
    pub async fn trust_device(&self, signed_in: &SignedIn) {
        let id = signed_in.device_id;
        let sql = format!("UPDATE devices SET standing = 'trusted' WHERE id = '{id}'");
        assert_eq!(self.statement(sql).await, 1);
    }

    /// Posts a mailed confirmation token, signed in nowhere.
    pub async fn confirm(&self, token: &str) -> Answer {
        person::confirm(&self.http(), token).await
    }
}
