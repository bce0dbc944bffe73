//! The window.

use std::path::Path;

use latchkey_client::app::LocalAccountId;
use latchkey_client::folder::{close, make_private};
use latchkey_client::preferences::Preferences;
#[cfg(target_os = "linux")]
use tauri::WebviewWindow;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, Url, WebviewWindowBuilder, Window, WindowEvent};
use tauri_specta::Event as _;

use crate::events::Navigate;
use crate::place::Places;
use crate::shell::Shell;
#[cfg(any(target_os = "linux", windows))]
use crate::web_process;
use crate::{appearance, tray};

/// The window's name, as in the configuration and its capability.
pub const LABEL: &str = "main";

/// Opens the window. What the web view keeps is kept under `folder`, so that two data folders share nothing; nothing is
/// kept where that can't be, for the window has to say so.
pub fn open(app: &AppHandle, folder: &Path) -> tauri::Result<()> {
    let windows = &app.config().app.windows;
    let config = windows
        .iter()
        .find(|window| window.label == LABEL)
        .ok_or(tauri::Error::WindowNotFound)?;
    let builder = WebviewWindowBuilder::from_config(app, config)?
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .devtools(cfg!(debug_assertions));
    let kept = folder.join("window");
    let builder = match close(folder).and_then(|()| make_private(&kept)) {
        Ok(()) => builder.data_directory(kept),
        Err(error) => {
            tracing::error!(%error, "the window has no folder of its own");
            builder.incognito(true)
        }
    };
    let usual = (config.width, config.height);
    let window = app.state::<Places>().restore(app, builder, usual).build()?;
    #[cfg(any(target_os = "linux", windows))]
    web_process::watch(&window)?;
    #[cfg(target_os = "linux")]
    write_like_the_desktop(&window)?;
    #[cfg(target_os = "macos")]
    let _ = window;
    Ok(())
}

/// Has the processor draw. Pages of text and boxes gain nothing from a graphics card, and where its drivers only pretend
/// that there is one, drawing with them costs a start much.
///
/// `WebKitGTK` still puts the layers together as it chooses: without that it waits half a second at many starts, and a web
/// view that is told so once it has begun to load can't be scrolled with the wheel and ends at the first change of its size.
/// Its processes read the variable when they start, and programs started from here inherit it. Call this first of all,
/// while there is one thread. Whoever sets the variable to 0 has the graphics card draw.
#[cfg(target_os = "linux")]
pub fn draw_with_the_processor() {
    // Fails where the variable could hold no text, which this one can.
    let _ = gtk::glib::setenv("WEBKIT_SKIA_ENABLE_CPU_RENDERING", "1", false);
}

/// Has pages set in the font of the desktop.
#[cfg(target_os = "linux")]
fn write_like_the_desktop(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{SettingsExt as _, WebViewExt as _};

    window.with_webview(|webview| {
        if let Some((settings, font)) = webview.inner().settings().zip(font_of_the_desktop()) {
            settings.set_sans_serif_font_family(&font);
        }
    })
}

#[cfg(target_os = "linux")]
fn font_of_the_desktop() -> Option<gtk::glib::GString> {
    use gtk::prelude::GtkSettingsExt as _;

    // With its weight and size, which are the pages' own matter.
    let font = gtk::Settings::default()?.gtk_font_name()?;
    gtk::pango::FontDescription::from_string(&font).family()
}

/// Shows the window as the person wants it: in its colours, where the system draws in them, and as large as its text.
pub fn follow(app: &AppHandle, preferences: &Preferences) {
    appearance::follow(app, preferences.theme);
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    let percent = preferences.text_size.unwrap_or(100);
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        tracing::warn!(%error, "the text could not be made larger or smaller");
    }
}

/// Whether `url` is one of the pages inside the app. Nothing else is ever shown.
fn is_own_page(url: &Url) -> bool {
    let own = if cfg!(windows) {
        matches!(url.scheme(), "http" | "https") && url.host_str() == Some("tauri.localhost")
    } else {
        url.scheme() == "tauri" && url.host_str() == Some("localhost")
    };
    if !own {
        tracing::warn!(scheme = url.scheme(), "a page outside the app was refused");
    }
    own
}

/// Brings the window to the front, from the tray or from behind others.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    let shown = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be shown");
    }
}

/// Shows the window when it is hidden; one that is shown stays where it is.
pub fn show_hidden(app: &AppHandle) {
    let window = app.get_webview_window(LABEL);
    if window.is_some_and(|window| !window.is_visible().unwrap_or(true)) {
        show(app);
    }
}

/// Brings the window to the front with a `screen` of that account, or of the one that it shows.
pub fn navigate(app: &AppHandle, account: Option<LocalAccountId>, screen: &str) {
    show(app);
    let screen = screen.to_owned();
    if let Err(error) = (Navigate { account, screen }).emit(app) {
        tracing::error!(%error, "the window could not be sent to a screen");
    }
}

/// Closing hides the window when the person wants that and there is a tray to come back from.
pub fn handle(window: &Window, event: &WindowEvent) {
    window.state::<Places>().note(window, event);
    if let WindowEvent::CloseRequested { api, .. } = event {
        let app = window.app_handle();
        if app.state::<Shell>().stays_in_tray() && tray::is_shown(app) && window.hide().is_ok() {
            api.prevent_close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_own_page;

    #[cfg(not(windows))]
    #[test]
    fn only_the_app_s_own_pages_are_shown() {
        for (url, own) in [
            ("tauri://localhost/index.html", true),
            ("tauri://localhost.evil.example/", false),
            ("http://tauri.localhost/", false),
            ("https://example.org/", false),
            ("http://127.0.0.1/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,x", false),
            ("about:blank", false),
        ] {
            assert_eq!(is_own_page(&url.parse().expect(url)), own, "{url}");
        }
    }
}
