//! First start, account, profile, addresses, devices: one window.

use latchkey_tests::desktop::{Desk, Key};
use latchkey_tests::server::{Database, Outbox, eventually};

use crate::acts::{
    PASSWORD, begin_on_this_computer, call_oneself, create_account, go, name_this_device,
    open_link, prove, see_overview, sign_in, sign_out,
};
use crate::house::House;

/// What is said of a link that did nothing.
const REFUSED: &str = "This link did not work";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_lives_on_this_computer() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    window.see("Where do you want to keep it?").await;
    window.expect_no_axe_violations("first start").await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    window.expect_no_axe_violations("overview").await;

    // There is nobody to convince whose address it is.
    go(&window, "Profile").await;
    window.row("anna@example.org").await;
    window.see("Confirmed").await;
    window.press("Add address").await;
    window.fill("New address", "kern@example.net").await;
    window.press("Add").await;
    prove(&window).await;
    window.see("kern@example.net was added.").await;
    window
        .press_in_row("kern@example.net", "Make primary")
        .await;
    window
        .see("kern@example.net is your primary address now.")
        .await;
    window.press_in_row("kern@example.net", "Change").await;
    window
        .see("The new address becomes your primary address at once.")
        .await;
    window.fill("New address", "a.kern@example.com").await;
    window.press("Change").await;
    window
        .see("Your e-mail address was changed to a.kern@example.com")
        .await;
    window.row("a.kern@example.com").await;
    window.press_in_row("kern@example.net", "Remove").await;
    window.see("Remove kern@example.net?").await;
    window.expect_no_axe_violations("a dialog").await;
    window.press("Remove").await;
    window.see("kern@example.net was removed.").await;
    let contacts = window.text().await;
    for asked in ["Pending", "Link from the e-mail", "will become"] {
        assert!(!contacts.contains(asked), "{asked} in {contacts}");
    }
    window.expect_no_axe_violations("contacts").await;
    let outbox = Outbox::new(&window.data().join("server/outbox"));
    for address in ["anna@example.org", "kern@example.net", "a.kern@example.com"] {
        let mails = outbox.mails_to(address);
        let mut texts = mails.iter().map(|mail| &mail.text);
        assert!(
            !texts.any(|text| text.contains("/confirm-email")),
            "{address} is asked to be confirmed"
        );
    }

    go(&window, "Profile").await;
    window.expect_no_axe_violations("profile").await;
    call_oneself(&window, "Anna K.").await;
    window.see("Your profile is saved.").await;
    window.see("Up to date").await;

    name_this_device(&window, "Desk by the window").await;
    window.expect_no_axe_violations("devices").await;
    go(&window, "Activity").await;
    window.see("was renamed “Desk by the window”").await;
    window.expect_no_axe_violations("activity").await;
    go(&window, "Settings").await;
    window.expect_no_axe_violations("preferences").await;

    // Closed and opened again: still there, at once.
    window.quit().await;
    let window = desk.open("anna", &[]).await;
    see_overview(&window, "anna").await;
    window.see("Anna K.").await;

    // Signed out: nothing is left of it in this window, and the rest is said to stay.
    window.press("Account…").await;
    window.press("Sign out").await;
    window.see("Your account stays on this computer").await;
    window.press("Sign out").await;
    window
        .see("Your account itself stays on this computer.")
        .await;
    assert_eq!(local_copies(&window), 0, "the local copy is destroyed");
    window.expect_no_axe_violations("sign-in").await;
    sign_in(&window, "a.kern@example.com").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_a_way_back_from_an_account_on_this_computer() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    window.press("Use this computer…").await;
    window.find("heading", "Create an account").await;
    window.see("For signing in; nothing is sent to it").await;
    window.expect_no_axe_violations("sign-up").await;
    window.press("Back").await;
    window.see("Where do you want to keep it?").await;
    // By keyboard; and chosen once, it is where the next start goes on.
    window.see_focus("button", "Use this computer…").await;
    window.key(Key::Enter).await;
    window.see_focus("textbox", "Name").await;
    window.quit().await;
    let window = desk.open("anna", &[]).await;
    window.see_focus("textbox", "Name").await;
    window.step_to("button", "Sign in").await;
    window.key(Key::Enter).await;
    window.see("Username or e-mail").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_confirmed_by_links() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let window = desk.open("anna", &["--server", &house.address()]).await;
    create_account(&window, "anna", "Anna Kern").await;
    go(&window, "Password and sign-in").await;
    window.see("Confirm an e-mail address first").await;

    // The link in the mail, pasted.
    go(&window, "Profile").await;
    window.row("anna@example.org").await;
    window.expect_no_axe_violations("contacts").await;
    let outbox = house.outbox();
    let mail = outbox.confirmation("anna@example.org", 1).await;
    window
        .fill("Link from the e-mail", &mail.token().expect("a token"))
        .await;
    window.press("Confirm").await;
    window.see_no_more("Pending").await;
    window.see("Confirmed").await;

    // Another address, by the link that the system opens; it is a second start of the app, which ends at once.
    window.press("Add address").await;
    window.fill("New address", "kern@example.net").await;
    window.press("Add").await;
    prove(&window).await;
    window.row("kern@example.net").await;
    let mail = outbox.confirmation("kern@example.net", 1).await;
    let link = format!(
        "latchkey://confirm-email/{}",
        mail.token().expect("a token")
    );
    open_link(&desk, &window, &link);
    window.see_no_more("Pending").await;
    open_link(&desk, &window, &link);
    window.see("This address is already confirmed.").await;
    // As a mail program that breaks lines hands it over.
    open_link(&desk, &window, "latchkey://confirm-email/AbC-_9=%0D%0A");
    window.see(REFUSED).await;
    window.see("The link is incomplete").await;
    window.press("Close").await;
    window
        .press_in_row("kern@example.net", "Make primary")
        .await;
    // The one so far agrees, by its own link.
    window
        .see("kern@example.net will become your primary address")
        .await;
    // Said alike to those who have turned it on already.
    window
        .see("You no longer read anna@example.org? Once two-step sign-in has been on for 30 days,")
        .await;
    window.expect_no_axe_violations("a change that waits").await;
    let page = "confirm-email-change";
    let token = outbox.token_of("anna@example.org", page, 1).await;
    open_link(&desk, &window, &format!("latchkey://{page}/{token}"));
    window
        .see("Your e-mail address was changed to kern@example.net")
        .await;
    window.see("Can’t be changed again until").await;
    // It can take its place back, and is not removed before.
    let contacts = window.text().await;
    assert!(!contacts.contains("Remove"), "{contacts}");
}

/// Databases of accounts in the window's data folder.
pub fn local_copies(window: &latchkey_tests::desktop::Window) -> usize {
    let entries = std::fs::read_dir(window.data().join("accounts"));
    entries.into_iter().flatten().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_reached_by_keyboard_alone() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let window = desk.open("maker", &["--server", &house.address()]).await;
    create_account(&window, "maria", "Maria Lang").await;

    let window = desk.open("keys", &[]).await;
    window.see("Where do you want to keep it?").await;
    // The name of that button goes on with its description.
    let mut tabs = 0;
    while !window.focused().await.1.starts_with("Connect to a server") {
        window.key(Key::Tab).await;
        tabs += 1;
        assert!(tabs < 10, "Tab never reaches the button");
    }
    window.key(Key::Enter).await;
    window.tab_to("Server address").await;
    window.type_text(&house.address()).await;
    window.key(Key::Enter).await;
    window.see("Username or e-mail").await;
    window.tab_to("Username or e-mail").await;
    window.type_text("maria").await;
    window.tab_to("Password").await;
    window.type_text(PASSWORD).await;
    window.key(Key::Enter).await;
    see_overview(&window, "maria").await;
    window.tab_to("Profile").await;
    window.key(Key::Enter).await;
    window.find("heading", "Profile").await;
    window.see_field("Name", "Maria Lang").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_server_and_wrong_words_are_told_plainly() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    window.press("Connect to a server…").await;
    window
        .fill("Server address", "http://accounts.example.org")
        .await;
    window.press("Connect").await;
    window.see("Use an address that starts with https://").await;
    window.fill("Server address", "http://127.0.0.1:9").await;
    window.press("Connect").await;
    window.see("Can’t reach the server.").await;
    window.expect_no_axe_violations("a refused server").await;

    let house = House::start(Database::Sqlite).await;
    window.fill("Server address", &house.address()).await;
    window.press("Connect").await;
    window.fill("Username or e-mail", "nobody").await;
    window.fill("Password", "this is not it at all").await;
    window.press("Sign in").await;
    window.see("Wrong name or password").await;
    let room = "return document.querySelector('.note > .actions').checkVisibility()";
    let room = window.evaluate(room).await;
    assert_eq!(
        room,
        Ok(false.into()),
        "room for a button, and none is there"
    );
    assert_eq!(
        window.field("Username or e-mail").await,
        "nobody",
        "what was typed is kept"
    );
    window.press("Create one").await;
    window.fill("Name", "Anna").await;
    window.fill("E-mail", "anna").await;
    window.fill("Username", "a b").await;
    window.fill("Password", "short").await;
    window.fill("Password again", "other").await;
    window.press("Create account").await;
    window.see("This isn’t an e-mail address.").await;
    window.see("Use only letters a–z").await;
    window.expect_no_axe_violations("a refused form").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_leads_nowhere_is_told_in_the_window() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let spent = format!("latchkey://confirm-email/{}", "0".repeat(43));
    let window = desk.open("anna", &[&spent]).await;
    window.see(REFUSED).await;
    window.see("Choose a server and sign in first").await;
    window.expect_no_axe_violations("a refused link").await;
    window.key(Key::Escape).await;
    window.see_no_more(REFUSED).await;
    window.quit().await;

    let window = desk.open("anna", &["--server", &house.address()]).await;
    create_account(&window, "anna", "Anna Kern").await;
    open_link(&desk, &window, &spent);
    window.see(REFUSED).await;
    window
        .see("This link was used, was replaced, or has expired.")
        .await;
    window.press("Close").await;
    window.see_no_more(REFUSED).await;
    window.find("heading", "Profile").await;
    window.quit().await;

    // The start itself, with the account and without.
    let window = desk.open("anna", &[&spent]).await;
    window.see(REFUSED).await;
    window.press("Close").await;
    window.see_no_more(REFUSED).await;
    go(&window, "Overview").await;
    sign_out(&window).await;
    window.quit().await;
    let window = desk.open("anna", &[&spent]).await;
    window.see(REFUSED).await;
    window.press("Close").await;
    window.see("Username or e-mail").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_given_at_the_start_that_is_away_can_be_mended_or_given_up() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &["--server", "http://127.0.0.1:9"]).await;
    window.see("Can’t reach the server.").await;
    assert_eq!(window.field("Server address").await, "http://127.0.0.1:9");

    // A server that takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("its address");
    window
        .fill("Server address", &format!("http://{address}"))
        .await;
    window.press("Connect").await;
    window.see("Connecting to the server …").await;
    window.press("Back").await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_has_one_app() {
    let mut desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    window.see("Where do you want to keep it?").await;
    let second = desk
        .command(latchkey_tests::desktop::app())
        .arg("--data-dir")
        .arg(window.data())
        .status();
    assert!(
        second.expect("the app starts").success(),
        "the second start ends and shows the first window"
    );

    // Without a session bus to ask on, the lock on the folder still keeps them apart, and the window says so.
    desk.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let other = desk.open("anna", &[]).await;
    other.see("Another copy of Latchkey is using it").await;
    other.expect_no_axe_violations("a folder in use").await;
    other.quit().await;
    eventually("the first goes on", async || {
        window
            .has("button", "Use this computer…")
            .await
            .then_some(())
    })
    .await;
}
