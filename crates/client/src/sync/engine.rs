//! The state machine.

use std::collections::{BTreeMap, BTreeSet};

use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::sync::{Collection, Head, StreamEvent};
use latchkey_protocol::time::Timestamp;
use uuid::Uuid;

use super::messages::{
    EditFailure, Effect, Event, Loaded, PageFailure, Position, SessionOver, Trouble, Way, Write,
};
use super::outbox::{Outbox, Refusal};
use crate::changes::Topic;

mod begin;
mod lane;
mod pages;
mod status;

use lane::Lane;

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
    stream_lane: Lane,
    request_lane: Lane,
    /// An event stream has said nothing for longer than [`begin::GREETING`], and none has said anything since.
    silent: bool,
    /// Whether a request was answered since the last event stream that spoke was lost.
    answered: bool,
    /// How often in a row the server was asked, for want of a stream, and had nothing new.
    polls: u32,
    timers: u64,
    requests: u64,
    jitter: u16,
    /// All records are being fetched again.
    rebuilding: bool,
    over: bool,
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

impl Engine {
    /// An engine that continues where the store says this device was.
    pub fn new(loaded: Loaded) -> Self {
        Self {
            session_id: loaded.session_id,
            outbox: Outbox::new(loaded.outbox),
            stream: Stream::Closed,
            fetch: None,
            must_fetch: loaded.position.cursor == 0,
            position: loaded.position,
            heard: 0,
            sending: None,
            last_sent: 0,
            stream_lane: Lane::default(),
            request_lane: Lane::default(),
            silent: false,
            answered: false,
            polls: 0,
            timers: 0,
            requests: 0,
            jitter: 0,
            rebuilding: loaded.damaged,
            over: false,
            writes: Vec::new(),
            position_changed: false,
            topics: BTreeSet::new(),
            effects: Vec::new(),
        }
    }

    /// Takes one event at `now`, by this device's clock, which may jump, and says what to do.
    pub fn step(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        if self.over {
            return Vec::new();
        }
        let before = self.pill();
        self.take(event, now);
        if self.over {
            return std::mem::take(&mut self.effects);
        }
        self.advance();
        if self.pill() != before {
            self.topics.insert(Topic::Sync);
        }
        let mut writes = std::mem::take(&mut self.writes);
        writes.extend(self.outbox.take_writes());
        if std::mem::take(&mut self.position_changed) {
            writes.push(Write::SetPosition(self.position.clone()));
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

    /// Whether [`Effect::Destroy`] or [`Effect::Park`] was given.
    pub const fn over(&self) -> bool {
        self.over
    }

    fn take(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::Started { jitter } => self.jitter = jitter,
            Event::TimerFired { way, timer, jitter } => {
                if let Some(purpose) = self.lane(way).fired(timer) {
                    self.jitter = jitter;
                    self.waited(way, purpose);
                }
            }
            Event::StreamOpened => {
                if self.stream == Stream::Opening {
                    self.stream = Stream::Open { greeted: false };
                }
            }
            Event::Stream(StreamEvent::Revision(revision)) => self.greeted(revision, now),
            // Asked for again, showing how far the server was: in a backup, this session may be long past.
            Event::Stream(StreamEvent::Ended(notice)) if notice.reason == EndedReason::Expired => {
                self.close_stream(Trouble::Fault);
            }
            Event::Stream(StreamEvent::Ended(notice)) => self.end(SessionOver::Ended(notice)),
            Event::StreamRefused(over) => self.end(over),
            Event::StreamAlive => self.seen_current(now),
            Event::StreamLost(trouble) => {
                // Heartbeats have moved the time without a write each.
                self.position_changed |= self.is_live();
                self.close_stream(trouble);
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
                        PageFailure::Trouble(trouble) => self.fail(Way::Requests, trouble),
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
                    self.was_at(outcome.head.clone());
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
            Event::TryNow => self.try_now(),
            Event::SyncNow => self.hurry(),
            Event::LookAgain => self.look_again(),
            Event::Damaged => {
                self.outbox.rewrite();
                self.rebuild(self.position.revision);
            }
        }
    }

    fn greeted(&mut self, revision: u64, now: Timestamp) {
        self.hear(revision);
        if self.stream == (Stream::Open { greeted: false }) {
            self.stream = Stream::Open { greeted: true };
            self.silent = false;
            self.stream_lane.succeed();
            self.stream_lane.look_no_more();
            self.request_lane.encourage();
            self.request_lane.look_no_more();
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

    /// The server has said that it was there, which it is shown with every request from now on.
    fn was_at(&mut self, head: Head) {
        if head.is_beyond(&self.position.head) {
            self.position.head = head;
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
            EditFailure::Trouble(trouble) => return self.fail(Way::Requests, trouble),
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
            EditFailure::OnProbation => {
                self.outbox
                    .refuse(key, &none, Refusal::OnProbation, fresh_key);
            }
            EditFailure::Rejected => self.outbox.refuse(key, &none, Refusal::Rejected, fresh_key),
            EditFailure::KeyReused => self.outbox.change_key(key, fresh_key),
        }
        self.succeed();
        self.topics.extend(topic(collection.name()));
    }

    /// A request was answered.
    fn succeed(&mut self) {
        if self.request_lane.trouble == Some(Trouble::Unreachable) {
            self.stream_lane.encourage();
        }
        self.request_lane.succeed();
        self.answered = true;
    }

    fn end(&mut self, over: SessionOver) {
        if let SessionOver::Ended(notice) = &over
            && notice.session_id != self.session_id
        {
            return self.close_stream(Trouble::Nonsense);
        }
        let changes = self.outbox.unconfirmed_changes();
        let last = match over.parks() {
            Ok(reason) => Effect::Park {
                reason,
                waiting_changes: changes,
            },
            Err(ended) => Effect::Destroy {
                ended,
                lost_changes: changes,
            },
        };
        self.over = true;
        self.effects = vec![last];
    }
}

fn topic(collection: &str) -> Option<Topic> {
    match Collection::named(collection)? {
        Collection::Profile => Some(Topic::Profile),
        Collection::Emails | Collection::EmailChanges => Some(Topic::Emails),
        Collection::Sessions => Some(Topic::Sessions),
        Collection::Activity => Some(Topic::Activity),
        Collection::Mails => Some(Topic::Mails),
        Collection::SecondFactor => Some(Topic::SecondFactor),
        Collection::Password => Some(Topic::Password),
        Collection::Passkeys => Some(Topic::Passkeys),
    }
}

#[cfg(test)]
mod tests;
