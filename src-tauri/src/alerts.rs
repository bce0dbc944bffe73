//! Native notifications: a device that was not there before, and whether that was the person.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI32, Ordering};

use latchkey_client::app::LocalAccountId;
use latchkey_client::changes::Topic;
use latchkey_client::client::Client;
use latchkey_client::failure::FailureCode;
use latchkey_client::sessions::DeviceView;
use latchkey_client::stage::SyncState;
use tauri::AppHandle;
use tauri_plugin_notification::{Action, ActionType, ActiveNotification, NotificationExt as _};

use crate::notifications::{Target, builder, close_at_end, notify, show, target};
use crate::shell::{account_name, client, words};
use crate::window;
use crate::words::Words;

/// The kind of notification that asks, its two buttons, and a click beside them.
const QUESTION: &str = "sign-in-question";
const WAS_ME: &str = "was-me";
const WAS_NOT_ME: &str = "was-not-me";
const TAP: &str = "tap";

/// Under which a notification remembers the session that it asks about.
const SESSION: &str = "session";

/// Counts the notifications of all accounts.
static LAST: AtomicI32 = AtomicI32::new(0);

/// Says when a device that was not there before signs in to an account.
#[derive(Default)]
pub struct Alerts {
    /// The sessions when last looked, live and over; `None` while signed out, so that a sign-in here is not news.
    known: Option<BTreeSet<String>>,
    /// The sessions that were asked about, each with the number of its notification.
    asked: BTreeMap<String, i32>,
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
            let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
            if tell(app, client, device, number).await {
                self.asked.insert(device.id.clone(), number);
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
    let words = words(app, client).await;
    let title = words.text("new-device-title");
    let target = Target {
        account: client.id(),
        screen: "sessions",
    };
    if !device.can_answer {
        let body = words.text_with("new-device-body", "device", device.name.clone());
        notify(app, title, named(app, client, &words, body).await, target);
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
    let body = named(app, client, &words, body).await;
    let notifications = app.notification();
    if let Err(error) = notifications.register_action_types(vec![question]) {
        tracing::info!(%error, "a notification has no buttons");
    }
    let notification = builder(app, title, target)
        .id(number)
        .action_type_id(QUESTION)
        .extra(SESSION, &device.id);
    show(notification, body);
    true
}

/// `body` with the account that it is about, where there are several.
async fn named(app: &AppHandle, account: &Client, words: &Words, body: String) -> String {
    match account_name(app, account, words).await {
        Some(name) => format!("{body}\n{name}"),
        None => body,
    }
}

/// Takes the answers that are given in notifications, until the app ends.
pub fn take_answers(app: &AppHandle) {
    let handle = app.clone();
    let taken = app.notification().on_action(move |performed| {
        let notification = performed.notification();
        let was_me = match performed.action_id() {
            WAS_ME => true,
            WAS_NOT_ME => false,
            TAP => {
                return match notification.and_then(target) {
                    Some(target) => {
                        window::navigate(&handle, Some(target.account), target.screen);
                    }
                    None => window::show(&handle),
                };
            }
            _ => return,
        };
        let account = notification.and_then(target).map(|target| target.account);
        let session = notification.and_then(session).filter(|_| !was_me);
        tauri::async_runtime::spawn(answer(handle.clone(), account, session));
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

/// Says "it wasn't me" of `session`; without one the person answers in the window.
async fn answer(app: AppHandle, account: Option<LocalAccountId>, session: Option<String>) {
    let client = client(&app).await;
    let account = account.and_then(|account| client.account(account).ok());
    // Approving a device takes the password, which is asked for in the window.
    let (Some(account), Some(id)) = (&account, session) else {
        return window::navigate(&app, account.map(|account| account.id()), "sessions");
    };
    let answered = account.disown_device(id).await;
    let words = words(&app, account).await;
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
    let body = words.text(&format!("{outcome}-body"));
    notify(
        &app,
        words.text(&format!("{outcome}-title")),
        named(&app, account, &words, body).await,
        Target {
            account: account.id(),
            screen,
        },
    );
    window::navigate(&app, Some(account.id()), screen);
}
