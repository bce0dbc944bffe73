//! First start, account, profile, addresses, devices: one window.

use latchkey_tests::desktop::Desk;

use crate::acts::{begin_on_this_computer, go};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_begins_on_this_computer() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    window.see("Anna Kern").await;
    go(&window, "Devices").await;
    window.see("This device").await;
}
