//! Every screen of the real window as PNG: light and dark, wide and narrow, English and German.
//!
//! `cargo xtask screenshots DIR` builds the app and starts this in a session of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "it is a tool of the tests and fails as they do"
)]

use std::path::{Path, PathBuf};

use clap::Parser;
use latchkey_tests::desktop::{Desk, Window};
use latchkey_tests::server::{Database, ServerUnderTest, Settings};

/// Where to put the pictures.
#[derive(Parser)]
struct Arguments {
    /// A folder; it is made when it is not there.
    directory: PathBuf,
}

const PASSWORD: &str = "orbit velvet 41 lanterns";
const SIZES: [(&str, u32, u32); 2] = [("wide", 1040, 720), ("narrow", 720, 540)];

/// What the app is told in each language, as it stands in its catalogues.
struct Speech {
    tag: &'static str,
    name: &'static str,
    screens: [(&'static str, &'static str); 5],
    preferences: &'static str,
    app_language: &'static str,
    themes: [(&'static str, &'static str); 2],
}

const ENGLISH: Speech = Speech {
    tag: "en",
    name: "English",
    screens: [
        ("overview", "Overview"),
        ("profile", "Profile"),
        ("contacts", "Contacts"),
        ("devices", "Devices"),
        ("activity", "Activity"),
    ],
    preferences: "Preferences",
    app_language: "Language of the app",
    themes: [("light", "Light"), ("dark", "Dark")],
};

const GERMAN: Speech = Speech {
    tag: "de",
    name: "Deutsch",
    screens: [
        ("overview", "Überblick"),
        ("profile", "Profil"),
        ("contacts", "Kontakte"),
        ("devices", "Geräte"),
        ("activity", "Aktivität"),
    ],
    preferences: "Einstellungen",
    app_language: "Sprache der App",
    themes: [("light", "Hell"), ("dark", "Dunkel")],
};

#[tokio::main]
async fn main() {
    let Arguments { directory } = Arguments::parse();
    std::fs::create_dir_all(&directory).expect("the folder can be made");
    let server = ServerUnderTest::start_with(Database::Sqlite, Settings::default()).await;
    let address = server.url().to_string();
    let mut desk = Desk::new().await;
    let window = before_signing_in(&desk, &directory, &address).await;
    let other = desk.open("other", &["--server", &address]).await;
    sign_in(&other, "Username or e-mail", "Password", "Sign in").await;
    end_and_look(&window, &other, &directory).await;
    signed_in(&window, &directory).await;
    window.quit().await;
    without_keyring(&mut desk, &directory).await;
}

/// First start, connecting, sign-in and a new account.
async fn before_signing_in(desk: &Desk, directory: &Path, address: &str) -> Window {
    let window = desk.open("here", &[]).await;
    window.see("Where should it live?").await;
    at_all_sizes(&window, directory, "first-start-en").await;
    window.press("Connect to a server…").await;
    window.fill("Server address", address).await;
    at_all_sizes(&window, directory, "connect-en").await;
    window.press("Connect").await;
    window.see("Username or e-mail").await;
    at_all_sizes(&window, directory, "sign-in-en").await;
    window.press("Create one").await;
    window.fill("Name", "Anna Kern").await;
    window.fill("E-mail", "anna@example.org").await;
    window.fill("Username", "anna").await;
    window.fill("Password", PASSWORD).await;
    window.fill("Password again", PASSWORD).await;
    at_all_sizes(&window, directory, "create-account-en").await;
    window.press("Create account").await;
    window.see("You sign in as anna").await;
    window
}

/// Another device is signed out, and its receipt read.
async fn end_and_look(window: &Window, other: &Window, directory: &Path) {
    window.click("link", "Devices").await;
    window.press("Sign out all others").await;
    window.see("Sign out the other device?").await;
    at_all_sizes(window, directory, "devices-dialog-en").await;
    window.press("Sign out").await;
    window.see("its data is destroyed").await;
    window
        .press_in_row("its data is destroyed", "Receipt")
        .await;
    window
        .see("The signature was checked here and is right")
        .await;
    at_all_sizes(window, directory, "devices-receipt-en").await;
    window.press("Close").await;
    other.see("This device was signed out").await;
    at_all_sizes(other, directory, "signed-out-en").await;
}

/// Every screen of an account, in both languages and both looks.
async fn signed_in(window: &Window, directory: &Path) {
    let mut preferences = ENGLISH.preferences;
    // Each language is chosen in the one before it.
    let mut label = "Language of the app";
    for speech in [&ENGLISH, &GERMAN] {
        window.click("link", preferences).await;
        window.choose(label, speech.name).await;
        window.find("heading", speech.preferences).await;
        preferences = speech.preferences;
        label = speech.app_language;
        for (look, theme) in speech.themes {
            window.click("link", preferences).await;
            window.click("radio", theme).await;
            at_all_sizes(
                window,
                directory,
                &format!("preferences-{look}-{}", speech.tag),
            )
            .await;
            for (screen, title) in speech.screens {
                window.click("link", title).await;
                at_all_sizes(
                    window,
                    directory,
                    &format!("{screen}-{look}-{}", speech.tag),
                )
                .await;
            }
        }
    }
}

async fn without_keyring(desk: &mut Desk, directory: &Path) {
    desk.end_keyring();
    let window = desk.open("here", &[]).await;
    window.find("button", "Erneut versuchen").await;
    at_all_sizes(&window, directory, "keyring-de").await;
    window.quit().await;
}

async fn sign_in(window: &Window, login: &str, password: &str, button: &str) {
    window.fill(login, "anna").await;
    window.fill(password, PASSWORD).await;
    window.press(button).await;
    window.see("You sign in as anna").await;
}

async fn at_all_sizes(window: &Window, directory: &Path, name: &str) {
    for (size, width, height) in SIZES {
        window.resize(width, height).await;
        window
            .save_screenshot(&directory.join(format!("{name}-{size}.png")))
            .await;
    }
    let (_, width, height) = SIZES[0];
    window.resize(width, height).await;
}
