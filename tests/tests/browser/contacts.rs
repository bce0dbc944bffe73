//! Confirming an address on `/confirm-email/…`.

use latchkey_tests::server::{Database, Person, ServerUnderTest};
use latchkey_tests::webdriver::Key;

use crate::{link, look_at, without_scripts};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_confirmed_by_the_button_and_not_by_opening_the_link() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create(&server, "anna").await;
    let link = link(&server, &anna.email, "confirm-email", &[]).await;
    let german = without_scripts("de").await;
    german.visit(&link).await;
    german.find("heading", "Adresse bestätigen").await;
    look_at(&german, "confirm-email-de").await;

    let browser = without_scripts("en").await;
    browser.visit(&link).await;
    browser.find("heading", "Confirm your address").await;
    look_at(&browser, "confirm-email").await;
    let app = browser.target("Open in the Latchkey app instead").await;
    assert!(app.starts_with("latchkey://confirm-email/"), "{app}");
    let (_, email) = anna.email_named(&anna.email).await.unwrap();
    assert_eq!(email.confirmed_at, None, "opening it changes nothing");
    browser.tab_to("Confirm this address").await;
    browser.key(Key::Enter).await;
    browser.find("heading", "Address confirmed").await;
    browser.see(&anna.email).await;
    look_at(&browser, "confirm-email-done").await;
    let (_, email) = anna.email_named(&anna.email).await.unwrap();
    assert!(email.confirmed_at.is_some());

    german.press("Diese Adresse bestätigen").await;
    german.find("heading", "Schon bestätigt").await;
    look_at(&german, "confirm-email-again-de").await;
    for browser in [browser, german] {
        let complaints = browser.complaints().await;
        assert!(
            complaints.iter().all(|complaint| complaint.contains("410")),
            "{complaints:?}"
        );
    }
}
