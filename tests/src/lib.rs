//! What the suites that cross crates stand on.

#[cfg(unix)]
pub mod desktop;
pub mod server;
pub mod simulation;
