//! Administration of other people's accounts: finding them, seeing their basic data, and starting what they finish.
//!
//! # Adding a route
//!
//! What reads begins with [`crate::sessions::Caller::read_as_administrator`], what acts with `Act::begin`: both look the role up
//! in the transaction of the request, and ask for a step-up of the last ten minutes. An act is noted in both accounts and
//! mailed to the person; none takes or gives a secret of theirs.

mod act;
mod acts;
mod command;
mod list;
mod read;
mod role;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::command::{administrators, set_role};
pub(crate) use self::list::fold_names;
pub(crate) use self::role::{ROLE_CHANGED, appoint_first, role_of_new};
use crate::state::ServerState;

/// All of `/v1/users`.
pub fn router() -> OpenApiRouter<Arc<ServerState>> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(read::read))
        .routes(routes!(acts::reset))
        .routes(routes!(acts::reset_second_factor))
        .routes(routes!(acts::end_sessions))
}
