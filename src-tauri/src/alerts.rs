//! Native notifications: a device that was not there before, and whether that was the person.

use std::collections::{BTreeMap, BTreeSet};

use latchkey_client::changes::Topic;
use latchkey_client::client::Client;
use latchkey_client::failure::FailureCode;
use latchkey_client::sessions::DeviceView;
use latchkey_client::stage::SyncState;
use tauri::AppHandle;
use tauri_plugin_notification::{Action, ActionType, ActiveNotification, NotificationExt as _};

use crate::notifications::{builder, close_at_end, notify, screen, show};
use crate::shell::{client, words};
use crate::window;

/// The kind of notification that asks, its two buttons, and a click beside them.
const QUESTION: &str = "sign-in-question";
const WAS_ME: &str = "was-me";
const WAS_NOT_ME: &str = "was-not-me";
const TAP: &str = "tap";

/// Under which a notification remembers the session that it asks about.
const SESSION: &str = "session";

/// Says when a device that was not there before signs in.
#[derive(Default)]
pub struct Alerts {
    /// The sessions when last looked, live and over; `None` while signed out, so that a sign-in here is not news.
    known: Option<BTreeSet<String>>,
    /// The sessions that were asked about, each with the number of its notification.
    asked: BTreeMap<String, i32>,
    /// The number of the last notification.
    last: i32,
}

impl Alerts {
    /// Looks whether `topics` brought a new device.
    pub async fn look(&mut self, app: &AppHandle, client: &Client, topics: &[Topic]) {
        // What was stored here before the first sync may be answered by now.
        let wait = self.known.is_none() && !is_current(client).await;
        let news = topics.contains(&Topic::Sessions) || topics.contains(&Topic::Stage);
        if wait || !news && self.known.is_some() {
            return;
        }
        // Signed out: what is live is learnt anew at the next sign-in.
        let Ok(devices) = client.devices().await else {
            self.known = None;
            self.close_all_but(app, &BTreeSet::new());
            return;
        };
        let all: Vec<&DeviceView> = devices.live.iter().chain(&devices.ended).collect();
        let open = all.iter().filter(|device| device.can_answer);
        self.close_all_but(app, &open.map(|device| device.id.as_str()).collect());
        let now: BTreeSet<String> = all.iter().map(|device| device.id.clone()).collect();
        let news: Vec<&DeviceView> = match &self.known {
            Some(known) => all
                .into_iter()
                .filter(|device| !known.contains(&device.id))
                .filter(|device| device.can_answer || device.new_device && device.ending.is_none())
                .collect(),
            // Just started or signed in: what nobody has answered meanwhile still asks. The newest will do, for the window
            // has all of them: whoever knows the password could fill the screen at each start.
            None => all
                .into_iter()
                .filter(|device| device.can_answer && device.ending.is_none())
                .max_by_key(|device| device.signed_in_at)
                .into_iter()
                .collect(),
        };
        for device in news.into_iter().filter(|device| !device.this_device) {
            self.last += 1;
            if tell(app, client, device, self.last).await {
                self.asked.insert(device.id.clone(), self.last);
            }
        }
        self.known = Some(now);
    }

    /// Closes the questions that are answered or over. Some systems leave a notification open after its button, and the
    /// answer may have been given elsewhere.
    fn close_all_but(&mut self, app: &AppHandle, open: &BTreeSet<&str>) {
        let over = |session: &str| !open.contains(session);
        let closed: Vec<i32> = self
            .asked
            .extract_if(.., |session, _| over(session))
            .map(|(_, number)| number)
            .collect();
        if closed.is_empty() {
            return;
        }
        let app = app.clone();
        // Waits for an answer from what shows them.
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = app.notification().remove_active(closed) {
                tracing::info!(%error, "a notification could not be closed");
            }
        });
    }
}

/// Whether what is stored here is what the server has.
async fn is_current(client: &Client) -> bool {
    let sync = client.sync_status().await;
    let connected = !matches!(
        sync.state,
        SyncState::Offline | SyncState::Syncing | SyncState::ServerTrouble
    );
    connected && sync.current_at.is_some()
}

/// Tells of a new device in the notification `number`. Whether that asks about it, as it does where this device may answer.
async fn tell(app: &AppHandle, client: &Client, device: &DeviceView, number: i32) -> bool {
    let words = words(client).await;
    let title = words.text("new-device-title");
    if !device.can_answer {
        let body = words.text_with("new-device-body", "device", device.name.clone());
        notify(app, title, body, Some("sessions"));
        return false;
    }
    let button = |id: &str, word: &str| Action::builder(id, words.text(word)).build();
    let question = ActionType::builder(QUESTION)
        .actions(vec![
            button(WAS_ME, "new-device-was-me"),
            button(WAS_NOT_ME, "new-device-was-not-me"),
        ])
        .build();
    let body = words.text_with_all(
        "new-device-question",
        &[("device", &device.name), ("address", &device.address)],
    );
    let notifications = app.notification();
    if let Err(error) = notifications.register_action_types(vec![question]) {
        tracing::info!(%error, "a notification has no buttons");
    }
    let notification = builder(app, title, Some("sessions"))
        .id(number)
        .action_type_id(QUESTION)
        .extra(SESSION, &device.id);
    show(notification, body);
    true
}

/// Takes the answers that are given in notifications, until the app ends.
pub fn take_answers(app: &AppHandle) {
    let handle = app.clone();
    let taken = app.notification().on_action(move |performed| {
        let notification = performed.notification();
        let was_me = match performed.action_id() {
            WAS_ME => true,
            WAS_NOT_ME => false,
            TAP => return tapped(&handle, notification.and_then(screen)),
            _ => return,
        };
        let session = notification.and_then(session);
        tauri::async_runtime::spawn(answer(handle.clone(), was_me, session));
    });
    if let Err(error) = taken {
        tracing::info!(%error, "notifications can't be answered");
    }
    if let Err(error) = app.plugin(close_at_end()) {
        tracing::info!(%error, "notifications will not be closed at the end");
    }
}

fn session(notification: &ActiveNotification) -> Option<String> {
    let session = notification.extra().get(SESSION)?;
    session.as_str().map(str::to_owned)
}

fn tapped(app: &AppHandle, screen: Option<&str>) {
    match screen {
        Some(screen) => window::navigate(app, screen),
        None => window::show(app),
    }
}

async fn answer(app: AppHandle, was_me: bool, session: Option<String>) {
    // Approving a device takes the password, which is asked for in the window.
    let Some(id) = session.filter(|_| !was_me) else {
        return window::navigate(&app, "sessions");
    };
    let client = client(&app).await;
    let answered = client.disown_device(id).await;
    let words = words(&client).await;
    let (outcome, screen) = match answered {
        Ok(_) => ("new-device-answered", "password"),
        Err(failure) => {
            tracing::info!(code = ?failure.code, "an answer about a sign-in was not taken");
            match failure.code {
                FailureCode::NotAllowedNow | FailureCode::NotFound => {
                    ("new-device-over", "sessions")
                }
                _ => ("new-device-unanswered", "sessions"),
            }
        }
    };
    notify(
        &app,
        words.text(&format!("{outcome}-title")),
        words.text(&format!("{outcome}-body")),
        Some(screen),
    );
    window::navigate(&app, screen);
}
