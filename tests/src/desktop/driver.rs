//! What this suite needs of the `WebDriver` protocol (<https://www.w3.org/TR/webdriver2/>), spoken with `WebKitWebDriver`.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

use super::desk::Desk;
use super::process::{Kept, child_of};
use crate::server::eventually;

/// The name under which `WebDriver` hands out an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A key that is no character.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// Tab.
    Tab,
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// The space bar.
    Space,
    /// The arrow down.
    Down,
}

/// A key that is held while another is pressed.
#[derive(Clone, Copy, Debug)]
pub enum Held {
    /// Control.
    Control,
    /// Shift.
    Shift,
}

impl Held {
    /// Its code point in `WebDriver`.
    fn code(self) -> char {
        match self {
            Self::Control => '\u{E009}',
            Self::Shift => '\u{E008}',
        }
    }
}

impl Key {
    /// Its code point in `WebDriver`.
    pub(super) fn code(self) -> char {
        match self {
            Self::Tab => '\u{E004}',
            Self::Enter => '\u{E007}',
            Self::Escape => '\u{E00C}',
            Self::Space => ' ',
            Self::Down => '\u{E015}',
        }
    }
}

/// Something on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element(pub(super) String);

/// A driver with one session, which is one app.
pub(super) struct Driver {
    http: reqwest::Client,
    session: String,
    app: u32,
    _process: Kept,
}

impl Driver {
    pub(super) async fn start(desk: &Desk, app: &Path, arguments: &[String]) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let process = desk
            .command("WebKitWebDriver")
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .map(Kept)
            .expect("WebKitWebDriver starts");
        // The app's start is part of this: WebKit waits for its first window.
        let http = reqwest::Client::builder()
            .timeout(Duration::from_mins(1))
            .build()
            .expect("an HTTP client");
        let base = format!("http://127.0.0.1:{port}/session");
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": { "binary": app, "args": arguments }
        } } });
        let answer = eventually("WebKitWebDriver listens", async || {
            let sent = http.post(&base).json(&wanted).send().await;
            match sent {
                Ok(answer) => Some(
                    answer
                        .json::<Value>()
                        .await
                        .expect("WebDriver answers JSON"),
                ),
                Err(error) if error.is_connect() => None,
                Err(error) => panic!("the app did not open: {error}"),
            }
        })
        .await;
        let session = answer["value"]["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("the app did not open: {answer}"));
        let app = child_of(process.0.id()).expect("the driver has started the app");
        Self {
            http,
            session: format!("{base}/{session}"),
            app,
            _process: process,
        }
    }

    /// The app's process.
    pub(super) fn app(&self) -> u32 {
        self.app
    }

    /// `Err` is `WebDriver`'s own error, as `stale element reference`.
    pub(super) async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        let sent = self
            .http
            .post(format!("{}/{path}", self.session))
            .json(&body)
            .send()
            .await;
        Self::value(sent).await
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, String> {
        Self::value(
            self.http
                .get(format!("{}/{path}", self.session))
                .send()
                .await,
        )
        .await
    }

    async fn value(sent: Result<reqwest::Response, reqwest::Error>) -> Result<Value, String> {
        let answer = sent.map_err(|error| format!("the window is gone: {error}"))?;
        let well = answer.status().is_success();
        let mut body: Value = answer
            .json()
            .await
            .map_err(|error| format!("no JSON: {error}"))?;
        let value = body["value"].take();
        if well {
            Ok(value)
        } else {
            Err(format!("{}: {}", value["error"], value["message"]))
        }
    }

    pub(super) async fn execute(&self, script: &str, arguments: Value) -> Result<Value, String> {
        self.post(
            "execute/sync",
            json!({ "script": script, "args": arguments }),
        )
        .await
    }

    pub(super) async fn execute_async(
        &self,
        script: &str,
        arguments: Value,
    ) -> Result<Value, String> {
        self.post(
            "execute/async",
            json!({ "script": script, "args": arguments }),
        )
        .await
    }

    /// The elements that a script returns.
    pub(super) async fn elements(
        &self,
        script: &str,
        arguments: Value,
    ) -> Result<Vec<Element>, String> {
        let found = self.execute(script, arguments).await?;
        let list = found.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(list
            .iter()
            .filter_map(|element| element[ELEMENT].as_str())
            .map(|id| Element(id.to_owned()))
            .collect())
    }

    pub(super) async fn role_and_name(
        &self,
        element: &Element,
    ) -> Result<(String, String), String> {
        let role = self
            .get(&format!("element/{}/computedrole", element.0))
            .await?;
        let name = self
            .get(&format!("element/{}/computedlabel", element.0))
            .await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
        Ok((text(&role), text(&name)))
    }

    pub(super) async fn click(&self, element: &Element) -> Result<(), String> {
        self.post(&format!("element/{}/click", element.0), json!({}))
            .await
            .map(drop)
    }

    /// Types into what has the focus.
    pub(super) async fn type_keys(&self, keys: impl Iterator<Item = char>) -> Result<(), String> {
        let actions: Vec<Value> = keys
            .flat_map(|key| {
                [
                    json!({ "type": "keyDown", "value": key }),
                    json!({ "type": "keyUp", "value": key }),
                ]
            })
            .collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", json!({ "actions": [keyboard] }))
            .await
            .map(drop)
    }

    /// Presses a key while another is held.
    pub(super) async fn press_with(&self, held: Held, key: char) -> Result<(), String> {
        let held = held.code();
        let actions = [
            ("keyDown", held),
            ("keyDown", key),
            ("keyUp", key),
            ("keyUp", held),
        ];
        let actions = actions.map(|(kind, key)| json!({ "type": kind, "value": key }));
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", json!({ "actions": [keyboard] }))
            .await
            .map(drop)
    }

    pub(super) async fn press(&self, key: Key) -> Result<(), String> {
        self.type_keys(std::iter::once(key.code())).await
    }

    pub(super) async fn screenshot(&self) -> Result<Vec<u8>, String> {
        let picture = self.get("screenshot").await?;
        base64::engine::general_purpose::STANDARD
            .decode(picture.as_str().unwrap_or_default())
            .map_err(|error| error.to_string())
    }

    /// Handed to a script, it is the element again.
    pub(super) fn reference(element: &Element) -> Value {
        json!({ ELEMENT: element.0 })
    }
}
