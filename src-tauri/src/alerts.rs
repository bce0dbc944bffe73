//! Native notifications: a device that was not there before, and the question whether that was the person.

use std::collections::BTreeSet;

use latchkey_client::changes::Topic;
use latchkey_client::client::Client;
use latchkey_client::sessions::DeviceView;
use latchkey_client::sign_in_alerts::SignInAnswerForm;
use tauri::AppHandle;
use tauri_plugin_notification::{Action, ActionType, ActiveNotification, NotificationExt as _};

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
    /// The live sessions when last looked; `None` while signed out, so that a sign-in here is not news.
    known: Option<BTreeSet<String>>,
}

impl Alerts {
    /// Looks whether `topics` brought a new device.
    pub async fn look(&mut self, app: &AppHandle, client: &Client, topics: &[Topic]) {
        if !topics.contains(&Topic::Sessions) && !topics.contains(&Topic::Stage) {
            return;
        }
        // Signed out: what is live is learnt anew at the next sign-in.
        let Ok(devices) = client.devices().await else {
            self.known = None;
            return;
        };
        let live: BTreeSet<String> = devices
            .live
            .iter()
            .map(|device| device.id.clone())
            .collect();
        if let Some(known) = &self.known {
            for device in &devices.live {
                if device.new_device && !device.this_device && !known.contains(&device.id) {
                    tell(app, client, device).await;
                }
            }
        }
        // Before the first sync there is nothing to compare with.
        self.known = (!live.is_empty()).then_some(live);
    }
}

/// Tells of a new device, and asks about it where this device may answer.
async fn tell(app: &AppHandle, client: &Client, device: &DeviceView) {
    let words = words(client).await;
    let title = words.text("new-device-title");
    if !device.can_answer {
        let body = words.text_with("new-device-body", "device", device.name.clone());
        return notify(app, title, body);
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
    let notification = app.notification();
    let asked = notification
        .register_action_types(vec![question])
        .and_then(|()| {
            notification
                .builder()
                .title(title)
                .body(body)
                .action_type_id(QUESTION)
                .extra(SESSION, &device.id)
                .show()
        });
    if let Err(error) = asked {
        tracing::info!(%error, "no notification could be shown");
    }
}

/// Takes the answers that are given in notifications, until the app ends.
pub fn take_answers(app: &AppHandle) {
    let handle = app.clone();
    let taken = app.notification().on_action(move |performed| {
        let session = performed.notification().and_then(session);
        let act = performed.action_id().to_owned();
        tauri::async_runtime::spawn(answer(handle.clone(), act, session));
    });
    if let Err(error) = taken {
        tracing::info!(%error, "notifications can't be answered");
    }
}

fn session(notification: &ActiveNotification) -> Option<String> {
    let session = notification.extra().get(SESSION)?;
    session.as_str().map(str::to_owned)
}

async fn answer(app: AppHandle, act: String, session: Option<String>) {
    let was_me = match act.as_str() {
        WAS_ME => true,
        WAS_NOT_ME => false,
        TAP => return window::navigate(&app, "sessions"),
        _ => return,
    };
    let Some(id) = session else {
        return window::navigate(&app, "sessions");
    };
    let client = client(&app).await;
    let answered = client.answer_sign_in(SignInAnswerForm { id, was_me }).await;
    let words = words(&client).await;
    match answered {
        Ok(_) if was_me => {}
        Ok(_) => {
            notify(
                &app,
                words.text("new-device-answered-title"),
                words.text("new-device-answered-body"),
            );
            window::navigate(&app, "password");
        }
        Err(failure) => {
            tracing::info!(code = ?failure.code, "an answer about a sign-in did not arrive");
            notify(
                &app,
                words.text("new-device-unanswered-title"),
                words.text("new-device-unanswered-body"),
            );
            window::navigate(&app, "sessions");
        }
    }
}

/// Shows a notification where the system has them.
pub fn notify(app: &AppHandle, title: String, body: String) {
    if let Err(error) = app.notification().builder().title(title).body(body).show() {
        tracing::info!(%error, "no notification could be shown");
    }
}
