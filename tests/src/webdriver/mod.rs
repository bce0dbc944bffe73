//! Windows and browsers, worked as a person works them: things are found by their role and their visible name, as the
//! accessibility tree has them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "this is the tests' own ground: what fails here fails the test that uses it"
)]

mod axe;
mod driver;
mod keyboard;
mod page;
mod process;

pub use driver::{Driver, Element, Held, Key};
pub use page::{Looks, Page};
pub(crate) use process::{Kept, child_of, children_of, line_of, mortal};
pub use process::{is_running, signal};
