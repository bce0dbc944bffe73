//! What is other where the server runs inside the app: no mail leaves the computer, and the account stays on it.

use latchkey_tests::desktop::Desk;

use crate::PASSWORD;
use crate::album::Album;

const LOCALES: [(&str, &str); 2] = [("en", "en_GB.UTF-8"), ("de", "de_DE.UTF-8")];

/// From the first start to a forgotten password, on a desk that has the language and the look.
pub async fn all(album: &Album<'_>) {
    let mut desk = Desk::new().await;
    let locale = LOCALES.iter().find(|(tag, _)| *tag == album.speech.tag);
    let (_, locale) = locale.expect("a language");
    for name in ["LANG", "LC_ALL"] {
        desk.set(name, locale);
    }
    let dark = u8::from(album.look == "dark");
    desk.set_gtk(&format!("gtk-application-prefer-dark-theme={dark}"));
    let say = |id| album.say(id);
    let window = desk.open("anna", &[]).await;
    window
        .press(&format!("{}…", say("use-this-computer")))
        .await;
    window.find("heading", say("create-account-title")).await;
    album.take(&window, "here-create-account").await;
    crate::create_account(&window, album.speech).await;
    album.take(&window, "here-overview").await;

    window.click("link", say("profile-title")).await;
    album.take(&window, "here-contacts").await;
    window
        .press_in_row("anna@example.org", say("change-email"))
        .await;
    window.fill(say("email-new"), "kern@example.net").await;
    album.take(&window, "here-contacts-change").await;
    window.press(say("change-email")).await;
    window.see(say("step-up-title")).await;
    window.fill(say("password"), PASSWORD).await;
    window.press(say("confirm")).await;
    window.see(say("email-change-done")).await;
    album.take(&window, "here-contacts-changed").await;
    window.click("link", say("mail-title")).await;
    window.find("button", say("read")).await;
    album.take(&window, "here-mail").await;
    window.press(say("read")).await;
    window.see(say("mail-written")).await;
    album.take(&window, "here-mail-read").await;
    window.press(say("close")).await;

    window.press(&format!("{}…", say("account-button"))).await;
    window.press(say("sign-out")).await;
    window.see(say("sign-out-title")).await;
    album.take(&window, "here-sign-out").await;
    window.press(say("sign-out")).await;
    window.find("textbox", say("login")).await;
    album.take(&window, "here-sign-in").await;
    window.press(say("forgotten")).await;
    window.find("button", say("make-link")).await;
    album.take(&window, "here-forgotten").await;
    window.press(say("make-link")).await;
    window.see(say("recovery-file")).await;
    album.take(&window, "here-forgotten-asked").await;
    window.press(say("paste-link")).await;
    window.find("heading", say("reset-title")).await;
    album.take(&window, "here-reset").await;
    window.quit().await;
}
