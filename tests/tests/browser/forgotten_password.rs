//! Asking for a link on `/forgot-password`.

use latchkey_tests::browser::Browser;
use latchkey_tests::server::{Database, Person, ServerUnderTest};
use latchkey_tests::webdriver::{Key, Looks};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_asked_for_in_a_browser() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let browser = Browser::open("en").await;
    // The page works where no script may run.
    browser.allow_scripts(false).await;
    browser
        .visit(format!("{}forgot-password", server.url()))
        .await;
    browser.find("heading", "Forgotten your password?").await;
    for looks in [Looks::Light, Looks::Dark] {
        browser.prefer(looks).await;
        browser.expect_no_axe_violations("/forgot-password").await;
    }
    browser.tab_to("Username or e-mail address").await;
    browser.type_text(&anna.username).await;
    browser.key(Key::Enter).await;
    browser.find("heading", "Look into your mailbox").await;
    browser
        .expect_no_axe_violations("/forgot-password, asked")
        .await;
    let mails = server.outbox().wait_for(&anna.email, 2).await;
    assert!(
        mails[1].text.contains("/reset-password/"),
        "{}",
        mails[1].text
    );
    assert_eq!(browser.complaints().await, [""; 0]);

    let browser = Browser::open("de").await;
    browser
        .visit(format!("{}forgot-password", server.url()))
        .await;
    browser.find("heading", "Passwort vergessen?").await;
}
