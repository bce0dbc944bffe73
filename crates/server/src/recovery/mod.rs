//! A forgotten password: a link by mail, a new password with it.
//!
//! Nothing here tells a stranger who has an account. Asking does the same work for every name before it is answered; what
//! an account gets of it follows after the answer.

mod links;
mod open;
mod request;
mod reset;
mod routes;
mod start;
mod status;

pub use self::links::{kill_links, kill_links_to};
pub(crate) use self::links::{opens_in_app, prepare};
pub use self::request::{queue_link, request};
pub use self::reset::{ask_for_passkey, reset};
pub(crate) use self::routes::SLICE;
pub(crate) use self::start::start;
