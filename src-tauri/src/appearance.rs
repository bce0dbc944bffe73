//! The colours of the desktop. The web view is dark where GTK's settings say so; it knows no inverse themes.

/// Has what is drawn follow the desktop's theme.
#[cfg(target_os = "linux")]
pub fn follow_the_desktop() {
    use gtk::prelude::GtkSettingsExt as _;

    let Some(settings) = gtk::Settings::default() else {
        return;
    };
    // What the person has set stands where the theme is none of these.
    let before = settings.is_gtk_application_prefer_dark_theme();
    let follow = move |settings: &gtk::Settings| {
        let name = settings.gtk_theme_name();
        let dark =
            before || is_inverse(name.as_deref(), std::env::var("GTK_THEME").ok().as_deref());
        if settings.is_gtk_application_prefer_dark_theme() != dark {
            settings.set_gtk_application_prefer_dark_theme(dark);
        }
    };
    follow(&settings);
    settings.connect_gtk_theme_name_notify(follow);
}

/// Elsewhere the web view does.
#[cfg(not(target_os = "linux"))]
pub fn follow_the_desktop() {}

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
