//! The client without a window, against the real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod keyring;
mod mail;
mod questions;
mod security;
mod stories;
mod users;
