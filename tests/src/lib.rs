//! What the suites that cross crates stand on.

pub mod client;
#[cfg(unix)]
pub mod desktop;
pub mod server;
pub mod simulation;
