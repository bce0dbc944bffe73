//! Virtual time, and what happens in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use latchkey_client::stage::SyncState;
use latchkey_client::sync::{Effect, Engine, Event, Write};
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::{EndedNotice, EndedReason};
use latchkey_protocol::sync::{Collection, Edit, first_revision};
use latchkey_protocol::time::Timestamp;
use uuid::Uuid;

use super::checks;
use super::coverage::Coverage;
use super::device::{Device, DeviceId};
use super::network::Request;
use super::random::Random;
use super::server::Server;

/// Microseconds in a millisecond.
pub const MILLISECOND: u64 = 1_000;
/// Microseconds in a second.
pub const SECOND: u64 = 1_000 * MILLISECOND;

/// More steps than any run needs, so that one that never calms down is noticed.
const STEPS_MAXIMUM: u64 = 100_000;
/// How long after the last change every device that has to ask knows it: the streams are noticed to be gone, and the
/// longest wait between two questions is over.
const LEARNT_WITHOUT_STREAMS: u64 = 200 * SECOND;
/// The same for the rounds of answers after the chaos.
const ROUNDS_MAXIMUM: u64 = 200;

/// Something that will happen.
#[derive(Clone, Debug)]
pub enum Happening {
    /// An event for one process of a device.
    Event {
        device: DeviceId,
        incarnation: u64,
        event: Event,
    },
    /// An event of one stream of a device.
    StreamEvent {
        device: DeviceId,
        incarnation: u64,
        stream: u64,
        event: Event,
    },
    /// A request reaches the server.
    Request {
        device: DeviceId,
        incarnation: u64,
        request: Request,
    },
    /// A device is switched on.
    Start { device: DeviceId },
    /// Whatever chance wants.
    Chaos,
}

/// Devices, server, network and time of one run.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
pub struct World {
    pub(super) random: Random,
    pub(super) server: Server,
    pub(super) devices: Vec<Device>,
    /// Streams the server has open: device, incarnation, stream.
    pub(super) streams: BTreeSet<(DeviceId, u64, u64)>,
    pub(super) streams_opened: u64,
    pub(super) time: u64,
    queue: BTreeMap<(u64, u64), Happening>,
    queued: u64,
    pub(super) calm: bool,
    pub(super) chaos_left: u64,
    /// Whether everybody keeps their own value once all is calm: even that must come to an end.
    pub(super) stubborn: bool,
    /// What was ever sent under a key.
    pub(super) bodies: HashMap<Uuid, Edit>,
    /// Values that were given once in the whole run.
    pub(super) unique: BTreeSet<String>,
    pub(super) values_made: u64,
    pub(super) backup: Option<Server>,
    /// Whether the server has lost what it had acknowledged.
    pub(super) restored: bool,
    /// What the run did.
    pub coverage: Coverage,
    tracing: bool,
    /// What happened, when it is asked for.
    pub trace: Vec<String>,
}

impl World {
    /// The world of a seed.
    pub fn new(seed: u64, tracing: bool) -> Self {
        let mut random = Random::new(seed);
        let count = 2 + random.index(3);
        let server = Server::new(&mut random, count);
        let devices = server
            .sessions
            .iter()
            .map(|session| Device::new(session.id))
            .collect();
        let chaos_left = 20 + random.below(130);
        let stubborn = random.chance(50);
        Self {
            random,
            server,
            devices,
            streams: BTreeSet::new(),
            streams_opened: 0,
            time: 1_000 * SECOND,
            queue: BTreeMap::new(),
            queued: 0,
            calm: false,
            chaos_left,
            stubborn,
            bodies: HashMap::new(),
            unique: BTreeSet::new(),
            values_made: 0,
            backup: None,
            restored: false,
            coverage: Coverage::default(),
            tracing,
            trace: Vec::new(),
        }
    }

    /// Runs the chaos, then the calm, then checks; and for some seeds a restored server.
    pub fn run(&mut self) -> Result<(), String> {
        for device in 0..self.devices.len() {
            let after = self.random.below(5 * SECOND);
            self.after(after, Happening::Start { device });
        }
        self.after(SECOND, Happening::Chaos);
        while self.chaos_left > 0 {
            self.happen()?;
        }
        self.calm_down()?;
        checks::settled(self)?;
        if let Some(backup) = self.backup.take()
            && backup.revision < self.server.revision
        {
            self.edit_offline()?;
            self.restore(backup);
            self.calm_down()?;
            checks::same_records(self)?;
            checks::nothing_lost(self)?;
        }
        self.without_streams()
    }

    /// Proxies begin to swallow every event stream for good: the devices ask instead, and learn of what happens within
    /// the longest wait between two questions.
    fn without_streams(&mut self) -> Result<(), String> {
        self.note(|| "no stream comes through any more".to_owned());
        for device in &mut self.devices {
            device.streams_swallowed = true;
        }
        self.lose_streams();
        let id = self.random.uuid().to_string();
        let entry = serde_json::json!({"kind": "signed_in"});
        self.server.put(Collection::Activity, &id, entry);
        let end = self.time + LEARNT_WITHOUT_STREAMS;
        for _ in 0..STEPS_MAXIMUM {
            if self.time >= end || self.queue.is_empty() {
                break;
            }
            self.happen()?;
        }
        checks::agreed(self, SyncState::Polling)?;
        self.coverage.count("runs that end without streams");
        Ok(())
    }

    /// People whose devices have no network give values that nothing else is to outlast.
    fn edit_offline(&mut self) -> Result<(), String> {
        for device in 0..self.devices.len() {
            self.devices[device].wishes.clear();
            if self.devices[device].online {
                self.toggle_network(device);
            }
            self.edit(device)?;
        }
        Ok(())
    }

    /// The server loses everything since a backup, but for the endings of sessions, and ends those that are live.
    fn restore(&mut self, backup: Server) {
        self.note(|| format!("the server is restored to revision {}", backup.revision));
        self.coverage.count("servers restored from a backup");
        self.restored = true;
        let mut sessions = std::mem::take(&mut self.server.sessions);
        let (epoch, at) = (self.server.epoch + 1, self.now());
        for session in &mut sessions {
            session.ended.get_or_insert(EndedNotice {
                session_id: SessionId(session.id),
                at,
                reason: EndedReason::ServerRestored,
                by_session_id: None,
                by_device_name: None,
            });
        }
        self.server = backup;
        self.server.epoch = epoch;
        self.server.revision = self.server.revision.max(first_revision(epoch));
        self.server.sessions = sessions;
        for device in &mut self.devices {
            if let Some(store) = &mut device.store {
                store.may_go_back = true;
            }
        }
        self.lose_streams();
    }

    /// Heals everything, lets all that is under way arrive, and has all questions answered.
    fn calm_down(&mut self) -> Result<(), String> {
        self.note(|| "calm".to_owned());
        self.calm = true;
        for device in 0..self.devices.len() {
            self.devices[device].online = true;
            self.devices[device].crash_after = None;
            self.devices[device].streams_swallowed = false;
            self.after(0, Happening::Start { device });
        }
        for _ in 0..ROUNDS_MAXIMUM {
            for _ in 0..STEPS_MAXIMUM {
                if self.queue.is_empty() {
                    break;
                }
                self.happen()?;
            }
            if !self.queue.is_empty() {
                return Err("the world does not calm down".into());
            }
            let mut answered = false;
            for device in 0..self.devices.len() {
                answered |= self.answer_everything(device)?;
            }
            if !answered && self.queue.is_empty() {
                return Ok(());
            }
        }
        Err("the questions never end".into())
    }

    /// The next thing happens.
    fn happen(&mut self) -> Result<(), String> {
        let Some(((time, _), happening)) = self.queue.pop_first() else {
            return Err("nothing will ever happen again".into());
        };
        self.time = self.time.max(time);
        match happening {
            Happening::Event {
                device,
                incarnation,
                event,
            } => {
                if self.devices[device].incarnation == incarnation {
                    self.step(device, event)?;
                }
            }
            Happening::StreamEvent {
                device,
                incarnation,
                stream,
                event,
            } => self.stream_event(device, incarnation, stream, event)?,
            Happening::Request {
                device,
                incarnation,
                request,
            } => self.arrive(device, incarnation, &request)?,
            Happening::Start { device } => self.start(device)?,
            Happening::Chaos => {
                if !self.calm {
                    self.chaos()?;
                    self.chaos_left = self.chaos_left.saturating_sub(1);
                    let bound = if self.random.chance(10) {
                        200 * SECOND
                    } else {
                        3 * SECOND
                    };
                    let after = self.random.below(bound);
                    self.after(after, Happening::Chaos);
                }
            }
        }
        Ok(())
    }

    /// Lets something happen `after` microseconds.
    pub(super) fn after(&mut self, after: u64, happening: Happening) {
        self.queued += 1;
        self.queue
            .insert((self.time + after, self.queued), happening);
    }

    /// An event for the process that runs on a device now.
    pub(super) fn event_after(&mut self, after: u64, device: DeviceId, event: Event) {
        let incarnation = self.devices[device].incarnation;
        self.after(
            after,
            Happening::Event {
                device,
                incarnation,
                event,
            },
        );
    }

    /// The server's clock.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp(i64::try_from(self.time).unwrap_or(i64::MAX))
    }

    /// Switches a device on, if it is off and signed in. Now and then its store turns out damaged.
    fn start(&mut self, device: DeviceId) -> Result<(), String> {
        if self.devices[device].engine.is_some() || self.devices[device].store.is_none() {
            return Ok(());
        }
        let damaged = !self.calm && self.random.chance(5);
        if damaged {
            self.damage_store(device);
        }
        let Some(loaded) = self.devices[device].load(damaged) else {
            return Ok(());
        };
        self.note(|| format!("device {device} starts, damaged {damaged}"));
        self.devices[device].engine = Some(Engine::new(loaded));
        let jitter = self.random.jitter();
        self.step(device, Event::Started { jitter })?;
        Ok(())
    }

    /// The process of a device dies; what it had not persisted is gone.
    pub(super) fn crash(&mut self, device: DeviceId) {
        self.note(|| format!("device {device} crashes"));
        self.devices[device].engine = None;
        self.devices[device].incarnation += 1;
        self.devices[device].stream = None;
        self.devices[device].crash_after = None;
        self.streams.retain(|(of, ..)| *of != device);
        let bound = if self.random.chance(20) {
            300 * SECOND
        } else {
            3 * SECOND
        };
        let after = self.random.below(bound);
        self.after(after, Happening::Start { device });
    }

    /// Steps a device's engine and performs the effects. False when the device crashed before its writes were durable.
    pub(super) fn step(&mut self, device: DeviceId, event: Event) -> Result<bool, String> {
        let now = Timestamp(self.now().0 + self.devices[device].clock_offset);
        self.note(|| format!("device {device} <- {event:?}"));
        let Some(engine) = self.devices[device].engine.as_mut() else {
            return Ok(false);
        };
        let effects = engine.step(event, now);
        if self.devices[device].store.is_none() && !effects.is_empty() {
            return Err(format!(
                "device {device} was destroyed and goes on: {effects:?}"
            ));
        }
        let mut durable = !matches!(effects.first(), Some(Effect::Persist(_)));
        for effect in effects {
            if let Some(left) = self.devices[device].crash_after {
                if left == 0 {
                    self.coverage.count("crashes between effects");
                    self.crash(device);
                    return Ok(durable);
                }
                self.devices[device].crash_after = Some(left - 1);
            }
            self.note(|| format!("device {device} -> {effect:?}"));
            if let Effect::Persist(writes) = effect {
                if !self.calm && self.random.chance(1) {
                    self.coverage.count("failed writes");
                    self.crash(device);
                    return Ok(false);
                }
                self.persist(device, writes)?;
                durable = true;
            } else {
                self.perform(device, effect)?;
            }
        }
        checks::device(self, device)?;
        Ok(durable)
    }

    fn persist(&mut self, device: DeviceId, writes: Vec<Write>) -> Result<(), String> {
        for write in &writes {
            self.coverage.count(match write {
                Write::ForgetAllRecords => "records replaced from the beginning",
                Write::PutRecords(_) => "pages applied",
                _ => continue,
            });
        }
        let Some(store) = self.devices[device].store.as_mut() else {
            return Err(format!("device {device} writes though it is destroyed"));
        };
        store
            .persist(writes)
            .map_err(|what| format!("device {device}: {what}"))
    }

    fn perform(&mut self, device: DeviceId, effect: Effect) -> Result<(), String> {
        match effect {
            Effect::Persist(_) => return Err("two writes in one step".into()),
            Effect::Announce(_) => {}
            Effect::OpenStream => {
                self.streams_opened += 1;
                let stream = self.streams_opened;
                self.streams.retain(|(of, ..)| *of != device);
                self.devices[device].stream = Some(stream);
                self.devices[device].stream_busy_until = self.time;
                self.send(device, Request::Open { stream });
            }
            Effect::FetchPage { request, after } => {
                self.send(device, Request::Page { request, after });
            }
            Effect::SendEdit { key, edit } => {
                checks::may_be_sent(self, device, key, &edit)?;
                if self.bodies.insert(key, edit.clone()).is_some() {
                    self.coverage.count("edits sent again");
                }
                self.send(device, Request::Edit { key, edit });
            }
            Effect::SetTimer { way, timer, after } => {
                if !(SECOND..=3_601 * SECOND).contains(&after) {
                    return Err(format!("a wait of {after} microseconds"));
                }
                let jitter = self.random.jitter();
                self.event_after(after, device, Event::TimerFired { way, timer, jitter });
            }
            Effect::Destroy { .. } => {
                self.coverage.count("devices destroyed");
                self.devices[device].store = None;
                self.devices[device].stream = None;
            }
            Effect::Park { .. } => {
                self.coverage.count("devices parked");
                self.sign_in_again(device);
            }
        }
        Ok(())
    }

    /// The person signs in again on a device whose session the server does not go on with: another process over what
    /// is stored.
    fn sign_in_again(&mut self, device: DeviceId) {
        let session = self.server.new_session(&mut self.random);
        self.devices[device].session = session.id;
        self.server.sessions[device] = session;
        self.announce();
        self.crash(device);
        self.devices[device].signed_in = self.devices[device].incarnation;
    }

    /// Remembers what happened, when it is asked for.
    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        if self.tracing {
            let seconds = self.time / SECOND;
            let milliseconds = self.time % SECOND / MILLISECOND;
            self.trace
                .push(format!("{seconds:>6}.{milliseconds:03} {}", what()));
        }
    }
}
