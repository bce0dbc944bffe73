//! A sign-in from a new device: mine, and not mine.

use latchkey_tests::desktop::{Desk, Window};
use latchkey_tests::server::Database;

use crate::acts::{PASSWORD, create_account, go, name_this_device, sign_in, sign_in_with};
use crate::house::House;

/// Anna's first window, and a second one that has just signed in.
async fn windows(desk: &Desk, house: &House) -> (Window, Window) {
    let here = desk.open("here", &["--server", &house.address()]).await;
    create_account(&here, "anna", "Anna Kern").await;
    name_this_device(&here, "Desk").await;
    go(&here, "Overview").await;
    let there = desk.open("there", &["--server", &house.address()]).await;
    sign_in(&there, "anna").await;
    here.see("signed in for the first time").await;
    (here, there)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_mine_is_answered_and_asked_no_more() {
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let (here, there) = windows(&desk, &house).await;
    here.expect_no_axe_violations("an alert").await;
    // Whoever has just come in can't answer for themselves.
    there.see("You can answer on a device").await;
    here.press("It was me").await;
    here.see_no_more("signed in for the first time").await;
    there.see_no_more("You can answer on a device").await;
    go(&there, "Devices").await;
    there.row("Desk").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_not_mine_ends_the_others_and_freezes_the_account() {
    const NEW_PASSWORD: &str = "copper harbour walks 7 winters";
    let house = House::start(Database::Sqlite).await;
    let desk = Desk::new().await;
    let (here, there) = windows(&desk, &house).await;
    go(&here, "Devices").await;
    here.press("It was not me").await;
    here.see("Then somebody knows your password.").await;
    here.expect_no_axe_violations("not me").await;
    here.press("It was not me").await;
    there.see("“It was not me”").await;
    here.find("heading", "Password").await;
    here.see("Your account is frozen").await;
    here.expect_no_axe_violations("a frozen account").await;

    here.fill("Current password", PASSWORD).await;
    here.fill("New password", NEW_PASSWORD).await;
    here.fill("Password again", NEW_PASSWORD).await;
    here.press("Change password").await;
    here.see("Your password is changed.").await;
    here.press("Lift the freeze").await;
    here.see("Lift the freeze?").await;
    here.fill("Password", PASSWORD).await;
    here.press("Lift the freeze").await;
    here.see("This is not the account’s password.").await;
    here.fill("Password", NEW_PASSWORD).await;
    here.press("Lift the freeze").await;
    here.see_no_more("Your account is frozen").await;
    // The one with the old password stays out.
    there.fill("Username or e-mail", "anna").await;
    there.fill("Password", PASSWORD).await;
    there.press("Sign in").await;
    there.see("Wrong name or password").await;
    sign_in_with(&there, "anna", NEW_PASSWORD).await;
}
