//! The server's API, asked over real sockets, on SQLite and on PostgreSQL.
//!
//! `LATCHKEY_TEST_POSTGRES` is the `postgres://` URL of a role that may create databases; each test makes its own.
//! Without it the PostgreSQL half fails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking, in what it calls too"
)]

mod accounts;
mod connections;
mod database;
mod events;
mod nodes;
mod receipts;
mod requests;
mod running;
mod sessions;
mod sync;
mod throttle;
