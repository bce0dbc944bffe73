//! The Latchkey account client without a window: local cache, outbox, sync, secrets, and one function per command.
//!
//! It never names a user interface: whoever shows it asks [`Client`](client::Client) for whole view models and listens to its
//! [`Topic`](changes::Topic)s.

mod account;
pub mod accounts;
pub mod activity;
pub mod bundled;
pub mod cache;
pub mod changes;
pub mod client;
pub mod clock;
pub mod contacts;
mod device;
mod driver;
mod ending;
pub mod failure;
pub mod folder;
mod opening;
pub mod overview;
pub mod password;
pub mod preferences;
pub mod profile;
mod receipts;
pub mod secrets;
pub mod sessions;
mod settings;
pub mod stage;
pub mod sync;
pub mod transport;
