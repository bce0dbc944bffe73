//! A `latchkey-server` that keeps its address when it stops and starts again, as a real one does.

use std::ffi::OsString;
use std::net::TcpListener;
use std::sync::Arc;

use latchkey_protocol::identifiers::{ServerId, SessionId};
use latchkey_protocol::server::ServerInfo;
use latchkey_protocol::sessions::{Receipt, SignIn, SignedIn};
use latchkey_server::clock::{Clock as _, SystemClock};
use latchkey_tests::server::{
    Database, DatabaseOfTest, Device, Http, Outbox, ServerProcess, Settings, run_command,
};
use tempfile::TempDir;

/// One node of a server.
pub struct House {
    folder: TempDir,
    database: Arc<DatabaseOfTest>,
    port: u16,
    settings: Settings,
    process: Option<ServerProcess>,
}

impl House {
    /// A server of its own on this database.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, Settings::default()).await
    }

    /// The same with settings.
    pub async fn start_with(database: Database, settings: Settings) -> Self {
        Self::on(Arc::new(database.create().await), settings)
    }

    /// Another node on the same database.
    pub fn another_node(&self) -> Self {
        assert!(self.database.url().is_some(), "SQLite serves one node");
        // All nodes on one database share the key.
        let key = std::fs::read_to_string(self.folder.path().join("server.key")).expect("a key");
        let settings = self.settings.clone().with("SECRET_KEY", key.trim());
        Self::on(Arc::clone(&self.database), settings)
    }

    /// A copy of its data, while it is closed.
    pub async fn back_up(&self) -> (TempDir, DatabaseOfTest) {
        let copy = tempfile::tempdir().expect("a temporary folder");
        let database = self.database.copied(self.folder.path(), copy.path()).await;
        (copy, database)
    }

    /// Goes back to a copy of its data, while it is closed.
    pub async fn restore(&mut self, (copy, database): &(TempDir, DatabaseOfTest)) {
        std::fs::remove_dir_all(self.folder.path()).expect("the folder goes");
        let database = database.copied(copy.path(), self.folder.path()).await;
        self.database = Arc::new(database);
    }

    fn on(database: Arc<DatabaseOfTest>, settings: Settings) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut house = Self {
            folder,
            database,
            port,
            settings,
            process: None,
        };
        house.open();
        house
    }

    /// Starts it again after [`Self::close`].
    pub fn open(&mut self) {
        let mut arguments: Vec<OsString> = vec!["serve".into(), "--listen".into()];
        arguments.push(format!("127.0.0.1:{}", self.port).into());
        arguments.extend(["--data-dir".into(), self.folder.path().into()]);
        if let Some(url) = self.database.url() {
            arguments.extend(["--database".into(), url.into()]);
        }
        let process = ServerProcess::start(&arguments, self.settings.variables());
        self.process = Some(process.unwrap_or_else(|(status, log)| panic!("{status}: {log}")));
    }

    /// Takes it off the network, as a power cut would.
    pub fn close(&mut self) {
        self.process = None;
    }

    /// What people type as its address.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it calls itself.
    pub async fn server_id(&self) -> ServerId {
        let http = Http::new(self.address().parse().expect("an address"));
        let server: ServerInfo = http.get("/v1/server").await.expect(200).json();
        server.server_id
    }

    /// Its mails.
    pub fn outbox(&self) -> Outbox {
        Outbox::new(&self.folder.path().join("outbox"))
    }

    /// Makes somebody its administrator, or no longer: `latchkey-server administrator ACT USERNAME`.
    pub fn administrator(&self, act: &str, username: &str) {
        run_command(
            "administrator",
            &[act, username],
            self.folder.path(),
            self.database.url(),
        )
        .expect("the program does it");
    }

    /// Signs `login` in on a device that is no app, and so may call itself anything. Its requests.
    pub async fn sign_in_from(&self, device: &str, login: &str, password: &str) -> Http {
        self.session_of(&Device::new(device), login, password)
            .await
            .0
    }

    /// Does so and signs out again, as the device itself does.
    pub async fn look_in_from(&self, device: &str, login: &str, password: &str) {
        let device = Device::new(device);
        let (http, server_id, session_id) = self.session_of(&device, login, password).await;
        let receipt = Receipt::sign(&device.key, server_id, session_id, SystemClock.now());
        http.post("/v1/receipts", &receipt).await.expect(200);
        http.get("/v1/session").await.expect(401);
    }

    async fn session_of(
        &self,
        device: &Device,
        login: &str,
        password: &str,
    ) -> (Http, ServerId, SessionId) {
        let http = Http::new(self.address().parse().expect("an address"));
        let server: ServerInfo = http.get("/v1/server").await.expect(200).json();
        let request = SignIn {
            login: login.to_owned(),
            password: password.to_owned(),
            code: None,
            passkey: None,
            device: device.proof(server.server_id, login, SystemClock.now()),
        };
        let answer = http.post("/v1/sessions", &request).await.expect(201);
        let signed_in: SignedIn = answer.json();
        let http = http.with_token(&signed_in.token);
        (http, server.server_id, signed_in.session_id)
    }

    /// Presses the button of one of its pages, as somebody does in a browser.
    pub async fn post_page(&self, path: &str) {
        let base = self.address().parse().expect("an address");
        Http::new(base).post_empty(path).await.expect(200);
    }
}
