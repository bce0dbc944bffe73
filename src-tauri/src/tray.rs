//! The symbol in the tray: sync state, devices, sign out, quit.

use std::panic::AssertUnwindSafe;

use latchkey_client::changes::Topic;
use latchkey_client::client::Client;
use latchkey_client::stage::{Stage, SyncState};
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Wry};

use crate::shell::words;
use crate::window;
use crate::words::Words;

const ID: &str = "latchkey";

/// The tray's menu.
pub struct Tray {
    status: MenuItem<Wry>,
    open: MenuItem<Wry>,
    devices: MenuItem<Wry>,
    sign_out: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

impl Tray {
    /// Puts the symbol into the tray; `None` where there is no tray, as on plain GNOME.
    pub async fn build(app: &AppHandle) -> Option<Self> {
        if !can_be_used().await {
            return None;
        }
        let (built, receive) = tokio::sync::oneshot::channel();
        let handle = app.clone();
        app.run_on_main_thread(move || {
            // Nobody waits any more only when the app ends.
            // It panics where the library that draws the symbol is not installed.
            let tray = std::panic::catch_unwind(AssertUnwindSafe(|| Self::build_now(&handle)));
            let _ = built.send(tray.ok());
        })
        .ok()?;
        match receive.await.ok()? {
            Some(Ok(tray)) => Some(tray),
            None => {
                tracing::warn!("the tray's library is not installed");
                None
            }
            Some(Err(error)) => {
                tracing::warn!(%error, "the tray can't be used");
                None
            }
        }
    }

    fn build_now(app: &AppHandle) -> tauri::Result<Self> {
        let item = |id: &str, enabled| MenuItem::with_id(app, id, "", enabled, None::<&str>);
        let tray = Self {
            status: item("status", false)?,
            open: item("open", true)?,
            devices: item("devices", true)?,
            sign_out: item("sign-out", true)?,
            quit: item("quit", true)?,
        };
        let line = || PredefinedMenuItem::separator(app);
        let menu = Menu::with_items(
            app,
            &[
                &tray.status,
                &line()?,
                &tray.open,
                &tray.devices,
                &tray.sign_out,
                &line()?,
                &tray.quit,
            ],
        )?;
        let mut builder = TrayIconBuilder::with_id(ID)
            .menu(&menu)
            .tooltip("Latchkey")
            .on_menu_event(chosen);
        if let Some(icon) = app.default_window_icon() {
            builder = builder.icon(icon.clone());
        }
        builder.build(app)?;
        Ok(tray)
    }

    /// Says in the menu what `topics` changed.
    pub async fn refresh(&mut self, client: &Client, topics: &[Topic]) {
        if !topics
            .iter()
            .any(|topic| matches!(topic, Topic::Stage | Topic::Sync | Topic::Preferences))
        {
            return;
        }
        let words = words(client).await;
        let signed_in = matches!(client.stage().await, Stage::SignedIn { .. });
        let status = if signed_in {
            status(client, &words).await
        } else {
            words.text("tray-signed-out")
        };
        let done = self
            .status
            .set_text(status)
            .and_then(|()| self.open.set_text(words.text("tray-open")))
            .and_then(|()| self.devices.set_text(words.text("tray-devices")))
            .and_then(|()| self.sign_out.set_text(words.text("tray-sign-out")))
            .and_then(|()| self.quit.set_text(words.text("tray-quit")))
            .and_then(|()| self.devices.set_enabled(signed_in))
            .and_then(|()| self.sign_out.set_enabled(signed_in));
        if let Err(error) = done {
            tracing::warn!(%error, "the tray's menu could not be changed");
        }
    }
}

async fn status(client: &Client, words: &Words) -> String {
    let sync = client.sync_status().await;
    match sync.state {
        SyncState::UpToDate => words.text("tray-up-to-date"),
        SyncState::Polling => words.text("tray-polling"),
        SyncState::Syncing => words.text("tray-syncing"),
        SyncState::Offline if sync.waiting_changes == 0 => words.text("tray-offline"),
        SyncState::Offline => {
            words.text_with("tray-offline-waiting", "changes", sync.waiting_changes)
        }
        SyncState::NeedsAnswer => words.text("tray-needs-answer"),
        SyncState::ServerTrouble => words.text("tray-server-trouble"),
        SyncState::UntrustedCertificate => words.text("tray-untrusted-certificate"),
        SyncState::ProxySignIn => words.text("tray-proxy-sign-in"),
        SyncState::SomethingElse => words.text("tray-something-else"),
        SyncState::NotSaved => words.text("tray-not-saved"),
    }
}

/// Whether this desktop has a tray.
pub async fn can_be_used() -> bool {
    // Asked on a thread of its own: the session bus may take its time.
    tauri::async_runtime::spawn_blocking(exists)
        .await
        .unwrap_or(false)
}

/// Whether there is a tray now, so that a hidden window can be brought back.
pub fn is_shown(app: &AppHandle) -> bool {
    app.tray_by_id(ID).is_some()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the menu hands its events over"
)]
fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        "open" => window::show(app),
        "devices" => window::navigate(app, "sessions"),
        // Asked in the window, which says what would be lost.
        "sign-out" => window::navigate(app, "sign_out"),
        "quit" => app.exit(0),
        _ => {}
    }
}

/// On Linux a tray is a program that owns this name on the session bus.
#[cfg(target_os = "linux")]
fn exists() -> bool {
    let owned = || -> zbus::Result<bool> {
        let connection = zbus::blocking::Connection::session()?;
        let bus = zbus::blocking::fdo::DBusProxy::new(&connection)?;
        Ok(bus.name_has_owner("org.kde.StatusNotifierWatcher".try_into()?)?)
    };
    owned().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
fn exists() -> bool {
    true
}
