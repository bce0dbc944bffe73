//! Holding an account as it is after its owner disowned a sign-in, and letting it go again.
//!
//! The freeze is one record of the account, read under the account's lock by everything that it forbids.

mod command;
mod hold;
mod lift;
mod undo;

use utoipa_axum::routes;

pub(crate) use self::command::LIFTED;
pub use self::command::unfreeze;
pub(crate) use self::hold::freeze;
pub use self::hold::{is_frozen, is_trusted_here, refuse_from_unknown_device, refuse_when_frozen};
pub(crate) use self::hold::{refuse_administration, refuse_in_question};
pub(crate) use self::undo::{
    forget_old, keep_password, keep_removed, keep_username, questioned_device, undo,
};
use crate::access::Routes;

/// Lifting.
pub(crate) fn router() -> Routes {
    Routes::new().routes(routes!(lift::lift))
}
