//! Every screen of the real window as PNG: light and dark, wide and narrow, English and German.
//!
//! `cargo xtask screenshots DIR` builds the app and starts this in a session of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "it is a tool of the tests and fails as they do"
)]

mod album;
mod on_this_computer;
mod signed_in;
mod signed_out;
mod speech;

use std::path::PathBuf;

use clap::Parser;
use latchkey_protocol::sessions::Session;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::trust::Standing;
use latchkey_server::clock::{Clock as _, SystemClock};
use latchkey_tests::desktop::{Desk, Window, app};
use latchkey_tests::server::{
    Authenticator, Database, Person, ServerUnderTest, Settings, SmallDisk,
};

use album::{Album, LOOKS};
use speech::Speech;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

/// Where to put the pictures.
#[derive(Parser)]
struct Arguments {
    /// A folder; it is made when it is not there.
    directory: PathBuf,
}

/// Of everybody here.
pub const PASSWORD: &str = "orbit velvet 41 lanterns";

/// Another good one.
const NEW_PASSWORD: &str = "copper harbour walks 7 winters";

#[tokio::main]
async fn main() {
    let Arguments { directory } = Arguments::parse();
    std::fs::create_dir_all(&directory).expect("the folder can be made");
    let server = ServerUnderTest::start_with(Database::Sqlite, Settings::default()).await;
    let mut desk = Desk::new().await;
    let mut window = desk.open("here", &[]).await;
    let english = Speech::english();
    begin(&window, &english, &server).await;
    let mut before = english;
    for speech in [Speech::english(), Speech::german()] {
        for (look, theme) in LOOKS {
            choose(&window, &before, &speech, theme).await;
            let album = Album {
                directory: &directory,
                speech: &speech,
                look,
            };
            another_device(&desk, &window, &album, &server).await;
            let codes = set_up_two_step(&window, &album).await;
            email_change(&window, &album).await;
            signed_in::screens(&window, &album).await;
            signed_in::dialogs(&window, &album).await;
            signed_in::administration(&window, &album).await;
            signed_out::all(&window, &album, server.url().as_str()).await;
            sign_in_with_code(&window, &album, &codes).await;
            turn_off_two_step(&window, &album, &codes).await;
            before = if speech.tag == "en" {
                Speech::english()
            } else {
                Speech::german()
            };
            refused_link(&desk, &window, &album).await;
            secured(&desk, &album, &server).await;
            full_disk(&desk, &album, &server).await;
            on_this_computer::all(&album).await;
            window = damaged_copy(&desk, window, &album).await;
            window.quit().await;
            window = keyring(&mut desk, &album).await;
        }
    }
    window.quit().await;
}

/// From the form for a new account to its overview.
async fn create_account(window: &Window, speech: &Speech) {
    let say = |id| speech.say(id);
    window.fill(say("display-name"), "Anna Kern").await;
    window.fill(say("email"), "anna@example.org").await;
    window.fill(say("username"), "anna").await;
    window.fill(say("password"), PASSWORD).await;
    window.fill(say("repeat"), PASSWORD).await;
    window.press(say("create-account")).await;
    window.see("anna@example.org").await;
}

/// From the first start to an account with a confirmed address.
async fn begin(window: &Window, speech: &Speech, server: &ServerUnderTest) {
    let say = |id| speech.say(id);
    window
        .press(&format!("{}…", say("connect-to-server")))
        .await;
    window
        .fill(say("server-address"), server.url().as_str())
        .await;
    window.press(say("connect")).await;
    window.press(say("create-one")).await;
    create_account(window, speech).await;
    window.click("link", say("profile-title")).await;
    let mail = server.outbox().confirmation("anna@example.org", 1).await;
    window
        .fill(say("confirm-link"), &mail.token().expect("a token"))
        .await;
    window.press(say("confirm")).await;
    window.see_no_more(say("pending")).await;
    Person::create_confirmed(server, "bruno").await;
    server
        .administrator(&["grant", "anna"])
        .expect("the account exists");
    window.find("link", say("administration-title")).await;
}

/// Chooses language and look, in the language that is spoken `before`.
async fn choose(window: &Window, before: &Speech, speech: &Speech, theme: &str) {
    window.click("link", before.say("preferences-title")).await;
    window.choose(before.say("app-language"), speech.name).await;
    window
        .find("heading", speech.say("preferences-title"))
        .await;
    window.click("radio", speech.say(theme)).await;
}

/// Another device signs in, is approved, and signed out again.
async fn another_device(desk: &Desk, window: &Window, album: &Album<'_>, server: &ServerUnderTest) {
    let say = |id| album.say(id);
    let english = Speech::english();
    let name = format!("other-{}-{}", album.look, album.speech.tag);
    let other = desk.open(&name, &["--server", server.url().as_str()]).await;
    signed_in::sign_in(&other, &english).await;
    window.click("link", say("overview-title")).await;
    window.find("button", say("it-was-me")).await;
    album.take(window, "overview-on-probation").await;
    window.press(say("it-wasnt-me")).await;
    album.take(window, "disown-dialog").await;
    window.press(say("cancel")).await;
    probation(&other, album).await;
    window.press(say("it-was-me")).await;
    prove(window, album).await;
    window.see_no_more(say("was-it-you")).await;
    other.see_no_more(say("probation-title")).await;
    window.click("link", say("devices-title")).await;
    window.press(&format!("{}…", say("more-actions"))).await;
    window.press(say("it-wasnt-me")).await;
    window.see(say("secure-title")).await;
    album.take(window, "secure-dialog").await;
    window.press(say("cancel")).await;
    window.press(say("end-others")).await;
    album.take(window, "devices-dialog").await;
    window.press(say("sign-out")).await;
    window.press(say("receipt")).await;
    window.see(say("receipt-verified")).await;
    album.take(window, "devices-receipt").await;
    window.press(say("close")).await;
    other.quit().await;
}

/// What a device on probation shows of it. It speaks the account's language.
async fn probation(other: &Window, album: &Album<'_>) {
    let say = |id| album.say(id);
    other.click("link", say("preferences-title")).await;
    other.click("radio", say(album.theme())).await;
    other.see(say("probation-title")).await;
    album.take(other, "probation").await;
    other.press(say("approve-by-mail")).await;
    other.see(say("approval-sent-title")).await;
    album.take(other, "probation-link").await;
    other.press(say("cancel")).await;
    other.click("link", say("ways-in-title")).await;
    other.press(say("change-password")).await;
    other.find("heading", say("password-title")).await;
    other.fill(say("current-password"), PASSWORD).await;
    other.fill(say("new-password"), NEW_PASSWORD).await;
    other.fill(say("repeat"), NEW_PASSWORD).await;
    other.press(say("change-password")).await;
    other.see(say("failure-on_probation")).await;
    album.take(other, "probation-refused").await;
    // The refusal speaks of probation too.
    other.click("link", say("overview-title")).await;
}

/// Gives the password where it is asked for again.
async fn prove(window: &Window, album: &Album<'_>) {
    let say = |id| album.say(id);
    window.see(say("step-up-title")).await;
    album.take(window, "step-up").await;
    window.fill(say("password"), PASSWORD).await;
    window.press(say("confirm")).await;
    window.see_no_more(say("step-up-title")).await;
}

/// Somebody else whose account is secured: an address that is not hers, the spoiled password, the review.
async fn secured(desk: &Desk, album: &Album<'_>, server: &ServerUnderTest) {
    let say = |id| album.say(id);
    let tag = album.speech.tag;
    let username = format!("eve-{}-{tag}", album.look);
    let email = format!("{username}@example.org");
    let person = Person::create_in(server, tag, &username, &email).await;
    let mail = server.outbox().confirmation(&email, 1).await;
    let token = mail.token().expect("a token");
    server.confirm(&token).await.expect(200);
    let window = desk
        .open(&username, &["--server", server.url().as_str()])
        .await;
    let english = Speech::english();
    let sign_in = async |window: &Window| {
        window.fill(english.say("login"), &username).await;
        window.fill(english.say("password"), &person.password).await;
        window.press(english.say("sign-in")).await;
    };
    sign_in(&window).await;
    window.see(say("probation-title")).await;
    let person = person.stepped_up(None).await;
    let added = format!("{username}@example.com");
    person.add_confirmed_email(server, &added).await;
    let sessions = person.bodies::<Session>(Collection::Sessions).await;
    let (id, _) = sessions
        .iter()
        .find(|(_, session)| session.standing == Standing::Probation)
        .expect("the window's session");
    let path = format!("/v1/sessions/{id}/vouch");
    person
        .http
        .post(&path, &serde_json::json!({}))
        .await
        .expect(200);
    window.see_no_more(say("probation-title")).await;
    window.click("link", say("preferences-title")).await;
    window.click("radio", say(album.theme())).await;
    window.click("link", say("activity-title")).await;
    window.press(&format!("{added}…")).await;
    album.take(&window, "activity-guard").await;
    window.press(say("it-wasnt-me")).await;
    window.see(say("secure-title")).await;
    album.take(&window, "secure-dialog-guards").await;
    window.press(say("secure-act")).await;
    window.see(say("step-up-title")).await;
    window.fill(say("password"), &person.password).await;
    window.press(say("confirm")).await;
    window.see(say("spoiled-words")).await;
    album.take(&window, "spoiled").await;
    let other = desk
        .open(
            &format!("{username}-2"),
            &["--server", server.url().as_str()],
        )
        .await;
    sign_in(&other).await;
    other.see(english.say("failure-password_spoiled")).await;
    album.take(&other, "sign-in-spoiled").await;
    other.quit().await;
    window.fill(say("current-password"), &person.password).await;
    window.fill(say("new-password"), NEW_PASSWORD).await;
    window.fill(say("repeat"), NEW_PASSWORD).await;
    window.press(say("change-password")).await;
    window.find("heading", say("review-title")).await;
    album.take(&window, "review").await;
    window.press(say("review-remove-new")).await;
    album.take(&window, "review-decided").await;
    window.press(say("review-apply")).await;
    window.see(say("review-apply-title")).await;
    album.take(&window, "review-proof").await;
    window.press(say("cancel")).await;
    window.click("link", say("profile-title")).await;
    window.see(say("review-due-words")).await;
    album.take(&window, "contacts-suspended").await;
    window.quit().await;
}

/// Sets two-step sign-in up, and gives its recovery codes.
async fn set_up_two_step(window: &Window, album: &Album<'_>) -> Vec<String> {
    let say = |id| album.say(id);
    window.click("link", say("ways-in-title")).await;
    window.see(say("two-step-off-words")).await;
    album.take(window, "two-step-off").await;
    // The proof for the other device counts still.
    window.press(say("two-step-set-up")).await;
    window.see(say("scan-title")).await;
    album.take(window, "two-step-set-up").await;
    let secret = shown(window, ".secret").await.remove(0).replace(' ', "");
    let code = Authenticator { secret }.code(SystemClock.now());
    window.fill(say("code"), &code).await;
    window.press(say("turn-on")).await;
    window.see(say("codes-title")).await;
    album.take(window, "two-step-codes").await;
    let codes = shown(window, ".codes li").await;
    window.press(say("codes-kept")).await;
    window.find("button", say("new-codes")).await;
    album.take(window, "two-step-on").await;
    codes
}

async fn sign_in_with_code(window: &Window, album: &Album<'_>, codes: &[String]) {
    let say = |id| album.say(id);
    window.fill(say("login"), "anna").await;
    window.fill(say("password"), PASSWORD).await;
    window.press(say("sign-in")).await;
    window.find("textbox", say("code")).await;
    album.take(window, "sign-in-code").await;
    window.press(say("use-recovery-code")).await;
    album.take(window, "sign-in-recovery-code").await;
    window.fill(say("recovery-code"), &codes[0]).await;
    window.press(say("sign-in")).await;
    window.see("anna@example.org").await;
}

async fn turn_off_two_step(window: &Window, album: &Album<'_>, codes: &[String]) {
    let say = |id| album.say(id);
    window.click("link", say("ways-in-title")).await;
    window.press(say("turn-off")).await;
    window.see(say("two-step-disable-title")).await;
    window.fill(say("password"), PASSWORD).await;
    album.take(window, "two-step-turn-off").await;
    window.press(say("use-recovery-code")).await;
    window.fill(say("recovery-code"), &codes[1]).await;
    album.take(window, "two-step-turn-off-recovery-code").await;
    window.press(say("turn-off")).await;
    window.see(say("two-step-off-words")).await;
}

/// A link that is spent, handed over by a second start of the app.
async fn refused_link(desk: &Desk, window: &Window, album: &Album<'_>) {
    let spent = format!("latchkey://confirm-email/{}", "0".repeat(43));
    let second = desk
        .command(app())
        .arg("--data-dir")
        .arg(window.data())
        .arg(&spent)
        .status()
        .expect("the app starts");
    assert!(second.success(), "it hands its link over and ends");
    window.see(album.say("failure-link_spent")).await;
    album.take(window, "link-refused").await;
    window.press(album.say("close")).await;
}

/// Another e-mail address, asked for and stopped. The proof of two-step sign-in counts still.
async fn email_change(window: &Window, album: &Album<'_>) {
    let say = |id| album.say(id);
    let address = format!("kern-{}-{}@example.net", album.look, album.speech.tag);
    window.click("link", say("profile-title")).await;
    window
        .press_in_row("anna@example.org", say("change-email"))
        .await;
    window.fill(say("email-new"), &address).await;
    window.press(say("change-email")).await;
    window.find("button", say("stop-change")).await;
    album.take(window, "contacts-changing").await;
    window.press(say("stop-change")).await;
    album.take(window, "contacts-stop-change").await;
    window.press(say("stop-change")).await;
    window.see_no_more(say("email-change-until")).await;
}

/// Somebody whose disk has become full while the app was open.
async fn full_disk(desk: &Desk, album: &Album<'_>, server: &ServerUnderTest) {
    let say = |id| album.say(id);
    let small = SmallDisk::new();
    let tag = album.speech.tag;
    let username = format!("full-{}-{tag}", album.look);
    let email = format!("{username}@example.org");
    let person = Person::create_in(server, tag, &username, &email).await;
    // An absolute path stays what it is.
    let data = small.path().join("data");
    let data = data.to_str().expect("a path in letters");
    let window = desk.open(data, &["--server", server.url().as_str()]).await;
    let english = Speech::english();
    window.fill(english.say("login"), &username).await;
    window.fill(english.say("password"), &person.password).await;
    window.press(english.say("sign-in")).await;
    window.see(&email).await;
    window.click("link", say("preferences-title")).await;
    window.click("radio", say(album.theme())).await;
    window.see(say("sync-up-to-date")).await;
    window.click("link", say("profile-title")).await;
    small.fill();
    window.fill(say("display-name"), "Anna Kern").await;
    window.press(say("save")).await;
    window.see(say("failure-disk_full")).await;
    window.see(say("sync-not-saved-full")).await;
    album.take(&window, "disk-full").await;
    window.press(say("sync-not-saved-full")).await;
    window.see(say("sync-words-not_saved-full")).await;
    album.take(&window, "disk-full-pill").await;
    window.quit().await;
}

/// A local copy of which a part was taken away while the app was closed.
async fn damaged_copy(desk: &Desk, window: Window, album: &Album<'_>) -> Window {
    let data = window.data().to_owned();
    window.quit().await;
    let copy = std::fs::read_dir(data.join("accounts"))
        .expect("the folder of the copies")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|ending| ending == "sqlite"))
        .expect("a local copy");
    let options = SqliteConnectOptions::new().filename(copy);
    let mut connection = options.connect().await.expect("the copy opens");
    sqlx::query("UPDATE records SET sealed = x'00' WHERE collection = 'profile'")
        .execute(&mut connection)
        .await
        .expect("a statement");
    connection.close().await.expect("it closes");
    let window = desk.open("here", &[]).await;
    window.see(album.say("damage-title")).await;
    window.see("anna@example.org").await;
    album.take(&window, "damage").await;
    window.press(album.say("understood")).await;
    window
}

/// The states of a keyring that is away; afterwards it is back, and the window open.
async fn keyring(desk: &mut Desk, album: &Album<'_>) -> Window {
    desk.end_keyring();
    let window = desk.open("here", &[]).await;
    window.see(album.say("keyring-absent")).await;
    album.take(&window, "keyring-absent").await;
    window.press(album.say("keyring-give-up")).await;
    album.take(&window, "keyring-give-up").await;
    window.quit().await;
    desk.start_keyring().await;
    desk.lock_keyring();
    let window = desk.open("here", &[]).await;
    window.see(album.say("keyring-locked")).await;
    album.take(&window, "keyring-locked").await;
    desk.unlock_keyring().await;
    window.press(album.say("try-again")).await;
    window.see("anna@example.org").await;
    window
}

/// The text of what a selector finds: what a person would read off or scan.
async fn shown(window: &Window, selector: &str) -> Vec<String> {
    let script = format!(
        "return [...document.querySelectorAll('{selector}')].map((element) => element.innerText.trim())"
    );
    let texts = window.evaluate(&script).await.expect("a script's answer");
    serde_json::from_value(texts).expect("a list of texts")
}
