//! A keyring that is locked, absent, or was never there.

use latchkey_tests::desktop::{Desk, Key, Keyring};
use latchkey_tests::server::eventually;
use serde_json::json;

use crate::acts::{PASSWORD, begin_on_this_computer, see_overview};

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_is_away_loses_nothing() {
    let mut desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    window.quit().await;

    desk.end_keyring();
    let window = desk.open("anna", &[]).await;
    window.see("No keyring found").await;
    window
        .see("You are still signed in, and nothing is lost.")
        .await;
    window
        .expect_no_axe_violations("waiting for the keyring")
        .await;
    window.press("Try again").await;
    window
        .see("The keyring still hasn’t released the key.")
        .await;
    // Found by itself.
    desk.start_keyring().await;
    see_overview(&window, "anna").await;
    assert!(!window.text().await.contains("The keyring still"));
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
    window.fill("Name", "Anna").await;
    window.fill("E-mail", "anna@example.org").await;
    window.fill("Username", "anna").await;
    window.fill("Password", PASSWORD).await;
    window.fill("Password again", PASSWORD).await;
    // The form is longer than the window: the answer to Enter comes to where the person looks.
    window.resize(720, 540).await;
    window.see_focus("textbox", "Password again").await;
    window.key(Key::Enter).await;
    window.see("your system’s keyring isn’t working").await;
    window.see_focus("alert", "").await;
    let in_view = "const { top, bottom } = document.activeElement.getBoundingClientRect();
                   return top >= 0 && bottom <= innerHeight;";
    assert_eq!(window.evaluate(in_view).await, Ok(json!(true)));
    window.resize(1040, 720).await;
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

/// What the password of a keyring is in these tests, as keys.
const KEYRING_PASSWORD: [&str; 4] = ["t", "e", "s", "t"];

const WAITING: &str = "Your keyring is waiting for you";

fn password_and(key: &'static str) -> Vec<&'static str> {
    [&KEYRING_PASSWORD[..], &[key]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_without_a_collection_is_given_one_and_a_locked_one_is_waited_for() {
    let mut desk = Desk::with(Keyring::Fresh).await;
    let window = desk.open("anna", &[]).await;
    window.press("Use this computer…").await;
    window.fill("Name", "Anna").await;
    window.fill("E-mail", "anna@example.org").await;
    window.fill("Username", "anna").await;
    window.fill("Password", PASSWORD).await;
    window.fill("Password again", PASSWORD).await;
    window.press("Create account").await;
    // The keyring asks for a password for the collection that is made, and the person would rather not.
    window.see(WAITING).await;
    window.expect_no_axe_violations("a prompt").await;
    desk.answer_prompt(&["Escape"]).await;
    window.see("your keyring is locked").await;
    window.see_no_more(WAITING).await;
    window.see("clear “Stay signed in on this device”").await;
    // What asks may end before it is answered.
    window.press("Create account").await;
    window.see(WAITING).await;
    desk.end_keyring();
    window.see("your system’s keyring isn’t working").await;
    desk.start_fresh_keyring().await;
    window.press("Create account").await;
    window.see(WAITING).await;
    let twice = [password_and("Tab"), password_and("Return")].concat();
    desk.answer_prompt(&twice).await;
    see_overview(&window, "anna").await;
    assert_eq!(desk.labels(), ["Latchkey", "Latchkey"]);
    crate::acts::sign_out(&window).await;

    desk.lock_keyring();
    let log = window.data().join("logs/latchkey.log");
    let prompts_waited_for = || {
        let log = std::fs::read_to_string(&log).expect("the app's log");
        log.matches("the keyring asks the person, and is waited for")
            .count()
    };
    let before = prompts_waited_for();
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.see(WAITING).await;
    // Longer than a keyring is waited for that asks nobody.
    eventually("the prompt is waited for", async || {
        (prompts_waited_for() > before).then_some(())
    })
    .await;
    window.see(WAITING).await;
    desk.answer_prompt(&password_and("Return")).await;
    see_overview(&window, "anna").await;
    window.quit().await;

    desk.lock_keyring();
    let window = desk.open("anna", &[]).await;
    window.see(WAITING).await;
    desk.answer_prompt(&["Escape"]).await;
    window.see("The keyring is locked").await;
    window.press("Try again").await;
    window.see(WAITING).await;
    desk.answer_prompt(&password_and("Return")).await;
    see_overview(&window, "anna").await;
    window.see_no_more("The keyring still").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_locked_keyring_says_nothing_of_is_locked_and_not_missing() {
    let mut desk = Desk::with(Keyring::Absent).await;
    desk.start_keepassxc().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    window.quit().await;
    desk.lock_keepassxc();
    let window = desk.open("anna", &[]).await;
    window.see(WAITING).await;
    desk.answer_keepassxc(&password_and("Return")).await;
    see_overview(&window, "anna").await;
}
