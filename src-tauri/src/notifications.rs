//! Native notifications.

use std::time::Duration;

use latchkey_client::app::LocalAccountId;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, RunEvent, Wry, async_runtime};
use tauri_plugin_notification::{ActiveNotification, NotificationBuilder, NotificationExt as _};

/// How long the end of the app waits for notifications to close.
const CLOSING: Duration = Duration::from_secs(1);

/// Under which a notification remembers the account that it is about, and its screen that a click shows.
const ACCOUNT: &str = "account";
const SCREEN: &str = "screen";

/// Where a click on a notification leads.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The account that it is about.
    pub account: LocalAccountId,
    /// The account's screen.
    pub screen: &'a str,
}

/// Shows a notification where the system has them.
pub fn notify(app: &AppHandle, title: String, body: String, target: Target<'_>) {
    show(builder(app, title, target), body);
}

/// A notification to be shown with [`show`].
pub fn builder(app: &AppHandle, title: String, target: Target<'_>) -> NotificationBuilder<Wry> {
    let notification = app.notification().builder().title(title);
    notification
        .extra(ACCOUNT, target.account.to_string())
        .extra(SCREEN, target.screen)
}

/// Where a click on `notification` leads.
pub fn target(notification: &ActiveNotification) -> Option<Target<'_>> {
    let said = |name| notification.extra().get(name)?.as_str();
    Some(Target {
        account: said(ACCOUNT)?.parse().ok()?,
        screen: said(SCREEN)?,
    })
}

/// Shows `notification` with `body` below its title, which is text whatever it holds: a device calls itself what it likes.
pub fn show(notification: NotificationBuilder<Wry>, body: String) {
    // A task of its own: the system may have to start what shows notifications first.
    async_runtime::spawn(async move {
        let body = if reads_markup().await {
            escape(&body)
        } else {
            body
        };
        if let Err(error) = notification.body(body).show() {
            tracing::info!(%error, "no notification could be shown");
        }
    });
}

/// Closes what is still open when the app ends: nobody would hear what is pressed there.
pub fn close_at_end() -> TauriPlugin<Wry> {
    let close = |app: &AppHandle| {
        let app = app.clone();
        let closing = async_runtime::spawn_blocking(move || app.notification().remove_all_active());
        let closed =
            async_runtime::block_on(async { tokio::time::timeout(CLOSING, closing).await });
        if closed.is_err() {
            tracing::info!("notifications are left open");
        }
    };
    tauri::plugin::Builder::new("close-notifications")
        .on_event(move |app, event| {
            if let RunEvent::Exit = event {
                close(app);
            }
        })
        .build()
}

/// Whether what shows notifications takes a body as markup. Asked each time: another may have taken its place.
#[cfg(target_os = "linux")]
async fn reads_markup() -> bool {
    let capabilities = async || -> zbus::Result<Vec<String>> {
        let name = "org.freedesktop.Notifications";
        let connection = zbus::Connection::session().await?;
        let path = "/org/freedesktop/Notifications";
        let answer = connection
            .call_method(Some(name), path, Some(name), "GetCapabilities", &())
            .await?;
        answer.body().deserialize()
    };
    match capabilities().await {
        Ok(capabilities) => capabilities.iter().any(|each| each == "body-markup"),
        Err(error) => {
            tracing::info!(%error, "nothing here shows notifications");
            false
        }
    }
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_async, reason = "waits on Linux alone")]
async fn reads_markup() -> bool {
    false
}

/// `text` as markup that reads as `text`.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn no_text_is_markup() {
        let escaped = escape("<b>x</b>& &lt;");
        assert_eq!(escaped, "&lt;b&gt;x&lt;/b&gt;&amp; &amp;lt;");
    }
}
