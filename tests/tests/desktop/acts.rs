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
    window.fill("E-mail", &format!("{username}@example.org")).await;
    window.fill("Username", username).await;
    window.fill("Password", PASSWORD).await;
    window.fill("Password again", PASSWORD).await;
    window.press("Create account").await;
    window.see("At a glance").await;
}

/// Signs in, and waits for the overview.
pub async fn sign_in(window: &Window, username: &str) {
    window.fill("Username or e-mail", username).await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.see("At a glance").await;
}

/// Goes to a screen by the sidebar.
pub async fn go(window: &Window, screen: &str) {
    window.click("link", screen).await;
    window.find("heading", screen).await;
}
