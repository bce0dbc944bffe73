//! Telling a device at once that there is something new, or that its session is over.

mod hub;
mod nodes;
mod routes;

pub use self::hub::{Hub, Subscription};
pub(crate) use self::nodes::{notify_all, notify_ended, recheck_all, run as run_nodes};
pub(crate) use self::routes::SLICE;
