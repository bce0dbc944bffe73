//! What the engine says of itself.

use super::{Engine, Stream};
use crate::stage::{SyncProgress, SyncState, SyncView};
use crate::sync::messages::{Position, Trouble};

impl Engine {
    /// The sync pill, as far as the engine knows: what is wrong with the folder is the driver's to say.
    pub fn status(&self) -> SyncView {
        SyncView {
            state: self.state(),
            waiting_changes: self.outbox.waiting_changes(),
            conflicts: self.outbox.conflicts(),
            refused: self.outbox.refused(),
            current_at: self.position.current_at,
            progress: self.progress(),
            folder_problem: None,
            damage: None,
            certificate: match self.trouble() {
                Some(Trouble::UntrustedCertificate(problem)) => Some(problem),
                _ => None,
            },
        }
    }

    /// The pill without the time, which moves with every heartbeat.
    pub(super) fn pill(&self) -> SyncView {
        SyncView {
            current_at: None,
            ..self.status()
        }
    }

    /// What keeps this device from its server. That the stream does not work is no trouble where requests are answered.
    fn trouble(&self) -> Option<Trouble> {
        let of_stream = self.stream_lane.trouble.filter(|_| !self.answered);
        self.request_lane.trouble.or(of_stream)
    }

    pub(super) fn state(&self) -> SyncState {
        if self.outbox.conflicts() > 0 || self.outbox.refused() > 0 {
            return SyncState::NeedsAnswer;
        }
        match self.trouble() {
            Some(Trouble::Unreachable) => SyncState::Offline,
            Some(Trouble::UntrustedCertificate(_)) => SyncState::UntrustedCertificate,
            Some(Trouble::ProxySignIn) => SyncState::ProxySignIn,
            Some(Trouble::SomethingElse) => SyncState::SomethingElse,
            Some(Trouble::Busy { .. } | Trouble::Fault | Trouble::Nonsense) => {
                SyncState::ServerTrouble
            }
            None if self.outbox.waiting_changes() > 0 => SyncState::Syncing,
            None if self.is_current() => SyncState::UpToDate,
            None if self.polls_instead() && self.was_current() => SyncState::Polling,
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

    /// Whether the server would say at once that there is something newer.
    pub(super) fn is_live(&self) -> bool {
        self.stream == Stream::Open { greeted: true }
    }

    /// Whether the server is asked every so often, because it can't be heard.
    pub(super) fn polls_instead(&self) -> bool {
        !self.is_live() && (self.silent || self.stream_lane.trouble.is_some())
    }

    /// Whether the cache holds all that the server is known to hold, and the server would say otherwise.
    pub(super) fn is_current(&self) -> bool {
        self.is_live() && self.fetch.is_none() && !self.wants_page()
    }

    /// Whether the cache held everything when the server was last asked, and nothing newer was heard of since.
    fn was_current(&self) -> bool {
        let Position {
            cursor, revision, ..
        } = self.position;
        self.answered && !self.rebuilding && cursor > 0 && cursor == revision
    }

    pub(super) fn wants_page(&self) -> bool {
        self.must_fetch || self.position.revision > self.position.cursor
    }
}
