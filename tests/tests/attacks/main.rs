//! What an attacker plays against a running server, on both databases: a module for each kind, a table of all in
//! `docs/security.md`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod access;
mod costs;
mod email_change;
mod guessing;
mod idempotency;
mod identity;
mod inside_app;
mod mail;
mod passkeys;
mod passwords;
mod quotas;
mod recovery;
mod second_factor;
mod server;
mod sessions;
mod trust;
mod trust_model;
mod users;
