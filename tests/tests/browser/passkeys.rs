//! Passkeys as a browser has them: added, used for a sign-in, and used to reset a password. The authenticator is
//! Chromium's own virtual one.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::passkeys::{Passkey, PasskeySignIn, PasskeyUsed};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sync::Collection;
use latchkey_tests::browser::Browser;
use latchkey_tests::server::{Database, Device, Protected, ServerUnderTest, eventually};
use latchkey_tests::webdriver::Looks;
use serde_json::{Value, json};

async fn names(anna: &Protected) -> Vec<String> {
    let passkeys = anna.person.bodies::<Passkey>(Collection::Passkeys).await;
    passkeys.into_iter().map(|(_, held)| held.name).collect()
}

/// The address of the page on which a passkey is added.
async fn invitation(anna: &Protected) -> String {
    let invitation: Value = anna
        .person
        .http
        .post_empty("/v1/passkeys/invitation")
        .await
        .expect(200)
        .json();
    invitation["url"].as_str().expect("an address").to_owned()
}

/// Begins a sign-in on a device.
async fn begin(server: &ServerUnderTest, anna: &Protected, device: &Device) -> PasskeySignIn {
    let body = json!({
        "login": "anna",
        "password": anna.person.password,
        "device": device.proof(server.server_id(), "anna", server.now()),
    });
    let begun = server.http().post("/v1/passkeys/sign-in", &body).await;
    begun.expect(201).json()
}

async fn look_at(browser: &Browser, page: &str) {
    for looks in [Looks::Light, Looks::Dark] {
        browser.prefer(looks).await;
        browser.expect_no_axe_violations(page).await;
    }
    browser.prefer(Looks::Light).await;
}

/// What the link of a page into the app holds.
async fn completion(browser: &Browser, link: &str) -> String {
    let link = browser.target(link).await;
    let (code, server) = link
        .strip_prefix("latchkey://passkey/")
        .and_then(|rest| rest.split_once("?server="))
        .unwrap_or_else(|| panic!("{link}"));
    assert_eq!(server.len(), 36, "{link}");
    code.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_added_and_signs_a_device_in() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Protected::create(&server, "anna").await;
    let browser = Browser::open("en").await;
    let address = invitation(&anna).await;
    assert!(address.starts_with("http://localhost:"), "{address}");
    browser.visit(&address).await;
    browser.find("heading", "Add a passkey").await;
    browser.see("“anna”").await;
    browser.see("“First device”").await;
    look_at(&browser, "/add-passkey").await;

    let usb = browser.plug_in(true).await;
    browser.fill("Passkey name", "Blue USB key").await;
    browser.press("Add the passkey").await;
    browser.find("heading", "Passkey added").await;
    look_at(&browser, "/add-passkey, added").await;
    assert_eq!(names(&anna).await, ["Blue USB key"]);
    let keys = browser.keys(&usb).await;
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["rpId"], "localhost");
    // It works once.
    browser.visit(&address).await;
    browser.find("heading", "This page no longer works").await;
    look_at(&browser, "/add-passkey, spent").await;

    // The same authenticator is not added twice.
    browser.visit(invitation(&anna).await).await;
    browser.fill("Passkey name", "Again").await;
    browser.press("Add the passkey").await;
    browser
        .see("There is already a passkey for this account in that place.")
        .await;
    look_at(&browser, "/add-passkey, known").await;

    let device = Device::new("Laptop");
    let begun = begin(&server, &anna, &device).await;
    browser.visit(&begun.url).await;
    browser.find("heading", "Sign in with a passkey?").await;
    browser.see("“Laptop”").await;
    look_at(&browser, "/use-passkey").await;
    browser.press("Use my passkey").await;
    browser.find("heading", "Passkey accepted").await;
    look_at(&browser, "/use-passkey, accepted").await;
    let code = completion(&browser, "Open Latchkey and continue").await;
    let shown = browser.text().await.replace('-', "");
    assert!(shown.contains(&code), "{code} in {shown}");
    let mut request = device.sign_in(&server, "anna", &anna.person.password);
    request.passkey = Some(PasskeyUsed {
        request_id: begun.request_id,
        completion: code,
    });
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect(201);
    browser.visit(&begun.url).await;
    browser.find("heading", "This page no longer works").await;
    assert_eq!(
        browser
            .complaints()
            .await
            .into_iter()
            // Pages that are spent say so in their status as well.
            .filter(|complaint| !complaint.contains("410 (Gone)"))
            .collect::<Vec<_>>(),
        [""; 0]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_a_pin_is_good_enough_and_one_that_is_not_there_is_none() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Protected::create(&server, "anna").await;
    let browser = Browser::open("de").await;
    let usb = browser.plug_in(false).await;
    browser.visit(invitation(&anna).await).await;
    browser.find("heading", "Passkey hinzufügen").await;
    browser.fill("Name des Passkeys", "Blauer Schlüssel").await;
    browser.press("Passkey hinzufügen").await;
    browser.find("heading", "Der Passkey ist hinzugefügt").await;
    assert_eq!(names(&anna).await, ["Blauer Schlüssel"]);

    let begun = begin(&server, &anna, &Device::new("Laptop")).await;
    let key = browser.keys(&usb).await.remove(0);
    browser.pull_out(usb).await;
    let other = browser.plug_in(false).await;
    browser.visit(&begun.url).await;
    browser.press("Meinen Passkey benutzen").await;
    browser.see("Es wurde kein Passkey benutzt").await;
    look_at(&browser, "/use-passkey, cancelled").await;
    // Plugged in again, the same page goes on.
    let mut fitting = key.clone();
    fitting["signCount"] = json!(10);
    browser.give_key(&other, fitting).await;
    browser.press("Meinen Passkey benutzen").await;
    browser.find("heading", "Passkey angenommen").await;
    completion(&browser, "Latchkey öffnen und weitermachen").await;

    // A copy of the key, made earlier, gives itself away by its counter.
    browser.pull_out(other).await;
    let copy = browser.plug_in(false).await;
    browser.give_key(&copy, key).await;
    let begun = begin(&server, &anna, &Device::new("Thief")).await;
    browser.visit(&begun.url).await;
    browser.press("Meinen Passkey benutzen").await;
    browser
        .until("the copy is refused", async |text| {
            text.contains("Das hat nicht geklappt") || text.contains("Diese Seite gilt nicht mehr")
        })
        .await;
    eventually("the owner is told", async || {
        let refused = ActivityKind::PasskeyRefused;
        (anna.person.count_activity(refused).await == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_reset_with_a_passkey_and_without_a_code() {
    const NEW: &str = "copper harbour walks 7 winters";
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Protected::create(&server, "anna").await;
    let browser = Browser::open("en").await;
    browser.plug_in(true).await;
    browser.visit(invitation(&anna).await).await;
    browser.fill("Passkey name", "Key").await;
    browser.press("Add the passkey").await;
    browser.find("heading", "Passkey added").await;

    let body = json!({ "login": "anna" });
    server.http().post("/v1/recovery", &body).await.expect(202);
    let token = eventually("a link", async || {
        let mails = server.outbox().mails_to(&anna.person.email);
        mails.iter().find_map(|mail| {
            let (_, rest) = mail.text.split_once("/reset-password/")?;
            Some(rest.chars().take(43).collect::<String>())
        })
    })
    .await;
    // The mail's link names the address, with which browsers use no passkeys: the page goes on by the name.
    browser
        .visit(format!("{}reset-password/{token}", server.url()))
        .await;
    browser.find("heading", "Choose a new password").await;
    eventually("the page goes on by the name", async || {
        (browser.address().await.host_str() == Some("localhost")).then_some(())
    })
    .await;
    browser.fill("New password", NEW).await;
    browser.fill("Password again", NEW).await;
    browser.press("Set password").await;
    browser.see("so you also need a code").await;
    look_at(&browser, "/reset-password with a passkey").await;
    browser.press("Use a passkey instead of the code").await;
    browser
        .see("The passkey is ready. You don't need a code.")
        .await;
    look_at(&browser, "/reset-password, ready").await;
    browser.fill("New password", NEW).await;
    browser.fill("Password again", NEW).await;
    browser.press("Set password").await;
    browser
        .find("heading", "Your password has been changed")
        .await;
    let request = Device::new("Laptop").sign_in(&server, "anna", NEW);
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect_code(ProblemCode::SecondFactorNeeded);
    let mut complaints = browser.complaints().await;
    // The page that asks for the proof says so in its status as well.
    complaints.retain(|complaint| !complaint.contains("422"));
    assert_eq!(complaints, [""; 0]);
}
