//! Changing the primary e-mail address: pending until both sides have confirmed, told to the old address, and taken back from
//! there for 30 days.
//!
//! A link belongs to one change, and a change to its two addresses for good: so a token never confirms another address
//! than the one it was mailed to (CVE-2026-9087).

mod complete;
mod confirm;
mod housekeeping;
mod links;
mod request;
mod routes;
mod storage;
mod undo;

pub use self::confirm::confirm;
pub(crate) use self::links::{awaits, prepare};
pub(crate) use self::request::{stop_pending, stop_pending_to, to_confirmed};
pub(crate) use self::routes::SLICE;
pub(crate) use self::storage::can_be_taken_back_by;
pub use self::undo::{Undone, undo};
