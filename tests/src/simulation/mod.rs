//! The sync simulation: many devices with the client's own engine against a model of the server, under a network that
//! delays, loses, repeats and reorders, with crashes between any two effects, in virtual time and from one seed.
//!
//! What must hold is checked after every step ([`checks`]) and once all is calm again: every device that is still signed
//! in holds exactly the server's records and an empty outbox; every accepted change reached the server once, or gave way
//! by the person's own choice; nobody overwrote a value they had not seen; whoever was signed out holds nothing. And
//! calm is reached in a bounded number of steps.

mod chaos;
mod checks;
pub mod coverage;
mod device;
mod network;
pub mod random;
mod server;
mod world;

use coverage::Coverage;
use world::World;

/// A run that broke a promise.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The seed that shows it.
    pub seed: u64,
    /// What was broken.
    pub what: String,
    /// What happened until then, when it was asked for.
    pub trace: Vec<String>,
}

/// Runs one seed. With `trace`, a failure comes with the events that led to it.
pub fn run(seed: u64, trace: bool) -> Result<Coverage, Broken> {
    let mut world = World::new(seed, trace);
    match world.run() {
        Ok(()) => Ok(world.coverage),
        Err(what) => Err(Broken {
            seed,
            what,
            trace: world.trace,
        }),
    }
}
