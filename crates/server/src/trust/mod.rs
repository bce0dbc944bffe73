//! Is this really the owner? New devices are on probation until somebody says yes; "it wasn't me" suspends what could be an
//! intruder's until its owner has reviewed it. What a device may not do is refused, so that nothing has to be undone.
//!
//! The standing of the device that acts is read with its session and enforced before a handler runs, never by a slice.

mod approve;
mod command;
mod disown;
mod links;
mod review;
mod secure;
mod standing;

use utoipa_axum::routes;

pub use self::command::{approve_device, secure_user};
pub use self::disown::{Locked, Preview, lock_by_link, preview};
pub(crate) use self::links::{prepare_approval, prepare_lock};
pub use self::secure::secure;
pub(crate) use self::standing::{approve_key, at_sign_in, refuse_spoiled};
use crate::access::Routes;
use crate::slice::Slice;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    jobs: &[&command::SECURED, &command::APPROVED],
    ..Slice::NONE
};

/// Approving and disowning devices, securing the account, the review.
fn router() -> Routes {
    Routes::new()
        .routes(routes!(approve::vouch))
        .routes(routes!(approve::send_link))
        .routes(routes!(approve::vouch_by_link))
        .routes(routes!(disown::disown))
        .routes(routes!(secure::secure_account))
        .routes(routes!(review::review))
}
