//! A device: an engine, the store that survives a crash, and the person in front of it.

use std::collections::{BTreeMap, BTreeSet};

use latchkey_client::sync::{Engine, Loaded, OutboxItem, Position, Write, overlay as lay_over};
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sync::{Collection, Record};
use serde_json::Value;
use uuid::Uuid;

use super::server::FieldName;

/// Index of a device in its world.
pub type DeviceId = usize;

/// What survives a crash.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// Cached records.
    pub records: BTreeMap<(String, String), Record>,
    /// Where it stands.
    pub position: Position,
    /// The outbox.
    pub outbox: BTreeMap<u64, OutboxItem>,
    /// Whether the cursor may go back: something was found damaged or the server restored.
    pub may_go_back: bool,
}

impl Store {
    /// Performs writes as one transaction, and says what must never be written.
    pub fn persist(&mut self, writes: Vec<Write>) -> Result<(), String> {
        for write in writes {
            match write {
                Write::ForgetAllRecords => self.records.clear(),
                Write::PutRecords(records) => {
                    for record in records {
                        self.put(record)?;
                    }
                }
                Write::SetPosition(position) => {
                    let back = position.cursor < self.position.cursor;
                    if back && (position.cursor != 0 || !self.may_go_back) {
                        return Err(format!(
                            "the cursor went back from {} to {}",
                            self.position.cursor, position.cursor
                        ));
                    }
                    self.may_go_back &= !back;
                    self.position = position;
                }
                Write::PutOutboxItem(item) => {
                    self.outbox.insert(item.number, item);
                }
                Write::RemoveOutboxItem { number } => {
                    self.outbox.remove(&number);
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, record: Record) -> Result<(), String> {
        let key = (record.collection.clone(), record.id.clone());
        if let Some(held) = self.records.get(&key)
            && held.revision > record.revision
        {
            return Err(format!(
                "revision {} of {key:?} was put over {}",
                record.revision, held.revision
            ));
        }
        if record.body.is_some() {
            self.records.insert(key, record);
        } else {
            self.records.remove(&key);
        }
        Ok(())
    }
}

/// What became of a value that the person gave and the device accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The person counts on it.
    Open,
    /// The person chose the other side's value.
    Abandoned,
    /// The person read that it was refused, and gave it up.
    Dismissed,
    /// The person was told that damage cost it.
    ToldLost,
}

/// The last value that the person gave a field on this device.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The value, trimmed.
    pub value: String,
    /// What became of it.
    pub fate: Fate,
}

/// One device.
pub struct Device {
    /// Its session.
    pub session: Uuid,
    /// What survives a crash; `None` once destroyed.
    pub store: Option<Store>,
    /// Runs while the device is on.
    pub engine: Option<Engine>,
    /// How often it was started: what was meant for an earlier process reaches nobody.
    pub incarnation: u64,
    /// Its first process with this session: what an earlier one sent went with another.
    pub signed_in: u64,
    /// The event stream its driver has open or opens.
    pub stream: Option<u64>,
    /// When the last event of that stream arrives: a stream keeps its order.
    pub stream_busy_until: u64,
    /// Whether the network reaches it.
    pub online: bool,
    /// Whether a proxy on its way keeps what event streams say to itself.
    pub streams_swallowed: bool,
    /// How far its clock is off, in microseconds.
    pub clock_offset: i64,
    /// Crash after so many more effects.
    pub crash_after: Option<u64>,
    /// Whether damage ever cost it outbox items: it may have forgotten what it sent.
    pub lost_items: bool,
    /// What its person counts on.
    pub wishes: BTreeMap<FieldName, Wish>,
    /// The values its person has seen when giving a value or answering.
    pub seen: BTreeMap<FieldName, BTreeSet<String>>,
}

impl Device {
    /// A device that is signed in and has not synced yet.
    pub fn new(session: Uuid) -> Self {
        Self {
            session,
            store: Some(Store::default()),
            engine: None,
            incarnation: 0,
            signed_in: 0,
            stream: None,
            stream_busy_until: 0,
            online: true,
            streams_swallowed: false,
            clock_offset: 0,
            crash_after: None,
            lost_items: false,
            wishes: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    /// What the store gives a new engine.
    pub fn load(&self, damaged: bool) -> Option<Loaded> {
        let store = self.store.as_ref()?;
        Some(Loaded {
            session_id: SessionId(self.session),
            position: store.position.clone(),
            outbox: store.outbox.values().cloned().collect(),
            damaged,
        })
    }

    /// The body of a cached record.
    pub fn body(&self, collection: Collection, id: &str) -> Option<&Value> {
        let key = (collection.name().to_owned(), id.to_owned());
        self.store.as_ref()?.records.get(&key)?.body.as_ref()
    }

    /// The value of a field as the person sees it.
    pub fn shown(&self, (collection, id, field): &FieldName) -> Option<String> {
        let body = self.body(*collection, id)?;
        let shown = lay_over(*collection, id, body, self.engine.as_ref()?.outbox().iter());
        Some(shown.body.get(field)?.as_str()?.to_owned())
    }

    /// Whether it is on and signed in.
    pub fn runs(&self) -> bool {
        self.store.is_some() && self.engine.is_some()
    }
}
