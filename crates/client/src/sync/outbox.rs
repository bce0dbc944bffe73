//! Changes made on this device that the server has not confirmed, or that need the person.

use std::collections::{BTreeMap, BTreeSet};

use latchkey_protocol::problem::FieldCode;
use latchkey_protocol::sync::{Collection, Edit, FieldConflict, FieldEdit};
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::messages::Write;

mod changes;

/// One entry of the outbox; one row of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxItem {
    /// Its key in the store. Grows with every new item of this device and is never used twice while an item has it;
    /// where two items hold the same field, the higher number is the newer value.
    pub number: u64,
    /// What kind of record.
    pub collection: Collection,
    /// Which record.
    pub id: String,
    /// The values given here, by field; at least one.
    pub fields: BTreeMap<String, LocalField>,
    /// Its state so far.
    pub state: ItemState,
}

/// A value given on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalField {
    /// The value, trimmed.
    pub value: String,
    /// The revision of the field that the person saw when giving it.
    pub base_revision: u64,
    /// When it was given, by this device's clock.
    pub at: Timestamp,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ItemState {
    /// Never sent; later changes of the record join it. At most one for each record.
    Waiting {
        /// The idempotency key it will be sent with.
        key: Uuid,
    },
    /// Perhaps sent: written before the first attempt. Key and body stay as they are until the outcome is known. At
    /// most one for each record.
    Sending {
        /// The idempotency key.
        key: Uuid,
    },
    /// The server holds it as of this revision. Shown until the record arrives, so that no older value flickers up.
    Acknowledged {
        /// [`latchkey_protocol::sync::EditOutcome::revision`].
        revision: u64,
    },
    /// Another device changed the field to a different value: the person has to choose. Exactly one field.
    Conflict {
        /// What the server holds, as far as is known here.
        theirs: FieldConflict,
    },
    /// The server will not have it. Kept until the person changes the field again or gives it up.
    Refused {
        /// Why, by field.
        reasons: BTreeMap<String, Refusal>,
    },
}

/// Why the server will not have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum Refusal {
    /// It breaks a rule of the field.
    Field {
        /// The rule that the value breaks.
        code: FieldCode,
    },
    /// The record is gone.
    NotFound,
    /// This device is on probation ([`crate::trust`]).
    OnProbation,
    /// Anything else.
    Rejected,
}

/// All items, by number. Remembers which of them the store does not hold as they are.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    items: BTreeMap<u64, OutboxItem>,
    last_number: u64,
    changed: BTreeSet<u64>,
}

impl Outbox {
    /// All items, by number.
    pub fn iter(&self) -> impl Iterator<Item = &OutboxItem> {
        self.items.values()
    }

    /// How many fields have a change that is on its way to the server; conflicts and refusals are counted apart.
    pub fn waiting_changes(&self) -> u32 {
        self.count(|state| matches!(state, ItemState::Waiting { .. } | ItemState::Sending { .. }))
    }

    /// How many fields the person has to choose for.
    pub fn conflicts(&self) -> u32 {
        self.count(|state| matches!(state, ItemState::Conflict { .. }))
    }

    /// How many fields hold a value that the server will not have.
    pub fn refused(&self) -> u32 {
        self.count(|state| matches!(state, ItemState::Refused { .. }))
    }

    /// How many changes would be gone with this outbox.
    pub fn unconfirmed_changes(&self) -> u32 {
        self.count(|state| !matches!(state, ItemState::Acknowledged { .. }))
    }

    fn count(&self, counts: impl Fn(&ItemState) -> bool) -> u32 {
        let fields: BTreeSet<_> = self
            .items
            .values()
            .filter(|item| counts(&item.state))
            .flat_map(|item| {
                item.fields
                    .keys()
                    .map(move |field| (item.collection, &item.id, field))
            })
            .collect();
        u32::try_from(fields.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn new(items: Vec<OutboxItem>) -> Self {
        let items: BTreeMap<_, _> = items.into_iter().map(|item| (item.number, item)).collect();
        Self {
            last_number: items.keys().next_back().copied().unwrap_or_default(),
            items,
            changed: BTreeSet::new(),
        }
    }

    /// The changes of the store since this was last asked.
    pub(super) fn take_writes(&mut self) -> Vec<Write> {
        let changed = std::mem::take(&mut self.changed);
        let write = |number| match self.items.get(&number) {
            Some(item) => Write::PutOutboxItem(item.clone()),
            None => Write::RemoveOutboxItem { number },
        };
        changed.into_iter().map(write).collect()
    }

    /// Has every item written again.
    pub(super) fn rewrite(&mut self) {
        self.changed.extend(self.items.keys());
    }

    /// The item to send next, beginning behind the number `last`, so that one that always fails does not hold up the
    /// others. What waits on a record comes after what is perhaps sent on it.
    pub(super) fn next_to_send(&self, last: u64) -> Option<u64> {
        let ready = |item: &&OutboxItem| match item.state {
            ItemState::Sending { .. } => true,
            ItemState::Waiting { .. } => self.sending_of(item.collection, &item.id).is_none(),
            _ => false,
        };
        let numbers = || self.items.values().filter(ready).map(|item| item.number);
        numbers()
            .find(|number| *number > last)
            .or_else(|| numbers().next())
    }

    /// Notes that the item is perhaps sent from now on, and gives what to send.
    pub(super) fn begin_sending(&mut self, number: u64) -> Option<(Uuid, Edit)> {
        let item = self.items.get_mut(&number)?;
        let key = match item.state {
            ItemState::Waiting { key } => {
                item.state = ItemState::Sending { key };
                self.changed.insert(number);
                key
            }
            ItemState::Sending { key } => key,
            _ => return None,
        };
        let fields = item.fields.iter().map(|(name, local)| {
            let field = FieldEdit {
                value: local.value.clone(),
                base_revision: local.base_revision,
            };
            (name.clone(), field)
        });
        let edit = Edit {
            collection: item.collection,
            id: item.id.clone(),
            fields: fields.collect(),
        };
        Some((key, edit))
    }

    /// What kind of record is perhaps changed by what was sent with this key.
    pub(super) fn sent(&self, key: Uuid) -> Option<Collection> {
        let sent = |item: &&OutboxItem| item.state == ItemState::Sending { key };
        self.items.values().find(sent).map(|item| item.collection)
    }

    /// Numbers of the items that the server has acknowledged.
    pub(super) fn acknowledged(&self) -> BTreeSet<u64> {
        let acknowledged =
            |item: &&OutboxItem| matches!(item.state, ItemState::Acknowledged { .. });
        self.items
            .values()
            .filter(acknowledged)
            .map(|item| item.number)
            .collect()
    }

    /// Forgets these.
    pub(super) fn forget(&mut self, numbers: &BTreeSet<u64>) {
        for number in numbers {
            self.remove(*number);
        }
    }

    /// Adds a value to what waits on the record, or makes an item of it.
    fn wait(
        &mut self,
        collection: Collection,
        id: &str,
        field: String,
        local: LocalField,
        key: Uuid,
    ) {
        if let Some(number) = self.waiting_of(collection, id)
            && let Some(item) = self.items.get_mut(&number)
        {
            item.fields.insert(field, local);
            self.changed.insert(number);
        } else {
            self.insert(
                collection,
                id,
                BTreeMap::from([(field, local)]),
                ItemState::Waiting { key },
            );
        }
    }

    fn insert(
        &mut self,
        collection: Collection,
        id: &str,
        fields: BTreeMap<String, LocalField>,
        state: ItemState,
    ) {
        self.last_number = self.last_number.saturating_add(1);
        let number = self.last_number;
        self.put(OutboxItem {
            number,
            collection,
            id: id.to_owned(),
            fields,
            state,
        });
    }

    fn put(&mut self, item: OutboxItem) {
        self.changed.insert(item.number);
        self.items.insert(item.number, item);
    }

    fn remove(&mut self, number: u64) -> Option<OutboxItem> {
        self.changed.insert(number);
        self.items.remove(&number)
    }

    fn take_sending(&mut self, key: Uuid) -> Option<OutboxItem> {
        let number = self
            .items
            .values()
            .find(|item| item.state == ItemState::Sending { key })?
            .number;
        self.remove(number)
    }

    fn find(
        &self,
        collection: Collection,
        id: &str,
        is: impl Fn(&OutboxItem) -> bool,
    ) -> Option<u64> {
        self.items
            .values()
            .find(|item| item.collection == collection && item.id == id && is(item))
            .map(|item| item.number)
    }

    fn waiting_of(&self, collection: Collection, id: &str) -> Option<u64> {
        self.find(collection, id, |item| {
            matches!(item.state, ItemState::Waiting { .. })
        })
    }

    fn sending_of(&self, collection: Collection, id: &str) -> Option<u64> {
        self.find(collection, id, |item| {
            matches!(item.state, ItemState::Sending { .. })
        })
    }

    fn conflict_of(&self, collection: Collection, id: &str, field: &str) -> Option<u64> {
        self.find(collection, id, |item| {
            matches!(item.state, ItemState::Conflict { .. }) && item.fields.contains_key(field)
        })
    }

    fn acknowledged_revision(&self, collection: Collection, id: &str, field: &str) -> Option<u64> {
        self.items
            .values()
            .filter(|item| {
                item.collection == collection && item.id == id && item.fields.contains_key(field)
            })
            .filter_map(|item| match item.state {
                ItemState::Acknowledged { revision } => Some(revision),
                _ => None,
            })
            .max()
    }

    /// Removes a refused value and gives its base.
    fn take_refused(&mut self, collection: Collection, id: &str, field: &str) -> Option<u64> {
        let number = self.find(collection, id, |item| {
            matches!(item.state, ItemState::Refused { .. }) && item.fields.contains_key(field)
        })?;
        let item = self.items.get_mut(&number)?;
        let local = item.fields.remove(field)?;
        if let ItemState::Refused { reasons } = &mut item.state {
            reasons.remove(field);
        }
        if item.fields.is_empty() {
            self.remove(number);
        }
        self.changed.insert(number);
        Some(local.base_revision)
    }

    fn field(&self, number: u64, field: &str) -> Option<&LocalField> {
        self.items.get(&number)?.fields.get(field)
    }

    fn field_mut(&mut self, number: u64, field: &str) -> Option<&mut LocalField> {
        let local = self.items.get_mut(&number)?.fields.get_mut(field)?;
        self.changed.insert(number);
        Some(local)
    }

    fn take_field(&mut self, number: u64, field: &str) -> Option<LocalField> {
        let local = self.items.get_mut(&number)?.fields.remove(field)?;
        self.changed.insert(number);
        Some(local)
    }
}
