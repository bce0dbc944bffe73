//! What lies between devices and server.

use latchkey_client::sync::{EditFailure, Event, PageFailure, SessionOver, Trouble};
use latchkey_protocol::sync::{Edit, StreamEvent, SyncPage};
use uuid::Uuid;

use super::checks;
use super::device::DeviceId;
use super::world::{Happening, MILLISECOND, SECOND, World};

/// After which time a driver gives a request up.
const TIMEOUT: u64 = 10 * SECOND;
/// After which time a driver notices that a stream is silent.
const SILENCE: u64 = 45 * SECOND;

/// Something a device asks the server.
#[derive(Clone, Debug)]
pub enum Request {
    /// `GET /v1/events`
    Open { stream: u64 },
    /// `GET /v1/sync`
    Page { request: u64, after: u64 },
    /// `POST /v1/edits`
    Edit { key: Uuid, edit: Edit },
}

impl World {
    /// Sends a request on its way, or loses it.
    pub(super) fn send(&mut self, device: DeviceId, request: Request) {
        let incarnation = self.devices[device].incarnation;
        if !self.devices[device].online || (!self.calm && self.random.chance(6)) {
            self.coverage.count("requests lost");
            return self.fail(device, incarnation, &request, Trouble::Unreachable, TIMEOUT);
        }
        if !self.calm && self.random.chance(6) && !matches!(request, Request::Open { .. }) {
            self.coverage.count("requests repeated on the way");
            let after = self.random.below(30 * SECOND);
            let request = request.clone();
            self.after(
                after,
                Happening::Request {
                    device,
                    incarnation,
                    request,
                },
            );
        }
        let after = self.delay();
        self.after(
            after,
            Happening::Request {
                device,
                incarnation,
                request,
            },
        );
    }

    fn delay(&mut self) -> u64 {
        let bound = match self.random.below(20) {
            _ if self.calm => 20 * MILLISECOND,
            0 => 40 * SECOND,
            1..=4 => 3 * SECOND,
            _ => 100 * MILLISECOND,
        };
        1 + self.random.below(bound)
    }

    /// Tells the process that sent a request of its failure.
    fn fail(
        &mut self,
        device: DeviceId,
        incarnation: u64,
        request: &Request,
        trouble: Trouble,
        after: u64,
    ) {
        let event = match request {
            Request::Open { stream } => {
                let (stream, event) = (*stream, Event::StreamLost(trouble));
                let happening = Happening::StreamEvent {
                    device,
                    incarnation,
                    stream,
                    event,
                };
                return self.after(after, happening);
            }
            Request::Page { request, .. } => Event::PageFailed {
                request: *request,
                failure: PageFailure::Trouble(trouble),
            },
            Request::Edit { key, .. } => Event::EditFailed {
                key: *key,
                failure: EditFailure::Trouble(trouble),
                fresh_key: self.random.uuid(),
            },
        };
        self.after(
            after,
            Happening::Event {
                device,
                incarnation,
                event,
            },
        );
    }

    /// A request reaches the server, which answers; and the answer is sent on its way, or lost.
    pub(super) fn arrive(
        &mut self,
        device: DeviceId,
        incarnation: u64,
        request: &Request,
    ) -> Result<(), String> {
        self.note(|| format!("server <- device {device} {request:?}"));
        if !self.calm && self.random.chance(5) {
            let trouble = match self.random.below(3) {
                0 => Trouble::Busy {
                    retry_after_seconds: u32::try_from(self.random.below(100)).unwrap_or_default(),
                },
                1 => Trouble::Fault,
                _ => Trouble::Nonsense,
            };
            self.coverage.count("requests answered with a fault");
            // The fault may come after the work was done.
            if self.random.chance(50) {
                self.answer(device, incarnation, request)?;
            }
            let after = self.delay();
            self.fail(device, incarnation, request, trouble, after);
            return Ok(());
        }
        let over = self.session_over(device, incarnation);
        let event = match (request, over) {
            (Request::Open { .. }, Some(over)) => Event::StreamRefused(over),
            (Request::Page { request, .. }, Some(over)) => Event::PageFailed {
                request: *request,
                failure: PageFailure::SessionOver(over),
            },
            (Request::Edit { key, .. }, Some(over)) => Event::EditFailed {
                key: *key,
                failure: EditFailure::SessionOver(over),
                fresh_key: self.random.uuid(),
            },
            (_, None) => self.answer(device, incarnation, request)?,
        };
        let after = self.delay();
        if !self.devices[device].online || (!self.calm && self.random.chance(6)) {
            self.coverage.count("answers lost");
            self.fail(device, incarnation, request, Trouble::Unreachable, TIMEOUT);
            return Ok(());
        }
        if let Request::Open { stream } = *request
            && self.devices[device].streams_swallowed
        {
            self.swallow(device, incarnation, stream, event);
            return Ok(());
        }
        if let Request::Open { stream } = *request {
            let refused = matches!(event, Event::StreamRefused(_));
            self.stream_says(device, incarnation, stream, event);
            // A process that is gone, or has opened another stream since, does not listen.
            let listens = self.devices[device].incarnation == incarnation
                && self.devices[device].stream == Some(stream);
            if !refused && listens {
                self.streams.insert((device, incarnation, stream));
                let revision = Event::Stream(StreamEvent::Revision(self.server.revision));
                self.stream_says(device, incarnation, stream, revision);
            }
            return Ok(());
        }
        if !self.calm && self.random.chance(4) {
            self.coverage.count("answers after the timeout");
            self.fail(device, incarnation, request, Trouble::Unreachable, after);
            let event = event.clone();
            let later = after + self.random.below(20 * SECOND);
            self.after(
                later,
                Happening::Event {
                    device,
                    incarnation,
                    event,
                },
            );
            return Ok(());
        }
        if !self.calm && self.random.chance(5) {
            self.coverage.count("answers repeated");
            let event = event.clone();
            let later = self.random.below(20 * SECOND);
            self.after(
                later,
                Happening::Event {
                    device,
                    incarnation,
                    event,
                },
            );
        }
        self.after(
            after,
            Happening::Event {
                device,
                incarnation,
                event,
            },
        );
        Ok(())
    }

    /// A proxy keeps a stream to itself: all of it, or all but its head. The driver gives it up in time.
    fn swallow(&mut self, device: DeviceId, incarnation: u64, stream: u64, head: Event) {
        self.coverage.count("streams swallowed");
        let with_head = self.random.chance(50);
        if with_head && matches!(head, Event::StreamOpened) {
            self.stream_says(device, incarnation, stream, head);
        }
        let after = if with_head { SILENCE } else { TIMEOUT };
        let event = Event::StreamLost(Trouble::Unreachable);
        self.after(
            after,
            Happening::StreamEvent {
                device,
                incarnation,
                stream,
                event,
            },
        );
    }

    fn session_over(&self, device: DeviceId, incarnation: u64) -> Option<SessionOver> {
        if incarnation < self.devices[device].signed_in {
            return Some(SessionOver::Unknown);
        }
        let session = &self.server.sessions[device];
        let ended = session.ended.clone()?;
        Some(if session.forgotten {
            SessionOver::Unknown
        } else {
            SessionOver::Ended(ended)
        })
    }

    /// The server does what is asked.
    fn answer(
        &mut self,
        device: DeviceId,
        incarnation: u64,
        request: &Request,
    ) -> Result<Event, String> {
        let now = self.now();
        Ok(match request {
            Request::Open { .. } => Event::StreamOpened,
            Request::Page { request, after } => {
                let mut page = self.server.sync(*after);
                if !self.calm && self.random.chance(2) {
                    self.coverage.count("senseless pages");
                    self.garble(&mut page, *after);
                }
                Event::PageFetched {
                    request: *request,
                    page,
                }
            }
            Request::Edit { key, edit } => {
                if self.session_over(device, incarnation).is_some() {
                    return Ok(Event::StreamAlive);
                }
                let answered = self.server.edit(device, *key, edit, now);
                for (field, before) in &answered.overwritten {
                    checks::overwritten(self, device, field, before)?;
                }
                if answered.repeated {
                    self.coverage.count("edits answered from memory");
                }
                if answered.changed {
                    self.coverage.count("edits that changed the account");
                    self.announce();
                }
                match answered.answer {
                    Ok(outcome) => {
                        let conflicts = outcome.conflicts.len() as u64;
                        self.coverage
                            .add("conflicts answered by the server", conflicts);
                        Event::EditSent { key: *key, outcome }
                    }
                    Err(EditFailure::KeyReused) => {
                        return Err(format!("device {device} used the key {key} for two edits"));
                    }
                    Err(failure) => {
                        self.coverage.count("edits refused");
                        let fresh_key = self.random.uuid();
                        Event::EditFailed {
                            key: *key,
                            failure,
                            fresh_key,
                        }
                    }
                }
            }
        })
    }

    /// Breaks a page in a way that can be noticed.
    fn garble(&mut self, page: &mut SyncPage, after: u64) {
        match self.random.below(3) {
            0 => page.next = page.revision + 1,
            1 => {
                page.records.clear();
                page.next = after;
                page.revision = after + 5;
            }
            _ => {
                let again = page.records.first().cloned();
                page.records.extend(again.clone());
                if again.is_none() {
                    page.next = page.revision + 1;
                }
            }
        }
    }

    /// Tells every open stream of the account's revision.
    pub(super) fn announce(&mut self) {
        let revision = self.server.revision;
        for (device, incarnation, stream) in self.streams.clone() {
            if !self.calm && self.random.chance(5) {
                // The hint is lost with its connection, which the device notices by the silence.
                self.coverage.count("streams fallen silent");
                self.streams.remove(&(device, incarnation, stream));
                let event = Event::StreamLost(Trouble::Unreachable);
                self.after(
                    SILENCE,
                    Happening::StreamEvent {
                        device,
                        incarnation,
                        stream,
                        event,
                    },
                );
                continue;
            }
            self.stream_says(
                device,
                incarnation,
                stream,
                Event::Stream(StreamEvent::Revision(revision)),
            );
        }
    }

    /// Lets a stream say something after what it said before; now and then a hint comes late all the same.
    pub(super) fn stream_says(
        &mut self,
        device: DeviceId,
        incarnation: u64,
        stream: u64,
        event: Event,
    ) {
        let earliest = self.time + self.delay();
        let hint = matches!(event, Event::Stream(StreamEvent::Revision(_)));
        let at = if hint
            && self.devices[device].stream_busy_until < self.time
            && !self.calm
            && self.random.chance(10)
        {
            self.coverage.count("hints out of order");
            earliest + self.random.below(10 * SECOND)
        } else {
            let at = earliest.max(self.devices[device].stream_busy_until + 1);
            self.devices[device].stream_busy_until = at;
            at
        };
        let after = at - self.time;
        self.after(
            after,
            Happening::StreamEvent {
                device,
                incarnation,
                stream,
                event,
            },
        );
    }

    /// An event of a stream reaches its device, if that still listens and the network lets it through.
    pub(super) fn stream_event(
        &mut self,
        device: DeviceId,
        incarnation: u64,
        stream: u64,
        event: Event,
    ) -> Result<(), String> {
        let listener = &mut self.devices[device];
        if listener.incarnation != incarnation || listener.stream != Some(stream) {
            return Ok(());
        }
        let lost = matches!(event, Event::StreamLost(_) | Event::StreamRefused(_));
        if !listener.online && !lost {
            self.streams.remove(&(device, incarnation, stream));
            let event = Event::StreamLost(Trouble::Unreachable);
            self.after(
                SILENCE,
                Happening::StreamEvent {
                    device,
                    incarnation,
                    stream,
                    event,
                },
            );
            return Ok(());
        }
        if lost {
            listener.stream = None;
            self.streams.remove(&(device, incarnation, stream));
        }
        self.step(device, event)?;
        Ok(())
    }

    /// The server is started anew: every stream breaks.
    pub(super) fn lose_streams(&mut self) {
        for (device, incarnation, stream) in std::mem::take(&mut self.streams) {
            let after = self.delay();
            let event = Event::StreamLost(Trouble::Unreachable);
            self.after(
                after,
                Happening::StreamEvent {
                    device,
                    incarnation,
                    stream,
                    event,
                },
            );
        }
    }

    /// A proxy on a device's way begins to swallow event streams, or ceases to.
    pub(super) fn toggle_swallowing(&mut self, device: DeviceId) {
        let swallowed = !self.devices[device].streams_swallowed;
        self.devices[device].streams_swallowed = swallowed;
        self.note(|| format!("streams of device {device} are swallowed: {swallowed}"));
    }

    /// Cuts a device off, or lets it back.
    pub(super) fn toggle_network(&mut self, device: DeviceId) {
        let online = !self.devices[device].online;
        self.devices[device].online = online;
        self.note(|| {
            format!(
                "device {device} is {}",
                if online { "online" } else { "offline" }
            )
        });
        if online {
            return self.event_after(0, device, Event::SyncNow);
        }
        self.coverage.count("partitions");
        let cut: Vec<_> = self
            .streams
            .iter()
            .filter(|(of, ..)| *of == device)
            .copied()
            .collect();
        for (device, incarnation, stream) in cut {
            self.streams.remove(&(device, incarnation, stream));
            let event = Event::StreamLost(Trouble::Unreachable);
            self.after(
                SILENCE,
                Happening::StreamEvent {
                    device,
                    incarnation,
                    stream,
                    event,
                },
            );
        }
    }
}
