//! A window of the app.

use std::net::TcpListener;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use serde_json::json;

use super::app;
use super::desk::Desk;
use crate::server::eventually;
use crate::webdriver::{Driver, Kept, Page, child_of, is_running, signal};

/// A window of the app, and what a person does in it.
pub struct Window {
    page: Page,
    app: u32,
    data: PathBuf,
    opened_in: std::time::Duration,
    _driver: Kept,
}

impl Deref for Window {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}

impl Window {
    pub(super) async fn open(desk: &Desk, data: &Path, arguments: &[&str]) -> Self {
        let mut list = vec!["--data-dir".to_owned(), data.to_string_lossy().into_owned()];
        list.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let start = Instant::now();
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
        let options = json!({ "binary": app(), "args": list });
        let driver = Driver::open(port, json!({ "webkitgtk:browserOptions": options })).await;
        let app = child_of(process.0.id()).expect("the driver has started the app");
        let log = data.to_owned();
        Self {
            page: Page::new(driver, move || end_of_log(&log)),
            app,
            data: data.to_owned(),
            opened_in: start.elapsed(),
            _driver: process,
        }
    }

    /// How long the start took, until the driver had its window.
    pub fn opened_in(&self) -> std::time::Duration {
        self.opened_in
    }

    /// The app's data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The app's process.
    pub fn process(&self) -> u32 {
        self.app
    }

    /// The end of the app's log.
    pub fn log(&self) -> String {
        end_of_log(&self.data)
    }

    /// Kills the app with SIGKILL, as a power cut would, and waits until it is gone.
    pub async fn kill(self) {
        self.end_by("KILL").await;
    }

    /// Asks the app to end, as signing out of the system does, and waits until it has.
    pub async fn quit(self) {
        self.end_by("TERM").await;
    }

    async fn end_by(self, name: &str) {
        let app = self.app;
        signal(app, name);
        eventually("the app has ended", async || {
            (!is_running(app)).then_some(())
        })
        .await;
    }

    /// Resizes the window.
    pub async fn resize(&self, width: u32, height: u32) {
        self.driver()
            .post("window/rect", json!({ "width": width, "height": height }))
            .await
            .expect("a window");
        let script = "return [window.innerWidth, window.innerHeight]";
        eventually("the window has its size", async || {
            (self.evaluate(script).await.ok()? == json!([width, height])).then_some(())
        })
        .await;
    }
}

fn end_of_log(data: &Path) -> String {
    let log = std::fs::read_to_string(data.join("logs/latchkey.log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    format!(
        "The end of the app's log:\n{}",
        lines[lines.len().saturating_sub(20)..].join("\n")
    )
}
