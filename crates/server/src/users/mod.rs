//! Administration of other people's accounts: finding them, seeing their basic data, and starting what they finish.
//!
//! # Adding a route
//!
//! Its row in the table of [`crate::access`] is `administrator`, which asks for the role and a step-up of the last ten minutes.
//! What acts begins with `Act::begin`, under the locks of both accounts. An act is noted in both and mailed to the person;
//! none takes or gives a secret of theirs.

mod act;
mod acts;
mod command;
mod list;
mod read;
mod role;

use utoipa_axum::routes;

pub use self::command::{administrators, set_role};
pub(crate) use self::list::fold_names;
pub(crate) use self::role::{ROLE_CHANGED, appoint_first, role_of_new};
use crate::access::Routes;
use crate::slice::Slice;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    jobs: &[&ROLE_CHANGED],
    ..Slice::NONE
};

/// All of `/v1/users`.
fn router() -> Routes {
    Routes::new()
        .routes(routes!(list::list))
        .routes(routes!(read::read))
        .routes(routes!(acts::reset))
        .routes(routes!(acts::reset_second_factor))
        .routes(routes!(acts::end_sessions))
}
