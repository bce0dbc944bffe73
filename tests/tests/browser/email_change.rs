//! Confirming and undoing a change of address on `/confirm-email-change/…` and `/undo-email-change/…`.

use latchkey_protocol::email_change::ChangeEmail;
use latchkey_tests::server::{Database, Person, ServerUnderTest};
use latchkey_tests::webdriver::Key;

use crate::{link, look_at, without_scripts};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_confirmed_by_both_and_undone() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let anna = anna.stepped_up(None).await;
    let (old, new) = (anna.email.as_str(), "anna.kern@example.com");
    let address = new.to_owned();
    anna.http
        .post("/v1/emails/change", &ChangeEmail { address })
        .await
        .expect(202);
    let undo = link(&server, old, "undo-email-change", &[]).await;

    let browser = without_scripts("en").await;
    let of_new = link(&server, new, "confirm-email-change", &[]).await;
    browser.visit(&of_new).await;
    browser
        .find("heading", "Approve the change of address")
        .await;
    look_at(&browser, "confirm-email-change").await;
    browser.tab_to("Approve the change").await;
    browser.key(Key::Enter).await;
    browser.find("heading", "Approved").await;
    look_at(&browser, "confirm-email-change-waits").await;

    let german = without_scripts("de").await;
    let of_old = link(&server, old, "confirm-email-change", &[]).await;
    german.visit(&of_old).await;
    german.press("Dem Wechsel zustimmen").await;
    german.find("heading", "Adresse gewechselt").await;
    german.see(new).await;
    look_at(&german, "confirm-email-change-done-de").await;

    // The old address has thirty days to take it back.
    server.clock().advance_seconds(6 * 86_400);
    browser.visit(&undo).await;
    browser
        .find("heading", "Wasn't this change of address yours?")
        .await;
    look_at(&browser, "undo-email-change").await;
    browser.press("It wasn’t me").await;
    browser.find("heading", "The change was taken back").await;
    browser.see(old).await;
    look_at(&browser, "undo-email-change-done").await;
    anna.check_session().await.expect(401);
    browser.tab_to("Choose a new password").await;
    browser.key(Key::Enter).await;
    browser.find("heading", "Forgotten your password?").await;
    assert_eq!(browser.complaints().await, [""; 0]);
    assert_eq!(german.complaints().await, [""; 0]);
}
