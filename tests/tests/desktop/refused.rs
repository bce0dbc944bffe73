//! A value that the server will not have, because its rules are stricter than this app's.

use latchkey_protocol::problem::FieldCode;
use latchkey_tests::desktop::Desk;
use latchkey_tests::server::{Database, Proxy, ServerUnderTest, Settings};

use crate::acts::{call_oneself, create_account, go};

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_name_is_told_edited_again_and_put_back() {
    let server = ServerUnderTest::start_with(Database::Sqlite, Settings::default()).await;
    let proxy = Proxy::to(&server).await;
    let desk = Desk::new().await;
    let address = format!("http://{}", proxy.address());
    let window = desk.open("anna", &["--server", &address]).await;
    create_account(&window, "anna", "Anna Kern").await;

    proxy.refuse(Some(("display_name", FieldCode::TooLong)));
    go(&window, "Profile").await;
    call_oneself(&window, "Anna of the stricter rules").await;
    window
        .see("The name “Anna of the stricter rules” was not accepted")
        .await;
    window.see("The previous value is kept.").await;
    window.see("Needs your decision").await;
    window.expect_no_axe_violations("a refused name").await;

    // Edited from the overview, where it is told too: the refused text is there to be mended.
    window.click("link", "Overview…").await;
    window.see("You sign in as").await;
    window.see("was not accepted").await;
    window
        .expect_no_axe_violations("a refused name on the overview")
        .await;
    window.press("Edit again").await;
    window.see_field("Name", "Anna of the stricter rules").await;
    proxy.refuse(None);
    call_oneself(&window, "Anna K.").await;
    window.see_no_more("was not accepted").await;
    window.see("Up to date").await;

    // Put back: what was there before counts on.
    proxy.refuse(Some(("display_name", FieldCode::TooLong)));
    call_oneself(&window, "Anna once more").await;
    window.see("was not accepted").await;
    window.press("Dismiss").await;
    window.see_no_more("was not accepted").await;
    window.see_field("Name", "Anna K.").await;
    window.see("Up to date").await;
}
