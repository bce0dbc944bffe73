//! The password of an account: proving that somebody knows it, the rules of a new one, changing it.
//!
//! # Asking for the password in a route
//!
//! [`prove`] before the change begins: it counts the try and looks at the password. Then [`Proven::accept`] within the
//! change: it makes sure that the password is still the same, uses up the code where one is on, and takes the counts
//! back. No other place compares a password, but sign-in.

mod change;
mod proof;
mod rules;

use utoipa_axum::routes;

pub(crate) use self::change::{set, stop_what_is_under_way};
pub use self::proof::{Proven, prove};
pub(crate) use self::proof::{needs_code_after, take_code_for};
pub(crate) use self::rules::{hash_new, is_long_enough_alone};
use crate::access::Routes;
use crate::slice::Slice;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    ..Slice::NONE
};

/// Changing it.
fn router() -> Routes {
    Routes::new().routes(routes!(change::change))
}
