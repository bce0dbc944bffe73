//! What the suites that cross crates stand on.

pub mod server;
pub mod simulation;
