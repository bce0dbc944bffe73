//! Two windows with their own data, on one real server.

use latchkey_tests::desktop::{Desk, Window};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, eventually};

use crate::account::local_copies;
use crate::acts::{
    approve, call_oneself, create_account, end_device, go, name_this_device, see_overview, sign_in,
};
use crate::house::House;

on_both_databases!(
    an_edit_appears_in_the_other_window,
    an_ended_device_destroys_its_data_and_signs_for_it,
    a_closed_device_obeys_at_its_next_start,
);

/// The server for the first window and the one for the second: two nodes where the database can have them.
async fn houses(database: Database) -> (House, Option<House>) {
    let first = House::start(database).await;
    let second = (database == Database::Postgres).then(|| first.another_node());
    (first, second)
}

/// Two windows of Anna's, called Desk and Tablet; the first shows its devices.
async fn windows(desk: &Desk, (first, second): &(House, Option<House>)) -> (Window, Window) {
    let here = desk.open("here", &["--server", &first.address()]).await;
    create_account(&here, "anna", "Anna Kern").await;
    name_this_device(&here, "Desk").await;
    let address = second.as_ref().unwrap_or(first).address();
    let there = desk.open("there", &["--server", &address]).await;
    sign_in(&there, "anna").await;
    approve(&here).await;
    there.see_no_more("This device is on probation").await;
    name_this_device(&there, "Tablet").await;
    here.row("Tablet").await;
    (here, there)
}

async fn an_edit_appears_in_the_other_window(database: Database) {
    let houses = houses(database).await;
    let desk = Desk::new().await;
    let (here, there) = windows(&desk, &houses).await;
    go(&here, "Profile").await;
    go(&there, "Profile").await;
    call_oneself(&here, "Anna of the Desk").await;
    there.see_field("Name", "Anna of the Desk").await;
    call_oneself(&there, "Anna of the Tablet").await;
    here.see_field("Name", "Anna of the Tablet").await;
}

async fn an_ended_device_destroys_its_data_and_signs_for_it(database: Database) {
    let houses = houses(database).await;
    let desk = Desk::new().await;
    let (here, there) = windows(&desk, &houses).await;
    let secrets = desk.secrets();
    end_device(&here, "Tablet").await;
    there.see("This device was signed out").await;
    there.see("Desk signed it out,").await;
    there
        .see("Everything stored here for the account has been deleted.")
        .await;
    assert_eq!(local_copies(&there), 0, "its local database is gone");
    assert_eq!(desk.secrets(), secrets - 1, "and its key");
    there
        .expect_no_axe_violations("the sign-in screen after being signed out")
        .await;
    here.see("its data is deleted").await;
    here.press_in_row("its data is deleted", "Receipt").await;
    here.see("The signature is valid").await;
    here.expect_no_axe_violations("a receipt").await;
    // And it can come back.
    sign_in(&there, "anna").await;
}

async fn a_closed_device_obeys_at_its_next_start(database: Database) {
    let houses = houses(database).await;
    let desk = Desk::new().await;
    let (here, there) = windows(&desk, &houses).await;
    there.kill().await;
    end_device(&here, "Tablet").await;
    here.see("Access ended, but the device has not connected since")
        .await;
    let there = desk.open("there", &[]).await;
    there.see("This device was signed out").await;
    assert_eq!(local_copies(&there), 0, "its local database is gone");
    here.see("its data is deleted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_others_are_ended_at_once_and_then_all() {
    let houses = houses(Database::Sqlite).await;
    let desk = Desk::new().await;
    let (here, there) = windows(&desk, &houses).await;
    here.press("Sign out all others").await;
    here.see("Sign out the other device?").await;
    here.press("Sign out").await;
    there.see("Desk signed it out,").await;
    sign_in(&there, "anna").await;
    see_overview(&there, "anna").await;
    here.press("Sign out everywhere").await;
    here.see("Sign out everywhere, including here?").await;
    here.press("Sign out everywhere").await;
    here.see("Username or e-mail").await;
    there.see("This device was signed out").await;
    eventually("both local databases are gone", async || {
        (local_copies(&here) == 0 && local_copies(&there) == 0).then_some(())
    })
    .await;
}
