//! The password, a forgotten one, and two-step sign-in.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::recovery::app_token;
use latchkey_protocol::time::Timestamp;
use latchkey_server::clock::{Clock as _, SystemClock};
use latchkey_tests::desktop::{Desk, Window};
use latchkey_tests::server::{
    Authenticator, Database, Device, Outbox, PATIENCE, Protected, Proxy, ServerUnderTest, Settings,
};

use crate::acts::{
    PASSWORD, begin_on_this_computer, confirm_address, create_account, go, mailed_token, open_link,
    prove, see_overview, sign_in, sign_in_with, sign_out,
};
use crate::house::House;
use crate::passkeys::page_address;

const NEW_PASSWORD: &str = "copper harbour walks 7 winters";

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_signs_the_others_out_and_opens_alone() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let here = desk.open("here", &["--server", &house.address()]).await;
    create_account(&here, "anna", "Anna Kern").await;
    let there = desk.open("there", &["--server", &house.address()]).await;
    sign_in(&there, "anna").await;

    go(&here, "Password").await;
    here.see("One other device. This one stays signed in.")
        .await;
    here.expect_no_axe_violations("password").await;
    here.fill("New password", &"long ".repeat(60)).await;
    here.see("the limit is 256. Nothing was cut off").await;
    here.fill("Current password", "this is not it at all").await;
    here.fill("New password", NEW_PASSWORD).await;
    here.fill("Password again", NEW_PASSWORD).await;
    here.press("Change password").await;
    here.see("Wrong password.").await;
    assert_eq!(
        here.focused().await.1,
        "Current password",
        "the first mistake"
    );
    here.expect_no_axe_violations("a refused password").await;
    here.fill("Current password", PASSWORD).await;
    here.press("Change password").await;
    here.see("Your password has been changed, and one device is signed out.")
        .await;
    there.see("The password was changed").await;
    sign_in_with(&there, "anna", NEW_PASSWORD).await;
    go(&here, "Overview").await;
    here.see("Up to date").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_made_counts() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    go(&window, "Password").await;
    window.fill("Current password", PASSWORD).await;
    window.press("Generate a password").await;
    window.see("Both fields now hold a new password").await;
    let made = window.field("New password").await;
    assert_eq!(
        window.field("Password again").await,
        made,
        "it stands in both"
    );
    window.press("Copy").await;
    window.see("Latchkey clears it from the clipboard").await;
    window.press("Change password").await;
    window.see("Your password has been changed.").await;
    sign_out(&window).await;
    sign_in_with(&window, "anna", &made).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_secret_leaves_the_clipboard_unless_something_else_was_copied() {
    const SOMETHING_ELSE: &str = "a shopping list";
    const STAYS: Duration = Duration::from_secs(30);
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    let made = make_password(&window).await;
    copy_password(&desk, &window, &made).await;
    let targets = desk.clipboard_targets();
    assert!(
        targets.contains(&"x-kde-passwordManagerHint".to_owned()),
        "programs with a history would keep it: {targets:?}"
    );
    // Side by side, so that it is waited once.
    let other_desk = Desk::new().await;
    let other_window = other_desk.open("anna", &[]).await;
    let other_made = make_password(&other_window).await;
    copy_password(&other_desk, &other_window, &other_made).await;
    let _copied = other_desk.copy(SOMETHING_ELSE).await;

    // Copied once more, it stays that much longer.
    let copied = Instant::now();
    copy_password(&desk, &window, &made).await;
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    while desk.paste().is_some() {
        ticks.tick().await;
        assert!(copied.elapsed() < STAYS + PATIENCE, "it stays");
    }
    let stayed = copied.elapsed();
    assert!(stayed >= STAYS, "gone after {stayed:?}");
    assert_eq!(other_desk.paste().as_deref(), Some(SOMETHING_ELSE));

    // At the app's end it is gone at once, also from a program that has kept it.
    copy_password(&other_desk, &other_window, &other_made).await;
    let _kept = other_desk.copy(&other_made).await;
    other_window.quit().await;
    assert_eq!(other_desk.paste(), None);
}

/// Creates an account on this computer, and lets a password be made.
async fn make_password(window: &Window) -> String {
    begin_on_this_computer(window, "anna", "Anna Kern").await;
    go(window, "Password").await;
    window.press("Generate a password").await;
    window.see("Both fields now hold a new password").await;
    window.field("New password").await
}

/// Copies the password that was made, which is then there to be pasted.
async fn copy_password(desk: &Desk, window: &Window, made: &str) {
    window.press("Copy").await;
    window.see("Latchkey clears it from the clipboard").await;
    assert_eq!(desk.paste().as_deref(), Some(made));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_anew_by_the_link() {
    let mut desk = Desk::new().await;
    open_no_folder(&mut desk);
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    let folder = window.data().join("server/outbox");
    let outbox = Outbox::new(&folder);
    sign_out(&window).await;

    window.press("Forgotten your password?").await;
    window.see_field("Username or e-mail", "anna").await;
    window.expect_no_axe_violations("forgotten password").await;
    // No mail leaves this computer, and none is said to.
    window.press("Create link").await;
    window.see("The link is in a file on this computer").await;
    window.see(folder.to_str().expect("a path")).await;
    window.see("How to get back in").await;
    window.see("use a recovery code instead").await;
    window
        .expect_no_axe_violations("the link is in a file")
        .await;
    // What a person hears where no program does.
    window.press("Open folder").await;
    window.see("No program could open the folder.").await;
    let said = window.text().await;
    for untrue in ["The e-mail was sent", "spam", "on its way", "administrator"] {
        assert!(!said.contains(untrue), "{untrue} in {said}");
    }

    let link = reset_link(&outbox, 1).await;
    open_link(&desk, &window, &link);
    window.find("heading", "Choose a new password").await;
    window.expect_no_axe_violations("a new password").await;
    window.fill("New password", NEW_PASSWORD).await;
    window
        .fill("Password again", "something else entirely")
        .await;
    window.press("Set password").await;
    window.see("The passwords don’t match.").await;
    window.fill("Password again", NEW_PASSWORD).await;
    window.press("Set password").await;
    window.see("Your password has been changed.").await;

    // It counts once, and the old password no more.
    open_link(&desk, &window, &link);
    window
        .see("This link was used, was replaced, or has expired.")
        .await;
    window.press("Close").await;
    window.fill("Username or e-mail", "anna").await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.see("Wrong name or password").await;
    sign_in_with(&window, "anna", NEW_PASSWORD).await;
    go(&window, "Settings").await;
    window.press("Show the log").await;
    let logs = window.data().join("logs");
    let said = format!(
        "No program could open the folder. It is at {}",
        logs.display()
    );
    window.see(&said).await;
}

/// Has the programs of the desk that open folders fail, as where no file manager is installed.
fn open_no_folder(desk: &mut Desk) {
    let programs = desk.path("programs");
    fs::create_dir(&programs).expect("a folder for programs");
    for name in ["xdg-open", "gio"] {
        let program = programs.join(name);
        fs::write(&program, "#!/bin/sh\nexit 3\n").expect("a program");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it can be run");
    }
    let path = std::env::var("PATH").unwrap_or_default();
    desk.set("PATH", &format!("{}:{path}", programs.display()));
}

/// The link into the app in the `number`-th mail that has one for a new password.
async fn reset_link(outbox: &Outbox, number: usize) -> String {
    let token = mailed_token(outbox, "anna@example.org", "/reset-password/", number).await;
    format!("latchkey://reset-password/{}", app_token(&token))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_step_sign_in_is_set_up_used_and_turned_off() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    let codes = set_up(&window).await;

    // A recovery code opens the account when the phone is not at hand.
    sign_out(&window).await;
    window.fill("Username or e-mail", "anna").await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.find("heading", "Two-step sign-in").await;
    window.expect_no_axe_violations("the second step").await;
    window
        .fill("Code from your authenticator app", "000000")
        .await;
    window.press("Sign in").await;
    window.see("That code isn’t right.").await;
    window.press("Use a recovery code").await;
    window.fill("Recovery code", &codes[0]).await;
    window.press("Sign in").await;
    see_overview(&window, "anna").await;
    go(&window, "Password and sign-in").await;
    window.see("9 left").await;
    window.expect_no_axe_violations("two-step sign-in").await;

    // Turned off with the password and a code, a recovery code here.
    window.press("Turn off").await;
    window.see("Turn off two-step sign-in?").await;
    window.expect_no_axe_violations("the proof").await;
    window.press("Use a recovery code").await;
    window.fill("Recovery code", &codes[0]).await;
    window.fill("Password", PASSWORD).await;
    window.press("Turn off").await;
    window.see("That code isn’t right.").await;
    window.fill("Recovery code", &codes[2]).await;
    window.press("Turn off").await;
    window.see("your password alone isn’t enough").await;
    sign_out(&window).await;
    sign_in(&window, "anna").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_hundred_wrong_passwords_the_way_in_is_a_link_of_this_server() {
    const TRIES: i64 = 100;
    /// The longest wait after a wrong password.
    const WAIT: i64 = 300;
    const NOT_HERE: &str = "This link is for accounts.example.org, and this app uses a different server, so nothing was sent.";
    // A night of nothing but tries ends now.
    let begin = now().plus_seconds(-(TRIES + 1) * WAIT);
    let settings = Settings::default();
    let server = ServerUnderTest::start_in_process_at(Database::Sqlite, settings, begin).await;
    let anna = Protected::create(&server, "anna").await;
    anna.add_passkey(&server, "Blue USB key").await;
    let stranger = Device::new("Stranger");
    for _ in 0..TRIES {
        let refused = stranger.try_sign_in(&server, "anna", "not her password");
        refused.await.expect_code(ProblemCode::SignInRefused);
        server.advance(WAIT);
    }
    server.clock().set(now());
    let desk = Desk::new().await;
    let address = server.url();
    let window = desk.open("anna", &["--server", address.as_str()]).await;
    window.fill("Username or e-mail", "anna").await;
    window.fill("Password", &anna.person.password).await;
    window.press("Sign in").await;
    window
        .see("Sign-in is blocked after too many wrong passwords.")
        .await;
    window.expect_no_axe_violations("a stopped sign-in").await;
    window.press("Forgotten your password?").await;
    window.see_field("Username or e-mail", "anna").await;
    window.press("Send link").await;
    window.press("I have a link").await;

    // The token of another server's link is not for this one.
    let outbox = server.outbox();
    let token = mailed_token(&outbox, "anna@example.org", "/reset-password/", 1).await;
    let label = "Link from the e-mail";
    let foreign = format!("https://accounts.example.org/reset-password/{token}");
    window.fill(label, &foreign).await;
    window.fill("New password", NEW_PASSWORD).await;
    window.fill("Password again", NEW_PASSWORD).await;
    window.press("Set password").await;
    window.see(NOT_HERE).await;
    window
        .expect_no_axe_violations("a link of another server")
        .await;
    let own = format!("{address}reset-password/{token}");
    window.fill(label, &own).await;
    window.press("Set password").await;

    // The second step: a passkey is used on the same page of the server.
    window.press("Use a passkey").await;
    window.see("Continue in your browser").await;
    window.see_no_more(NOT_HERE).await;
    assert_eq!(page_address(&window, address.as_str()).await, own);
    window
        .expect_no_axe_violations("a reset in the browser")
        .await;
    window
        .fill("Code from your authenticator app", &anna.code(&server))
        .await;
    window.press("Set password").await;
    window.see("Your password has been changed.").await;
    window.fill("Username or e-mail", "anna").await;
    window.fill("Password", NEW_PASSWORD).await;
    window.press("Sign in").await;
    window.find("heading", "Two-step sign-in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_codes_that_never_came_are_missed_and_made_anew() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let proxy = Proxy::to(&server).await;
    let desk = Desk::new().await;
    let address = format!("http://{}", proxy.address());
    let window = desk.open("anna", &["--server", &address]).await;
    create_account(&window, "anna", "Anna Kern").await;
    confirm_address(&window, &server.outbox(), "anna@example.org").await;
    let app = begin_two_step(&window).await;
    proxy.lose_answers(Some("/v1/second-factor/enable"));
    let label = "Code from your authenticator app";
    window.fill(label, &app.code(server.now())).await;
    window.press("Turn on").await;
    window.see("Your recovery codes didn’t arrive").await;
    window.see("Turned on").await;
    window
        .expect_no_axe_violations("codes that never came")
        .await;
    // The next run of the app misses them too.
    window.quit().await;
    let window = desk.open("anna", &[]).await;
    go(&window, "Password and sign-in").await;
    window.see("Your recovery codes didn’t arrive").await;

    window.press("Create new codes").await;
    window.see("Create new recovery codes?").await;
    window.fill("Password", PASSWORD).await;
    // Each code works once.
    server.advance(30);
    window.fill(label, &app.code(server.now())).await;
    window.press("Create new codes").await;
    window.see("Save these recovery codes").await;
    assert_eq!(shown(&window, ".codes li").await.len(), 10);
    window.press("I have saved them").await;
    window.see("10 left").await;
    window
        .see_no_more("Your recovery codes didn’t arrive")
        .await;
}

/// Begins to set two-step sign-in up, up to where the code is asked for.
async fn begin_two_step(window: &Window) -> Authenticator {
    go(window, "Password and sign-in").await;
    window.press("Set up").await;
    prove(window).await;
    window.see("Scan this with your authenticator app").await;
    let secret = shown(window, ".secret").await.remove(0).replace(' ', "");
    Authenticator { secret }
}

/// Turns two-step sign-in on with an authenticator app, up to where the recovery codes are shown.
pub async fn turn_on(window: &Window) {
    let app = begin_two_step(window).await;
    window
        .fill("Code from your authenticator app", &app.code(now()))
        .await;
    window.press("Turn on").await;
    window.see("Save these recovery codes").await;
}

/// Turns two-step sign-in on with an authenticator app, and gives the recovery codes.
pub async fn set_up(window: &Window) -> Vec<String> {
    let app = begin_two_step(window).await;
    window.expect_no_axe_violations("setting up").await;
    let label = "Code from your authenticator app";
    window.fill(label, &app.wrong(now())).await;
    window.press("Turn on").await;
    window.see("That code isn’t right.").await;
    window.fill(label, &app.code(now())).await;
    window.press("Turn on").await;
    window.see("Save these recovery codes").await;
    window.expect_no_axe_violations("recovery codes").await;
    let codes = shown(window, ".codes li").await;
    assert_eq!(codes.len(), 10, "{codes:?}");
    window.press("Save").await;
    window.see("Saved as").await;
    window.press("I have saved them").await;
    window.see("Turned on").await;
    window.see("10 left").await;
    window.see_no_more(&codes[0]).await;
    codes
}

fn now() -> Timestamp {
    SystemClock.now()
}

/// The text of what a selector finds: what a person would read off or scan.
async fn shown(window: &Window, selector: &str) -> Vec<String> {
    let script = format!(
        "return [...document.querySelectorAll('{selector}')].map((element) => element.innerText.trim())"
    );
    let texts = window.evaluate(&script).await.expect("a script's answer");
    let texts: Vec<String> = serde_json::from_value(texts).expect("a list of texts");
    assert!(!texts.is_empty(), "nothing is shown in {selector}");
    texts
}
