//! "It wasn't me" on `/lock/…`, and the page of a link that approves a device.

use latchkey_tests::server::{Database, Person, ServerUnderTest};
use latchkey_tests::webdriver::Key;
use serde_json::json;

use crate::{link, look_at, without_scripts};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_is_disowned_and_an_account_secured() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let thief = anna.on_probation(&server, "Somewhere else").await;
    let first = link(&server, &anna.email, "lock", &[]).await;
    let browser = without_scripts("en").await;
    browser.visit(&first).await;
    browser.find("heading", "It wasn’t you?").await;
    browser.see("Somewhere else").await;
    look_at(&browser, "lock-device").await;
    thief.check_session().await.expect(200);
    browser.press("It wasn’t me").await;
    browser.find("heading", "The device is signed out").await;
    look_at(&browser, "locked-device").await;
    thief.check_session().await.expect(401);
    anna.check_session().await.expect(200);

    let anna = anna.stepped_up(None).await;
    anna.add_confirmed_email(&server, "anna@example.net").await;
    let added = link(&server, &anna.email, "lock", &[first]).await;
    let german = without_scripts("de").await;
    german.visit(&added).await;
    german.find("heading", "Das waren nicht Sie?").await;
    for stopped in ["First device", "anna@example.net"] {
        german.see(stopped).await;
    }
    look_at(&german, "lock-account-de").await;
    german.tab_to("Das war ich nicht").await;
    german.key(Key::Enter).await;
    german.find("heading", "Ihr Konto ist gesichert").await;
    look_at(&german, "locked-account-de").await;
    anna.check_session().await.expect(401);
    assert_eq!(browser.complaints().await, [""; 0]);
    assert_eq!(german.complaints().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_link_that_approves_leads_into_the_app() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let phone = anna.on_probation(&server, "Phone").await;
    let asked = phone.http.post("/v1/session/vouch-link", &json!({})).await;
    asked.expect(202);
    let page = link(&server, &anna.email, "approve-device", &[]).await;
    let browser = without_scripts("en").await;
    browser.visit(&page).await;
    browser.find("heading", "Approve your new device").await;
    browser.find("link", "Approve in the Latchkey app").await;
    look_at(&browser, "approve-device").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}
