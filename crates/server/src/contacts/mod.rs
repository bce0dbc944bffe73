//! E-mail addresses: adding, confirming by a mailed link, choosing the primary, removing.
//!
//! An address is an account's once the account has confirmed it, and then no other's: the database holds one confirmed
//! row per address. Until then any number of accounts may have it pending, which blocks nobody and tells nobody
//! anything.

pub(crate) mod addresses;
mod confirm;
pub(crate) mod limits;
mod routes;

pub use self::addresses::add_first_address;
pub(crate) use self::addresses::{confirm_pending, decide, kill_links, resend, suspend};
pub use self::confirm::confirm;
pub(crate) use self::routes::SLICE;
