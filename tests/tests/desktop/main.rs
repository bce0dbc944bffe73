//! The whole path in the real window: first start, account, profile, devices, and being signed out from elsewhere.
#![allow(
    clippy::expect_used,
    reason = "what fails in a test's own ground fails the test"
)]

mod accessibility;
mod account;
mod accounts;
mod acts;
mod connection;
mod history;
mod house;
mod identity;
mod keyboard;
mod keyring;
mod layout;
mod passkeys;
mod refused;
mod security;
mod system;
mod tray;
mod trust;
mod two_windows;
mod users;
mod window;
