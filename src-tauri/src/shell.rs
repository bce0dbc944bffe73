//! What the app holds while it runs: the client, which opens while the window already shows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use latchkey_client::accounts_here::AccountEntry;
use latchkey_client::app::{App, LocalAccountId};
use latchkey_client::changes::{Change, Topic};
use latchkey_client::client::Client;
use latchkey_client::failure::Failure;
use latchkey_client::stage::Stage;
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _};
use tauri_specta::Event as _;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{SetOnce, broadcast};

use crate::alerts::{Alerts, take_answers};
use crate::events::Changed;
use crate::link::LinkOutcomeView;
use crate::locale::SystemLocale;
use crate::logging;
use crate::tray::{self, Tray};
use crate::window;
use crate::words::Words;

/// How long the first content is waited for.
const PAINTED: Duration = Duration::from_secs(2);

/// The state of the app.
#[derive(Default)]
pub struct Shell {
    client: SetOnce<Arc<App>>,
    painted: SetOnce<()>,
    stay_in_tray: AtomicBool,
    saved_file: Mutex<Option<PathBuf>>,
    link_outcomes: Mutex<Vec<LinkOutcomeView>>,
    refused_server: Mutex<Option<RefusedServer>>,
    log: PathBuf,
}

/// A server that the app was started with and that could not be connected to.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct RefusedServer {
    /// The address as it was given.
    pub address: String,
    /// Why.
    pub failure: Failure,
}

impl Shell {
    /// The state of an app that keeps everything in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self {
            log: logging::file(folder),
            ..Self::default()
        }
    }

    /// Where the log is.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Keeps what came of a link until the window asks.
    pub fn add_link_outcome(&self, outcome: LinkOutcomeView) {
        lock(&self.link_outcomes).push(outcome);
    }

    /// What came of the links since it was last asked.
    pub fn take_link_outcomes(&self) -> Vec<LinkOutcomeView> {
        std::mem::take(&mut *lock(&self.link_outcomes))
    }

    /// Keeps why the server given at the start could not be connected to, until the window asks.
    pub fn set_refused_server(&self, refused: RefusedServer) {
        *lock(&self.refused_server) = Some(refused);
    }

    /// That, once.
    pub fn take_refused_server(&self) -> Option<RefusedServer> {
        lock(&self.refused_server).take()
    }

    /// Hands the client to those who wait for it.
    pub fn set_client(&self, client: Arc<App>) {
        if self.client.set(client).is_err() {
            tracing::error!("a second client was opened");
        }
    }

    /// The client, if it is open already.
    pub fn opened_client(&self) -> Option<Arc<App>> {
        self.client.get().cloned()
    }

    /// The window has painted its first content.
    pub fn set_painted(&self) {
        // Said once more when the page is loaded again.
        let _ = self.painted.set(());
    }

    /// The file that was saved last in this run.
    pub fn saved_file(&self) -> Option<PathBuf> {
        lock(&self.saved_file).clone()
    }

    /// Remembers it.
    pub fn set_saved_file(&self, path: PathBuf) {
        *lock(&self.saved_file) = Some(path);
    }

    /// Whether closing the window leaves Latchkey in the tray, if there is one.
    pub fn stays_in_tray(&self) -> bool {
        self.stay_in_tray.load(Ordering::Relaxed)
    }
}

fn lock<Held>(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The client, as soon as it is open.
pub async fn client(app: &AppHandle) -> Arc<App> {
    Arc::clone(app.state::<Shell>().client.wait().await)
}

/// When the window has painted its first content, or takes so long that nobody waits for it: what that content does not
/// need takes no time from it.
pub async fn painted(app: &AppHandle) {
    let shell = app.state::<Shell>();
    // In vain where the window can't paint.
    let _ = tokio::time::timeout(PAINTED, shell.painted.wait()).await;
}

/// The words of the language that the window speaks while it shows that account.
pub async fn words(app: &AppHandle, account: &Client) -> Words {
    let chosen = match account.stage().await {
        Stage::SignedIn { language, .. } if !language.is_empty() => Some(language),
        _ => client(app)
            .await
            .preferences()
            .await
            .ok()
            .and_then(|preferences| preferences.language),
    };
    let of_the_system = || {
        let languages = SystemLocale::read().languages;
        languages.into_iter().find(|tag| Words::are_of(tag))
    };
    Words::of(&chosen.or_else(of_the_system).unwrap_or_default())
}

/// What tells that account from the others on this device; `None` where there are no others.
pub async fn account_name(app: &AppHandle, account: &Client, words: &Words) -> Option<String> {
    let view = client(app).await.accounts().await;
    let entry = view
        .accounts
        .iter()
        .find(|entry| entry.id == account.id())?;
    (view.accounts.len() > 1).then(|| name_of(entry, words))
}

/// An account and its server in one line.
pub fn name_of(entry: &AccountEntry, words: &Words) -> String {
    let server = match &entry.server {
        Some(server) if server.on_this_computer => words.text("account-this-computer"),
        Some(server) => server.name.clone(),
        None => return words.text("account-new"),
    };
    if entry.name.is_empty() {
        return server;
    }
    words.text_with_all("account-on", &[("name", &entry.name), ("server", &server)])
}

/// Shows the window as the preferences have it.
pub async fn follow_preferences(app: &AppHandle, client: &App) {
    if let Ok(preferences) = client.preferences().await {
        window::follow(app, &preferences);
    }
}

/// Tells the window, the tray and the notifications what changes, until the app ends. `changes` are those of the client
/// from before the window could ask it anything.
pub async fn forward_changes(
    app: AppHandle,
    client: Arc<App>,
    mut changes: broadcast::Receiver<Change>,
) {
    let (to_pages, mut changes_here) = (app.clone(), changes.resubscribe());
    let preferred = Arc::clone(&client);
    tauri::async_runtime::spawn(async move {
        while let Some(Change { account, topics }) = next(&mut changes).await {
            if topics.contains(&Topic::Preferences) {
                follow_preferences(&to_pages, &preferred).await;
            }
            if let Err(error) = (Changed { account, topics }).emit(&to_pages) {
                tracing::error!(%error, "the window could not be told of a change");
            }
        }
    });
    painted(&app).await;
    take_answers(&app);
    let mut panel = tray::watch_panel(&app);
    let mut tray = None;
    let mut built = false;
    let mut alerts: BTreeMap<LocalAccountId, Alerts> = BTreeMap::new();
    // Everything may have changed before the tray was there.
    let mut change = everything();
    loop {
        if change.topics.contains(&Topic::Preferences)
            && let Ok(preferences) = client.preferences().await
        {
            app.state::<Shell>()
                .stay_in_tray
                .store(preferences.stay_in_tray, Ordering::Relaxed);
        }
        if !built && *panel.borrow_and_update() {
            built = true;
            tray = Tray::build(&app).await;
            // Its menu is still empty.
            change = everything();
        }
        if let Some(tray) = &mut tray {
            tray.refresh(&app, &client, &change.topics).await;
        }
        let listed = client.listed();
        alerts.retain(|id, _| listed.iter().any(|account| account.id() == *id));
        for account in listed {
            if change.account.is_none_or(|changed| changed == account.id()) {
                let alerts = alerts.entry(account.id()).or_default();
                alerts.look(&app, &account, &change.topics).await;
            }
        }
        tokio::select! {
            next = next(&mut changes_here) => match next {
                Some(next) => change = next,
                None => return,
            },
            // Only the first one: what is in the tray finds the next panel by itself.
            Ok(()) = panel.changed(), if !built => change.topics.clear(),
        }
    }
}

/// What changed next; everything, where something was missed. `None` once the client is gone.
async fn next(changes: &mut broadcast::Receiver<Change>) -> Option<Change> {
    match changes.recv().await {
        Ok(change) => Some(change),
        Err(RecvError::Lagged(_)) => Some(everything()),
        Err(RecvError::Closed) => None,
    }
}

/// All topics of all accounts.
fn everything() -> Change {
    Change {
        account: None,
        topics: Topic::ALL.to_vec(),
    }
}
