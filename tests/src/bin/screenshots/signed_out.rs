//! What is there for somebody who is signed out, from the sign-in screen to the first start and back.

use latchkey_tests::desktop::Window;

use crate::album::Album;

/// Signs out, looks at everything, and comes back to the sign-in screen of the server at `address`.
pub async fn all(window: &Window, album: &Album<'_>, address: &str) {
    let say = |id| album.say(id);
    window.press(&format!("{}…", say("account-button"))).await;
    window.press(say("sign-out")).await;
    window.see(say("sign-out-title")).await;
    album.take(window, "sign-out").await;
    window.press(say("sign-out")).await;
    window.find("textbox", say("login")).await;
    album.take(window, "sign-in").await;
    window.fill(say("login"), "nobody").await;
    window.fill(say("password"), "not this one").await;
    window.press(say("sign-in")).await;
    window.see(say("failure-sign_in_refused")).await;
    album.take(window, "sign-in-refused").await;
    forgotten(window, album).await;
    window.press(say("create-one")).await;
    window.fill(say("display-name"), "Maria Lang").await;
    window.fill(say("email"), "maria").await;
    window.press(say("create-account")).await;
    window.see(say("field-not_an_email_address")).await;
    album.take(window, "create-account-refused").await;
    window.press(say("back")).await;
    window.press(say("use-another-server")).await;
    window.see(say("welcome-lead")).await;
    album.take(window, "first-start").await;
    window
        .press(&format!("{}…", say("connect-to-server")))
        .await;
    window.fill(say("server-address"), "accounts").await;
    window.press(say("connect")).await;
    window.fill(say("server-address"), address).await;
    album.take(window, "connect").await;
    window.press(say("connect")).await;
    window.find("textbox", say("login")).await;
}

async fn forgotten(window: &Window, album: &Album<'_>) {
    let say = |id| album.say(id);
    window.press(say("forgotten")).await;
    // What was asked for a moment ago is shown again.
    if window.has("button", say("send-link")).await {
        album.take(window, "forgotten").await;
        window.fill(say("login"), "anna").await;
        window.press(say("send-link")).await;
    }
    window.press(say("no-mail-title")).await;
    album.take(window, "forgotten-asked").await;
    window.press(say("paste-link")).await;
    window.find("heading", say("reset-title")).await;
    album.take(window, "reset").await;
    window.press(say("cancel")).await;
}
