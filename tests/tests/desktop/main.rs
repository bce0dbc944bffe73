//! The whole path in the real window: first start, account, profile, devices, and being signed out from elsewhere.
#![allow(
    clippy::expect_used,
    reason = "what fails in a test's own ground fails the test"
)]

mod account;
mod acts;
mod connection;
mod house;
mod keyring;
mod two_windows;
