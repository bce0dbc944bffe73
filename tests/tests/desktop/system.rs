//! The language and the colours of the desktop.

use latchkey_tests::desktop::{Desk, Keyring};

/// What the first screen says in German.
const WELCOME: &str = "Willkommen bei Latchkey";

#[tokio::test(flavor = "multi_thread")]
async fn the_language_of_the_desktop_is_spoken_whether_or_not_its_locale_was_generated() {
    for environment in [
        // None of these exists here.
        &[("LANG", "de_DE.UTF-8")][..],
        &[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "de_DE.UTF-8")],
        &[("LANG", "en_US.UTF-8"), ("LANGUAGE", "fr:de:en")],
    ] {
        let mut desk = Desk::with(Keyring::Absent).await;
        desk.set("LC_ALL", "");
        for (name, value) in environment {
            desk.set(name, value);
        }
        let window = desk.open("anna", &[]).await;
        window.see(WELCOME).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_that_is_dark_makes_the_window_dark() {
    for (settings, dark) in [
        ("gtk-application-prefer-dark-theme=1", true),
        ("gtk-theme-name=HighContrastInverse", true),
        ("gtk-theme-name=Adwaita-dark", true),
        ("gtk-theme-name=HighContrast", false),
    ] {
        let desk = Desk::with(Keyring::Absent).await;
        desk.set_gtk(settings);
        let window = desk.open("anna", &[]).await;
        window.see("Where do you want to keep it?").await;
        // Of the backdrop, from black to white.
        let brightness = "const drawn = document.createElement('canvas').getContext('2d');
            drawn.fillStyle = getComputedStyle(document.body).backgroundColor;
            drawn.fillRect(0, 0, 1, 1);
            const [red, green, blue] = drawn.getImageData(0, 0, 1, 1).data;
            return red + green + blue < 384;";
        let drawn = window.evaluate(brightness).await;
        assert_eq!(drawn, Ok(dark.into()), "{settings}");
    }
}
