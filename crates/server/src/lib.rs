//! The Latchkey server: accounts, sessions, sync and mail on SQLite or PostgreSQL.
//!
//! [`serve`] is all that a program needs: settings, a listener, and a signal to stop. The same crate runs inside the
//! desktop app for one person and as the `latchkey-server` binary for an organisation.
//!
//! # Adding a slice
//!
//! A slice is one noun: its types and rules in `latchkey_protocol`, here a folder of that name with one file for each
//! endpoint, a `SLICE` that says what it adds, in the list of [`slice`]; a row for each route in the table of [`access`], and a migration. What an endpoint changes goes through one
//! [`sync::Change`], so that the record, the activity entry, the revision and the mail are committed together.

pub mod access;
pub mod accounts;
mod activity;
mod allowance;
mod audit;
pub mod clock;
pub mod command;
pub mod config;
pub mod contacts;
pub mod database;
pub mod email_change;
pub mod epoch;
pub mod events;
mod folder;
pub mod hashing;
pub mod http;
mod identity;
pub mod jobs;
pub mod log;
pub mod mail;
pub mod pages;
pub mod passkeys;
pub mod password;
mod profile;
pub mod recovery;
pub mod second_factor;
pub mod secret_key;
mod secrets;
pub mod seed;
mod server;
pub mod sessions;
mod slice;
pub mod state;
pub mod step_up;
pub mod sync;
pub mod throttle;
pub mod trust;
pub mod users;
pub mod words;

pub use self::server::{Server, StartError, serve};
