//! Accounts: making one, and the name to sign in with.

mod create;
mod username;

use utoipa_axum::routes;

pub(crate) use self::create::may_be_created;
pub(crate) use self::username::{restore_username, username_of};
use crate::access::Routes;

/// Sign-up, and another username.
pub(crate) fn router() -> Routes {
    Routes::new()
        .routes(routes!(create::create))
        .routes(routes!(username::change_username))
}
