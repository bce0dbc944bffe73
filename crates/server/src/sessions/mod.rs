//! Devices that are signed in. A token is looked up at every request and nothing about it is kept past that.

mod caller;
mod current;
mod end;
mod housekeeping;
mod last_active;
mod receipts;
mod rename;
mod replaced;
mod rotate;
mod sign_in;
mod start;
mod storage;
mod unfinished;

pub use self::caller::Caller;
pub(crate) use self::end::{end_all, end_noted};
pub(crate) use self::last_active::run as run_last_active;
pub use self::last_active::{LastActive, write_last_active};
pub(crate) use self::rotate::rotate;
pub(crate) use self::sign_in::{
    Verified, check_password, find_account, limit_address, tell_of_stop, was_here,
};
pub(crate) use self::start::{check_description, start};
pub(crate) use self::storage::{LOOKED_UP_AT_ONCE, Standing, standing, standings};
pub(crate) use self::unfinished::note as note_unfinished;

use latchkey_protocol::sessions::Session;
use latchkey_protocol::time::Timestamp;
use utoipa_axum::routes;

use crate::access::Routes;
use crate::jobs::Kind;
use crate::slice::Slice;
use crate::sync::Edits;

/// A session lasts this long at most, in microseconds.
pub const LIFETIME: i64 = 30 * Timestamp::DAY;

/// A session that is not used for this long is over, in microseconds.
pub const IDLE_LIFETIME: i64 = 14 * Timestamp::DAY;

/// How exactly the last use of a session is known, in microseconds.
pub const LAST_ACTIVE_PRECISION: i64 = 300 * Timestamp::SECOND;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    edits: &[Edits::of::<Session>()],
    tidy: &[Kind::minutely("tidy-sessions", |state| {
        Box::pin(async move { housekeeping::tidy(&state).await })
    })],
    ..Slice::NONE
};

/// The check of a session, signing in, ending, receipts.
fn router() -> Routes {
    Routes::new()
        .routes(routes!(current::current))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(end::end))
        .routes(routes!(receipts::receive))
}
