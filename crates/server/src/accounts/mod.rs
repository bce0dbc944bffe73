//! Accounts: making one, and the name to sign in with.

mod create;
mod username;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use self::create::may_be_created;
pub(crate) use self::username::username_of;
use crate::state::ServerState;

/// Sign-up, and another username.
pub fn router() -> OpenApiRouter<Arc<ServerState>> {
    OpenApiRouter::new()
        .routes(routes!(create::create))
        .routes(routes!(username::change_username))
}
