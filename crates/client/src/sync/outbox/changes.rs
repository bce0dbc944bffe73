//! How what happens changes the outbox.

use std::collections::BTreeMap;

use latchkey_protocol::sync::{Collection, EditOutcome, Record};
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{ItemState, LocalField, Outbox, OutboxItem, Refusal};
use crate::sync::messages::EditedField;
use crate::sync::overlay::stamp_of;

impl Outbox {
    /// What the person gave. Joins what waits on the record already.
    pub(in crate::sync) fn edited(
        &mut self,
        collection: Collection,
        id: &str,
        fields: BTreeMap<String, EditedField>,
        key: Uuid,
        now: Timestamp,
    ) {
        for (field, edited) in fields {
            let value = text::line(&edited.value).to_owned();
            if let Some(number) = self.conflict_of(collection, id, &field) {
                self.edited_in_conflict(number, &field, value, key, now);
                continue;
            }
            let refused_base = self.take_refused(collection, id, &field);
            let waiting = self.waiting_of(collection, id);
            let in_waiting = waiting.and_then(|number| self.field(number, &field));
            let sending = self.sending_of(collection, id);
            let in_sending = sending.and_then(|number| self.field(number, &field));
            // The person saw the value given here, not the server's: the base is what they saw before that.
            let base_revision = match (in_waiting, in_sending, refused_base) {
                (None, Some(sending), _) if sending.value == value => continue,
                (Some(earlier), _, _) | (None, Some(earlier), _) => earlier.base_revision,
                (None, None, Some(refused)) => refused,
                (None, None, None) => self
                    .acknowledged_revision(collection, id, &field)
                    .map_or(edited.base_revision, |own| own.max(edited.base_revision)),
            };
            let local = LocalField {
                value,
                base_revision,
                at: now,
            };
            self.wait(collection, id, field, local, key);
        }
    }

    fn edited_in_conflict(
        &mut self,
        number: u64,
        field: &str,
        value: String,
        key: Uuid,
        now: Timestamp,
    ) {
        let Some(item) = self.items.get_mut(&number) else {
            return;
        };
        let ItemState::Conflict { theirs } = &item.state else {
            return;
        };
        if value == theirs.value {
            // What is known of theirs may be old: only the server can tell that both agree.
            let base_revision = theirs.stamp.revision;
            let (collection, id) = (item.collection, item.id.clone());
            self.remove(number);
            let local = LocalField {
                value,
                base_revision,
                at: now,
            };
            self.wait(collection, &id, field.to_owned(), local, key);
        } else if let Some(mine) = item.fields.get_mut(field) {
            mine.value = value;
            mine.at = now;
            self.changed.insert(number);
        }
    }

    /// The server's answer to what was sent with this key. `complete` as for [`Self::learn`].
    pub(in crate::sync) fn settle(
        &mut self,
        key: Uuid,
        outcome: EditOutcome,
        complete: Option<u64>,
    ) {
        let Some(item) = self.take_sending(key) else {
            return;
        };
        let OutboxItem {
            number,
            collection,
            id,
            mut fields,
            ..
        } = item;
        let waiting = self.waiting_of(collection, &id);
        for theirs in outcome.conflicts {
            let Some(sent) = fields.remove(&theirs.field) else {
                continue;
            };
            let newer = waiting.and_then(|number| self.take_field(number, &theirs.field));
            match newer {
                // What is known of theirs may be old: only the server can tell that both agree.
                Some(newer) if newer.value == theirs.value => {
                    let local = LocalField {
                        base_revision: theirs.stamp.revision,
                        ..newer
                    };
                    self.wait(collection, &id, theirs.field, local, key);
                }
                newer => {
                    let mine = newer.unwrap_or(sent);
                    let fields = BTreeMap::from([(theirs.field.clone(), mine)]);
                    self.insert(collection, &id, fields, ItemState::Conflict { theirs });
                }
            }
        }
        for field in fields.keys() {
            // A newer value was given on top of this one, which the server holds as of that revision.
            if let Some(number) = waiting
                && let Some(newer) = self.field_mut(number, field)
            {
                newer.base_revision = outcome.revision;
            }
        }
        if complete.is_none_or(|known| known < outcome.revision) && !fields.is_empty() {
            let state = ItemState::Acknowledged {
                revision: outcome.revision,
            };
            self.put(OutboxItem {
                number,
                collection,
                id,
                fields,
                state,
            });
        }
        if let Some(number) = waiting
            && self
                .items
                .get(&number)
                .is_some_and(|item| item.fields.is_empty())
        {
            self.remove(number);
        }
    }

    /// The server will not have these fields of what was sent with this key; all of them when it names none that was
    /// sent. The others are sent as another edit.
    pub(in crate::sync) fn refuse(
        &mut self,
        key: Uuid,
        refusals: &BTreeMap<String, Refusal>,
        otherwise: Refusal,
        fresh_key: Uuid,
    ) {
        let Some(mut item) = self.take_sending(key) else {
            return;
        };
        let mut reasons: BTreeMap<String, Refusal> = item
            .fields
            .keys()
            .filter_map(|field| Some((field.clone(), *refusals.get(field)?)))
            .collect();
        if reasons.is_empty() {
            reasons = item
                .fields
                .keys()
                .map(|field| (field.clone(), otherwise))
                .collect();
        }
        let waiting = self.waiting_of(item.collection, &item.id);
        let mut refused = BTreeMap::new();
        for field in reasons.keys() {
            let Some(local) = item.fields.remove(field) else {
                continue;
            };
            // A newer value takes its place and has its own chance.
            if waiting
                .and_then(|number| self.field(number, field))
                .is_none()
            {
                refused.insert(field.clone(), local);
            }
        }
        reasons.retain(|field, _| refused.contains_key(field));
        if !refused.is_empty() {
            self.insert(
                item.collection,
                &item.id,
                refused,
                ItemState::Refused { reasons },
            );
        }
        if !item.fields.is_empty() {
            item.state = ItemState::Sending { key: fresh_key };
            self.put(item);
        }
    }

    /// Has what was sent with this key sent with another.
    pub(in crate::sync) fn change_key(&mut self, key: Uuid, fresh_key: Uuid) {
        if let Some(mut item) = self.take_sending(key) {
            item.state = ItemState::Sending { key: fresh_key };
            self.put(item);
        }
    }

    /// The person's choice.
    pub(in crate::sync) fn answer(
        &mut self,
        collection: Collection,
        id: &str,
        field: &str,
        keep_mine: bool,
        key: Uuid,
    ) {
        let Some(number) = self.conflict_of(collection, id, field) else {
            return;
        };
        let Some(mut item) = self.remove(number) else {
            return;
        };
        let (ItemState::Conflict { theirs }, Some(mine)) = (item.state, item.fields.remove(field))
        else {
            return;
        };
        if keep_mine {
            let local = LocalField {
                base_revision: theirs.stamp.revision,
                ..mine
            };
            self.wait(collection, id, field.to_owned(), local, key);
        }
    }

    /// The person gives up a refused value.
    pub(in crate::sync) fn dismiss(&mut self, collection: Collection, id: &str, field: &str) {
        self.take_refused(collection, id, field);
    }

    /// What a page says about the conflicts here, and which acknowledged values it brought. `complete` is the revision
    /// up to which nothing is missing any more: a record that changed again is not where the cursor has passed.
    pub(in crate::sync) fn learn(&mut self, records: &[Record], complete: Option<u64>) {
        let latest: BTreeMap<_, _> = records
            .iter()
            .map(|record| ((record.collection.as_str(), record.id.as_str()), record))
            .collect();
        let numbers: Vec<u64> = self.items.keys().copied().collect();
        for number in numbers {
            let Some(item) = self.items.get_mut(&number) else {
                continue;
            };
            match &mut item.state {
                ItemState::Acknowledged { revision } => {
                    let here = latest
                        .get(&(item.collection.name(), item.id.as_str()))
                        .map(|record| record.revision);
                    if here.max(complete).is_some_and(|known| known >= *revision) {
                        self.remove(number);
                    }
                }
                ItemState::Conflict { theirs } => {
                    let Some(record) = latest.get(&(item.collection.name(), item.id.as_str()))
                    else {
                        continue;
                    };
                    let Some(body) = &record.body else {
                        let reasons = BTreeMap::from([(theirs.field.clone(), Refusal::NotFound)]);
                        item.state = ItemState::Refused { reasons };
                        self.changed.insert(number);
                        continue;
                    };
                    let (Some(value), stamp) = (
                        body.get(&theirs.field).and_then(Value::as_str),
                        stamp_of(body, &theirs.field),
                    ) else {
                        continue;
                    };
                    // A page read before the conflict arose knows less than the conflict.
                    if stamp.revision < theirs.stamp.revision {
                        continue;
                    }
                    if item
                        .fields
                        .get(&theirs.field)
                        .is_some_and(|mine| mine.value == value)
                    {
                        self.remove(number);
                    } else if theirs.value != value || theirs.stamp != stamp {
                        value.clone_into(&mut theirs.value);
                        theirs.stamp = stamp;
                        self.changed.insert(number);
                    }
                }
                _ => {}
            }
        }
    }

    /// The server went back to a backup. What it has now is older than all that was known of it, or newer than all that
    /// could be known: the revisions that were seen when the values here were given still tell which.
    pub(in crate::sync) fn roll_back(&mut self) {
        self.forget(&self.acknowledged());
        for item in self.items.values_mut() {
            if let ItemState::Conflict { theirs } = &mut item.state {
                theirs.stamp.revision = 0;
                self.changed.insert(item.number);
            }
        }
    }
}
