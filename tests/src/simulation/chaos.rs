//! What people, machines and administrators do, by chance.

use std::collections::BTreeMap;

use latchkey_client::sync::{EditedField, Event, ItemState, OutboxItem, stamp_of};
use latchkey_protocol::editable::fields_of;
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::{EndedNotice, EndedReason};
use latchkey_protocol::sync::{Collection, StreamEvent};
use serde_json::json;

use super::device::{DeviceId, Fate, Wish};
use super::server::FieldName;
use super::world::{Happening, SECOND, World};

impl World {
    /// One thing by chance.
    pub(super) fn chaos(&mut self) -> Result<(), String> {
        let device = self.random.index(self.devices.len());
        match self.random.below(100) {
            0..48 => self.edit(device)?,
            48..60 => self.answer_one(device)?,
            60..66 if self.devices[device].runs() => {
                self.coverage.count("crashes");
                self.crash(device);
            }
            66..70 if self.devices[device].runs() => {
                self.devices[device].crash_after = Some(self.random.below(4));
            }
            70..77 => self.toggle_network(device),
            77..80 => {
                self.coverage.count("server restarts");
                self.lose_streams();
            }
            80..85 => {
                let id = self.random.uuid().to_string();
                self.server
                    .put(Collection::Activity, &id, json!({"kind": "signed_in"}));
                self.announce();
            }
            85..87 => self.end_session(device),
            87..88 => self.remove_session_record(),
            89 => self.event_after(0, device, Event::SyncNow),
            90 => {
                self.coverage.count("networks that came back");
                self.event_after(0, device, Event::LookAgain);
            }
            91..94 => {
                self.coverage.count("clocks that jump");
                let years = i64::try_from(self.random.below(7)).unwrap_or_default() - 3;
                self.devices[device].clock_offset = years * 365 * 86_400 * 1_000_000;
            }
            94..95 if self.devices[device].runs() => {
                self.coverage.count("damage found while running");
                if let Some(store) = self.devices[device].store.as_mut() {
                    store.may_go_back = true;
                }
                self.step(device, Event::Damaged)?;
            }
            95..96 => self.foreign_ending(device),
            96..98 => self.event_after(0, device, Event::StreamAlive),
            88 => self.toggle_swallowing(device),
            98 if self.backup.is_none() => self.backup = Some(self.server.clone()),
            _ => {}
        }
        Ok(())
    }

    /// The person changes one or two fields of one record.
    pub(super) fn edit(&mut self, device: DeviceId) -> Result<(), String> {
        if !self.devices[device].runs() {
            return Ok(());
        }
        let Some(store) = self.devices[device].store.as_ref() else {
            return Ok(());
        };
        let records: Vec<(Collection, String)> = store
            .records
            .values()
            .filter_map(|record| Some((Collection::named(&record.collection)?, record.id.clone())))
            .filter(|(collection, _)| !fields_of(*collection).is_empty())
            .collect();
        if records.is_empty() {
            return Ok(());
        }
        let profile = records
            .iter()
            .position(|(collection, _)| *collection == Collection::Profile);
        let chosen = match profile {
            Some(profile) if self.random.chance(70) => profile,
            _ => self.random.index(records.len()),
        };
        let (collection, id) = records[chosen].clone();
        let names = fields_of(collection);
        let mut fields = BTreeMap::new();
        for _ in 0..=self.random.below(2) {
            let field = names[self.random.index(names.len())].name.to_owned();
            let name = (collection, id.clone(), field.clone());
            let value = self.value(&name);
            let stamp = self.devices[device]
                .body(collection, &id)
                .map(|body| stamp_of(body, &field));
            let base_revision = stamp.unwrap_or_default().revision;
            fields.insert(
                field,
                EditedField {
                    value,
                    base_revision,
                },
            );
        }
        self.coverage.count("edits by people");
        let names: Vec<FieldName> = fields
            .keys()
            .map(|field| (collection, id.clone(), field.clone()))
            .collect();
        for name in &names {
            if let Some(shown) = self.devices[device].shown(name) {
                self.devices[device]
                    .seen
                    .entry(name.clone())
                    .or_default()
                    .insert(shown);
            }
        }
        let before = self.devices[device].wishes.clone();
        for (name, edited) in names.into_iter().zip(fields.values()) {
            let wish = Wish {
                value: edited.value.trim().to_owned(),
                fate: Fate::Open,
            };
            self.devices[device].wishes.insert(name, wish);
        }
        let key = self.random.uuid();
        if !self.step(
            device,
            Event::Edited {
                collection,
                id,
                fields,
                key,
            },
        )? {
            self.devices[device].wishes = before;
        }
        Ok(())
    }

    /// A value: mostly one that nobody ever gave, sometimes one that somebody gave, sometimes one against the rules.
    fn value(&mut self, name: &FieldName) -> String {
        if name.2 == "language" {
            let languages = ["en", "de", "tlh"];
            let chosen = if self.random.chance(10) {
                2
            } else {
                self.random.index(2)
            };
            return languages[chosen].to_owned();
        }
        if self.random.chance(6) {
            return String::new();
        }
        if self.random.chance(8)
            && let Some(history) = self.server.history.get(name)
        {
            let value = history[self.random.index(history.len())].value.clone();
            self.unique.remove(&value);
            return value;
        }
        self.values_made += 1;
        let value = format!("V{}", self.values_made);
        self.unique.insert(value.clone());
        if self.random.chance(10) {
            format!(" {value} ")
        } else {
            value
        }
    }

    fn questions(&self, device: DeviceId) -> Vec<OutboxItem> {
        let device = &self.devices[device];
        let Some(engine) = device.engine.as_ref().filter(|_| device.runs()) else {
            return Vec::new();
        };
        let asks = |item: &&OutboxItem| {
            matches!(
                item.state,
                ItemState::Conflict { .. } | ItemState::Refused { .. }
            )
        };
        engine.outbox().iter().filter(asks).cloned().collect()
    }

    /// The person answers one question, if there is one.
    fn answer_one(&mut self, device: DeviceId) -> Result<(), String> {
        let questions = self.questions(device);
        if questions.is_empty() {
            return Ok(());
        }
        let chosen = self.random.index(questions.len());
        self.answer_question(device, &questions[chosen])
    }

    /// The person answers all there is. Whether there was anything.
    pub(super) fn answer_everything(&mut self, device: DeviceId) -> Result<bool, String> {
        let questions = self.questions(device);
        for question in &questions {
            self.answer_question(device, question)?;
        }
        Ok(!questions.is_empty())
    }

    fn answer_question(&mut self, device: DeviceId, item: &OutboxItem) -> Result<(), String> {
        if !self.devices[device].runs() {
            return Ok(());
        }
        let Some(field) = item.fields.keys().next().cloned() else {
            return Err(format!("an outbox item without fields: {item:?}"));
        };
        let (collection, id) = (item.collection, item.id.clone());
        let name = (collection, id.clone(), field.clone());
        let before = self.devices[device].wishes.clone();
        let (event, fate) = if let ItemState::Conflict { theirs } = &item.state {
            let seen = self.devices[device].seen.entry(name.clone()).or_default();
            seen.insert(theirs.value.clone());
            let keep_mine = self.random.chance(50) || (self.calm && self.stubborn);
            self.coverage.count(if keep_mine {
                "conflicts: mine kept"
            } else {
                "conflicts: theirs kept"
            });
            let event = Event::ConflictAnswered {
                collection,
                id,
                field,
                keep_mine,
                key: self.random.uuid(),
            };
            (
                event,
                if keep_mine {
                    Fate::Open
                } else {
                    Fate::Abandoned
                },
            )
        } else {
            self.coverage.count("refusals dismissed");
            let event = Event::RefusalDismissed {
                collection,
                id,
                field,
            };
            (event, Fate::Dismissed)
        };
        if let Some(wish) = self.devices[device].wishes.get_mut(&name) {
            wish.fate = fate;
        }
        if !self.step(device, event)? {
            self.devices[device].wishes = before;
        }
        Ok(())
    }

    /// Another device ends this one, as long as two are left.
    fn end_session(&mut self, device: DeviceId) {
        let live = self
            .server
            .sessions
            .iter()
            .filter(|session| session.ended.is_none())
            .count();
        if live < 3 || self.server.sessions[device].ended.is_some() {
            return;
        }
        self.coverage.count("sessions ended");
        self.note(|| format!("the session of device {device} is ended"));
        let by = (device + 1) % self.devices.len();
        let now = self.now();
        let notice = self.server.end(device, by, now);
        self.server.sessions[device].forgotten = self.random.chance(20);
        let streams: Vec<_> = self
            .streams
            .iter()
            .filter(|(of, ..)| *of == device)
            .copied()
            .collect();
        for (device, incarnation, stream) in streams {
            self.streams.remove(&(device, incarnation, stream));
            let event = Event::Stream(StreamEvent::Ended(notice.clone()));
            self.stream_says(device, incarnation, stream, event);
            let event = Event::StreamLost(latchkey_client::sync::Trouble::Unreachable);
            self.after(
                60 * SECOND,
                Happening::StreamEvent {
                    device,
                    incarnation,
                    stream,
                    event,
                },
            );
        }
        self.announce();
    }

    /// The server forgets an old session while somebody may be renaming its device.
    fn remove_session_record(&mut self) {
        let chosen = self.random.index(self.server.sessions.len());
        let id = self.server.sessions[chosen].id.to_string();
        let key = (Collection::Sessions.name().to_owned(), id.clone());
        if self
            .server
            .records
            .get(&key)
            .is_some_and(|record| record.body.is_some())
        {
            self.coverage.count("records removed");
            self.server.remove(Collection::Sessions, &id);
            self.announce();
        }
    }

    /// A notice about somebody else's session, which is not to be obeyed.
    fn foreign_ending(&mut self, device: DeviceId) {
        let notice = EndedNotice {
            session_id: SessionId(self.random.uuid()),
            at: self.now(),
            reason: EndedReason::Expired,
            by_session_id: None,
            by_device_name: None,
        };
        let incarnation = self.devices[device].incarnation;
        if let Some(stream) = self.devices[device].stream {
            self.coverage.count("endings of other sessions");
            self.streams.remove(&(device, incarnation, stream));
            let event = Event::Stream(StreamEvent::Ended(notice));
            self.stream_says(device, incarnation, stream, event);
            // The engine counts the stream as closed; a driver reports it lost as well.
            let event = Event::StreamLost(latchkey_client::sync::Trouble::Unreachable);
            self.after(
                60 * SECOND,
                Happening::StreamEvent {
                    device,
                    incarnation,
                    stream,
                    event,
                },
            );
        }
    }

    /// The store of a device that is off turns out damaged: its records are gone, and now and then an outbox item, of
    /// which the person is told.
    pub(super) fn damage_store(&mut self, device: DeviceId) {
        self.coverage.count("damage found at start");
        let lose = self.random.chance(30);
        let Some(store) = self.devices[device].store.as_mut() else {
            return;
        };
        store.records.clear();
        store.position = latchkey_client::sync::Position::default();
        if !lose {
            return;
        }
        let Some((_, item)) = store.outbox.pop_first() else {
            return;
        };
        self.devices[device].lost_items = true;
        for field in item.fields.keys() {
            let name = (item.collection, item.id.clone(), field.clone());
            if let Some(wish) = self.devices[device].wishes.get_mut(&name) {
                wish.fate = Fate::ToldLost;
            }
        }
    }
}
