//! Panels that come late, and end.

use latchkey_tests::desktop::{Desk, is_running};
use latchkey_tests::server::eventually;

use crate::acts::{begin_on_this_computer, go};

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_window_outlives_its_panel_and_finds_the_next() {
    let mut desk = Desk::new().await;
    desk.start_window_manager().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    go(&window, "Settings").await;
    window.see("This desktop has no tray").await;

    // After Latchkey, as at a login that starts everything at once.
    let panel = desk.start_panel().await;
    panel.see_item().await;
    go(&window, "Overview").await;
    go(&window, "Settings").await;
    window
        .click(
            "checkbox",
            "Keep running in the tray when the window is closed",
        )
        .await;
    go(&window, "Overview").await;
    desk.close_window();
    eventually("the window is hidden", async || {
        (!desk.shows_app()).then_some(())
    })
    .await;
    assert!(is_running(window.process()));

    drop(panel);
    eventually("the window is shown again", async || {
        desk.shows_app().then_some(())
    })
    .await;

    let panel = desk.start_panel().await;
    panel.see_item().await;
    panel.crash().await;
    let app = window.process();
    eventually(
        "closing ends the app where nothing could bring it back",
        async || {
            desk.close_window();
            (!is_running(app)).then_some(())
        },
    )
    .await;
}
