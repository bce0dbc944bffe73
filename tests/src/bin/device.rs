//! The client without a window in a process of its own, to be killed by tests.
//!
//! `device FOLDER SECRETS` opens the data folder FOLDER and obeys one command a line, in order. Once a command has
//! returned, its result stands on one line of standard output as JSON, `{"Ok":…}` or `{"Err":…}`. It ends with its
//! input.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::accounts::SignInForm;
use latchkey_client::app::{App, AppOptions};
use latchkey_client::client::Client;
use latchkey_client::clock::SystemClock;
use latchkey_client::failure::{Failure, FailureCode};
use latchkey_client::secrets::{SecretError, SecretStore};
use latchkey_client::step_up::StepUpForm;
use latchkey_protocol::profile::ProfileEdit;
use serde_json::Value;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// Secrets in a plain file, which no app would ever do: they must outlast the process without the keyring of whoever
/// runs the tests.
struct PlainFile {
    path: PathBuf,
    using: Mutex<()>,
}

type Entries = BTreeMap<String, String>;

impl PlainFile {
    fn entries(&self) -> Result<Entries, SecretError> {
        match std::fs::read(&self.path) {
            Ok(content) => serde_json::from_slice(&content).map_err(|_| SecretError::Absent),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Entries::new()),
            Err(_) => Err(SecretError::Absent),
        }
    }

    /// The old file or the new one after a kill, as a keyring has it.
    fn change(&self, change: impl FnOnce(&mut Entries)) -> Result<(), SecretError> {
        let _using = self.using.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = self.entries()?;
        change(&mut entries);
        let unfinished = self.path.with_extension("unfinished");
        let content = serde_json::to_vec(&entries).map_err(|_| SecretError::Absent)?;
        std::fs::write(&unfinished, content)
            .and_then(|()| std::fs::rename(&unfinished, &self.path))
            .map_err(|_| SecretError::Absent)
    }
}

impl SecretStore for PlainFile {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
        let _using = self.using.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = self.entries()?;
        let Some(secret) = entries.get(name) else {
            return Ok(None);
        };
        let secret = STANDARD.decode(secret).map_err(|_| SecretError::Absent)?;
        Ok(Some(Zeroizing::new(secret)))
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretError> {
        self.change(|entries| {
            entries.insert(name.to_owned(), STANDARD.encode(secret));
        })
    }

    fn delete(&self, name: &str) -> Result<(), SecretError> {
        self.change(|entries| {
            entries.remove(name);
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .init();
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(data_folder), Some(path)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: device FOLDER SECRETS");
        return ExitCode::FAILURE;
    };
    let app = App::open(AppOptions {
        data_folder,
        secrets: Arc::new(PlainFile {
            path,
            using: Mutex::default(),
        }),
        clock: Arc::new(SystemClock),
        app: "Latchkey test".to_owned(),
        bundled: None,
    })
    .await;
    let client = app.shown();
    let mut lines = input();
    while let Some(line) = lines.recv().await {
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let result = obey(&client, word, rest).await;
        let Ok(mut answer) = serde_json::to_string(&result) else {
            return ExitCode::FAILURE;
        };
        answer.push('\n');
        let mut output = std::io::stdout().lock();
        // Nobody reads any more: the test is over.
        if output.write_all(answer.as_bytes()).is_err() || output.flush().is_err() {
            break;
        }
    }
    app.close().await;
    ExitCode::SUCCESS
}

/// The lines of standard input, read on a thread of their own: such a read can't be given up.
fn input() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

async fn obey(client: &Arc<Client>, word: &str, rest: &str) -> Result<Value, Failure> {
    match word {
        "stage" => said(&client.stage().await),
        "sync" => said(&client.sync_status().await),
        "profile" => said(&client.profile().await?),
        "overview" => said(&client.overview().await?),
        "connect" => {
            client.connect_to_server(rest.to_owned()).await?;
            said(&client.stage().await)
        }
        "sign_in" => {
            let (login, password) = rest.split_once(' ').unwrap_or((rest, ""));
            let form = SignInForm {
                login: login.to_owned(),
                password: password.to_owned(),
                code: None,
                stay_signed_in: true,
            };
            client.sign_in(form).await?;
            said(&client.stage().await)
        }
        "edit" => {
            let form = ProfileEdit {
                display_name: Some(rest.to_owned()),
                ..ProfileEdit::default()
            };
            client.edit_profile(form.into()).await?;
            Ok(Value::Null)
        }
        "sync_now" => {
            client.sync_now().await?;
            Ok(Value::Null)
        }
        "step_up" => {
            let form = StepUpForm {
                password: rest.to_owned(),
                code: None,
            };
            said(&client.step_up(form).await?)
        }
        "sign_out" => {
            client.sign_out().await?;
            said(&client.stage().await)
        }
        _ => Err(FailureCode::NotFound.into()),
    }
}

fn said(what: &impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(what).map_err(|_| FailureCode::Internal.into())
}
