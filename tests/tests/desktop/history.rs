//! What was sent, and what happened.

use latchkey_tests::desktop::Desk;
use latchkey_tests::server::Database;

use crate::acts::{begin_on_this_computer, create_account, go, name_this_device};
use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_read_as_it_was_sent_and_sent_again() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let window = desk.open("anna", &["--server", &house.address()]).await;
    create_account(&window, "anna", "Anna Kern").await;
    let outbox = house.outbox();
    let first = outbox.confirmation("anna@example.org", 1).await;
    go(&window, "Mail").await;
    // No mail leaves a server without SMTP.
    window.row("Saved to a file").await;
    window.expect_no_axe_violations("mail").await;
    window
        .press_in_row("Confirm your e-mail address", "Read")
        .await;
    window.see("/confirm-email/••••••••").await;
    let token = first.token().expect("a token");
    assert!(
        !window.text().await.contains(&token),
        "the secret is not shown"
    );
    window.expect_no_axe_violations("a mail's text").await;
    window.press("Send again").await;
    window
        .see("It is on its way to anna@example.org again.")
        .await;
    outbox.confirmation("anna@example.org", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn activity_is_found_and_saved() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    name_this_device(&window, "Desk by the window").await;
    go(&window, "Activity").await;
    let renamed = "was renamed “Desk by the window”";
    window.see(renamed).await;
    window.expect_no_axe_violations("activity").await;
    window.press("“…").await;
    window.see("Now:").await;
    window
        .expect_no_axe_violations("activity with an entry opened")
        .await;
    window.press("“…").await;
    window.see_no_more("Now:").await;
    window.choose("Category", "Sign-ins").await;
    window.see_no_more(renamed).await;
    window.choose("Category", "All categories").await;
    window.fill("Search", "window").await;
    window.see_no_more("The account was created").await;
    window.see(renamed).await;
    window.press("Export").await;
    window.expect_no_axe_violations("saving the activity").await;
    let place = "return document.querySelector('dialog .actions').getBoundingClientRect().top";
    let before = window.evaluate(place).await.expect("a place");
    window.press("As a table (CSV)").await;
    window.see("Saved as").await;
    let after = window.evaluate(place).await.expect("a place");
    assert_eq!(before, after, "the buttons move under the pointer");
    window.see("It contains one entry.").await;
    let script = "return document.querySelector('dialog .path').innerText";
    let folder = window.evaluate(script).await.expect("the folder is named");
    let folder = folder.as_str().expect("a folder");
    let files = || std::fs::read_dir(folder).expect("it is there").flatten();
    let count = files().count();
    window.press("As a table (CSV)").await;
    window.see("Already saved as").await;
    assert_eq!(
        files().count(),
        count,
        "a second click makes no second file"
    );
    let table = files()
        .find(|file| file.path().extension().is_some_and(|end| end == "csv"))
        .expect("a table");
    let table = std::fs::read_to_string(table.path()).expect("it can be read");
    assert!(table.contains("Desk by the window"), "{table}");
    assert!(!table.contains("account_created"), "{table}");
    window.press("As data (JSON)").await;
    window.see(".json").await;
}
