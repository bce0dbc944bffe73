//! The symbol in the tray: sync state, devices, sign out, quit.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use latchkey_client::accounts_here::{AccountEntry, AccountState};
use latchkey_client::app::{App, LocalAccountId};
use latchkey_client::changes::Topic;
use latchkey_client::client::Client;
use latchkey_client::stage::SyncState;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Wry};
use tokio::sync::watch;

use crate::shell::{name_of, words};
use crate::window;
use crate::words::Words;

const ID: &str = "latchkey";

/// The tray's menu: one account's entries in it; of several, each in a menu of its own.
pub struct Tray {
    icon: TrayIcon,
    open: MenuItem<Wry>,
    quit: MenuItem<Wry>,
    accounts: Vec<AccountItems>,
}

/// One account in the menu.
struct AccountItems {
    id: LocalAccountId,
    /// What holds the others, and the first of them, where there are several accounts.
    of_several: Option<(Submenu<Wry>, MenuItem<Wry>)>,
    status: MenuItem<Wry>,
    devices: MenuItem<Wry>,
    sign_out: MenuItem<Wry>,
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
        let mut builder = TrayIconBuilder::with_id(ID)
            .menu(&Menu::new(app)?)
            .tooltip("Latchkey")
            .on_menu_event(chosen);
        if let Some(icon) = app.default_window_icon() {
            builder = builder.icon(icon.clone());
        }
        Ok(Self {
            icon: builder.build(app)?,
            open: item(app, "open", true)?,
            quit: item(app, "quit", true)?,
            accounts: Vec::new(),
        })
    }

    /// Says in the menu what `topics` changed.
    pub async fn refresh(&mut self, app: &AppHandle, client: &App, topics: &[Topic]) {
        if !topics.iter().any(|topic| {
            matches!(
                topic,
                Topic::Accounts | Topic::Stage | Topic::Sync | Topic::Profile | Topic::Preferences
            )
        }) {
            return;
        }
        let words = words(app, &client.shown()).await;
        let entries = client.accounts().await.accounts;
        let mut done = self.make_room(app, &entries);
        for (items, entry) in self.accounts.iter().zip(&entries) {
            let status = match client.account(entry.id) {
                Ok(account) => status(&account, entry.state, &words).await,
                Err(_) => String::new(),
            };
            done = done.and_then(|()| items.say(entry, &status, &words));
        }
        let done = done
            .and_then(|()| self.open.set_text(words.text("tray-open")))
            .and_then(|()| self.quit.set_text(words.text("tray-quit")));
        if let Err(error) = done {
            tracing::warn!(%error, "the tray's menu could not be changed");
        }
    }

    /// Another menu, where other accounts are in the list than before. One that is open stays so otherwise.
    fn make_room(&mut self, app: &AppHandle, entries: &[AccountEntry]) -> tauri::Result<()> {
        if entries
            .iter()
            .map(|entry| entry.id)
            .eq(self.accounts.iter().map(|items| items.id))
        {
            return Ok(());
        }
        let menu = Menu::new(app)?;
        let line = || PredefinedMenuItem::separator(app);
        let several = entries.len() > 1;
        let accounts = entries
            .iter()
            .map(|entry| AccountItems::new(app, entry.id, several))
            .collect::<tauri::Result<Vec<_>>>()?;
        if several {
            menu.append_items(&[&self.open, &line()?])?;
        }
        for items in &accounts {
            let AccountItems {
                status,
                devices,
                sign_out,
                ..
            } = items;
            match &items.of_several {
                Some((all, show)) => {
                    all.append_items(&[status, &line()?, show, devices, sign_out])?;
                    menu.append(all)?;
                }
                None => {
                    menu.append_items(&[status, &line()?, &self.open, devices, sign_out])?;
                }
            }
        }
        menu.append_items(&[&line()?, &self.quit])?;
        self.icon.set_menu(Some(menu))?;
        self.accounts = accounts;
        Ok(())
    }
}

impl AccountItems {
    fn new(app: &AppHandle, id: LocalAccountId, of_several: bool) -> tauri::Result<Self> {
        let named = |what: &str, enabled| item(app, &format!("{what} {id}"), enabled);
        let of_several = if of_several {
            Some((Submenu::new(app, "", true)?, named("show", true)?))
        } else {
            None
        };
        Ok(Self {
            id,
            of_several,
            status: named("status", false)?,
            devices: named("devices", true)?,
            sign_out: named("sign-out", true)?,
        })
    }

    fn say(&self, entry: &AccountEntry, status: &str, words: &Words) -> tauri::Result<()> {
        let signed_in = is_signed_in(entry.state);
        if let Some((all, show)) = &self.of_several {
            all.set_text(name_of(entry, words))?;
            show.set_text(words.text("tray-open"))?;
        }
        self.status.set_text(status)?;
        self.devices.set_text(words.text("tray-devices"))?;
        self.sign_out.set_text(words.text("tray-sign-out"))?;
        self.devices.set_enabled(signed_in)?;
        self.sign_out.set_enabled(signed_in)
    }
}

fn item(app: &AppHandle, id: &str, enabled: bool) -> tauri::Result<MenuItem<Wry>> {
    MenuItem::with_id(app, id, "", enabled, None::<&str>)
}

fn is_signed_in(state: AccountState) -> bool {
    matches!(
        state,
        AccountState::Connected
            | AccountState::Offline
            | AccountState::ServerAway
            | AccountState::NotSaved
    )
}

async fn status(client: &Client, state: AccountState, words: &Words) -> String {
    if !is_signed_in(state) {
        return words.text(match state {
            AccountState::Parked => "tray-parked",
            AccountState::Ended => "tray-ended",
            AccountState::Opening => "tray-opening",
            AccountState::WaitingForKeyring => "tray-keyring",
            _ => "tray-signed-out",
        });
    }
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
    let id = event.id().as_ref();
    let (what, account) = id.split_once(' ').unwrap_or((id, ""));
    let account: Option<LocalAccountId> = account.parse().ok();
    match what {
        "open" => window::show(app),
        "show" => window::navigate(app, account, "overview"),
        "devices" => window::navigate(app, account, "sessions"),
        // Asked in the window, which says what would be lost.
        "sign-out" => window::navigate(app, account, "sign_out"),
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
