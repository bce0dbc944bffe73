//! The server as the protocol promises it: one account, edits that count once, and a record of every value that every
//! field ever held.

use std::collections::{BTreeMap, HashMap};

use latchkey_client::sync::EditFailure;
use latchkey_protocol::editable::{Field, fields_of};
use latchkey_protocol::sessions::{EndedNotice, EndedReason};
use latchkey_protocol::sync::{
    Collection, CurrentField, Edit, EditOutcome, FieldStamp, Head, Record, SyncPage, check_edit,
    merge, trimmed,
};
use latchkey_protocol::time::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::device::DeviceId;
use super::random::Random;

/// A field of a record.
pub type FieldName = (Collection, String, String);

/// A value that a field came to hold.
#[derive(Clone, Debug)]
pub struct Written {
    /// The value.
    pub value: String,
    /// With which revision.
    pub revision: u64,
    /// Who wrote it; `None` for the first value.
    pub by: Option<DeviceId>,
}

/// One account's server.
#[derive(Clone, Debug)]
pub struct Server {
    /// The account's revision.
    pub revision: u64,
    /// How often it went back to a backup, from 1.
    pub epoch: u64,
    /// Every record that ever was, by collection and id; without a body once it is gone.
    pub records: BTreeMap<(String, String), Record>,
    /// What each field held, the oldest first.
    pub history: BTreeMap<FieldName, Vec<Written>>,
    /// The sessions of the devices.
    pub sessions: Vec<ServerSession>,
    /// The most records in a page.
    pub page: usize,
    answers: HashMap<Uuid, (Edit, Result<EditOutcome, EditFailure>)>,
}

/// A session as the server knows it.
#[derive(Clone, Debug)]
pub struct ServerSession {
    /// Its id.
    pub id: Uuid,
    /// Set once it is over.
    pub ended: Option<EndedNotice>,
    /// Whether the server has forgotten that it ever was.
    pub forgotten: bool,
}

/// How an edit was answered.
pub struct Answered {
    /// The answer.
    pub answer: Result<EditOutcome, EditFailure>,
    /// Whether it was answered from memory.
    pub repeated: bool,
    /// Whether the account changed.
    pub changed: bool,
    /// The fields set, with the values they held before.
    pub overwritten: Vec<(FieldName, Written)>,
}

impl Server {
    /// An account with a profile and a session for each device.
    pub fn new(random: &mut Random, devices: usize) -> Self {
        let mut server = Self {
            revision: 0,
            epoch: 1,
            records: BTreeMap::new(),
            history: BTreeMap::new(),
            sessions: Vec::new(),
            page: 1 + random.index(6),
            answers: HashMap::new(),
        };
        let profile =
            json!({"display_name": "First", "language": "en", "time_zone": "UTC", "stamps": {}});
        server.put(Collection::Profile, &random.uuid().to_string(), profile);
        for _ in 0..devices {
            let session = server.new_session(random);
            server.sessions.push(session);
        }
        server
    }

    /// A device signs in.
    pub fn new_session(&mut self, random: &mut Random) -> ServerSession {
        let id = random.uuid();
        self.put(
            Collection::Sessions,
            &id.to_string(),
            json!({"device_name": "Device", "stamps": {}}),
        );
        ServerSession {
            id,
            ended: None,
            forgotten: false,
        }
    }

    /// Creates or replaces a record.
    pub fn put(&mut self, collection: Collection, id: &str, body: Value) {
        self.revision += 1;
        for field in fields_of(collection) {
            if let Some(value) = body.get(field.name).and_then(Value::as_str) {
                let name = (collection, id.to_owned(), field.name.to_owned());
                self.history.entry(name).or_insert_with(|| {
                    vec![Written {
                        value: value.to_owned(),
                        revision: 0,
                        by: None,
                    }]
                });
            }
        }
        self.insert(collection, id, Some(body));
    }

    /// Removes a record.
    pub fn remove(&mut self, collection: Collection, id: &str) {
        self.revision += 1;
        self.insert(collection, id, None);
    }

    fn insert(&mut self, collection: Collection, id: &str, body: Option<Value>) {
        let record = Record {
            collection: collection.name().to_owned(),
            id: id.to_owned(),
            revision: self.revision,
            body,
        };
        self.records
            .insert((record.collection.clone(), record.id.clone()), record);
    }

    /// Ends a session.
    pub fn end(&mut self, device: DeviceId, by: DeviceId, now: Timestamp) -> EndedNotice {
        let notice = EndedNotice {
            session_id: latchkey_protocol::identifiers::SessionId(self.sessions[device].id),
            at: now,
            reason: EndedReason::EndedByDevice,
            by_session_id: Some(latchkey_protocol::identifiers::SessionId(
                self.sessions[by].id,
            )),
            by_device_name: None,
        };
        self.sessions[device].ended = Some(notice.clone());
        self.revision += 1;
        notice
    }

    /// `GET /v1/sync`.
    pub fn sync(&self, after: u64) -> SyncPage {
        let mut records: Vec<Record> = self
            .records
            .values()
            .filter(|record| record.revision > after)
            .cloned()
            .collect();
        records.sort_by_key(|record| record.revision);
        let more = records.len() > self.page;
        records.truncate(self.page);
        let next = match records.last() {
            Some(last) if more => last.revision,
            _ => self.revision,
        };
        SyncPage {
            records,
            next,
            revision: self.revision,
            epoch: self.epoch,
            head: self.head(next),
        }
    }

    fn head(&self, revision: u64) -> Head {
        Head(format!("{}.{revision}", self.epoch))
    }

    /// `POST /v1/edits`.
    pub fn edit(&mut self, by: DeviceId, key: Uuid, edit: &Edit, now: Timestamp) -> Answered {
        if let Some((earlier, answer)) = self.answers.get(&key) {
            let answer = if earlier == edit {
                answer.clone()
            } else {
                Err(EditFailure::KeyReused)
            };
            return Answered {
                answer,
                repeated: true,
                changed: false,
                overwritten: Vec::new(),
            };
        }
        let before = self.revision;
        let mut overwritten = Vec::new();
        let answer = self.apply(by, &trimmed(edit.clone()), now, &mut overwritten);
        self.answers.insert(key, (edit.clone(), answer.clone()));
        Answered {
            answer,
            repeated: false,
            changed: self.revision > before,
            overwritten,
        }
    }

    fn apply(
        &mut self,
        by: DeviceId,
        edit: &Edit,
        now: Timestamp,
        overwritten: &mut Vec<(FieldName, Written)>,
    ) -> Result<EditOutcome, EditFailure> {
        let problems = check_edit(edit);
        if !problems.is_empty() {
            return Err(EditFailure::InvalidFields(problems));
        }
        let key = (edit.collection.name().to_owned(), edit.id.clone());
        let Some(record) = self.records.get(&key) else {
            return Err(EditFailure::NotFound);
        };
        let (Some(mut body), revision) = (record.body.clone(), record.revision) else {
            return Err(EditFailure::NotFound);
        };
        let stamps: BTreeMap<String, FieldStamp> =
            serde_json::from_value(body["stamps"].clone()).unwrap_or_default();
        let none = FieldStamp::default();
        let current = fields_of(edit.collection)
            .iter()
            .filter_map(|&Field { name, .. }| {
                let value = body.get(name)?.as_str()?;
                let stamp = stamps.get(name).unwrap_or(&none);
                Some((name, CurrentField { value, stamp }))
            })
            .collect();
        let merge = merge(&current, edit);
        if merge.accepted.is_empty() {
            return Ok(EditOutcome {
                revision,
                conflicts: merge.conflicts,
                head: self.head(self.revision),
            });
        }
        self.revision += 1;
        for (field, value) in merge.accepted {
            let stamp = FieldStamp {
                revision: self.revision,
                at: now,
                by_session_id: Some(latchkey_protocol::identifiers::SessionId(
                    self.sessions[by].id,
                )),
                by_device_name: None,
            };
            body["stamps"][&field] = serde_json::to_value(stamp).unwrap_or_default();
            body[&field] = Value::String(value.clone());
            let name = (edit.collection, edit.id.clone(), field);
            let history = self.history.entry(name.clone()).or_default();
            if let Some(before) = history.last() {
                overwritten.push((name, before.clone()));
            }
            history.push(Written {
                value,
                revision: self.revision,
                by: Some(by),
            });
        }
        self.insert(edit.collection, &edit.id, Some(body));
        Ok(EditOutcome {
            revision: self.revision,
            conflicts: merge.conflicts,
            head: self.head(self.revision),
        })
    }
}
