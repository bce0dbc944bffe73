//! How devices and server come to agree: what changed, and what devices want changed.

mod change;
mod edits;
mod idempotency;
mod read;

use utoipa_axum::routes;

pub use self::change::{Actor, Change, Of};
pub use self::edits::{Edited, edit_record};
pub use self::idempotency::{FirstTime, GivenAnswer, IdempotencyKey};
use crate::access::Routes;

/// Reading what changed, and edits.
pub(crate) fn router() -> Routes {
    Routes::new()
        .routes(routes!(read::sync))
        .routes(routes!(edits::edit))
}
