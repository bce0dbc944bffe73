//! Changes that the person made.

use std::collections::BTreeMap;

use latchkey_protocol::sync::Collection;
use serde_json::Value;

use super::{Driver, not_there};
use crate::failure::{Failure, FailureCode};
use crate::profile::WantedField;
use crate::questions::ConflictAnswer;
use crate::sync::overlay::stamp_of;
use crate::sync::{EditedField, Event, conflict_view};

impl Driver {
    /// Reads what the person saw and steps, with nothing in between: only this task writes.
    pub(super) async fn edit(
        &mut self,
        collection: Collection,
        id: String,
        fields: Vec<WantedField>,
    ) -> Result<(), Failure> {
        let body = match self.body(collection, &id).await {
            Err(error) if error.is_damage() => {
                self.rebuild().await?;
                self.body(collection, &id).await
            }
            body => body,
        };
        let body = body
            .map_err(|error| Failure::from(error.code()))?
            .ok_or_else(not_there)?;
        let fields: BTreeMap<String, EditedField> = fields
            .into_iter()
            .map(|WantedField { field, value, seen }| {
                let now = body.get(&field).and_then(Value::as_str);
                let changed_unseen = seen.is_some_and(|seen| now != Some(seen.as_str()));
                // Based on nothing, so that the server asks rather than overwrites. A change of this device's own that
                // still waits has its base already, and the engine keeps to that.
                let base_revision = if changed_unseen {
                    0
                } else {
                    stamp_of(&body, &field).revision
                };
                let edited = EditedField {
                    value,
                    base_revision,
                };
                (field, edited)
            })
            .collect();
        let key = self.new_key();
        self.try_step(Event::Edited {
            collection,
            id,
            fields,
            key,
        })
        .await
    }

    /// Settles a conflict, if it is the one that the person saw: only this task changes the outbox, so that nothing
    /// comes between the look and the step.
    pub(super) async fn answer_conflict(
        &mut self,
        collection: Collection,
        answer: ConflictAnswer,
    ) -> Result<(), Failure> {
        let ConflictAnswer {
            id,
            field,
            keep_mine,
            seen,
            ..
        } = answer;
        let conflict = self
            .engine
            .outbox()
            .iter()
            .filter(|item| item.collection == collection && item.id == id)
            .filter_map(conflict_view)
            .find(|conflict| conflict.field == field);
        let Some(conflict) = conflict else {
            return Ok(());
        };
        if (&conflict.mine, &conflict.theirs) != (&seen.mine, &seen.theirs) {
            return Err(FailureCode::ChangedMeanwhile.into());
        }
        let key = self.new_key();
        self.try_step(Event::ConflictAnswered {
            collection,
            id,
            field,
            keep_mine,
            key,
        })
        .await
    }

    async fn body(
        &self,
        collection: Collection,
        id: &str,
    ) -> Result<Option<Value>, crate::cache::CacheError> {
        let store = self.account.store.read().await;
        let Some(cache) = store.as_ref() else {
            return Ok(None);
        };
        let record = cache.record(collection, id).await?;
        Ok(record.and_then(|record| serde_json::from_slice(&record.body).ok()))
    }

    /// Has the copy rebuilt because a reader found it damaged.
    pub(super) async fn repair(&mut self) -> Result<(), Failure> {
        if self.account.store.read().await.is_none() {
            return Err(FailureCode::SignedOut.into());
        }
        self.rebuild().await
    }
}
