//! A keyring that is locked, absent, or was never there.

use latchkey_tests::desktop::{Desk, Keyring};

use crate::acts::{PASSWORD, begin_on_this_computer, see_overview};

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_is_away_loses_nothing() {
    let mut desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    window.quit().await;

    desk.end_keyring();
    let window = desk.open("anna", &[]).await;
    window.see("There is no keyring").await;
    window
        .see("You are still signed in, and nothing is lost.")
        .await;
    window
        .expect_no_axe_violations("waiting for the keyring")
        .await;
    window.press("Try again").await;
    window
        .see("The keyring still does not give out the key.")
        .await;
    // Found by itself.
    desk.start_keyring().await;
    see_overview(&window, "anna").await;
    window.quit().await;

    desk.lock_keyring();
    let window = desk.open("anna", &[]).await;
    window.see("The keyring is locked").await;
    desk.unlock_keyring().await;
    window.press("Try again").await;
    see_overview(&window, "anna").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_one_may_stay_until_the_app_is_closed() {
    let desk = Desk::with(Keyring::Absent).await;
    let window = desk.open("anna", &[]).await;
    window.press("Use this computer…").await;
    window.press("Create one").await;
    window.fill("Name", "Anna").await;
    window.fill("E-mail", "anna@example.org").await;
    window.fill("Username", "anna").await;
    window.fill("Password", PASSWORD).await;
    window.fill("Password again", PASSWORD).await;
    window.press("Create account").await;
    window
        .see("keyring does not give out or keep the key")
        .await;
    window
        .click("checkbox", "Stay signed in on this device")
        .await;
    window.press("Create account").await;
    see_overview(&window, "anna").await;
    window.quit().await;
    let window = desk.open("anna", &[]).await;
    window.see("Username or e-mail").await;
    assert_eq!(
        crate::account::local_copies(&window),
        0,
        "nothing of it is kept"
    );
}
