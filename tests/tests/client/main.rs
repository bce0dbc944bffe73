//! The client without a window, against the real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod accounts;
mod impostor;
mod keyring;
mod mail;
mod on_this_computer;
mod overview;
mod questions;
mod restored;
mod security;
mod stories;
mod trust;
mod users;

use latchkey_client::client::Client;
use latchkey_protocol::app_link::AppLinkKind;
use latchkey_tests::client::until;
use latchkey_tests::server::ServerUnderTest;

/// The token of the `number`-th link of this kind to an address, counted from 1.
async fn mailed(
    server: &ServerUnderTest,
    address: &str,
    kind: AppLinkKind,
    number: usize,
) -> String {
    let outbox = server.outbox();
    outbox.token_of(address, kind.name(), number).await
}

/// Confirms Anna's address.
async fn confirmed(server: &ServerUnderTest, client: &Client) {
    let token = mailed(server, "anna@example.org", AppLinkKind::ConfirmEmail, 1).await;
    client.confirm_email(token).await.unwrap();
    until(client, "the address is confirmed", async || {
        let overview = client.overview().await.ok()?;
        overview.primary_email_confirmed.then_some(())
    })
    .await;
}
