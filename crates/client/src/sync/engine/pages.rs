//! What becomes of a page.

use latchkey_protocol::sync::{Collection, SyncPage};
use latchkey_protocol::time::Timestamp;

use super::{Engine, Fetch, topic};
use crate::sync::messages::{Trouble, Way, Write};

impl Engine {
    pub(super) fn fetched(&mut self, fetch: &Fetch, page: SyncPage, now: Timestamp) {
        let epoch = self.position.epoch;
        if page.epoch > epoch && (epoch > 0 || fetch.after > 0) {
            // The server went back to a backup, or said nothing of epochs so far.
            self.outbox.roll_back();
            self.position.epoch = page.epoch;
            if fetch.after > 0 {
                self.was_at(page.head);
                self.succeed();
                self.rebuild(page.revision);
                return;
            }
        }
        // Of an epoch that is over, or behind what it has shown of this one, it is believed nothing.
        if page.epoch < epoch || !is_sound(&page, fetch.after) {
            self.must_fetch = true;
            self.fail(Way::Requests, Trouble::Nonsense);
            return;
        }
        self.succeed();
        self.position.epoch = page.epoch;
        self.was_at(page.head);
        self.position.cursor = page.next;
        self.position.revision = page.revision.max(self.heard);
        self.position_changed = true;
        let complete = (page.next == page.revision).then_some(page.next);
        if complete.is_some() {
            self.outbox.forget(&fetch.acknowledged);
            self.position.current_at = Some(now);
            self.rebuilding = false;
        }
        self.outbox.learn(&page.records, complete);
        if fetch.after == 0 {
            self.writes.push(Write::ForgetAllRecords);
            let all = Collection::ALL.iter();
            self.topics
                .extend(all.filter_map(|collection| topic(collection.name())));
        }
        let changed = page.records.iter();
        self.topics
            .extend(changed.filter_map(|record| topic(&record.collection)));
        if !page.records.is_empty() {
            self.polls = 0;
            self.writes.push(Write::PutRecords(page.records));
        }
    }

    /// Has all records fetched again. What is cached stays until the first page replaces it.
    pub(super) fn rebuild(&mut self, revision: u64) {
        self.position.cursor = 0;
        self.position.revision = revision;
        self.position_changed = true;
        self.rebuilding = true;
        self.must_fetch = true;
        self.fetch = None;
    }
}

/// Whether a page says what the protocol lets it say: records in rising order between `after` and `next`, and progress
/// as long as there is more.
fn is_sound(page: &SyncPage, after: u64) -> bool {
    let rising = page
        .records
        .windows(2)
        .all(|pair| pair[0].revision < pair[1].revision);
    let inside = page
        .records
        .iter()
        .all(|record| record.revision > after && record.revision <= page.next);
    let progress = page.next == page.revision || !page.records.is_empty();
    rising && inside && progress && (after..=page.revision).contains(&page.next)
}
