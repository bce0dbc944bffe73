//! What a person does again and again.

use latchkey_tests::desktop::Window;

/// The password of everybody here.
pub const PASSWORD: &str = "orbit velvet 41 lanterns";

/// Chooses this computer on the first screen and creates an account there.
pub async fn begin_on_this_computer(window: &Window, username: &str, name: &str) {
    window.see("Where should it live?").await;
    window.press("Use this computer…").await;
    create_account(window, username, name).await;
}

/// Creates an account from the sign-in screen, and waits for the overview.
pub async fn create_account(window: &Window, username: &str, name: &str) {
    window.press("Create one").await;
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

/// Waits for the overview.
pub async fn see_overview(window: &Window, username: &str) {
    window.see(&format!("You sign in as {username}")).await;
}

/// Goes to a screen by the sidebar.
pub async fn go(window: &Window, screen: &str) {
    window.click("link", screen).await;
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
    window.fill("Name of the device", name).await;
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
