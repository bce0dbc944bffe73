//! Asking for a link on `/forgot-password` and choosing a new password on `/reset-password/…`.

use latchkey_protocol::problem::ProblemCode;
use latchkey_tests::server::{Database, Device, Person, Protected, ServerUnderTest};
use latchkey_tests::webdriver::Key;

use crate::{link, look_at, without_scripts};

const NEW: &str = "a lantern beside the green door";

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_replaced() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let browser = without_scripts("en").await;
    browser
        .visit(format!("{}forgot-password", server.url()))
        .await;
    browser.find("heading", "Forgotten your password?").await;
    look_at(&browser, "forgot-password").await;
    browser.tab_to("Username or e-mail").await;
    browser.type_text(&anna.username).await;
    browser.key(Key::Enter).await;
    browser.find("heading", "Check your e-mail").await;
    look_at(&browser, "forgot-password-asked").await;

    let reset = link(&server, &anna.email, "reset-password", &[]).await;
    browser.visit(&reset).await;
    browser.find("heading", "Choose a new password").await;
    look_at(&browser, "reset-password").await;
    // What is wrong is said beside its field, and the link works on.
    browser.fill("New password", "anna anna anna anna").await;
    browser.fill("Password again", "another").await;
    browser.press("Set password").await;
    browser.see("The passwords don't match.").await;
    look_at(&browser, "reset-password-refused").await;
    browser.fill("New password", "latchkey anna").await;
    browser.fill("Password again", "latchkey anna").await;
    browser.press("Set password").await;
    browser.see("Too short.").await;
    // By keyboard alone.
    browser.tab_to("New password").await;
    browser.type_text(NEW).await;
    browser.tab_to("Password again").await;
    browser.type_text(NEW).await;
    browser.key(Key::Enter).await;
    browser
        .find("heading", "Your password has been changed")
        .await;
    look_at(&browser, "reset-password-done").await;
    anna.check_session().await.expect(401);
    for (password, status) in [(anna.password.as_str(), 401), (NEW, 201)] {
        let request = Device::new("Device").sign_in(&server, "anna", password);
        server
            .http()
            .post("/v1/sessions", &request)
            .await
            .expect(status);
    }
    browser.visit(&reset).await;
    browser.fill("New password", NEW).await;
    browser.fill("Password again", NEW).await;
    browser.press("Set password").await;
    browser.find("heading", "This link no longer works").await;
    look_at(&browser, "reset-password-spent").await;
    // Answers of 4xx are all that the browser had to say.
    let complaints = browser.complaints().await;
    assert!(
        complaints
            .iter()
            .all(|complaint| complaint.contains("422") || complaint.contains("410")),
        "{complaints:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_two_step_sign_in_the_code_is_asked_for() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let anna = Protected::create(&server, "anna").await;
    let german = without_scripts("de").await;
    german
        .visit(format!("{}forgot-password", server.url()))
        .await;
    german.find("heading", "Passwort vergessen?").await;
    look_at(&german, "forgot-password-de").await;
    german
        .fill("Benutzername oder E-Mail", &anna.person.email)
        .await;
    german.key(Key::Enter).await;
    let reset = link(&server, &anna.person.email, "reset-password", &[]).await;
    german.visit(&reset).await;
    let first = german.text().await;
    german.fill("Neues Passwort", NEW).await;
    german.fill("Passwort wiederholen", NEW).await;
    german.press("Passwort setzen").await;
    german.see("Der Code gehört dazu").await;
    assert!(!first.contains("Authenticator"), "{first}");
    look_at(&german, "reset-password-code-de").await;
    german.fill("Neues Passwort", NEW).await;
    german.fill("Passwort wiederholen", NEW).await;
    german
        .fill("Code aus Ihrer Authenticator-App", &anna.code(&server))
        .await;
    german.press("Passwort setzen").await;
    german.find("heading", "Ihr Passwort ist geändert").await;
    let request = Device::new("Device").sign_in(&server, "anna", NEW);
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect_code(ProblemCode::SecondFactorNeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_own_address_says_what_is_there() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    for (language, title, forgotten, heading) in [
        (
            "en",
            "Latchkey on 127.0.0.1",
            "Forgotten your password?",
            "Forgotten your password?",
        ),
        (
            "de",
            "Latchkey auf 127.0.0.1",
            "Passwort vergessen?",
            "Passwort vergessen?",
        ),
    ] {
        let browser = without_scripts(language).await;
        browser.visit(server.url()).await;
        browser.find("heading", title).await;
        let address = server.url().to_string();
        browser.see(address.trim_end_matches('/')).await;
        look_at(&browser, &format!("home-{language}")).await;
        browser.click("link", forgotten).await;
        browser.find("heading", heading).await;
    }
    // A page that is not there, in the same look.
    let browser = without_scripts("en").await;
    browser.visit(format!("{}nothing", server.url())).await;
    browser.find("heading", "Page not found").await;
    look_at(&browser, "missing").await;
}
