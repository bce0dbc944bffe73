//! Another username, another e-mail address, and one that takes no mail.

use latchkey_server::mail::take_report;
use latchkey_tests::desktop::{Desk, Key};
use latchkey_tests::server::{Database, MailServer, ServerUnderTest, bounce_report};

use crate::acts::{confirm_address, create_account, go, mailed_token, prove, sign_in, sign_out};
use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_username_is_changed_after_the_proof() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let window = desk.open("anna", &["--server", &house.address()]).await;
    create_account(&window, "anna", "Anna Kern").await;
    go(&window, "Profile").await;
    window.press_in_row("Username", "Change").await;
    window.see("Change your username").await;
    window.expect_no_axe_violations("another username").await;
    window.fill("Username", "a b").await;
    window.press("Change").await;
    window.see("Use only letters a–z").await;
    window.fill("Username", "anna.kern").await;
    window.press("Change").await;
    prove(&window).await;
    window.see("Your username is anna.kern now.").await;
    sign_out(&window).await;
    sign_in(&window, "anna.kern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_changed_once_both_have_confirmed() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let window = desk.open("anna", &["--server", &house.address()]).await;
    create_account(&window, "anna", "Anna Kern").await;
    let outbox = house.outbox();
    confirm_address(&window, &outbox, "anna@example.org").await;
    go(&window, "Profile").await;
    window.press_in_row("anna@example.org", "Change").await;
    window.see("Change your e-mail address").await;
    window.expect_no_axe_violations("another address").await;
    window.fill("New address", "kern@example.net").await;
    window.press("Change").await;
    prove(&window).await;
    window
        .see("kern@example.net will become your primary address")
        .await;
    window.expect_no_axe_violations("a pending change").await;
    // What was said lies beside the sidebar, and what the pill opens above it.
    window.see("Latchkey sent a link to").await;
    let box_of = "const box = (part) => document.querySelector(part).getBoundingClientRect();";
    let beside = "return box('.announcer').left >= box('.side').right";
    let beside = window.evaluate(&format!("{box_of} {beside}")).await;
    assert_eq!(beside, Ok(true.into()));
    window.press("Up to date").await;
    let above = "return box('#sync-popover').bottom < box('.pill').top";
    let above = window.evaluate(&format!("{box_of} {above}")).await;
    assert_eq!(above, Ok(true.into()));
    window.key(Key::Escape).await;

    let path = "/confirm-email-change/";
    for address in ["kern@example.net", "anna@example.org"] {
        let token = mailed_token(&outbox, address, path, 1).await;
        house.post_page(&format!("{path}{token}")).await;
    }
    window
        .see("Your e-mail address was changed to kern@example.net")
        .await;
    window
        .see("anna@example.org can take it back with the link we sent there, until")
        .await;
    window.see("Can’t be changed again until").await;

    // The old address takes it back.
    let path = "/undo-email-change/";
    let token = mailed_token(&outbox, "anna@example.org", path, 1).await;
    house.post_page(&format!("{path}{token}")).await;
    window.see("This device was signed out").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_whose_mail_came_back_is_marked_until_one_arrives() {
    let mut mails = MailServer::start().await;
    let server = ServerUnderTest::start_in_process_with(Database::Sqlite, mails.settings()).await;
    let desk = Desk::new().await;
    let address = server.url();
    let window = desk.open("anna", &["--server", address.as_str()]).await;
    create_account(&window, "anna", "Anna Kern").await;
    go(&window, "Profile").await;
    window.see("Link sent").await;
    let sender = mails.sender().await;
    server.mails_have_left().await;
    assert!(!window.text().await.contains("bounced"));
    let report = bounce_report(&sender, "failed", "smtp; 550 no such mailbox");
    Box::pin(take_report(&server.state().config, None, report.as_bytes()))
        .await
        .expect("it is taken");
    window
        .see("The last e-mail to this address bounced, today at")
        .await;
    window
        .expect_no_axe_violations("an address that takes no mail")
        .await;
    // One after it that stays there is the last one.
    server.tick();
    window
        .press_in_row("anna@example.org", "Send link again")
        .await;
    window
        .see("Latchkey sent a new link to anna@example.org.")
        .await;
    window.see_no_more("bounced").await;
    go(&window, "Mail").await;
    window.see("A mail server rejected it permanently.").await;
    window.press_in_row("Bounced today", "Read").await;
    window.see("550 no such mailbox").await;
}
