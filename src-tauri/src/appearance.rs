//! Light or dark, as the person has chosen, else as the desktop is. The web view is dark where GTK's settings say so; it
//! knows no inverse themes.

use latchkey_client::preferences::Theme;
use tauri::AppHandle;

/// What the person has chosen: whether it is dark, or `None` for the desktop's.
fn chosen(theme: Theme) -> Option<bool> {
    match theme {
        Theme::System => None,
        Theme::Light => Some(false),
        Theme::Dark => Some(true),
    }
}

/// Has what the system draws, such as lists to choose from, follow the person's choice.
#[cfg(not(target_os = "linux"))]
pub fn follow(app: &AppHandle, theme: Theme) {
    app.set_theme(chosen(theme).map(|dark| {
        if dark {
            tauri::Theme::Dark
        } else {
            tauri::Theme::Light
        }
    }));
}

/// Has the window and what the system draws in it follow the person's choice. Not by `AppHandle::set_theme`, which makes
/// a dark desktop light where nothing is chosen.
#[cfg(target_os = "linux")]
pub fn follow(app: &AppHandle, theme: Theme) {
    let followed = app.run_on_main_thread(move || {
        CHOSEN.set(chosen(theme));
        paint();
    });
    if let Err(error) = followed {
        tracing::warn!(%error, "the colours could not be changed");
    }
}

#[cfg(target_os = "linux")]
thread_local! {
    // Of the main thread, where GTK is.
    static CHOSEN: std::cell::Cell<Option<bool>> = const { std::cell::Cell::new(None) };
    /// What GTK's settings said before anybody here changed them.
    static DESKTOP_IS_DARK: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Has what is drawn follow the desktop's theme. Call it on the main thread, before there is a window.
#[cfg(target_os = "linux")]
pub fn follow_the_desktop() {
    use gtk::prelude::GtkSettingsExt as _;

    let Some(settings) = gtk::Settings::default() else {
        return;
    };
    DESKTOP_IS_DARK.set(settings.is_gtk_application_prefer_dark_theme());
    paint();
    settings.connect_gtk_theme_name_notify(|_| paint());
}

/// Elsewhere the web view does.
#[cfg(not(target_os = "linux"))]
pub fn follow_the_desktop() {}

#[cfg(target_os = "linux")]
fn paint() {
    use gtk::prelude::GtkSettingsExt as _;

    let Some(settings) = gtk::Settings::default() else {
        return;
    };
    let name = settings.gtk_theme_name();
    let environment = std::env::var("GTK_THEME").ok();
    let of_the_desktop =
        || DESKTOP_IS_DARK.get() || is_inverse(name.as_deref(), environment.as_deref());
    let dark = CHOSEN.get().unwrap_or_else(of_the_desktop);
    if settings.is_gtk_application_prefer_dark_theme() != dark {
        settings.set_gtk_application_prefer_dark_theme(dark);
    }
}

/// Whether a theme is light on dark by its name, as `HighContrastInverse` and `ContrastHighInverse`. What stands in the
/// environment comes before the setting.
#[cfg(target_os = "linux")]
fn is_inverse(setting: Option<&str>, environment: Option<&str>) -> bool {
    let name = environment.or(setting).unwrap_or_default();
    name.to_ascii_lowercase().ends_with("inverse")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::is_inverse;

    #[test]
    fn inverse_themes_are_dark() {
        for (setting, environment, inverse) in [
            (Some("HighContrastInverse"), None, true),
            (Some("ContrastHighInverse"), None, true),
            (Some("Adwaita"), Some("HighContrast:inverse"), true),
            (Some("HighContrastInverse"), Some("Adwaita"), false),
            (Some("HighContrast"), None, false),
            (None, None, false),
        ] {
            assert_eq!(
                is_inverse(setting, environment),
                inverse,
                "{setting:?} {environment:?}"
            );
        }
    }
}
