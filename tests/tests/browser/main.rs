//! The server's pages in a real browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod forgotten_password;
mod passkeys;
