//! The description of the API, read by other people's tools: Redocly, a generator of clients, and Schemathesis, which sends
//! what the description allows and what it does not, and looks whether the answers are as described. `cargo xtask test`
//! installs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use latchkey_tests::server::{Database, Device, Http, Person, ServerUnderTest};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Requests that Schemathesis makes up for each operation, beside those at the edges of what the description says;
/// `LATCHKEY_TEST_EXAMPLES` says another number.
const EXAMPLES: &str = "80";

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A program of the Python tools, which finds the others.
fn tool(name: &str) -> Command {
    let folder = root().join("target/tools/python/bin");
    let program = folder.join(name);
    assert!(
        program.exists(),
        "{} is missing: `cargo xtask test` installs it",
        program.display()
    );
    let mut path = folder.into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = Command::new(program);
    command.env("PATH", path);
    command
}

/// A server's description, in a file of a folder that goes.
async fn description(http: &Http) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    let text = http.get("/v1/openapi.json").await.expect(200).text();
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

/// What a program said, which must have ended well.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn redocly_finds_nothing() {
    let server = ServerUnderTest::start(Database::Sqlite).await;
    let (folder, file) = description(&server.http()).await;
    let output = Command::new(root().join("ui/node_modules/.bin/redocly"))
        .args(["lint", "--extends", "recommended", "--format", "json"])
        .arg(&file)
        .current_dir(folder.path())
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .output()
        .expect("redocly, of the packages of the user interface");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["problems"], json!([]));
    assert!(output.status.success());
}

/// A client made from the description signs a device in, whose proof it is given, and lists the account's sessions.
#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_signs_in_and_lists_its_sessions() {
    let server = ServerUnderTest::start(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let (folder, file) = description(&server.http()).await;
    let said = run(tool("openapi-python-client")
        .args(["generate", "--meta", "none", "--output-path", "client"])
        .arg("--path")
        .arg(&file)
        .current_dir(folder.path()));
    assert!(
        !said.to_lowercase().contains("warning") && !said.contains("Unable"),
        "{said}"
    );
    let module = folder
        .path()
        .join("client/api/sessions/sessions_sign_in.py");
    assert!(module.exists(), "{said}");
    let request = Device::new("A generated client").sign_in(&server, "anna", &anna.password);
    let said = run(tool("python")
        .arg(root().join("tests/tests/server/openapi_client.py"))
        .arg(server.url().as_str().trim_end_matches('/'))
        .arg(serde_json::to_string(&request).unwrap())
        .env("PYTHONPATH", folder.path()));
    let mut sessions: Vec<&str> = said.lines().collect();
    sessions.sort_unstable();
    assert_eq!(sessions, ["A generated client", "First device"], "{said}");
}

/// Runs Schemathesis against a server. Where it is signed in, the operations that end sessions are left out, and so are the
/// streams, which don't end.
async fn schemathesis(server: &ServerUnderTest, person: Option<&Person>) {
    let (folder, file) = description(&server.http()).await;
    let examples = std::env::var("LATCHKEY_TEST_EXAMPLES");
    let examples = examples.as_deref().unwrap_or(EXAMPLES);
    let mut command = tool("schemathesis");
    command
        .arg("--config-file")
        .arg(root().join("tests/schemathesis.toml"))
        .arg("run")
        .arg(&file)
        .args(["--url", server.url().as_str().trim_end_matches('/')])
        .args(["--max-examples", examples, "--generation-deterministic"])
        .args(["--continue-on-failure", "--warnings", "off", "--no-color"])
        .args(["--request-timeout", "30"])
        .current_dir(folder.path());
    if let Some(person) = person {
        let token = &person.signed_in.token;
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
        command.args(["--exclude-path", "/v1/events"]);
        command.args(["--exclude-path", "/v1/sessions/end"]);
    }
    run(&mut command);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_answered_as_described() {
    let server = ServerUnderTest::start(Database::Sqlite).await;
    schemathesis(&server, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_answered_as_described() {
    let server = ServerUnderTest::start(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let anna = anna.stepped_up(None).await;
    schemathesis(&server, Some(&anna)).await;
    anna.check_session().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_answered_as_described() {
    let server = ServerUnderTest::start(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.administrator(&["grant", "anna"]).unwrap();
    let anna = anna.stepped_up(None).await;
    schemathesis(&server, Some(&anna)).await;
    anna.check_session().await.expect(200);
}
