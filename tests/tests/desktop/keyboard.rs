//! Every screen and its acts by keyboard alone. No step here clicks.

use latchkey_server::clock::{Clock as _, SystemClock};
use latchkey_tests::desktop::{Desk, Held, Key, Window};
use latchkey_tests::server::{Authenticator, Database, eventually};

use crate::acts::{PASSWORD, approve, create_account, name_this_device, see_overview};
use crate::house::House;

const NEW_PASSWORD: &str = "copper harbour walks 7 winters";

/// A house with Maria's account, whose other device is the tablet, and a window that she signs in to by keyboard.
async fn begin(house: &House, desk: &Desk) -> (Window, Window) {
    let tablet = desk.open("tablet", &["--server", &house.address()]).await;
    create_account(&tablet, "maria", "Maria Lang").await;
    name_this_device(&tablet, "Tablet").await;
    let window = desk.open("keys", &["--server", &house.address()]).await;
    window.see("Username or e-mail").await;
    window.write("Username or e-mail", "maria").await;
    window.write("Password", PASSWORD).await;
    window.key(Key::Enter).await;
    see_overview(&window, "maria").await;
    approve(&tablet).await;
    window.see_no_more("This device is on probation").await;
    (window, tablet)
}

/// Goes to a screen by its link in the sidebar; reading begins at its heading.
async fn go(window: &Window, screen: &str) {
    window.step_to("link", screen).await;
    window.key(Key::Enter).await;
    window.see_focus("heading", screen).await;
}

/// Answers the question who sits there, which puts the focus into its field.
async fn prove(window: &Window, password: &str) {
    window.see("Confirm it’s you").await;
    window.rewrite("Password", password).await;
    window.key(Key::Enter).await;
    window.see_no_more("Confirm it’s you").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_is_reached_and_walked_by_keyboard() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let (window, _tablet) = begin(&house, &desk).await;
    for screen in [
        "Profile",
        "Settings",
        "Password and sign-in",
        "Devices",
        "Activity",
        "Mail",
    ] {
        // Through the whole screen before, and around to the sidebar.
        go(&window, screen).await;
    }
    window.step_back_to("link", "Profile").await;
    window.key(Key::Enter).await;
    window.see_focus("heading", "Profile").await;
    window.chord(Held::Control, ',').await;
    window.see_focus("heading", "Settings").await;

    // Anywhere, by the beginning of its name; and left again without going anywhere.
    window.step_to("radio", "System").await;
    window.key(Key::Down).await;
    window.see_focus("radio", "Light").await;
    window.chord(Held::Control, 'k').await;
    window.see_focus("combobox", "Where to?").await;
    window.key(Key::Escape).await;
    window.see_focus("radio", "Light").await;
    window.chord(Held::Control, 'k').await;
    window.see_focus("combobox", "Where to?").await;
    window.type_text("p").await;
    window.key(Key::Down).await;
    window.type_text("ass").await;
    window.key(Key::Enter).await;
    window.see_focus("heading", "Password and sign-in").await;

    // What is chosen with arrows elsewhere is chosen with them here.
    window.step_to("link", "Activity").await;
    window.key(Key::Enter).await;
    window.see_focus("heading", "Activity").await;
    window.write("Search", "tablet").await;
    window.see_no_more("The account was created").await;
    window.key(Key::Escape).await;
    window.see("The account was created").await;
    window.step_to("combobox", "Category").await;

    // A mail is opened and closed, and the focus is back where it was.
    go(&window, "Mail").await;
    window.step_to("button", "Read").await;
    window.key(Key::Enter).await;
    window.see_focus("button", "Close").await;
    window.key(Key::Escape).await;
    window.see_focus("button", "Read").await;

    // The account's menu, and out of it.
    window.step_to("button", "Account…").await;
    window.key(Key::Enter).await;
    window.step_to("button", "Sign out").await;
    window.key(Key::Enter).await;
    window.see("Sign out of this device?").await;
    window.see_focus("button", "Cancel").await;
    window.key(Key::Escape).await;
    window.see_no_more("Sign out of this device?").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_kept_by_keyboard() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let (window, tablet) = begin(&house, &desk).await;

    go(&window, "Profile").await;
    window.write("Name", "Maria L.").await;
    window.key(Key::Enter).await;
    window.see("Your profile is saved.").await;

    // A device is signed out in a dialog whose safe button has the focus.
    go(&window, "Devices").await;
    window.step_to("button", "Sign out").await;
    window.key(Key::Enter).await;
    window.see("Sign out Tablet?").await;
    window.see_focus("button", "Cancel").await;
    window.key(Key::Escape).await;
    window.see_no_more("Sign out Tablet?").await;
    window.see_focus("button", "Sign out").await;
    window.key(Key::Space).await;
    window.see_focus("button", "Cancel").await;
    window.step_to("button", "Sign out").await;
    window.key(Key::Enter).await;
    tablet.see("This device was signed out").await;
    window.see("its data is deleted").await;

    go(&window, "Profile").await;
    let mail = house.outbox().confirmation("maria@example.org", 1).await;
    window
        .write("Link from the e-mail", &mail.token().expect("a token"))
        .await;
    window.key(Key::Enter).await;
    window.see_no_more("Pending").await;
    window.step_back_to("button", "Add address").await;
    window.key(Key::Enter).await;
    window.rewrite("New address", "lang@example.net").await;
    window.key(Key::Enter).await;
    prove(&window, PASSWORD).await;
    window.row("lang@example.net").await;

    go(&window, "Password and sign-in").await;
    window.step_to("button", "Change password").await;
    window.key(Key::Enter).await;
    window.see_focus("heading", "Password").await;
    window.write("Current password", PASSWORD).await;
    window.write("New password", NEW_PASSWORD).await;
    window.write("Password again", NEW_PASSWORD).await;
    window.key(Key::Enter).await;
    window.see("Your password has been changed.").await;

    go(&window, "Password and sign-in").await;
    window.step_to("button", "Set up").await;
    window.key(Key::Enter).await;
    // The proof from before may still count.
    let next = eventually("the next step", async || {
        let text = window.text().await;
        let steps = ["Confirm it’s you", "Scan this with your authenticator app"];
        steps.into_iter().find(|step| text.contains(step))
    })
    .await;
    if next == "Confirm it’s you" {
        prove(&window, NEW_PASSWORD).await;
        window.see("Scan this with your authenticator app").await;
    }
    let secret = window
        .evaluate("return document.querySelector('.secret').innerText.replaceAll(' ', '').trim()")
        .await
        .expect("a secret");
    let secret = secret.as_str().expect("a text").to_owned();
    let label = "Code from your authenticator app";
    window
        .write(label, &Authenticator { secret }.code(SystemClock.now()))
        .await;
    window.key(Key::Enter).await;
    window.see("Save these recovery codes").await;
    window.step_to("button", "I have saved them").await;
    window.key(Key::Enter).await;
    window.see("Turned on").await;
}
