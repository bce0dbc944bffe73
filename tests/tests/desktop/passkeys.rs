//! Passkeys between the app's window and the browser.

use latchkey_tests::browser::Browser;
use latchkey_tests::desktop::{Desk, Window};

use crate::acts::{PASSWORD, begin_on_this_computer, go, open_link, see_overview, sign_out};
use crate::security::set_up;

const LOCALHOST: &str = "http://localhost:";

/// The address, which begins like this, that the window gives to people whose browser did not open.
pub async fn page_address(window: &Window, begin: &str) -> String {
    window.press("No browser opened").await;
    window.see(begin).await;
    let script = "return document.querySelector('[data-address]').innerText";
    let address = window.evaluate(script).await.expect("a script's answer");
    address.as_str().expect("an address").to_owned()
}

/// With the server inside the app, the browser plays its part at `http://localhost`.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_added_in_the_browser_and_signs_in_by_its_link() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    let codes = set_up(&window).await;

    let browser = Browser::open("en").await;
    browser.plug_in(true).await;
    go(&window, "Passkeys").await;
    window.press("Add a passkey").await;
    window.see("Continue in your browser").await;
    window
        .see("Passkeys work in your browser but not in this window")
        .await;
    window.expect_no_axe_violations("adding a passkey").await;
    browser.visit(page_address(&window, LOCALHOST).await).await;
    browser.fill("Passkey name", "Blue USB key").await;
    browser.press("Add the passkey").await;
    browser.find("heading", "Passkey added").await;
    window.row("Blue USB key").await;
    window.see_no_more("Continue in your browser").await;
    window.press_in_row("Blue USB key", "Rename").await;
    window.fill("Passkey name", "Red USB key").await;
    window.press("Save").await;
    window.row("Red USB key").await;
    window.expect_no_axe_violations("passkeys").await;

    sign_out(&window).await;
    window.fill("Username or e-mail", "anna").await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.press("Use a passkey").await;
    window.find("heading", "Use your passkey").await;
    window.expect_no_axe_violations("using a passkey").await;
    browser.visit(page_address(&window, LOCALHOST).await).await;
    browser.press("Use my passkey").await;
    browser.find("heading", "Passkey accepted").await;
    // A wrong code is told, and the right one still counts.
    window.fill("Code from the browser", "ABCD-EFGH-IJKL").await;
    window.press("Sign in").await;
    window
        .see("That code isn’t right, or it has expired.")
        .await;
    let link = browser.target("Open Latchkey and continue").await;
    open_link(&desk, &window, &link);
    see_overview(&window, "anna").await;

    go(&window, "Passkeys").await;
    window.press_in_row("Red USB key", "Remove").await;
    window.see("Remove Red USB key?").await;
    window.press("Remove").await;
    window.see("Confirm it’s you").await;
    window.press("Use a recovery code").await;
    window.fill("Recovery code", &codes[0]).await;
    window.fill("Password", PASSWORD).await;
    window.press("Confirm").await;
    window.see_no_more("Added on").await;
}
