//! Devices on probation, and "It wasn't me" in both sizes.

use std::collections::BTreeSet;

use latchkey_protocol::sessions::Session;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::trust::Standing;
use latchkey_tests::desktop::{Body, Desk, Key, NotificationServer, Window};
use latchkey_tests::server::{Database, Person, Proxy, ServerUnderTest, eventually};

use crate::acts::{
    PASSWORD, approve, confirm_address, create_account, go, mailed_token, name_this_device,
    open_link, prove, sign_in, sign_in_with, sign_out,
};
use crate::house::House;

const NEW_PASSWORD: &str = "copper harbour walks 7 winters";

/// The title of the notification, and its words after the name of the device.
const ASKED: &str = "A new device signed in";
const QUESTION: &str = " signed in to your account from 127.0.0.1. Was that you?";

/// What the overview and the devices ask.
const WAS_IT_YOU: &str = "Was it you?";

/// What a device on probation says of itself.
const ON_PROBATION: &str = "This device is on probation";

/// Anna's first window.
async fn first_window(desk: &Desk, house: &House) -> Window {
    let here = desk.open("here", &["--server", &house.address()]).await;
    create_account(&here, "anna", "Anna Kern").await;
    name_this_device(&here, "Desk").await;
    go(&here, "Overview").await;
    here
}

/// Anna's first window, and a second one that has just signed in.
async fn windows(desk: &Desk, house: &House) -> (Window, Window) {
    let here = first_window(desk, house).await;
    let there = desk.open("there", &["--server", &house.address()]).await;
    sign_in(&there, "anna").await;
    here.see(WAS_IT_YOU).await;
    (here, there)
}

/// Gives the password another one, where the banner asks for it.
async fn choose_new_password(window: &Window) {
    window.find("heading", "Password").await;
    window.see("Someone else may know your password.").await;
    window.fill("Current password", PASSWORD).await;
    window.fill("New password", NEW_PASSWORD).await;
    window.fill("Password again", NEW_PASSWORD).await;
    window.press("Change password").await;
    window.see("Your password has been changed.").await;
    window
        .see_no_more("Someone else may know your password.")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_is_on_probation_until_a_trusted_one_approves_it() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let (here, there) = windows(&desk, &house).await;
    here.expect_no_axe_violations("a device on probation").await;
    there.see(ON_PROBATION).await;
    there
        .see("Approve it with “It was me” on another device where you’re signed in.")
        .await;
    there.expect_no_axe_violations("being on probation").await;
    // What it may not do is refused with the way out, on any screen.
    go(&there, "Password").await;
    there.see(ON_PROBATION).await;
    there.fill("Current password", PASSWORD).await;
    there.fill("New password", NEW_PASSWORD).await;
    there.fill("Password again", NEW_PASSWORD).await;
    there.press("Change password").await;
    there
        .see("This device is on probation, so nothing was changed.")
        .await;
    assert_eq!(there.field("New password").await, NEW_PASSWORD, "it stays");
    // What is harmless is not.
    go(&there, "Profile").await;
    there.fill("Name", "Anna K.").await;
    there.press("Save").await;
    here.see("Anna K.").await;

    // By the keyboard alone.
    here.tab_to("It was me").await;
    here.key(Key::Enter).await;
    prove(&here).await;
    here.see_no_more(WAS_IT_YOU).await;
    there.see_no_more(ON_PROBATION).await;
    go(&here, "Activity").await;
    here.see("was approved").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_link_approves_the_device_that_asked_for_it() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let here = first_window(&desk, &house).await;
    confirm_address(&here, &house.outbox(), "anna@example.org").await;
    let ask = async |window: &Window, number| {
        window.see("with a link sent to anna@example.org").await;
        window.press("Approve by e-mail").await;
        window.see("Check your e-mail").await;
        mailed_token(
            &house.outbox(),
            "anna@example.org",
            "/approve-device/",
            number,
        )
        .await
    };
    let there = desk.open("there", &["--server", &house.address()]).await;
    sign_in(&there, "anna").await;
    let token = ask(&there, 1).await;
    there.expect_no_axe_violations("a link to paste").await;
    // On another device it does nothing.
    let other = desk.open("other", &["--server", &house.address()]).await;
    sign_in(&other, "anna").await;
    open_link(&desk, &other, &format!("latchkey://approve-device/{token}"));
    other
        .see("This link was used, was replaced, or has expired.")
        .await;
    other.press("Close").await;
    other.see(ON_PROBATION).await;
    there.fill("Link from the e-mail", "not a link").await;
    there.press("Approve this device").await;
    there.see("couldn’t find exactly one link for this").await;
    let page = format!("{}/approve-device/{token}", house.address());
    there.fill("Link from the e-mail", &page).await;
    there.press("Approve this device").await;
    there.see("This device is approved.").await;
    there.see_no_more(ON_PROBATION).await;

    let token = ask(&other, 2).await;
    open_link(&desk, &other, &format!("latchkey://approve-device/{token}"));
    other.see("This device is approved.").await;
    other.see_no_more(ON_PROBATION).await;
    other.see_no_more("Check your e-mail").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_not_mine_is_out_and_the_password_opens_nothing_new() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let (here, there) = windows(&desk, &house).await;
    go(&here, "Devices").await;
    here.press("It wasn’t me").await;
    here.see("Then someone knows your password.").await;
    assert_eq!(here.focused().await.1, "Cancel", "the safe button");
    here.expect_no_axe_violations("not me").await;
    here.press("It wasn’t me").await;
    there.see("“It wasn’t me”").await;
    here.find("heading", "Password").await;
    here.see("is signed out. Choose a new password now.").await;
    here.expect_no_axe_violations("a spoiled password").await;
    there.fill("Username or e-mail", "anna").await;
    there.fill("Password", PASSWORD).await;
    there.press("Sign in").await;
    there
        .see("This password no longer signs in on new devices")
        .await;
    there.find("button", "Forgotten your password?").await;
    there
        .expect_no_axe_violations("a sign-in with a spoiled password")
        .await;
    choose_new_password(&here).await;
    // The one with the old password stays out.
    there.fill("Password", PASSWORD).await;
    there.press("Sign in").await;
    there.see("Wrong name or password").await;
    sign_in_with(&there, "anna", NEW_PASSWORD).await;
    there.see(ON_PROBATION).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secured_account_leads_to_a_new_password_and_the_review() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let here = first_window(&desk, &house).await;
    confirm_address(&here, &house.outbox(), "anna@example.org").await;
    here.press("Add address").await;
    here.fill("New address", "eve@example.net").await;
    here.press("Add").await;
    prove(&here).await;
    here.row("eve@example.net").await;
    let notebook = house.sign_in_from("Notebook", "anna", PASSWORD).await;
    go(&here, "Overview").await;
    here.see("Notebook signed in").await;
    // The proof from before counts still.
    here.press("It was me").await;
    here.see("Notebook is approved.").await;
    notebook.get("/v1/session").await.expect(200);

    go(&here, "Activity").await;
    here.press("eve@example.net was added…").await;
    here.press("It wasn’t me").await;
    here.see("Secure your account?").await;
    here.see("Notebook is signed out and has to be approved again.")
        .await;
    here.see("Suspended until you review it: eve@example.net")
        .await;
    assert_eq!(here.focused().await.1, "Cancel", "the safe button");
    here.expect_no_axe_violations("securing the account").await;
    here.press("Secure account").await;
    here.see("Your account is secured, and one device was signed out.")
        .await;
    notebook.get("/v1/session").await.expect(401);
    here.find("heading", "Password").await;
    here.fill("Current password", PASSWORD).await;
    here.fill("New password", NEW_PASSWORD).await;
    here.fill("Password again", NEW_PASSWORD).await;
    here.press("Change password").await;

    here.find("heading", "Review").await;
    here.see("Your password has been changed.").await;
    here.row("eve@example.net").await;
    here.see("on Desk from 127.0.0.1").await;
    here.expect_no_axe_violations("the review").await;
    go(&here, "Profile").await;
    here.see("Suspended").await;
    here.see("Review 1 suspended item").await;
    here.press("Review").await;
    here.press("Remove all new").await;
    here.press("Apply").await;
    here.see("Kept: 0. Removed: 1.").await;
    here.fill("Password", PASSWORD).await;
    here.press("Apply").await;
    here.see("Wrong password.").await;
    here.fill("Password", NEW_PASSWORD).await;
    here.press("Apply").await;
    here.see("Nothing to review.").await;
    go(&here, "Profile").await;
    here.see_no_more("eve@example.net").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_signed_out_by_now_can_still_be_disowned() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let here = first_window(&desk, &house).await;
    house.look_in_from("Notebook", "anna", PASSWORD).await;
    let asked = server.see(ASKED).await;
    assert_eq!(asked.body, format!("Notebook{QUESTION}"));
    here.quit().await;
    server.expect_open(0).await;

    let here = desk.open("here", &[]).await;
    go(&here, "Devices").await;
    here.see("Signed out on the device itself").await;
    here.expect_no_axe_violations("a device on probation that is out")
        .await;
    here.press_in_row("Notebook", "It wasn’t me").await;
    here.see("Wasn’t you on Notebook?").await;
    here.press("It wasn’t me").await;
    here.find("heading", "Password").await;
    here.see("Choose a new password now.").await;
    go(&here, "Devices").await;
    here.see("Signed out on the device itself").await;
    assert!(!here.has("button", "It wasn’t me").await, "it was said");
}

fn buttons<const COUNT: usize>(names: [&str; COUNT]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_asks_about_a_new_device_and_leads_to_its_approval() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let (here, there) = windows(&desk, &house).await;
    let asked = server.see(ASKED).await;
    let device = asked.body.strip_suffix(QUESTION).expect(&asked.body);
    assert_eq!(
        server.buttons(&asked).await,
        buttons(["It was me", "It wasn’t me"])
    );
    // The password is asked for in the window.
    server.press(&asked, "It was me").await;
    here.find("heading", "Devices").await;
    approve(&here).await;
    there.see_no_more(ON_PROBATION).await;
    // Servers may leave a notification open after a button: then the app closes it.
    server.expect_open(0).await;
    here.row(device).await;
    // It stays approved, over a start too.
    here.quit().await;
    let here = desk.open("here", &[]).await;
    here.see("Up to date").await;
    go(&here, "Devices").await;
    assert!(!here.has("button", "It was me").await, "asked once more");
    assert_eq!(server.shown(), [asked], "told once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_was_not_me_in_a_notification_ends_the_device_once_the_server_hears_it() {
    let mut house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let (here, there) = windows(&desk, &house).await;
    let asked = server.see(ASKED).await;
    house.close();
    here.see("Offline").await;
    server.press(&asked, "It wasn’t me").await;
    let unanswered = server.see("Your answer did not arrive").await;
    assert_eq!(
        unanswered.body,
        "Answer under Devices once there is a connection."
    );
    here.find("heading", "Devices").await;
    here.see(WAS_IT_YOU).await;

    house.open();
    here.see("Up to date").await;
    server.press(&asked, "It wasn’t me").await;
    let answered = server.see("The device is signed out").await;
    assert_eq!(
        answered.body,
        "Someone has your password. Choose a new one now."
    );
    there.see("“It wasn’t me”").await;
    here.find("heading", "Password").await;
    here.see("Someone else may know your password.").await;
    // What was told stays until it is read; the question is over.
    server.expect_open(2).await;
    go(&here, "Devices").await;
    server.click(&answered).await;
    here.find("heading", "Password").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_another_device_gave_first_is_said_to_be_given() {
    let house = ServerUnderTest::start(Database::Sqlite).await;
    let proxy = Proxy::to(&house).await;
    let anna = Person::create(&house, "anna").await;
    let anna = anna.stepped_up(None).await;
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let address = format!("http://{}", proxy.address());
    let here = desk.open("here", &["--server", &address]).await;
    sign_in_with(&here, "anna", &anna.password).await;
    approve_the_newest(&anna).await;
    here.see_no_more(ON_PROBATION).await;
    anna.on_probation(&house, "Tablet").await;
    let asked = server.see(ASKED).await;

    // What the other device says does not get here in time.
    proxy.hold(Some("/v1/sync"));
    approve_the_newest(&anna).await;
    server.press(&asked, "It wasn’t me").await;
    let over = server.see("Nothing to decide about this device").await;
    assert_eq!(
        over.body,
        "It was approved, or is signed out. Devices shows who is signed in."
    );
    here.find("heading", "Devices").await;
    proxy.hold(None);
    here.see_no_more(WAS_IT_YOU).await;
}

/// Approves the device on probation on Anna's first one.
async fn approve_the_newest(anna: &Person) {
    let id = eventually("a device on probation", async || {
        let sessions = anna.bodies::<Session>(Collection::Sessions).await;
        let mut waiting = sessions.into_iter().filter(|(_, session)| {
            session.ended.is_none() && session.standing == Standing::Probation
        });
        waiting.next().map(|(id, _)| id)
    })
    .await;
    let path = format!("/v1/sessions/{id}/vouch");
    let body = serde_json::json!({});
    anna.http.post(&path, &body).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_notification_shows_the_devices_and_the_answer_there_closes_it() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let here = first_window(&desk, &house).await;
    go(&here, "Profile").await;
    here.choose("Language", "Deutsch").await;
    here.press("Save").await;
    here.find("heading", "Profil").await;
    here.see("Aktuell").await;
    house.sign_in_from("Notebook", "anna", PASSWORD).await;
    let asked = server.see("Ein neues Gerät hat sich angemeldet").await;
    assert_eq!(
        asked.body,
        "Notebook hat sich von 127.0.0.1 aus bei Ihrem Konto angemeldet. Waren Sie das?"
    );
    assert_eq!(
        server.buttons(&asked).await,
        buttons(["Das war ich", "Das war ich nicht"])
    );
    server.click(&asked).await;
    here.find("heading", "Geräte").await;
    server.expect_open(1).await;
    here.press("Das war ich nicht").await;
    here.see("Waren Sie das nicht auf Notebook?").await;
    here.press("Das war ich nicht").await;
    here.find("heading", "Passwort").await;
    server.expect_open(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_device_is_no_markup_in_a_notification() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let here = first_window(&desk, &house).await;
    for (body, name) in [
        (Body::Markup, "<b>x</b>& &lt;"),
        (Body::Plain, "<i>y</i>& &gt;"),
    ] {
        let server = NotificationServer::start(&desk, body).await;
        house.sign_in_from(name, "anna", PASSWORD).await;
        let asked = server.see(ASKED).await;
        assert_eq!(asked.body, format!("{name}{QUESTION}"), "{body:?}");
        here.see(&format!("{name} signed in")).await;
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_closed_when_it_can_no_longer_be_answered_here() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let here = first_window(&desk, &house).await;
    house.sign_in_from("Notebook", "anna", PASSWORD).await;
    server.see(ASKED).await;
    server.expect_open(1).await;
    sign_out(&here).await;
    server.expect_open(0).await;

    // Signed in again, it is asked once more, and another beside it.
    sign_in(&here, "anna").await;
    server.expect_open(1).await;
    house.sign_in_from("Tablet", "anna", PASSWORD).await;
    server.expect_open(2).await;
    here.quit().await;
    server.expect_open(0).await;
}
