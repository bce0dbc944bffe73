//! The state machine.

use std::collections::{BTreeMap, BTreeSet};

use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::EndedNotice;
use latchkey_protocol::sync::{Collection, StreamEvent};
use latchkey_protocol::time::Timestamp;
use uuid::Uuid;

use super::backoff;
use super::messages::{
    EditFailure, Effect, Event, Loaded, PageFailure, Position, SessionOver, Trouble, Write,
};
use super::outbox::{Outbox, Refusal};
use crate::changes::Topic;

mod pages;
mod status;

/// One device's side of the sync of one session. See [`super`] for what its driver promises.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
pub struct Engine {
    session_id: SessionId,
    position: Position,
    outbox: Outbox,
    stream: Stream,
    fetch: Option<Fetch>,
    /// Fetch even though no newer revision was heard of.
    must_fetch: bool,
    /// The highest revision heard of since the last fetch began: what an answer to that fetch need not know.
    heard: u64,
    /// The key of the edit that is being sent.
    sending: Option<Uuid>,
    /// The number of the item that was sent last.
    last_sent: u64,
    /// Nothing is begun until its timer fires.
    pause: Option<Pause>,
    timers: u64,
    requests: u64,
    failures: u32,
    trouble: Option<Trouble>,
    jitter: u16,
    /// All records are being fetched anew.
    rebuilding: bool,
    damage: Option<u32>,
    destroyed: bool,
    /// What this step has to do, besides what the outbox has to write.
    writes: Vec<Write>,
    position_changed: bool,
    topics: BTreeSet<Topic>,
    effects: Vec<Effect>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Closed,
    Opening,
    /// Open, and whether it has said the account's revision, which is the first thing it says.
    Open {
        greeted: bool,
    },
}

#[derive(Debug)]
struct Fetch {
    request: u64,
    after: u64,
    /// The items that were acknowledged when it began: a server that answers it has them or lost them.
    acknowledged: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    timer: u64,
    /// Whether the server asked for it.
    asked_for: bool,
}

impl Engine {
    /// An engine that continues where the store says this device was.
    pub fn new(loaded: Loaded) -> Self {
        Self {
            session_id: loaded.session_id,
            position: loaded.position,
            outbox: Outbox::new(loaded.outbox),
            stream: Stream::Closed,
            fetch: None,
            must_fetch: loaded.position.cursor == 0,
            heard: 0,
            sending: None,
            last_sent: 0,
            pause: None,
            timers: 0,
            requests: 0,
            failures: 0,
            trouble: None,
            jitter: 0,
            rebuilding: loaded.damage.is_some(),
            damage: loaded.damage,
            destroyed: false,
            writes: Vec::new(),
            position_changed: false,
            topics: BTreeSet::new(),
            effects: Vec::new(),
        }
    }

    /// Takes one event at `now`, by this device's clock, which may jump, and says what to do.
    pub fn step(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        if self.destroyed {
            return Vec::new();
        }
        let before = self.pill();
        self.take(event, now);
        if self.destroyed {
            return std::mem::take(&mut self.effects);
        }
        self.advance();
        if self.pill() != before {
            self.topics.insert(Topic::Sync);
        }
        let mut writes = std::mem::take(&mut self.writes);
        writes.extend(self.outbox.take_writes());
        if std::mem::take(&mut self.position_changed) {
            writes.push(Write::SetPosition(self.position));
        }
        let mut effects = Vec::new();
        if !writes.is_empty() {
            effects.push(Effect::Persist(writes));
        }
        if !self.topics.is_empty() {
            let topics = std::mem::take(&mut self.topics);
            effects.push(Effect::Announce(topics.into_iter().collect()));
        }
        effects.append(&mut self.effects);
        effects
    }

    /// What waits here, for [`super::overlay()`] and the conflicts of the overview.
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Whether [`Effect::Destroy`] was given.
    pub const fn destroyed(&self) -> bool {
        self.destroyed
    }

    fn take(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::Started { jitter } => self.jitter = jitter,
            Event::TimerFired { timer, jitter } => {
                if self.pause.is_some_and(|pause| pause.timer == timer) {
                    self.pause = None;
                    self.jitter = jitter;
                    // Nothing may be left to do that would show that the trouble is over: ask.
                    self.must_fetch |= self.trouble.is_some();
                }
            }
            Event::StreamOpened => {
                if self.stream == Stream::Opening {
                    self.stream = Stream::Open { greeted: false };
                    self.trouble = None;
                }
            }
            Event::Stream(StreamEvent::Revision(revision)) => self.greeted(revision, now),
            Event::Stream(StreamEvent::Ended(notice)) => self.end(SessionOver::Ended(notice)),
            Event::StreamRefused(over) => self.end(over),
            Event::StreamAlive => self.seen_current(now),
            Event::StreamLost(trouble) => {
                // Heartbeats have moved the time without a write each.
                self.position_changed |= self.stream == (Stream::Open { greeted: true });
                self.stream = Stream::Closed;
                self.fail(trouble);
            }
            Event::PageFetched { request, page } => {
                if let Some(fetch) = self.fetch.take_if(|fetch| fetch.request == request) {
                    self.fetched(&fetch, page, now);
                }
            }
            Event::PageFailed { request, failure } => {
                if self
                    .fetch
                    .take_if(|fetch| fetch.request == request)
                    .is_some()
                {
                    self.must_fetch = true;
                    match failure {
                        PageFailure::Trouble(trouble) => self.fail(trouble),
                        PageFailure::SessionOver(over) => self.end(over),
                    }
                }
            }
            Event::Edited {
                collection,
                id,
                fields,
                key,
            } => {
                self.outbox.edited(collection, &id, fields, key, now);
                self.topics.extend(topic(collection.name()));
            }
            Event::EditSent { key, outcome } => {
                self.sending.take_if(|sending| *sending == key);
                if let Some(collection) = self.outbox.sent(key) {
                    self.hear(outcome.revision);
                    self.succeed();
                    let Position {
                        cursor, revision, ..
                    } = self.position;
                    let complete = (cursor == revision).then_some(cursor);
                    self.outbox.settle(key, outcome, complete);
                    self.topics.extend(topic(collection.name()));
                }
            }
            Event::EditFailed {
                key,
                failure,
                fresh_key,
            } => {
                self.sending.take_if(|sending| *sending == key);
                self.edit_failed(key, failure, fresh_key);
            }
            Event::ConflictAnswered {
                collection,
                id,
                field,
                keep_mine,
                key,
            } => {
                self.outbox.answer(collection, &id, &field, keep_mine, key);
                self.topics.extend(topic(collection.name()));
            }
            Event::RefusalDismissed {
                collection,
                id,
                field,
            } => {
                self.outbox.dismiss(collection, &id, &field);
                self.topics.extend(topic(collection.name()));
            }
            Event::SyncNow => {
                self.pause.take_if(|pause| !pause.asked_for);
                self.must_fetch = true;
            }
            Event::Damaged => {
                self.damage = Some(self.damage.unwrap_or(0));
                self.outbox.rewrite();
                self.rebuild(self.position.revision);
            }
        }
    }

    /// Begins whatever can be begun.
    fn advance(&mut self) {
        if self.pause.is_some() {
            return;
        }
        match self.stream {
            Stream::Closed => {
                self.stream = Stream::Opening;
                self.effects.push(Effect::OpenStream);
            }
            Stream::Opening => {}
            Stream::Open { .. } => {
                self.fetch_page();
                self.send_edit();
            }
        }
    }

    fn fetch_page(&mut self) {
        if self.fetch.is_some() || !self.wants_page() {
            return;
        }
        self.requests += 1;
        self.must_fetch = false;
        self.heard = 0;
        let (request, after) = (self.requests, self.position.cursor);
        self.fetch = Some(Fetch {
            request,
            after,
            acknowledged: self.outbox.acknowledged(),
        });
        self.effects.push(Effect::FetchPage { request, after });
    }

    fn send_edit(&mut self) {
        if self.sending.is_some() {
            return;
        }
        if let Some(number) = self.outbox.next_to_send(self.last_sent)
            && let Some((key, edit)) = self.outbox.begin_sending(number)
        {
            self.last_sent = number;
            self.sending = Some(key);
            self.effects.push(Effect::SendEdit { key, edit });
        }
    }

    fn greeted(&mut self, revision: u64, now: Timestamp) {
        self.hear(revision);
        if self.stream == (Stream::Open { greeted: false }) {
            self.stream = Stream::Open { greeted: true };
            self.failures = 0;
            // Lower: the stream is behind, or the server was restored from a backup. Only a page can tell.
            if revision < self.position.cursor {
                self.must_fetch = true;
            }
            self.seen_current(now);
            self.position_changed |= self.is_current();
        }
    }

    fn hear(&mut self, revision: u64) {
        self.heard = self.heard.max(revision);
        if revision > self.position.revision {
            self.position.revision = revision;
            self.position_changed = true;
        }
    }

    fn seen_current(&mut self, now: Timestamp) {
        if self.is_current() {
            self.position.current_at = Some(now);
        }
    }

    fn edit_failed(&mut self, key: Uuid, failure: EditFailure, fresh_key: Uuid) {
        let failure = match failure {
            EditFailure::Trouble(trouble) => return self.fail(trouble),
            EditFailure::SessionOver(over) => return self.end(over),
            final_answer => final_answer,
        };
        let Some(collection) = self.outbox.sent(key) else {
            return;
        };
        let none = BTreeMap::new();
        match failure {
            EditFailure::Trouble(_) | EditFailure::SessionOver(_) => {}
            EditFailure::InvalidFields(problems) => {
                let refusals = problems
                    .into_iter()
                    .map(|problem| (problem.field, Refusal::Field { code: problem.code }))
                    .collect();
                self.outbox
                    .refuse(key, &refusals, Refusal::Rejected, fresh_key);
            }
            EditFailure::NotFound => {
                self.outbox.refuse(key, &none, Refusal::NotFound, fresh_key);
            }
            EditFailure::Rejected => self.outbox.refuse(key, &none, Refusal::Rejected, fresh_key),
            EditFailure::KeyReused => self.outbox.change_key(key, fresh_key),
        }
        self.succeed();
        self.topics.extend(topic(collection.name()));
    }

    fn succeed(&mut self) {
        self.failures = 0;
        self.trouble = None;
    }

    /// Waits before anything is begun again. What fails while a wait is on is part of the same trouble.
    fn fail(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
        let asked_for = matches!(trouble, Trouble::Busy { .. });
        if self
            .pause
            .is_some_and(|pause| pause.asked_for || !asked_for)
        {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let after = match trouble {
            Trouble::Busy {
                retry_after_seconds,
            } => backoff::delay_asked_for(self.failures, self.jitter, retry_after_seconds),
            _ => backoff::delay(self.failures, self.jitter),
        };
        self.timers += 1;
        let timer = self.timers;
        self.pause = Some(Pause { timer, asked_for });
        self.effects.push(Effect::SetTimer { timer, after });
    }

    fn end(&mut self, over: SessionOver) {
        let ended = match over {
            SessionOver::Ended(notice) if notice.session_id != self.session_id => {
                self.stream = Stream::Closed;
                return self.fail(Trouble::Nonsense);
            }
            SessionOver::Ended(notice) => Some(notice),
            SessionOver::Unknown => None,
        };
        self.destroy(ended);
    }

    fn destroy(&mut self, ended: Option<EndedNotice>) {
        self.destroyed = true;
        let lost_changes = self.outbox.unconfirmed_changes();
        self.effects = vec![Effect::Destroy {
            ended,
            lost_changes,
        }];
    }
}

fn topic(collection: &str) -> Option<Topic> {
    match Collection::named(collection)? {
        Collection::Profile => Some(Topic::Profile),
        Collection::Emails => Some(Topic::Emails),
        Collection::Sessions => Some(Topic::Sessions),
        Collection::Activity => Some(Topic::Activity),
    }
}

#[cfg(test)]
mod tests;
