//! What the engine says of itself.

use super::{Engine, Stream};
use crate::stage::{SyncProgress, SyncState, SyncView};
use crate::sync::messages::Trouble;

impl Engine {
    /// The sync pill.
    pub fn status(&self) -> SyncView {
        SyncView {
            state: self.state(),
            waiting_changes: self.outbox.waiting_changes(),
            conflicts: self.outbox.conflicts(),
            current_at: self.position.current_at,
            progress: self.progress(),
            damage: self.damage,
        }
    }

    /// The pill without the time, which moves with every heartbeat.
    pub(super) fn pill(&self) -> SyncView {
        SyncView {
            current_at: None,
            ..self.status()
        }
    }

    pub(super) fn state(&self) -> SyncState {
        if self.outbox.conflicts() > 0 || self.outbox.refused() > 0 {
            return SyncState::NeedsAnswer;
        }
        match self.trouble {
            Some(Trouble::Unreachable) => SyncState::Offline,
            Some(_) => SyncState::ServerTrouble,
            None if self.is_current() && self.outbox.waiting_changes() == 0 => SyncState::UpToDate,
            None => SyncState::Syncing,
        }
    }

    pub(super) fn progress(&self) -> Option<SyncProgress> {
        let first = self.position.current_at.is_none() || self.rebuilding;
        let total = self.position.revision.max(self.position.cursor);
        let number = |revision| u32::try_from(revision).unwrap_or(u32::MAX);
        (first && total > 0 && !self.is_current()).then(|| SyncProgress {
            done: number(self.position.cursor),
            total: number(total),
        })
    }

    /// Whether the cache holds all that the server is known to hold, and the server would say otherwise.
    pub(super) fn is_current(&self) -> bool {
        self.stream == Stream::Open { greeted: true } && self.fetch.is_none() && !self.wants_page()
    }

    pub(super) fn wants_page(&self) -> bool {
        self.must_fetch || self.position.revision > self.position.cursor
    }
}
