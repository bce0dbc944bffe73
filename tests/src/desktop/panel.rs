//! A panel with a tray, and a window manager: what a desktop has beside its windows.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use super::desk::Desk;
use crate::server::eventually;
use crate::webdriver::Kept;

/// A panel that shows what registers with it. Ends when dropped.
pub struct Panel {
    items: Arc<Mutex<Vec<String>>>,
    connection: zbus::Connection,
}

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const PATH: &str = "/StatusNotifierWatcher";

/// What tray icons register with, as the panels of desktops have it.
struct Watcher {
    items: Arc<Mutex<Vec<String>>>,
    /// Whether it shows them, and does not only know of them.
    is_panel: bool,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str) {
        self.items.lock().unwrap().push(service.to_owned());
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.items.lock().unwrap().clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        self.is_panel
    }
}

impl Panel {
    /// Waits until something is in the tray.
    pub async fn see_item(&self) {
        eventually("something is in the tray", async || {
            (!self.items.lock().unwrap().is_empty()).then_some(())
        })
        .await;
    }

    /// Ends the panel and leaves what tray icons register with, as when Plasma crashes.
    pub async fn crash(&self) {
        let watcher = self.connection.object_server();
        let watcher = watcher.interface::<_, Watcher>(PATH).await;
        watcher.expect("it is served").get_mut().await.is_panel = false;
        self.connection
            .emit_signal(
                None::<&str>,
                PATH,
                WATCHER,
                "StatusNotifierHostUnregistered",
                &(),
            )
            .await
            .expect("the bus takes it");
    }
}

impl Desk {
    /// Starts a panel.
    pub async fn start_panel(&self) -> Panel {
        let items = Arc::<Mutex<Vec<String>>>::default();
        let watcher = Watcher {
            items: Arc::clone(&items),
            is_panel: true,
        };
        let connection = zbus::connection::Builder::address(self.bus())
            .and_then(|builder| builder.name(WATCHER))
            .and_then(|builder| builder.serve_at(PATH, watcher))
            .expect("a panel")
            .build()
            .await
            .expect("the bus takes the panel");
        Panel { items, connection }
    }

    /// Starts a window manager, which ends with the desk.
    pub async fn start_window_manager(&mut self) {
        let manager = self
            .command("openbox")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openbox starts");
        self.window_manager = Some(Kept(manager));
        eventually("windows are managed", async || {
            // Known as soon as something answers for the workspaces.
            let asked = self
                .command("xdotool")
                .arg("get_desktop")
                .stderr(Stdio::null())
                .output()
                .expect("xdotool runs");
            asked.status.success().then_some(())
        })
        .await;
    }

    /// Whether a window of the app is on the screen.
    pub fn shows_app(&self) -> bool {
        self.window_of("latchkey").is_some()
    }

    /// Closes the app's window, as the keys for it do; nothing where there is none.
    pub fn close_window(&self) {
        if let Some(window) = self.window_of("latchkey") {
            // Fails when it has just gone by itself.
            let _ = self
                .command("xdotool")
                .args(["windowactivate", "--sync", &window])
                .args(["key", "--clearmodifiers", "alt+F4"])
                .stderr(Stdio::null())
                .status()
                .expect("xdotool runs");
        }
    }
}
