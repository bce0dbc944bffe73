//! The screens of an account, and the dialogs on them.

use latchkey_tests::desktop::Window;

use crate::PASSWORD;
use crate::album::Album;
use crate::speech::Speech;

const SCREENS: [(&str, &str); 7] = [
    ("overview", "overview-title"),
    ("profile", "profile-title"),
    ("preferences", "preferences-title"),
    ("ways-in", "ways-in-title"),
    ("devices", "devices-title"),
    ("activity", "activity-title"),
    ("mail", "mail-title"),
];

/// Signs in with the password alone, and waits for the overview.
pub async fn sign_in(window: &Window, speech: &Speech) {
    window.fill(speech.say("login"), "anna").await;
    window.fill(speech.say("password"), PASSWORD).await;
    window.press(speech.say("sign-in")).await;
    window.see("anna@example.org").await;
}

/// Every screen.
pub async fn screens(window: &Window, album: &Album<'_>) {
    for (name, title) in SCREENS {
        window.click("link", album.say(title)).await;
        album.take(window, name).await;
    }
    for (name, button, title) in [
        ("password", "change-password", "password-title"),
        ("passkeys", "manage-passkeys", "passkeys-title"),
    ] {
        window.click("link", album.say("ways-in-title")).await;
        window.press(album.say(button)).await;
        window.find("heading", album.say(title)).await;
        album.take(window, name).await;
    }
}

/// Every dialog that a person meets who is signed in, but those of signing in and of two-step sign-in.
pub async fn dialogs(window: &Window, album: &Album<'_>) {
    let say = |id| album.say(id);
    let open = async |screen: &'static str, button: &'static str, name: &'static str| {
        window.click("link", say(screen)).await;
        window.press(say(button)).await;
        album.take(window, name).await;
    };
    for (row, name) in [
        (say("username"), "profile-username"),
        ("anna@example.org", "contacts-change"),
    ] {
        window.click("link", say("profile-title")).await;
        window.press_in_row(row, say("change-username")).await;
        album.take(window, name).await;
        window.press(say("cancel")).await;
    }
    open("profile-title", "email-add", "contacts-add").await;
    window.press(say("cancel")).await;
    open("devices-title", "rename", "devices-rename").await;
    window.press(say("cancel")).await;
    open("activity-title", "export", "activity-export").await;
    window.press(say("export-csv")).await;
    window.see(say("file-folder")).await;
    album.take(window, "activity-export-saved").await;
    window.press(say("close")).await;
    let entry = say("activity-second_factor_enabled");
    window.press(&format!("{entry}…")).await;
    window.see(say("activity-address")).await;
    album.take(window, "activity-opened").await;
    open("mail-title", "read", "mail-read").await;
    window.press(say("close")).await;
    // A mistake beside its field, and a password that was made.
    window.click("link", say("ways-in-title")).await;
    window.press(say("change-password")).await;
    window.fill(say("current-password"), "not this one").await;
    window.press(say("make-password")).await;
    window.see(say("copy-password")).await;
    window.press(say("discard")).await;
    window.fill(say("current-password"), "not this one").await;
    window.fill(say("new-password"), &"long ".repeat(60)).await;
    window.find("button", say("change-password")).await;
    album.take(window, "password-too-long").await;
    window.press(say("discard")).await;
    window.press(&format!("{}…", say("go-anywhere"))).await;
    album.take(window, "go-anywhere").await;
    window.key(latchkey_tests::desktop::Key::Escape).await;
}

/// The list of users, one of them, and the dialogs for their password and for the own one.
pub async fn administration(window: &Window, album: &Album<'_>) {
    let say = |id| album.say(id);
    window.click("link", say("administration-title")).await;
    let (closed, open) = (say("users-open"), say("user-edit"));
    let asked = async |text: &str| text.contains(closed) || text.contains(open);
    window.until("administration is asked for", asked).await;
    // The proof from before may count still.
    if window.has("button", closed).await {
        window.press(closed).await;
        window.fill(say("password"), PASSWORD).await;
        window.press(say("confirm")).await;
    }
    window.see(say("user-edit")).await;
    album.take(window, "users-list").await;
    window.press_in_row("bruno", say("user-edit")).await;
    window.see(say("user-basic")).await;
    album.take(window, "users-somebody").await;
    window.press(say("user-start-reset")).await;
    window.see(say("user-reset-act")).await;
    album.take(window, "users-reset").await;
    window.press(say("cancel")).await;
    window.press(say("user-back")).await;
    window.press_in_row("anna", say("user-edit")).await;
    window.see(say("user-basic")).await;
    window.press(say("change-password")).await;
    window.find("textbox", say("current-password")).await;
    album.take(window, "users-own-password").await;
    window.press(say("cancel")).await;
    window.click("link", say("administration-leave")).await;
}
