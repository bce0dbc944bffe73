//! A device in a process of its own, to be killed and to be given networks as they are.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::cache::Cache;
use latchkey_client::failure::{Failure, FailureCode};
use latchkey_client::profile::ProfileView;
use latchkey_client::stage::{Stage, SyncState, SyncView};
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sync::Collection;
use latchkey_tests::server::{Link, PATIENCE, Person, ServerUnderTest, SmallDisk};
use latchkey_tests::simulation::random::Random;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// What outlasts a device's process: its data folder, its secrets, and its way to the server.
pub(super) struct Device {
    pub(super) data: PathBuf,
    home: TempDir,
    pub(super) link: Link,
}

impl Device {
    pub(super) async fn new(server: &ServerUnderTest) -> Self {
        let home = tempfile::tempdir().unwrap();
        Self {
            data: home.path().join("data"),
            home,
            link: Link::to(server).await,
        }
    }

    /// With its data folder, not its secrets, on `disk`.
    pub(super) async fn on(disk: &SmallDisk, server: &ServerUnderTest) -> Self {
        Self {
            data: disk.path().join("data"),
            ..Self::new(server).await
        }
    }

    pub(super) fn start(&self) -> Running {
        self.start_with(&[])
    }

    /// With these variables of the environment.
    pub(super) fn start_with(&self, variables: &[(&str, &str)]) -> Running {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_device"))
            .arg(&self.data)
            .arg(self.secrets())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .envs(variables.iter().copied())
            .spawn()
            .expect("the device starts");
        let (sender, answers) = mpsc::unbounded_channel();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            let mut line = String::new();
            // A line that was cut by a kill is no answer.
            while output.read_line(&mut line).is_ok() && line.ends_with('\n') {
                let _ = sender.send(serde_json::from_str(&line).expect("an answer"));
                line.clear();
            }
        });
        Running {
            input: child.stdin.take(),
            child,
            answers,
        }
    }

    /// Starts it for the first time and signs in. The first sync goes on.
    pub(super) async fn signed_in(&self, anna: &Person) -> Running {
        let mut running = self.start();
        let address = format!("http://{}", self.link.address());
        running.expect::<Stage>(&format!("connect {address}")).await;
        running.signs_in(anna).await;
        running
    }

    pub(super) fn secrets(&self) -> PathBuf {
        self.home.path().join("secrets.json")
    }

    /// What its processes have written into their log.
    pub(super) fn log_text(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    fn log(&self) -> PathBuf {
        self.home.path().join("device.log")
    }

    pub(super) fn databases(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.data.join("accounts"))
            .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
            .unwrap_or_default()
    }

    /// The secrets of accounts; there is one more, the device's own key.
    pub(super) fn account_secrets(&self) -> BTreeMap<String, String> {
        let content = std::fs::read(self.secrets()).unwrap();
        let mut secrets: BTreeMap<String, String> = serde_json::from_slice(&content).unwrap();
        secrets.retain(|name, _| name.contains("/account/"));
        secrets
    }

    /// What the settings say of the one account, as the next start reads them.
    pub(super) fn settings(&self) -> Value {
        let read = |name: &str| std::fs::read(self.data.join(name)).ok();
        let content = read("latchkey.json").or_else(|| read("latchkey.previous.json"));
        let file: Value = serde_json::from_slice(&content.unwrap()).unwrap();
        file["settings"]["accounts"][0].clone()
    }

    /// The session that the settings know.
    pub(super) fn session(&self) -> Option<SessionId> {
        self.settings()["account"]["session_id"]
            .as_str()?
            .parse()
            .ok()
    }

    /// The local copy as a kill left it, opened beside the original, and whole.
    pub(super) async fn copy(&self) -> Copy {
        let account = &self.settings()["account"];
        let part = |name: &str| account[name].as_str().unwrap().to_owned();
        let (server, id, session) = (part("server_id"), part("account_id"), part("session_id"));
        let name = format!("{id}-{session}.sqlite");
        let folder = tempfile::tempdir().unwrap();
        for suffix in ["", "-wal"] {
            let file = format!("{name}{suffix}");
            let original = self.data.join("accounts").join(&file);
            if original.exists() {
                std::fs::copy(original, folder.path().join(file)).unwrap();
            }
        }
        let secrets = self.account_secrets();
        let (_, entry) = secrets
            .iter()
            .find(|(name, _)| name.ends_with(&session))
            .expect("the secret of the account");
        let entry: Value = serde_json::from_slice(&STANDARD.decode(entry).unwrap()).unwrap();
        let key = STANDARD
            .decode(entry["cache_key"].as_str().unwrap())
            .unwrap();
        let key = key.as_slice().try_into().unwrap();
        let cache = Cache::open(&folder.path().join(&name), key, &format!("{server}/{id}"))
            .await
            .expect("the local copy opens after a kill");
        cache.verify().await.expect("the local copy is whole");
        Copy {
            cache,
            _folder: folder,
        }
    }

    pub(super) fn never_panicked(&self) {
        let log = self.log_text();
        assert!(!log.contains("panicked"), "{log}");
    }
}

/// A local copy beside the original.
pub(super) struct Copy {
    pub(super) cache: Cache,
    _folder: TempDir,
}

impl Copy {
    /// Its records of one collection, by id: the revision and the body.
    pub(super) async fn records(&self, collection: Collection) -> BTreeMap<String, (u64, Value)> {
        self.cache
            .records(collection)
            .await
            .unwrap()
            .into_iter()
            .map(|record| {
                let body = serde_json::from_slice(&record.body).unwrap();
                (record.id, (record.revision, body))
            })
            .collect()
    }
}

pub(super) type Answer = Result<Value, Failure>;

/// A device's process; killed when dropped.
pub(super) struct Running {
    pub(super) child: Child,
    pub(super) input: Option<ChildStdin>,
    pub(super) answers: mpsc::UnboundedReceiver<Answer>,
}

impl Running {
    pub(super) fn tell(&mut self, command: &str) {
        let input = self.input.as_mut().expect("it runs");
        writeln!(input, "{command}").expect("the device listens");
    }

    pub(super) async fn answer(&mut self) -> Answer {
        tokio::time::timeout(PATIENCE, self.answers.recv())
            .await
            .expect("an answer in time")
            .expect("the device runs")
    }

    pub(super) async fn ask(&mut self, command: &str) -> Answer {
        self.tell(command);
        self.answer().await
    }

    pub(super) async fn expect<T: DeserializeOwned>(&mut self, command: &str) -> T {
        match self.ask(command).await {
            Ok(answer) => serde_json::from_value(answer).expect("an answer of the command's type"),
            Err(failure) => panic!("{command}: {failure:?}"),
        }
    }

    pub(super) async fn refused(&mut self, command: &str) -> FailureCode {
        self.ask(command).await.expect_err(command).code
    }

    pub(super) async fn signs_in(&mut self, anna: &Person) {
        let command = format!("sign_in {} {}", anna.username, anna.password);
        let stage: Stage = self.expect(&command).await;
        assert!(matches!(stage, Stage::SignedIn { .. }), "{stage:?}");
    }

    pub(super) async fn stage(&mut self) -> Stage {
        self.expect("stage").await
    }

    pub(super) async fn shown(&mut self) -> String {
        self.expect::<ProfileView>("profile").await.display_name
    }

    /// Waits until nothing is on its way in either direction.
    pub(super) async fn current(&mut self) -> SyncView {
        self.tell("sync_now");
        self.answer().await.unwrap();
        let started = Instant::now();
        loop {
            let sync: SyncView = self.expect("sync").await;
            if sync.state == SyncState::UpToDate
                && sync.current_at.is_some()
                && sync.waiting_changes == 0
            {
                return sync;
            }
            assert!(started.elapsed() < PATIENCE, "never current: {sync:?}");
        }
    }

    /// kill -9, and all the answers that were given before.
    pub(super) async fn kill(mut self) -> Vec<Answer> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut answers = Vec::new();
        while let Some(answer) = self.answers.recv().await {
            answers.push(answer);
        }
        answers
    }

    /// As [`Self::kill`], at a random instant, which is all that is waited for.
    pub(super) async fn kill_within(self, random: &mut Random, millis: u64) -> Vec<Answer> {
        pass(Duration::from_micros(random.below(millis * 1000))).await;
        self.kill().await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets an instant come that is random by itself.
async fn pass(time: Duration) {
    let _ = tokio::time::timeout(time, std::future::pending::<()>()).await;
}
