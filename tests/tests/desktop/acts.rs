//! What a person does again and again.

use latchkey_tests::desktop::{Desk, Window, app};
use latchkey_tests::server::{Outbox, eventually};

/// The way out of administration.
const LEAVE: &str = "Back to my account";

/// The password of everybody here.
pub const PASSWORD: &str = "orbit velvet 41 lanterns";

/// Chooses this computer on the first screen and creates an account there.
pub async fn begin_on_this_computer(window: &Window, username: &str, name: &str) {
    window.see("Where do you want to keep it?").await;
    window.press("Use this computer…").await;
    // There is none yet.
    window.find("heading", "Create an account").await;
    fill_in_account(window, username, name).await;
}

/// Creates an account from the sign-in screen, and waits for the overview.
pub async fn create_account(window: &Window, username: &str, name: &str) {
    window.press("Create one").await;
    fill_in_account(window, username, name).await;
}

async fn fill_in_account(window: &Window, username: &str, name: &str) {
    window.fill("Name", name).await;
    window
        .fill("E-mail", &format!("{username}@example.org"))
        .await;
    window.fill("Username", username).await;
    window.fill("Password", PASSWORD).await;
    window.fill("Password again", PASSWORD).await;
    window.press("Create account").await;
    see_overview(window, username).await;
}

/// Signs in, and waits for the overview.
pub async fn sign_in(window: &Window, login: &str) {
    window.fill("Username or e-mail", login).await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    see_overview(window, "").await;
}

/// Signs in with another password than [`PASSWORD`], and waits for the overview.
pub async fn sign_in_with(window: &Window, login: &str, password: &str) {
    window.fill("Username or e-mail", login).await;
    window.fill("Password", password).await;
    window.press("Sign in").await;
    see_overview(window, "").await;
}

/// Signs this device out, and waits for the sign-in screen.
pub async fn sign_out(window: &Window) {
    window.press("Account…").await;
    window.press("Sign out").await;
    window.see("Sign out of this device?").await;
    window.press("Sign out").await;
    window.see("You are signed out").await;
}

/// Gives the password once more where it is asked for.
pub async fn prove(window: &Window) {
    window.see("Confirm it’s you").await;
    window.fill("Password", PASSWORD).await;
    window.press("Confirm").await;
    window.see_no_more("Confirm it’s you").await;
}

/// Approves the device that has just signed in, on a window of a trusted one that shows the overview or the devices.
pub async fn approve(window: &Window) {
    window.see("Was it you?").await;
    window.press("It was me").await;
    prove(window).await;
    window.see_no_more("Was it you?").await;
}

/// Confirms an address by the link of its first mail, pasted.
pub async fn confirm_address(window: &Window, outbox: &Outbox, address: &str) {
    go(window, "Profile").await;
    let mail = outbox.confirmation(address, 1).await;
    window
        .fill("Link from the e-mail", &mail.token().expect("a token"))
        .await;
    window.press("Confirm").await;
    window.see_no_more("Pending").await;
}

/// The token in the `number`-th mail to `address` that has a link to `path`, counted from 1; waits for it.
pub async fn mailed_token(outbox: &Outbox, address: &str, path: &str, number: usize) -> String {
    let token_of = |text: &str| {
        let (_, rest) = text.split_once(path)?;
        let is_token =
            |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
        let token: String = rest.chars().take_while(|each| is_token(*each)).collect();
        Some(token).filter(|token| !token.is_empty())
    };
    eventually(
        &format!("mail {number} to {address} with {path}"),
        async || {
            let mails = outbox.mails_to(address);
            let mut tokens = mails.iter().filter_map(|mail| token_of(&mail.text));
            tokens.nth(number - 1)
        },
    )
    .await
}

/// Opens a link as the system does: by a second start of the app, which hands it over and ends.
pub fn open_link(desk: &Desk, window: &Window, link: &str) {
    let second = desk
        .command(app())
        .arg("--data-dir")
        .arg(window.data())
        .arg(link)
        .status()
        .expect("the app starts");
    assert!(
        second.success(),
        "the second start hands its link over and ends: {second}"
    );
}

/// Waits for the overview.
pub async fn see_overview(window: &Window, username: &str) {
    window.see(&format!("You sign in as {username}")).await;
}

/// Goes to a screen by the sidebar, and by the button there that leads on to it.
pub async fn go(window: &Window, screen: &str) {
    let (place, button) = match screen {
        "Password" => ("Password and sign-in", Some("Change password")),
        "Passkeys" => ("Password and sign-in", Some("Manage passkeys")),
        "Users" if !window.has("link", LEAVE).await => ("Administration", None),
        screen => (screen, None),
    };
    if !["Users", "Settings"].contains(&screen) && window.has("link", LEAVE).await {
        window.click("link", LEAVE).await;
    }
    window.click("link", place).await;
    if let Some(button) = button {
        window.press(button).await;
    }
    // The overview's heading is a greeting.
    if screen == "Overview" {
        window.see("You sign in as").await;
    } else {
        window.find("heading", screen).await;
    }
}

/// Gives the device that the person sits at another name.
pub async fn name_this_device(window: &Window, name: &str) {
    go(window, "Devices").await;
    window.press_in_row("This device", "Rename").await;
    window.fill("Device name", name).await;
    window.press("Save").await;
    window.row(name).await;
    window.see("Up to date").await;
}

/// Changes the name on the profile screen.
pub async fn call_oneself(window: &Window, name: &str) {
    window.fill("Name", name).await;
    window.press("Save").await;
}

/// Ends a device by its name, from the devices screen.
pub async fn end_device(window: &Window, name: &str) {
    window.press_in_row(name, "Sign out").await;
    window.see(&format!("Sign out {name}?")).await;
    window.press("Sign out").await;
}
