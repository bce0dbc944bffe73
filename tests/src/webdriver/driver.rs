//! What the suites need of the `WebDriver` protocol (<https://www.w3.org/TR/webdriver2/>), spoken with `WebKitWebDriver` and
//! with `chromedriver`.

use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

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
    pub(crate) fn code(self) -> char {
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
pub struct Element(String);

/// One session of a driver: one app, or one browser.
#[derive(Debug)]
pub struct Driver {
    http: reqwest::Client,
    session: String,
    capabilities: Value,
}

impl Driver {
    /// Opens a session with the driver on a port of this computer, once it listens.
    pub(crate) async fn open(port: u16, capabilities: Value) -> Self {
        // The start of app or browser is part of this.
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_mins(1))
            .build()
            .expect("an HTTP client");
        let base = format!("http://127.0.0.1:{port}/session");
        let wanted = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let answer = eventually("the driver listens", async || {
            let sent = http.post(&base).json(&wanted).send().await;
            match sent {
                Ok(answer) => Some(
                    answer
                        .json::<Value>()
                        .await
                        .expect("WebDriver answers JSON"),
                ),
                Err(error) if error.is_connect() => None,
                Err(error) => panic!("no session was opened: {error}"),
            }
        })
        .await;
        let session = answer["value"]["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("no session was opened: {answer}"));
        Self {
            http,
            session: format!("{base}/{session}"),
            capabilities: answer["value"]["capabilities"].clone(),
        }
    }

    /// What the driver says of the session.
    pub(crate) fn capabilities(&self) -> &Value {
        &self.capabilities
    }

    /// `Err` is `WebDriver`'s own error, as `stale element reference`.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        let sent = self
            .http
            .post(format!("{}/{path}", self.session))
            .json(&body)
            .send()
            .await;
        Self::value(sent).await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value, String> {
        Self::value(
            self.http
                .get(format!("{}/{path}", self.session))
                .send()
                .await,
        )
        .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value, String> {
        Self::value(
            self.http
                .delete(format!("{}/{path}", self.session))
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

    pub(crate) async fn execute(&self, script: &str, arguments: Value) -> Result<Value, String> {
        self.post(
            "execute/sync",
            json!({ "script": script, "args": arguments }),
        )
        .await
    }

    pub(crate) async fn execute_async(
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
    pub(crate) async fn elements(
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

    pub(crate) async fn role_and_name(
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

    pub(crate) async fn click(&self, element: &Element) -> Result<(), String> {
        self.post(&format!("element/{}/click", element.0), json!({}))
            .await
            .map(drop)
    }

    /// Types into what has the focus.
    pub(crate) async fn type_keys(&self, keys: impl Iterator<Item = char>) -> Result<(), String> {
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
    pub(crate) async fn press_with(&self, held: Held, key: char) -> Result<(), String> {
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

    pub(crate) async fn press(&self, key: Key) -> Result<(), String> {
        self.type_keys(std::iter::once(key.code())).await
    }

    pub(crate) async fn screenshot(&self) -> Result<Vec<u8>, String> {
        let picture = self.get("screenshot").await?;
        base64::engine::general_purpose::STANDARD
            .decode(picture.as_str().unwrap_or_default())
            .map_err(|error| error.to_string())
    }

    /// Handed to a script, it is the element again.
    pub(crate) fn reference(element: &Element) -> Value {
        json!({ ELEMENT: element.0 })
    }
}
