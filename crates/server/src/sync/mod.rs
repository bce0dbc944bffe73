//! How devices and server come to agree: what changed, and what devices want changed.

mod change;
mod edits;
mod idempotency;
mod read;

use utoipa_axum::routes;

pub use self::change::{Actor, Change, Of};
pub(crate) use self::edits::Edits;
pub use self::edits::{Edited, edit_record};
pub use self::idempotency::{FirstTime, GivenAnswer, IdempotencyKey};
use crate::access::Routes;
use crate::slice::Slice;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    ..Slice::NONE
};

/// Reading what changed, and edits.
fn router() -> Routes {
    Routes::new()
        .routes(routes!(read::sync))
        .routes(routes!(edits::edit))
}
