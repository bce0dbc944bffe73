//! The server, asked over real sockets, on SQLite and on PostgreSQL: a module for each part of it. What an attacker tries
//! is in `attacks`, and what breaks around it in `faults`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod accounts;
mod audit;
mod bounces;
mod connections;
mod contacts;
mod database;
mod events;
mod jobs;
mod mail;
mod mail_server;
mod migrations;
mod nodes;
mod openapi;
mod password;
mod program;
mod proxies;
mod receipts;
mod requests;
mod sessions;
mod sync;
mod throttle;

use latchkey_tests::server::{Device, ServerUnderTest};
use serde_json::{Value, json};

/// A sign-up as JSON, so that a test can spoil it.
fn new_account(server: &ServerUnderTest, device: &Device, username: &str) -> Value {
    let email = format!("{username}@example.org");
    let password = "a quiet lake under seven hills";
    json!(device.create_account(server, username, &email, password))
}
