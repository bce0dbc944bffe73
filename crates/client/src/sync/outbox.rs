//! Changes made on this device that the server has not confirmed, or that need the person.

use std::collections::{BTreeMap, BTreeSet};

use latchkey_protocol::problem::FieldCode;
use latchkey_protocol::sync::{Collection, Edit, FieldConflict, FieldEdit};
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// What became of it so far.
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
    /// The server holds it as of this revision. Shown until the cursor gets there, so that no older value flickers up.
    Acknowledged {
        /// [`latchkey_protocol::sync::EditOutcome::revision`].
        revision: u64,
    },
    /// Somebody else changed the field to something else: the person has to choose. Exactly one field.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum Refusal {
    /// It breaks a rule of the field.
    Field {
        /// Which.
        code: FieldCode,
    },
    /// The record is gone.
    NotFound,
    /// Anything else.
    Rejected,
}

/// All items, by number.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    items: BTreeMap<u64, OutboxItem>,
}

impl Outbox {
    /// All items, by number.
    pub fn iter(&self) -> impl Iterator<Item = &OutboxItem> {
        self.items.values()
    }
}
