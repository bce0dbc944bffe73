//! Without a network, and when it is back.

use latchkey_tests::desktop::Desk;
use latchkey_tests::server::Database;

use crate::acts::{
    PASSWORD, approve, call_oneself, create_account, go, name_this_device, see_overview, sign_in,
};
use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_made_offline_survives_a_crash_and_arrives() {
    let mut house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let window = desk.open("anna", &["--server", &house.address()]).await;
    create_account(&window, "anna", "Anna Kern").await;
    house.close();
    window.see("Offline").await;
    for screen in ["Profile", "Devices", "Activity", "Settings", "Overview"] {
        go(&window, screen).await;
    }
    go(&window, "Profile").await;
    call_oneself(&window, "Anna Offline").await;
    window.see("1 change waiting").await;
    window.expect_no_axe_violations("offline").await;
    window.kill().await;

    let window = desk.open("anna", &[]).await;
    see_overview(&window, "anna").await;
    window.see("1 change waiting").await;
    house.open();
    window.see("Up to date").await;
    // It is on the server: another device has it.
    let other = desk.open("other", &["--server", &house.address()]).await;
    sign_in(&other, "anna").await;
    go(&other, "Profile").await;
    other.see_field("Name", "Anna Offline").await;
    go(&other, "Activity").await;
    assert_eq!(
        other
            .text()
            .await
            .matches("The name was changed to “Anna Offline”")
            .count(),
        1,
        "the edit was applied once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_different_values_are_both_shown_and_different_fields_merge() {
    let mut house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let here = desk.open("here", &["--server", &house.address()]).await;
    create_account(&here, "anna", "Anna Kern").await;
    name_this_device(&here, "Desk").await;
    let there = desk.open("there", &["--server", &house.address()]).await;
    sign_in(&there, "anna").await;
    approve(&here).await;
    there.see_no_more("This device is on probation").await;
    name_this_device(&there, "Tablet").await;
    go(&here, "Profile").await;
    go(&there, "Profile").await;

    house.close();
    here.see("Offline").await;
    there.see("Offline").await;
    call_oneself(&here, "Anna of the Desk").await;
    here.see("1 change waiting").await;
    // The same field, and another one beside it.
    there.fill("Name", "Anna of the Tablet").await;
    there.choose("Language", "Deutsch").await;
    there.press("Save").await;
    // Said in the language before or in the new one.
    there
        .until("both changes wait", async |text| {
            text.contains("2 changes waiting") || text.contains("2 Änderungen warten")
        })
        .await;
    there.kill().await;
    house.open();
    here.see("Up to date").await;
    let there = desk.open("there", &[]).await;
    // Whoever comes second is asked. The language had no other answer: it has arrived, and the app speaks it.
    there.see("Zwei verschiedene Namen").await;
    there.expect_no_axe_violations("a conflict").await;
    there.see("Anna of the Desk").await;
    there.see("Anna of the Tablet").await;
    there.press("Diesen Namen behalten").await;
    here.see_field("Name", "Anna of the Tablet").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_outlasts_a_server_that_goes_back_to_a_backup() {
    let mut house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let window = desk.open("anna", &["--server", &house.address()]).await;
    create_account(&window, "anna", "Anna Kern").await;
    window.see("Up to date").await;
    house.close();
    let backup = house.back_up().await;
    house.open();
    window.see("Up to date").await;
    // After the backup, and seen here.
    house
        .sign_in_from("Forgotten laptop", "anna", PASSWORD)
        .await;
    window.see("Forgotten laptop").await;
    house.close();
    window.see("Offline").await;
    go(&window, "Profile").await;
    call_oneself(&window, "Anna Waiting").await;
    window.see("1 change waiting").await;

    house.restore(&backup).await;
    house.open();
    window.see("The server was restored from a backup").await;
    window
        .see("One change has not reached the server yet")
        .await;
    window.see_no_more("Anna Waiting").await;
    window
        .expect_no_axe_violations("an account that was put away")
        .await;
    // Looked at and left alone; then gone on with.
    window.press("Remove from this computer").await;
    window.see("Remove the account from this computer?").await;
    window.press("Cancel").await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.see("Up to date").await;
    go(&window, "Profile").await;
    window.see_field("Name", "Anna Waiting").await;
}
