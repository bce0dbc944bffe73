//! The symbol in the tray: sync state, devices, sign out, quit.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use latchkey_client::changes::Topic;
use latchkey_client::client::Client;
use latchkey_client::stage::{Stage, SyncState};
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager as _, Wry};
use tokio::sync::watch;

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
    /// Puts the symbol into the tray; `None` where that can't be done.
    pub async fn build(app: &AppHandle) -> Option<Self> {
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

/// Whether a panel shows what is in the tray. There is none on plain GNOME; elsewhere it may come later, and end.
struct Panel(watch::Receiver<bool>);

/// How long a panel may take to start again before a window that is hidden in its tray is shown.
const RESTART: Duration = Duration::from_secs(3);

/// Looks for a panel and says when one comes or goes. A window that only its tray could bring back is shown when it
/// goes.
pub fn watch_panel(app: &AppHandle) -> watch::Receiver<bool> {
    let panel = panel();
    app.manage(Panel(panel.clone()));
    let (app, mut watched) = (app.clone(), panel.clone());
    tauri::async_runtime::spawn(async move {
        while watched.changed().await.is_ok() {
            if *watched.borrow_and_update() {
                continue;
            }
            tokio::time::sleep(RESTART).await;
            if !*watched.borrow() {
                window::show_hidden(&app);
            }
        }
    });
    panel
}

/// Whether there is a tray now, so that a hidden window can be brought back.
pub fn is_shown(app: &AppHandle) -> bool {
    let panel = app.try_state::<Panel>();
    app.tray_by_id(ID).is_some() && panel.is_some_and(|panel| *panel.0.borrow())
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

/// Panels that show trays find each other by this name on the session bus.
#[cfg(target_os = "linux")]
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

#[cfg(target_os = "linux")]
fn panel() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    // On a thread of its own: the session bus may take its time.
    let follow = std::thread::Builder::new()
        .name("panel".to_owned())
        .spawn(move || {
            if let Err(error) = follow_panel(&sender) {
                tracing::warn!(%error, "the session bus does not say whether there is a tray");
            }
        });
    if let Err(error) = follow {
        tracing::error!(%error, "no thread to look for a tray");
    }
    receiver
}

#[cfg(target_os = "linux")]
fn follow_panel(sender: &watch::Sender<bool>) -> zbus::Result<()> {
    use zbus::MatchRule;
    use zbus::blocking::fdo::DBusProxy;
    use zbus::blocking::{Connection, MessageIterator};
    use zbus::message::Type;

    let connection = Connection::session()?;
    let bus = DBusProxy::new(&connection)?;
    let signal = || MatchRule::builder().msg_type(Type::Signal);
    let owner = signal()
        .interface("org.freedesktop.DBus")?
        .member("NameOwnerChanged")?
        .arg(0, WATCHER)?
        .build();
    let host = signal().interface(WATCHER)?.build();
    for rule in [owner, host] {
        bus.add_match_rule(rule)?;
    }
    let messages = MessageIterator::from(&connection);
    sender.send_replace(has_panel(&connection, &bus)?);
    for message in messages {
        let message = message?;
        let about = message.header().member().is_some_and(|member| {
            member == "NameOwnerChanged" || member.starts_with("StatusNotifierHost")
        });
        if about && message.message_type() == Type::Signal {
            let now = has_panel(&connection, &bus)?;
            sender.send_if_modified(|before| std::mem::replace(before, now) != now);
        }
    }
    Ok(())
}

/// Whether there is such a panel. The one that has the name may be no panel itself, and know of none, as on KDE while
/// Plasma starts again.
#[cfg(target_os = "linux")]
fn has_panel(
    connection: &zbus::blocking::Connection,
    bus: &zbus::blocking::fdo::DBusProxy<'_>,
) -> zbus::Result<bool> {
    if !bus.name_has_owner(WATCHER.try_into()?)? {
        return Ok(false);
    }
    let watcher =
        zbus::blocking::Proxy::new(connection, WATCHER, "/StatusNotifierWatcher", WATCHER)?;
    // One that does not say is taken for a panel.
    Ok(watcher
        .get_property("IsStatusNotifierHostRegistered")
        .unwrap_or(true))
}

#[cfg(not(target_os = "linux"))]
fn panel() -> watch::Receiver<bool> {
    watch::channel(true).1
}
