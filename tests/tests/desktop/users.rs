//! Administration: the way of seed 001 to the own password, and what an administrator starts for somebody else.

use latchkey_protocol::recovery::app_token;
use latchkey_tests::desktop::{Desk, Key, Window};
use latchkey_tests::server::{Database, Http, Settings};
use reqwest::Method;
use url::{Url, form_urlencoded};

use crate::acts::{
    PASSWORD, begin_on_this_computer, confirm_address, create_account, go, mailed_token, open_link,
    prove, see_overview, sign_in_with, sign_out,
};
use crate::house::House;

/// With upper and lower case, a digit and another character, as `classic` wants it.
const CLASSIC: &str = "Orbit velvet 41 lanterns";

/// Opens administration with this password.
async fn open_users(window: &Window, password: &str) {
    go(window, "Users").await;
    window.press("Open Administration").await;
    window.see("Confirm it’s you").await;
    window.fill("Password", password).await;
    window.press("Confirm").await;
    window.see_no_more("Confirm it’s you").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_own_password_is_changed_from_the_list_of_users_under_the_classic_rules() {
    const NEW: &str = "Copper-harbour 7 winters";
    let settings = Settings::default().with("PASSWORD_POLICY", "classic");
    let house = House::start_with(Database::Sqlite, settings).await;
    let desk = Desk::new().await;
    let window = desk.open("anna", &["--server", &house.address()]).await;
    window.press("Create one").await;
    for (label, text) in [
        ("Name", "Anna Kern"),
        ("E-mail", "anna@example.org"),
        ("Username", "anna"),
        ("Password", CLASSIC),
        ("Password again", CLASSIC),
    ] {
        window.fill(label, text).await;
    }
    window.press("Create account").await;
    see_overview(&window, "anna").await;
    // Nobody is an administrator by being first.
    assert!(!window.has("link", "Administration").await);
    house.administrator("grant", "anna");
    window.find("link", "Administration").await;

    go(&window, "Users").await;
    window.see("Administration needs your password").await;
    window
        .expect_no_axe_violations("administration, closed")
        .await;
    open_users(&window, CLASSIC).await;
    window.see("anna@example.org").await;
    window.expect_no_axe_violations("the list of users").await;
    window.press_in_row("Anna Kern", "Edit").await;
    window.find("heading", "Basic info").await;
    window.see("Username").await;
    window.expect_no_axe_violations("the own account").await;
    window.press("Change password").await;
    window.fill("Current password", CLASSIC).await;
    for (attempt, complaint) in [
        ("no upper case 7 winters", "Add an upper-case letter."),
        ("NO LOWER CASE 7 WINTERS", "Add a lower-case letter."),
        ("No digit in these winters", "Add a digit."),
        (
            "NoOtherCharacter7winters",
            "Add a character that is neither a letter nor a digit.",
        ),
        ("Short-7 win", "This password is too short."),
    ] {
        window.fill("New password", attempt).await;
        window.fill("Password again", attempt).await;
        window.key(Key::Enter).await;
        window.see(complaint).await;
    }
    window.expect_no_axe_violations("the own password").await;
    window
        .fill("New password", "A 7 far too long password of winters")
        .await;
    window.see("the limit is 30. Nothing was cut off").await;
    window.fill("New password", NEW).await;
    window.fill("Password again", NEW).await;
    window.fill("Current password", "Not the password 1").await;
    window.key(Key::Enter).await;
    window.see("Wrong password.").await;
    window.fill("Current password", CLASSIC).await;
    window.key(Key::Enter).await;
    window.see("Your password has been changed.").await;
    window.see_no_more("Current password").await;
    sign_out(&window).await;
    sign_in_with(&window, "anna", NEW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_for_somebody_else_is_finished_by_them_alone() {
    const NEW: &str = "copper harbour walks 7 winters";
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let there = desk.open("bruno", &["--server", &house.address()]).await;
    create_account(&there, "bruno", "Bruno Maly").await;
    let here = desk.open("anna", &["--server", &house.address()]).await;
    create_account(&here, "anna", "Anna Kern").await;
    house.administrator("grant", "anna");
    here.find("link", "Administration").await;
    open_users(&here, PASSWORD).await;
    here.fill("Search", "nobody at all").await;
    here.key(Key::Enter).await;
    here.see("No matches.").await;
    here.expect_no_axe_violations("nobody found").await;
    here.fill("Search", "MALY").await;
    here.key(Key::Enter).await;
    here.see_no_more("anna@example.org").await;
    here.press_in_row("Bruno Maly", "Edit").await;
    here.see("Bruno Maly has no confirmed e-mail address").await;
    here.expect_no_axe_violations("somebody without an address")
        .await;
    confirm_address(&there, &house.outbox(), "bruno@example.org").await;
    here.press("All users").await;
    here.press_in_row("Bruno Maly", "Edit").await;
    here.see("Only Bruno Maly knows it.").await;
    here.press("Start a password reset").await;
    here.see("Start a password reset for Bruno Maly?").await;
    assert_eq!(here.focused().await.1, "Cancel", "the safe button");
    here.expect_no_axe_violations("starting a reset").await;
    here.press("Send the e-mail").await;
    here.see("Only Bruno Maly will know the new password.")
        .await;
    here.expect_no_axe_violations("a reset under way").await;

    // The link comes to Bruno, and he alone chooses.
    let outbox = house.outbox();
    let token = mailed_token(&outbox, "bruno@example.org", "/reset-password/", 1).await;
    assert!(!here.text().await.contains(&token));
    let link = format!("latchkey://reset-password/{}", app_token(&token));
    open_link(&desk, &there, &link);
    // It was not asked for here: what works everywhere is the page, whose address may be pasted too.
    there
        .see("this link opens only in the app that asked for it")
        .await;
    there.press("Close").await;
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("new_password", NEW), ("repeat", NEW)])
        .finish();
    let page = Http::new(Url::parse(&house.address()).expect("an address"))
        .request(Method::POST, &format!("/reset-password/{token}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    Http::send(page).await.expect(200);
    sign_in_with(&there, "bruno", NEW).await;
    go(&there, "Activity").await;
    there
        .see("The administrator anna started a password reset for you")
        .await;
    there
        .expect_no_axe_violations("an administrator in the activity")
        .await;
    go(&here, "Activity").await;
    here.see("You started a password reset for bruno").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_of_somebody_are_signed_out_and_administration_ends_with_the_role() {
    let mut house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let there = desk.open("bruno", &["--server", &house.address()]).await;
    create_account(&there, "bruno", "Bruno Maly").await;
    let here = desk.open("anna", &["--server", &house.address()]).await;
    create_account(&here, "anna", "Anna Kern").await;
    house.administrator("grant", "anna");
    here.find("link", "Administration").await;
    open_users(&here, PASSWORD).await;
    here.press_in_row("Bruno Maly", "Edit").await;
    here.see("One device is signed in").await;
    here.press("Sign out all devices").await;
    here.see("Sign out all devices of Bruno Maly?").await;
    assert_eq!(here.focused().await.1, "Cancel", "the safe button");
    here.expect_no_axe_violations("signing somebody out").await;
    here.press("Sign out all devices").await;
    here.see("One device of Bruno Maly is signed out.").await;
    here.see("No device is signed in").await;
    there
        .see("An administrator of the server signed it out")
        .await;

    here.press("All users").await;
    here.see("Bruno Maly").await;
    house.close();
    here.fill("Search", "bruno").await;
    here.key(Key::Enter).await;
    here.see("Administration needs a connection").await;
    here.see_no_more("Bruno Maly").await;
    here.expect_no_axe_violations("administration without a connection")
        .await;
    house.open();
    here.press("Try again").await;
    here.see("Bruno Maly").await;

    house.administrator("revoke", "anna");
    here.see("You are not an administrator of this server")
        .await;
    here.see_no_more("Bruno Maly").await;
    assert!(!here.has("link", "Administration").await);
    here.expect_no_axe_violations("administration, not any more")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_first_on_this_computer_administers_it() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    go(&window, "Users").await;
    window.press("Open Administration").await;
    prove(&window).await;
    window.see("anna@example.org").await;
}
