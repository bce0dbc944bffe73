//! The state machine.

use latchkey_protocol::time::Timestamp;

use super::messages::{Effect, Event, Loaded, Position};
use super::outbox::Outbox;
use crate::stage::SyncView;

/// One device's side of the sync of one session. See [`super`] for what its driver promises.
#[derive(Debug)]
pub struct Engine {
    position: Position,
    outbox: Outbox,
}

impl Engine {
    /// An engine that continues where the store says this device was.
    pub fn new(loaded: Loaded) -> Self {
        Self { position: loaded.position, outbox: Outbox::default() }
    }

    /// Takes one event at `now`, by this device's clock, which may jump, and says what to do.
    pub fn step(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        let _ = (event, now);
        Vec::new()
    }

    /// The sync pill.
    pub fn status(&self) -> SyncView {
        unreachable!("{:?}", self.position)
    }

    /// What waits here, for [`super::overlay()`] and the conflicts of the overview.
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Whether [`Effect::Destroy`] was given.
    pub const fn destroyed(&self) -> bool {
        false
    }
}
