//! The server's pages in a real browser: Chromium without a window, worked through `chromedriver`.
//!
//! [`Browser::open`] starts one with an empty profile. What is shown is worked through [`Page`], as a window of the app
//! is. [`Browser::plug_in`] gives it an authenticator for passkeys that is made of software.
//!
//! Chromium and chromedriver are Debian's packages `chromium` and `chromium-driver`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "this is the tests' own ground: what fails here fails the test that uses it"
)]

use std::ops::Deref;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::server::PATIENCE;
use crate::webdriver::{Driver, Kept, Looks, Page, line_of, mortal};

/// What Chromium is started with besides: no window, no network of its own, nothing kept.
const ARGUMENTS: &[&str] = &[
    "--headless",
    // It runs as root in a container, and shows pages of this very test.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-proxy-server",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Ends with its driver, however that ends.
    "--remote-debugging-pipe",
];

/// A browser with one page.
pub struct Browser {
    page: Page,
    scripts: AtomicBool,
    // Ended in this order.
    _driver: Kept,
    _folder: TempDir,
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Browser").finish_non_exhaustive()
    }
}

impl Deref for Browser {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The profile is removed next, and Chromium must not write to it any more.
        if let Some(process) = self.page.driver().capabilities()["goog:processID"].as_u64() {
            let _ = Command::new("kill")
                .args(["-KILL", &process.to_string()])
                .stderr(Stdio::null())
                .status();
        }
    }
}

/// A chromedriver and the port that it has found. It wants the same one of both kinds of addresses, and ends where the one
/// that it was given is taken in the other kind.
fn chromedriver(home: &Path) -> (Kept, u16) {
    for _ in 0..10 {
        let mut driver = mortal("chromedriver")
            .arg("--port=0")
            .env("HOME", home)
            .env("TMPDIR", home)
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map(Kept)
            .expect("chromedriver starts, of the Debian package chromium-driver");
        let line = line_of(&mut driver.0, |line| line.contains("started successfully"));
        let port = line
            .as_deref()
            .and_then(|line| line.rsplit(' ').next())
            .and_then(|port| port.trim_end_matches('.').parse().ok());
        if let Some(port) = port {
            return (driver, port);
        }
    }
    panic!("chromedriver finds no port");
}

/// An authenticator that was plugged in.
#[derive(Debug)]
pub struct PluggedIn(String);

impl Browser {
    /// A browser of a person who reads `language`, `en` or `de`.
    pub async fn open(language: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("latchkey-browser-")
            .tempdir()
            .expect("a temporary folder");
        let (driver, port) = chromedriver(folder.path());
        let profile = format!(
            "--user-data-dir={}",
            folder.path().join("profile").display()
        );
        let mut arguments: Vec<String> = ARGUMENTS.iter().map(ToString::to_string).collect();
        arguments.extend([profile, format!("--accept-lang={language}")]);
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
            // A link into the app is nothing that a browser without a window could ask about.
            "unhandledPromptBehavior": "dismiss",
        });
        let session = Driver::open(port, capabilities).await;
        Self {
            page: Page::new(session, String::new),
            scripts: AtomicBool::new(true),
            _driver: driver,
            _folder: folder,
        }
    }

    /// Opens an address, as by a link in a mail.
    pub async fn visit(&self, address: impl AsRef<str>) {
        self.driver()
            .post("url", json!({ "url": address.as_ref() }))
            .await
            .expect("the page opens");
    }

    /// The address of the page that is shown.
    pub async fn address(&self) -> Url {
        let address = self.driver().get("url").await.expect("an address");
        Url::parse(address.as_str().unwrap_or_default()).expect("a URL")
    }

    /// Where the link with this name leads, without following it.
    pub async fn target(&self, name: &str) -> String {
        let link = self.find("link", name).await;
        let target = self
            .driver()
            .execute(
                "return arguments[0].href",
                json!([Driver::reference(&link)]),
            )
            .await
            .expect("a link");
        target.as_str().unwrap_or_default().to_owned()
    }

    /// Asks pages for these colours from now on.
    pub async fn prefer(&self, looks: Looks) {
        let scheme = match looks {
            Looks::Light => "light",
            Looks::Dark => "dark",
        };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
    }

    /// Gives the page this size, in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Whether pages may run scripts from now on. The harness's own run in any case.
    pub async fn allow_scripts(&self, allowed: bool) {
        self.scripts.store(allowed, Ordering::SeqCst);
        self.run_scripts(allowed).await;
    }

    async fn run_scripts(&self, run: bool) {
        self.devtools(
            "Emulation.setScriptExecutionDisabled",
            json!({ "value": !run }),
        )
        .await;
    }

    /// Fails when axe finds anything to say about what is shown.
    pub async fn expect_no_axe_violations(&self, screen: &str) {
        // Its promises are scripts of the page's. What is shown was loaded without.
        self.run_scripts(true).await;
        self.page.expect_no_axe_violations(screen).await;
        self.run_scripts(self.scripts.load(Ordering::SeqCst)).await;
    }

    /// Saves a picture of what is shown.
    pub async fn save_screenshot(&self, path: &Path) {
        self.run_scripts(true).await;
        self.page.save_screenshot(path).await;
        self.run_scripts(self.scripts.load(Ordering::SeqCst)).await;
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        self.driver()
            .post(
                "goog/cdp/execute",
                json!({ "cmd": command, "params": parameters }),
            )
            .await
            .unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    /// What the browser had to say of the pages since it was asked last: scripts and styles that a policy refused,
    /// faults of scripts, what could not be loaded.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self
            .driver()
            .post("se/log", json!({ "type": "browser" }))
            .await
            .expect("a log");
        entries
            .as_array()
            .into_iter()
            .flatten()
            // Advice: that the page of a reset names no account, which it must not.
            .filter(|entry| entry["level"] != "DEBUG")
            .map(|entry| format!("{}: {}", entry["level"], entry["message"]))
            // Asked for by the browser itself; there is none.
            .filter(|complaint| !complaint.contains("/favicon.ico"))
            .collect()
    }

    /// Plugs in an authenticator that says yes to everything, and knows its person by a PIN or finger where `verifies`
    /// (W3C Web Authentication, section 11: User Agent Automation).
    pub async fn plug_in(&self, verifies: bool) -> PluggedIn {
        let authenticator = json!({
            "protocol": "ctap2",
            "transport": "usb",
            "hasResidentKey": true,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "isUserConsenting": true,
        });
        let id = self
            .driver()
            .post("webauthn/authenticator", authenticator)
            .await
            .expect("an authenticator");
        PluggedIn(id.as_str().unwrap_or_default().to_owned())
    }

    /// Takes it out again, with the keys that it holds.
    pub async fn pull_out(&self, authenticator: PluggedIn) {
        self.driver()
            .delete(&format!("webauthn/authenticator/{}", authenticator.0))
            .await
            .expect("an authenticator");
    }

    /// The keys that an authenticator holds, as the driver describes them: `credentialId`, `privateKey`, `rpId`,
    /// `signCount` and others.
    pub async fn keys(&self, authenticator: &PluggedIn) -> Vec<Value> {
        let keys = self
            .driver()
            .get(&format!(
                "webauthn/authenticator/{}/credentials",
                authenticator.0
            ))
            .await
            .expect("an authenticator");
        keys.as_array().cloned().unwrap_or_default()
    }

    /// Puts a key into an authenticator, as somebody does who copied it.
    pub async fn give_key(&self, authenticator: &PluggedIn, key: Value) {
        self.driver()
            .post(
                &format!("webauthn/authenticator/{}/credential", authenticator.0),
                key,
            )
            .await
            .expect("the key is taken");
    }

    /// Waits until the page at `path` is shown.
    pub async fn see_path(&self, path: &str) {
        let start = Instant::now();
        loop {
            let shown = self.address().await;
            if shown.path() == path {
                return;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{path} is never shown, but {shown}"
            );
        }
    }
}
