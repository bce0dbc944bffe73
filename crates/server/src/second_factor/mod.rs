//! Two-step sign-in: a code of an authenticator app (TOTP, RFC 6238) beside the password.
//!
//! # Asking for a code in a route
//!
//! [`count_try`] before the change begins: it counts the try as wrong and commits that on its own, over all routes of the
//! account together, with a count of its own for each device that has given a right code, so that no rollback and no other
//! route gives back a try. Then, within the change, [`is_on`] says
//! whether a code is needed and [`take`] uses it up; a code that fits takes the counts back.

mod codes;
mod enrolment;
mod lock;
mod recovery_codes;
mod routes;
mod seeds;

pub use self::codes::{Giver, Purpose, count_try, is_on, take};
pub(crate) use self::codes::{forgive, is_on_since, note_given, refuse_while_locked};
pub(crate) use self::enrolment::{
    decide, decide_codes, refuse_unless_on, remove, stop_begun, suspend,
};
pub(crate) use self::lock::tell as tell_of_refused;
pub(crate) use self::routes::SLICE;
