//! What people are called, and the language and time zone they live in.

mod edit;

use latchkey_protocol::profile::Profile;

use crate::slice::Slice;
use crate::sync::Edits;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    edits: &[Edits::of::<Profile>()],
    ..Slice::NONE
};
