//! What is begun, and when: the stream, a page, an edit, a question for want of a stream.

use super::lane::Purpose;
use super::{Engine, Fetch, Stream};
use crate::sync::backoff;
use crate::sync::messages::{Effect, Trouble, Way};

/// How long an event stream may take to say the account's revision, which is the first thing it says, in microseconds.
/// After that it is asked for: a proxy that keeps the stream to itself must not keep everything else.
pub(super) const GREETING: u64 = 10_000_000;

impl Engine {
    /// Begins whatever can be begun.
    pub(super) fn advance(&mut self) {
        if self.stream == Stream::Closed && !self.stream_lane.pauses() {
            self.stream = Stream::Opening;
            self.effects.push(Effect::OpenStream);
            self.set_timer(Way::Stream, Purpose::Look, GREETING);
        }
        let may_ask = matches!(self.stream, Stream::Open { .. }) || self.polls_instead();
        if !may_ask || self.request_lane.pauses() {
            return;
        }
        self.fetch_page();
        self.send_edit();
        if self.polls_instead() && self.fetch.is_none() && !self.request_lane.waits() {
            let after = backoff::delay(self.polls.saturating_add(1), self.jitter);
            self.set_timer(Way::Requests, Purpose::Look, after);
        }
    }

    /// The person asks: forgets all pauses, even the server's.
    pub(super) fn try_now(&mut self) {
        self.stream_lane.pause_no_more();
        self.request_lane.pause_no_more();
        self.hurry();
    }

    /// Forgets the pauses that no server asked for.
    pub(super) fn hurry(&mut self) {
        self.stream_lane.hurry();
        self.request_lane.hurry();
        self.request_lane.look_no_more();
        self.polls = 0;
        self.must_fetch = true;
    }

    /// Restarts connections that may have died silently.
    pub(super) fn look_again(&mut self) {
        // Heartbeats have moved the time without a write each.
        self.position_changed |= self.is_live();
        self.stream = Stream::Closed;
        self.stream_lane.look_no_more();
        self.fetch = None;
        // Sent again with its key: done once, whatever became of it.
        self.sending = None;
        self.answered = false;
        self.hurry();
    }

    /// A timer has fired.
    pub(super) fn waited(&mut self, way: Way, purpose: Purpose) {
        match (way, purpose) {
            // The stream is opened again.
            (Way::Stream, Purpose::Pause { .. }) => {}
            (Way::Stream, Purpose::Look) => self.silent |= !self.is_live(),
            // Nothing may be left to do that would show that the trouble is over: ask.
            (Way::Requests, Purpose::Pause { .. }) => {
                self.must_fetch |= self.request_lane.trouble.is_some();
            }
            (Way::Requests, Purpose::Look) => {
                self.polls = self.polls.saturating_add(1);
                self.must_fetch |= self.polls_instead();
            }
        }
    }

    pub(super) fn close_stream(&mut self, trouble: Trouble) {
        if self.is_live() {
            self.answered = false;
            self.polls = 0;
        }
        self.stream = Stream::Closed;
        self.fail(Way::Stream, trouble);
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
}
