//! Accounts: making one, and the name to sign in with.

mod create;
mod username;

use utoipa_axum::routes;

pub(crate) use self::create::may_be_created;
pub(crate) use self::username::username_of;
use crate::access::Routes;
use crate::slice::Slice;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    ..Slice::NONE
};

/// Sign-up, and another username.
fn router() -> Routes {
    Routes::new()
        .routes(routes!(create::create))
        .routes(routes!(username::change_username))
}
