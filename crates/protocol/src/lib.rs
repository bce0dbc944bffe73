//! What crosses the wire between a Latchkey client and a Latchkey server, and the rules both sides must agree on.
//!
//! Nothing in here does I/O, reads a clock or draws a random number. A rule of the account stands here once: the
//! client runs it so that a mistake is named beside its field without a round trip, the server runs the same function
//! again because a client is never trusted.
//!
//! # Adding a slice
//!
//! A slice is one noun with one file here: the bodies of its requests and records, and the rules of its fields. A
//! record that devices synchronise gets a [`sync::Collection`] and a body type; fields that may be edited offline are
//! declared beside it ([`editable!`]), and the record's kind is added to the list in [`editable`].

pub mod accounts;
pub mod activity;
pub mod app_link;
pub mod contacts;
#[cfg(test)]
mod documentation;
pub mod editable;
pub mod email_change;
pub mod identifiers;
pub mod identity;
pub mod mail;
pub mod passkeys;
pub mod password;
pub mod problem;
pub mod profile;
pub mod quotas;
pub mod recovery;
pub mod second_factor;
pub mod server;
pub mod sessions;
mod signature;
pub mod step_up;
pub mod sync;
pub mod text;
pub mod time;
pub mod trust;
pub mod users;
