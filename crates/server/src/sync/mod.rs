//! How devices and server come to agree: what changed, and what devices want changed.

mod change;
mod edits;
mod idempotency;
mod read;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::change::{Actor, Change};
pub use self::idempotency::{FirstTime, GivenAnswer, IdempotencyKey};
use crate::state::ServerState;

/// Reading what changed, and edits.
pub fn router() -> OpenApiRouter<Arc<ServerState>> {
    OpenApiRouter::new()
        .routes(routes!(read::sync))
        .routes(routes!(edits::edit))
}
