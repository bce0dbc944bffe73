//! Three accounts on two servers in one window.

use latchkey_tests::desktop::{Body, Desk, Held, NotificationServer, Window};
use latchkey_tests::server::Database;

use crate::acts::{
    PASSWORD, call_oneself, create_account, go, mailed_token, open_link, see_overview,
};
use crate::house::House;

/// Adds an account on `house` by the menu at the foot of the sidebar.
async fn add(window: &Window, house: &House, username: &str, name: &str) {
    window.press("Account…").await;
    window.press("Add an account…").await;
    window.see("Where do you want to keep it?").await;
    window.press("Connect to a server…").await;
    window.fill("Server address", &house.address()).await;
    window.press("Connect").await;
    create_account(window, username, name).await;
}

/// Anna on the first server; Ben and Clara on the second.
async fn three(desk: &Desk, [first, second]: [&House; 2]) -> Window {
    let window = desk.open("window", &["--server", &first.address()]).await;
    create_account(&window, "anna", "Anna Kern").await;
    add(&window, second, "ben", "Ben Auer").await;
    add(&window, second, "clara", "Clara Dorn").await;
    window
}

#[tokio::test(flavor = "multi_thread")]
async fn three_accounts_on_two_servers_are_a_key_apart() {
    let first = House::start(Database::Sqlite).await;
    let mut second = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let server = NotificationServer::start(&desk, Body::Markup).await;
    let window = three(&desk, [&first, &second]).await;
    see_overview(&window, "clara").await;

    // By key, on any screen, and by mouse.
    go(&window, "Profile").await;
    window.chord(Held::Control, '1').await;
    see_overview(&window, "anna").await;
    window.press("Account…").await;
    window
        .expect_no_axe_violations("the list of accounts")
        .await;
    window.press("Ben Auer…").await;
    see_overview(&window, "ben").await;
    // What is done is done for the one that is shown.
    go(&window, "Profile").await;
    call_oneself(&window, "Ben the Second").await;
    window.chord(Held::Control, '3').await;
    see_overview(&window, "clara").await;
    window.chord(Held::Control, '2').await;
    see_overview(&window, "ben").await;

    // A notification says whose it is, and leads there.
    let _notebook = first.sign_in_from("Notebook", "anna", PASSWORD).await;
    let asked = server.see("A new device signed in").await;
    assert!(
        asked.body.contains("Anna Kern on 127.0.0.1"),
        "{}",
        asked.body
    );
    server.click(&asked).await;
    window.find("heading", "Devices").await;
    window.row("Notebook").await;

    // A link of Anna's server is hers; one of the other could be for two.
    window.chord(Held::Control, '3').await;
    see_overview(&window, "clara").await;
    let link = async |house: &House, address: &str| {
        let token = mailed_token(&house.outbox(), address, "/confirm-email/", 1).await;
        let server = house.server_id().await;
        format!("latchkey://confirm-email/{token}?server={server}")
    };
    open_link(&desk, &window, &link(&first, "anna@example.org").await);
    window.see("anna@example.org is confirmed.").await;
    window.row("anna@example.org").await;
    open_link(&desk, &window, &link(&second, "clara@example.org").await);
    window.see("Which account is this link for?").await;
    window
        .expect_no_axe_violations("the question whose a link is")
        .await;
    window.press("Clara Dorn…").await;
    window.see("clara@example.org is confirmed.").await;
    window.row("clara@example.org").await;

    // An account whose server is away says so in the list, and keeps nobody from the others.
    second.close();
    window.see("Offline").await;
    window.chord(Held::Control, '1').await;
    see_overview(&window, "anna").await;
    window.see("Up to date").await;
    window.press("Account…").await;
    window.see("Offline").await;
    window.press("Sign out").await;
    window.see("Sign out of this device?").await;
    window.press("Sign out").await;
    window.see("You are signed out").await;
    // Where nobody is signed in, the others are a press away.
    window
        .expect_no_axe_violations("signed out beside others")
        .await;
    window.press("Clara Dorn…").await;
    see_overview(&window, "clara").await;
    second.open();
    window.see("Up to date").await;

    // The next start shows the one that was shown last.
    window.quit().await;
    let window = desk.open("window", &[]).await;
    see_overview(&window, "clara").await;
    window.chord(Held::Control, '1').await;
    window.see("Username or e-mail").await;
    window.press("Remove from the list").await;
    see_overview(&window, "ben").await;
}
