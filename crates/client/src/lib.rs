//! The Latchkey account client without a window: local cache, outbox, sync, secrets, and one function per command.
//!
//! It never names a user interface: a user interface opens an [`App`](app::App), asks each of its accounts, which are
//! [`Client`](client::Client)s, for whole view models, and listens to their [`Topic`](changes::Topic)s.

mod account;
pub mod accounts;
pub mod accounts_here;
pub mod activity;
pub mod app;
pub mod bundled;
pub mod cache;
pub mod changes;
pub mod client;
pub mod clock;
pub mod contacts;
mod device;
mod driver;
pub mod email_change;
mod ending;
pub mod failure;
pub mod files;
pub mod folder;
mod installation;
pub mod links;
pub mod mail;
mod opening;
pub mod overview;
mod parked;
pub mod passkeys;
pub mod password;
pub mod preferences;
pub mod profile;
pub mod questions;
mod receipts;
pub mod recovery;
pub mod second_factor;
pub mod secrets;
pub mod sessions;
mod settings;
pub mod stage;
pub mod step_up;
pub mod sync;
pub mod transport;
pub mod trust;
pub mod users;
