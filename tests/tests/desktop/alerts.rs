//! A sign-in from a new device: mine, and not mine.

use std::collections::BTreeSet;

use latchkey_protocol::sessions::Session;
use latchkey_protocol::sign_in_alerts::{AnswerSignIn, SignInAlert};
use latchkey_protocol::sync::Collection;
use latchkey_tests::desktop::{Body, Desk, Key, NotificationServer, Window};
use latchkey_tests::server::{Database, Person, Proxy, ServerUnderTest, eventually};

use crate::acts::{
    PASSWORD, create_account, go, name_this_device, sign_in, sign_in_with, sign_out,
};
use crate::house::House;

/// The title of the question, and its words after the name of the device.
const ASKED: &str = "A new device signed in";
const QUESTION: &str = " signed in to your account from 127.0.0.1. Was that you?";

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
    here.see("signed in for the first time").await;
    (here, there)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_mine_is_answered_and_asked_no_more() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let (here, there) = windows(&desk, &house).await;
    here.expect_no_axe_violations("an alert").await;
    // Whoever has just come in can't answer for themselves.
    there.see("You can answer on a device").await;
    here.press("It was me").await;
    here.see_no_more("signed in for the first time").await;
    there.see_no_more("You can answer on a device").await;
    go(&there, "Devices").await;
    there.row("Desk").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_not_mine_ends_the_others_and_freezes_the_account() {
    const NEW_PASSWORD: &str = "copper harbour walks 7 winters";
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let (here, there) = windows(&desk, &house).await;
    go(&here, "Devices").await;
    here.press("It was not me").await;
    here.see("Then someone knows your password.").await;
    here.expect_no_axe_violations("not me").await;
    here.press("It was not me").await;
    there.see("“It was not me”").await;
    here.find("heading", "Password").await;
    here.see("Your account is frozen").await;
    here.expect_no_axe_violations("a frozen account").await;

    here.fill("Current password", PASSWORD).await;
    here.fill("New password", NEW_PASSWORD).await;
    here.fill("Password again", NEW_PASSWORD).await;
    here.press("Change password").await;
    here.see("Your password has been changed.").await;
    here.press("Lift the freeze").await;
    here.see("Lift the freeze?").await;
    here.fill("Password", PASSWORD).await;
    here.press("Lift the freeze").await;
    here.see("Wrong password.").await;
    here.fill("Password", NEW_PASSWORD).await;
    here.press("Lift the freeze").await;
    here.see_no_more("Your account is frozen").await;
    // The one with the old password stays out.
    there.fill("Username or e-mail", "anna").await;
    there.fill("Password", PASSWORD).await;
    there.press("Sign in").await;
    there.see("Wrong name or password").await;
    sign_in_with(&there, "anna", NEW_PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_mine_can_be_said_not_to_be_mine_after_all() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let here = first_window(&desk, &house).await;
    let notebook = house.sign_in_from("Notebook", "anna", PASSWORD).await;
    here.see("Notebook signed in for the first time").await;
    here.press("It was me").await;
    here.see("Good. Notebook belongs to you.").await;
    go(&here, "Devices").await;
    here.see("You said that this sign-in was you (today).")
        .await;
    here.expect_no_axe_violations("a device that was mine")
        .await;

    here.press_in_row("Notebook", "It was not me").await;
    here.see("Wasn't you on Notebook?").await;
    assert_eq!(here.focused().await.1, "Cancel", "the safe button");
    here.see("What that device has changed is undone: password")
        .await;
    here.expect_no_axe_violations("taking it back").await;
    here.key(Key::Escape).await;
    here.see_no_more("Wasn't you on Notebook?").await;
    notebook.get("/v1/session").await.expect(200);

    here.press_in_row("Notebook", "It was not me").await;
    here.see("Wasn't you on Notebook?").await;
    here.press("It was not me").await;
    here.find("heading", "Password").await;
    here.see("One device was signed out, and your account is frozen.")
        .await;
    here.see("Because of the sign-in from Notebook that was not you")
        .await;
    notebook.get("/v1/session").await.expect(401);
    go(&here, "Devices").await;
    here.see("Signed out because of “It was not me”").await;
    assert!(!here.has("button", "It was not me").await, "it was said");
    go(&here, "Activity").await;
    here.see("You confirmed the sign-in on Notebook").await;
    here.see("You rejected the sign-in on Notebook: all other devices were signed out")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_signed_out_by_now_is_asked_about_at_each_start() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let here = first_window(&desk, &house).await;
    house.look_in_from("Notebook", "anna", PASSWORD).await;
    let asked = server.see(ASKED).await;
    assert_eq!(asked.body, format!("Notebook{QUESTION}"));
    here.see("Notebook signed in for the first time").await;
    here.see("It is signed out now.").await;
    here.quit().await;
    server.expect_open(0).await;

    let here = desk.open("here", &[]).await;
    server.expect_open(1).await;
    let told: Vec<_> = server.shown().into_iter().map(|told| told.body).collect();
    assert_eq!(told, [asked.body.clone(), asked.body], "once at each start");
    go(&here, "Devices").await;
    here.see("Signed out on the device itself").await;
    here.see("It is signed out now.").await;
    here.expect_no_axe_violations("a question about a device that is out")
        .await;
    here.press("It was not me").await;
    here.see("Wasn't you on Notebook?").await;
    here.press("It was not me").await;
    here.find("heading", "Password").await;
    // Nobody was left to be signed out.
    here.see("Your account is frozen. Choose a new password now.")
        .await;
    server.expect_open(0).await;
}

fn buttons<const COUNT: usize>(names: [&str; COUNT]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_asks_about_a_new_device_and_takes_the_answer() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let here = first_window(&desk, &house).await;
    let there = desk.open("there", &["--server", &house.address()]).await;
    sign_in(&there, "anna").await;
    let asked = server.see(ASKED).await;
    let device = asked.body.strip_suffix(QUESTION).expect(&asked.body);
    here.see(&format!("{device} signed in for the first time"))
        .await;
    assert_eq!(
        server.buttons(&asked).await,
        buttons(["It was me", "It was not me"])
    );

    server.press(&asked, "It was me").await;
    here.see_no_more("signed in for the first time").await;
    there.see_no_more("You can answer on a device").await;
    // Servers may leave a notification open after a button: then the app closes it.
    server.expect_open(0).await;
    go(&here, "Devices").await;
    here.row(device).await;
    assert!(!here.has("button", "It was me").await, "asked once more");
    // It stays answered, over a start too.
    here.quit().await;
    let here = desk.open("here", &[]).await;
    here.see("Up to date").await;
    go(&here, "Devices").await;
    assert!(!here.has("button", "It was me").await, "asked once more");
    assert_eq!(server.shown(), [asked], "told once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_was_not_me_in_a_notification_freezes_the_account_once_the_server_hears_it() {
    let mut house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let (here, there) = windows(&desk, &house).await;
    let asked = server.see(ASKED).await;
    house.close();
    here.see("Offline").await;
    server.press(&asked, "It was not me").await;
    let unanswered = server.see("Your answer did not arrive").await;
    assert_eq!(
        unanswered.body,
        "Answer under Devices once there is a connection."
    );
    here.find("heading", "Devices").await;
    here.see("signed in for the first time").await;

    house.open();
    here.see("Up to date").await;
    server.press(&asked, "It was not me").await;
    let answered = server.see("Your account is frozen").await;
    assert_eq!(
        answered.body,
        "All other devices are signed out. Choose a new password now."
    );
    there.see("“It was not me”").await;
    here.find("heading", "Password").await;
    here.see("Your account is frozen").await;
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
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let address = format!("http://{}", proxy.address());
    let here = desk.open("here", &["--server", &address]).await;
    sign_in_with(&here, "anna", &anna.password).await;
    own_up_to_the_newest(&anna).await;
    here.see_no_more("You can answer on a device").await;
    anna.on_new_device(&house, "Tablet").await;
    let asked = server.see(ASKED).await;

    // What the other device says does not get here in time.
    proxy.hold(Some("/v1/sync"));
    own_up_to_the_newest(&anna).await;
    server.press(&asked, "It was me").await;
    let over = server.see("This sign-in is not in question any more").await;
    assert_eq!(
        over.body,
        "It was answered on another device, or has ended. Under Devices you see who is signed in."
    );
    here.find("heading", "Devices").await;
    proxy.hold(None);
    here.see_no_more("signed in for the first time").await;
}

/// Says on Anna's first device that the newest sign-in in question was hers.
async fn own_up_to_the_newest(anna: &Person) {
    let in_question = eventually("a sign-in in question", async || {
        let sessions = anna.bodies::<Session>(Collection::Sessions).await;
        let open = |session: &Session| session.alert.as_ref().is_some_and(SignInAlert::is_open);
        let (id, _) = sessions.into_iter().find(|(_, session)| open(session))?;
        Some(id)
    })
    .await;
    let path = format!("/v1/sessions/{in_question}/answer");
    let mine = AnswerSignIn { was_me: true };
    anna.http.post(&path, &mine).await.expect(200);
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
    here.press("Das war ich").await;
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
        here.see(&format!("{name} signed in for the first time"))
            .await;
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
