//! What the app holds while it runs: the client, which opens while the window already shows.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use latchkey_client::changes::Topic;
use latchkey_client::client::Client;
use latchkey_client::stage::Stage;
use tauri::{AppHandle, Manager as _};
use tauri_specta::Event as _;
use tokio::sync::SetOnce;
use tokio::sync::broadcast::error::RecvError;

use crate::alerts::Alerts;
use crate::events::Changed;
use crate::tray::Tray;
use crate::words::Words;

/// The state of the app.
#[derive(Default)]
pub struct Shell {
    client: SetOnce<Arc<Client>>,
    stay_in_tray: AtomicBool,
    saved_file: Mutex<Option<PathBuf>>,
}

impl Shell {
    /// Hands the client to those who wait for it.
    pub fn set_client(&self, client: Arc<Client>) {
        if self.client.set(client).is_err() {
            tracing::error!("a second client was opened");
        }
    }

    /// The client, if it is open already.
    pub fn opened_client(&self) -> Option<Arc<Client>> {
        self.client.get().cloned()
    }

    /// The file that was saved last in this run.
    pub fn saved_file(&self) -> Option<PathBuf> {
        let saved = self.saved_file.lock();
        saved.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers it.
    pub fn set_saved_file(&self, path: PathBuf) {
        let mut saved = self
            .saved_file
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *saved = Some(path);
    }

    /// Whether closing the window leaves Latchkey in the tray, if there is one.
    pub fn stays_in_tray(&self) -> bool {
        self.stay_in_tray.load(Ordering::Relaxed)
    }
}

/// The client, as soon as it is open.
pub async fn client(app: &AppHandle) -> Arc<Client> {
    Arc::clone(app.state::<Shell>().client.wait().await)
}

/// The words of the language that the window speaks.
pub async fn words(client: &Client) -> Words {
    let chosen = match client.stage().await {
        Stage::SignedIn { language, .. } if !language.is_empty() => Some(language),
        _ => client
            .preferences()
            .await
            .ok()
            .and_then(|preferences| preferences.language),
    };
    Words::of(&chosen.or_else(sys_locale::get_locale).unwrap_or_default())
}

/// Tells the window, the tray and the notifications what changes, until the app ends.
pub async fn forward_changes(app: AppHandle) {
    let client = client(&app).await;
    let mut changes = client.subscribe();
    let mut tray = Tray::build(&app).await;
    let mut alerts = Alerts::default();
    // Everything may have changed before anybody listened.
    let mut topics = Topic::ALL.to_vec();
    loop {
        if let Err(error) = (Changed {
            topics: topics.clone(),
        })
        .emit(&app)
        {
            tracing::error!(%error, "the window could not be told of a change");
        }
        if topics.contains(&Topic::Preferences)
            && let Ok(preferences) = client.preferences().await
        {
            app.state::<Shell>()
                .stay_in_tray
                .store(preferences.stay_in_tray, Ordering::Relaxed);
        }
        if let Some(tray) = &mut tray {
            tray.refresh(&client, &topics).await;
        }
        alerts.look(&app, &client, &topics).await;
        topics = match changes.recv().await {
            Ok(topics) => topics,
            Err(RecvError::Lagged(_)) => Topic::ALL.to_vec(),
            Err(RecvError::Closed) => return,
        };
    }
}
