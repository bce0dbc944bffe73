//! What somebody proves themselves by who holds it.

pub(crate) mod link;
