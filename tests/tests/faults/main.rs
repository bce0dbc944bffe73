//! What breaks around a server and around a device.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod client;
mod device;
mod jobs;
mod networks;
mod server;
