//! What the person sees: the server's values with the changes made here laid over them.

use latchkey_protocol::sync::{Collection, FieldStamp};
use serde_json::Value;

use super::outbox::{ItemState, LocalField, OutboxItem, Refusal};
use crate::questions::{ConflictView, RefusedView};

/// A record as the person sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The record's body with the values given here in place of the server's. A field in conflict shows the value given
    /// here.
    pub body: Value,
    /// Fields with a change that the server has not confirmed, in alphabetical order. Those in `conflicts` and
    /// `refused` are not among them.
    pub waiting_fields: Vec<String>,
    /// Fields that the person has to choose for.
    pub conflicts: Vec<ConflictView>,
    /// Fields whose value the server will not have.
    pub refused: Vec<RefusedView>,
}

/// Lays the outbox over the body of one record. `items` may hold items of other records; their order does not matter.
pub fn overlay<'a>(
    collection: Collection,
    id: &str,
    body: &Value,
    items: impl IntoIterator<Item = &'a OutboxItem>,
) -> Shown {
    let mut items: Vec<&OutboxItem> = items
        .into_iter()
        .filter(|item| item.collection == collection && item.id == id)
        .collect();
    items.sort_by_key(|item| item.number);
    let mut shown = Shown {
        body: body.clone(),
        waiting_fields: Vec::new(),
        conflicts: Vec::new(),
        refused: Vec::new(),
    };
    for item in items {
        for (field, local) in &item.fields {
            // The record that came may be newer than what the server acknowledged.
            if let ItemState::Acknowledged { revision } = item.state
                && stamp_of(body, field).revision >= revision
            {
                continue;
            }
            if let Some(members) = shown.body.as_object_mut() {
                members.insert(field.clone(), Value::String(local.value.clone()));
            }
            match &item.state {
                ItemState::Waiting { .. } | ItemState::Sending { .. } => {
                    shown.waiting_fields.push(field.clone());
                }
                ItemState::Conflict { .. } => shown.conflicts.extend(conflict_view(item)),
                ItemState::Acknowledged { .. } | ItemState::Refused { .. } => {}
            }
        }
        shown.refused.extend(refused_views(item));
    }
    shown.waiting_fields.sort();
    shown.waiting_fields.dedup();
    shown
}

/// The conflict that an item is, if it is one.
pub fn conflict_view(item: &OutboxItem) -> Option<ConflictView> {
    let ItemState::Conflict { theirs } = &item.state else {
        return None;
    };
    let mine = item.fields.get(&theirs.field)?;
    Some(ConflictView {
        collection: item.collection.name().to_owned(),
        id: item.id.clone(),
        field: theirs.field.clone(),
        mine: mine.value.clone(),
        mine_at: mine.at,
        theirs: theirs.value.clone(),
        theirs_at: theirs.stamp.at,
        theirs_device_name: theirs.stamp.by_device_name.clone(),
    })
}

/// The refused values that an item holds.
pub fn refused_views(item: &OutboxItem) -> Vec<RefusedView> {
    let ItemState::Refused { reasons } = &item.state else {
        return Vec::new();
    };
    let view = |(field, local): (&String, &LocalField)| RefusedView {
        collection: item.collection.name().to_owned(),
        id: item.id.clone(),
        field: field.clone(),
        value: local.value.clone(),
        at: local.at,
        reason: reasons.get(field).copied().unwrap_or(Refusal::Rejected),
    };
    item.fields.iter().map(view).collect()
}

/// The stamp of a field in the body of a record; the default when it has none.
pub fn stamp_of(body: &Value, field: &str) -> FieldStamp {
    body.get("stamps")
        .and_then(|stamps| stamps.get(field))
        .and_then(|stamp| serde_json::from_value(stamp.clone()).ok())
        .unwrap_or_default()
}
