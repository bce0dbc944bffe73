//! The process that draws the pages may end while the app goes on: killed, out of memory, or by a fault of its own. The
//! system then leaves an empty window.

#[cfg(windows)]
mod windows;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rfd::{AsyncMessageDialog, MessageButtons, MessageDialogResult, MessageLevel};
use tauri::{AppHandle, Manager as _};

use crate::saved_files;
use crate::shell::{Shell, client, words};
use crate::window::LABEL;

#[cfg(windows)]
pub use self::windows::watch;

/// So many ends within this time are too many: a person is asked before the pages are loaded once more.
const MANY: usize = 3;
const SPAN: Duration = Duration::from_mins(1);

/// When it ended lately.
#[derive(Default)]
pub struct Ends(Mutex<VecDeque<Instant>>);

impl Ends {
    /// Counts one more, and says whether that is too many. They are then counted again.
    fn are_many(&self, now: Instant) -> bool {
        let mut ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ends.retain(|end| now.duration_since(*end) < SPAN);
        ends.push_back(now);
        let many = ends.len() >= MANY;
        if many {
            ends.clear();
        }
        many
    }
}

/// Has the window come back each time.
#[cfg(target_os = "linux")]
pub fn watch(window: &tauri::WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::WebViewExt as _;

    let app = window.app_handle().clone();
    window.with_webview(move |webview| {
        webview
            .inner()
            .connect_web_process_terminated(move |_, reason| ended(&app, &format!("{reason:?}")));
    })
}

/// The process has ended, for this reason.
pub fn ended(app: &AppHandle, reason: &str) {
    tracing::error!(reason, "the process that draws the window has ended");
    if app.state::<Ends>().are_many(Instant::now()) {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            ask(&app).await;
            reload(&app);
        });
    } else {
        reload(app);
    }
}

fn reload(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    if let Err(error) = window.reload() {
        tracing::error!(%error, "the window could not be loaded anew");
    }
}

/// Says that the window does not stay, and offers the log before it is tried once more.
async fn ask(app: &AppHandle) {
    let shown = client(app).await.shown();
    let words = words(app, &shown).await;
    let show_log = words.text("window-ends-show-log");
    let answer = AsyncMessageDialog::new()
        .set_level(MessageLevel::Error)
        .set_title(words.text("window-ends-title"))
        .set_description(words.text("window-ends-body"))
        .set_buttons(MessageButtons::OkCancelCustom(
            show_log.clone(),
            words.text("window-ends-retry"),
        ))
        .show()
        .await;
    // GTK names the button, the others its text.
    let wants_log = match answer {
        MessageDialogResult::Custom(text) => text == show_log,
        answer => answer == MessageDialogResult::Ok,
    };
    if wants_log {
        // What goes wrong is in the log too.
        let _ = saved_files::reveal(app, app.state::<Shell>().log());
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Ends;

    #[test]
    fn the_third_end_within_a_minute_is_one_too_many() {
        let ends = Ends::default();
        let start = Instant::now();
        let many: Vec<bool> = [0, 20, 61, 75, 80, 85, 90]
            .into_iter()
            .map(|second| ends.are_many(start + Duration::from_secs(second)))
            .collect();
        assert_eq!(many, [false, false, false, true, false, false, true]);
    }
}
