//! Answering for a sign-in on `/sign-in-alert/…`.

use latchkey_tests::server::{Database, Person, ServerUnderTest};
use latchkey_tests::webdriver::Key;

use crate::{link, look_at, without_scripts};

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_owned_and_another_disowned() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let phone = anna.on_new_device(&server, "Anna’s phone").await;
    let first = link(&server, &anna.email, "sign-in-alert", &[]).await;
    let browser = without_scripts("en").await;
    browser.visit(&first).await;
    browser.find("heading", "Was this sign-in yours?").await;
    look_at(&browser, "sign-in-alert").await;
    browser.press("It was me").await;
    browser.find("heading", "Thank you").await;
    browser.see("Anna’s phone").await;
    look_at(&browser, "sign-in-alert-mine").await;
    phone.check_session().await.expect(200);
    anna.check_session().await.expect(200);

    server.clock().advance_seconds(60);
    let thief = anna.on_new_device(&server, "Somewhere else").await;
    let second = link(&server, &anna.email, "sign-in-alert", &[first]).await;
    let german = without_scripts("de").await;
    german.visit(&second).await;
    german.find("heading", "War diese Anmeldung Ihre?").await;
    look_at(&german, "sign-in-alert-de").await;
    thief.check_session().await.expect(200);
    german.tab_to("Das war ich nicht").await;
    german.key(Key::Enter).await;
    german.find("heading", "Ihr Konto ist eingefroren").await;
    german.see("Somewhere else").await;
    look_at(&german, "sign-in-alert-not-mine-de").await;
    for person in [&anna, &phone, &thief] {
        person.check_session().await.expect(401);
    }
    assert_eq!(browser.complaints().await, [""; 0]);
    assert_eq!(german.complaints().await, [""; 0]);
}
