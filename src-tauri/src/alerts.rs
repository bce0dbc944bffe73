//! Native notifications.

use std::collections::BTreeSet;

use latchkey_client::changes::Topic;
use latchkey_client::client::Client;
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt as _;

use crate::shell::words;

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
                    let words = words(client).await;
                    let body = words.text_with("new-device-body", "device", device.name.clone());
                    notify(app, words.text("new-device-title"), body);
                }
            }
        }
        // Before the first sync there is nothing to compare with.
        self.known = (!live.is_empty()).then_some(live);
    }
}

/// Shows a notification where the system has them.
pub fn notify(app: &AppHandle, title: String, body: String) {
    if let Err(error) = app.notification().builder().title(title).body(body).show() {
        tracing::info!(%error, "no notification could be shown");
    }
}
