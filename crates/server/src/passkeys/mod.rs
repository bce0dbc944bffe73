//! Passkeys (Web Authentication) as a second factor, beside the codes of an authenticator app.
//!
//! They live in browsers, so what is done with them is done on pages of this server ([`crate::pages`]). A page belongs to a
//! request: a row with the hash of the token in the page's address, what it is for, whose it is and until when. What the
//! browser was asked is kept with it, so that each answer counts for one question, once.
//!
//! # Signing a device in
//!
//! The device gives the password and gets the address of a page ([`begin_sign_in`]); the browser that proves to have a passkey
//! there gets a code ([`prove`]); the device gives the password again with that code ([`take`]). None of the three is worth
//! anything alone. In particular, whoever knows the password and sends the page's address to the owner gets no code: it is
//! shown in the owner's browser.

mod credentials;
mod enrolment;
mod relying_party;
mod requests;
mod reset;
mod routes;
mod sign_in;

pub(crate) use self::credentials::{can_be_used, decide, remove_all, suspend};
pub(crate) use self::enrolment::{Invited, ask_to_add, finish as finish_adding, invited};
pub(crate) use self::relying_party::{origin, support};
pub(crate) use self::requests::kill_all as kill_requests;
pub(crate) use self::reset::{ask as ask_to_reset, take as take_to_reset};
pub(crate) use self::routes::SLICE;
pub(crate) use self::sign_in::{Asking, ask_to_prove, asking, prove, take};
