//! The activity screen: what happened, filtered and as a file.

mod export;
mod filter;

use std::collections::BTreeSet;

use latchkey_protocol::activity::{ActivityEntry, ActivityKind, ChangedField};
use latchkey_protocol::identifiers::{ActivityId, SessionId};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cache::StoredRecord;
use crate::client::Client;
use crate::failure::{Failure, FailureCode};

pub use export::{ActivityExport, ExportActivityForm, ExportFormat};
pub use filter::{ActivityFilter, ActivityGroup};

/// How many entries a page holds.
pub const PAGE: u32 = 100;

/// How many entries are looked at for one page: what is rare is found over several.
const LOOKED_AT: u32 = 2_000;

/// One page of activity, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ActivityView {
    /// At most [`PAGE`] entries; fewer, and even none, while few of many pass the filter.
    pub entries: Vec<ActivityEntryView>,
    /// What to ask with for the next, older page; `None` at the end.
    pub older: Option<String>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ActivityEntryView {
    /// Its id.
    pub id: String,
    /// The kind of activity.
    pub kind: ActivityKind,
    /// When; of repeats, the last.
    pub at: Timestamp,
    /// How often, when repeats were folded into this one.
    pub count: u32,
    /// When the first of them was; `None` for a single one.
    pub first_at: Option<Timestamp>,
    /// The name of the device it was done from.
    pub device_name: Option<String>,
    /// Whether that was this device.
    pub this_device: bool,
    /// The address it was done from.
    pub address: Option<String>,
    /// What it was done to.
    pub subject: Option<String>,
    /// The fields that it changed.
    pub changed: Vec<ChangedField>,
}

impl Client {
    /// One page of activity: the newest, or the one that [`ActivityView::older`] of the page before names.
    pub async fn activity(
        &self,
        older: Option<String>,
        filter: ActivityFilter,
    ) -> Result<ActivityView, Failure> {
        let account = self.account().await?;
        if let Some(older) = &older {
            older
                .parse::<ActivityId>()
                .map_err(|_| FailureCode::NotFound)?;
        }
        let this = account.stored.session_id;
        let mut entries = Vec::new();
        let mut before = older;
        let mut looked_at = 0;
        loop {
            let records = account
                .newest(Collection::Activity, before.as_deref(), PAGE + 1)
                .await?;
            for (place, record) in records.iter().take(PAGE as usize).enumerate() {
                if let Some((entry, view)) = entry_view(record, this)
                    && filter.admits(&entry)
                {
                    entries.push(view);
                }
                let is_last = place + 1 == records.len();
                looked_at += 1;
                before = (!is_last).then(|| record.id.clone());
                if entries.len() == PAGE as usize {
                    break;
                }
            }
            let is_full = entries.len() == PAGE as usize || looked_at >= LOOKED_AT;
            if records.is_empty() || before.is_none() || is_full {
                break;
            }
        }
        Ok(ActivityView {
            entries,
            older: before,
        })
    }
}

/// Entries read at a time where all are looked at.
const CHUNK: u32 = 1_000;

impl Client {
    /// The names of all devices that something was done from, as they were called then, in order.
    pub async fn activity_devices(&self) -> Result<Vec<String>, Failure> {
        let account = self.account().await?;
        let mut names = BTreeSet::new();
        let mut before: Option<String> = None;
        loop {
            let records = account
                .newest(Collection::Activity, before.as_deref(), CHUNK)
                .await?;
            let Some(last) = records.last() else {
                return Ok(names.into_iter().collect());
            };
            before = Some(last.id.clone());
            names.extend(records.iter().filter_map(|record| {
                let entry: ActivityEntry = serde_json::from_slice(&record.body).ok()?;
                entry.device_name
            }));
        }
    }
}

/// `None` for what is no entry.
pub(crate) fn entry_view(
    record: &StoredRecord,
    this: SessionId,
) -> Option<(ActivityEntry, ActivityEntryView)> {
    let entry: ActivityEntry = serde_json::from_slice(&record.body).ok()?;
    let view = ActivityEntryView {
        id: record.id.clone(),
        kind: entry.kind,
        at: entry.at,
        count: entry.count,
        first_at: entry.first_at,
        device_name: entry.device_name.clone(),
        this_device: entry.session_id == Some(this),
        address: entry.address.clone(),
        subject: entry.subject.clone(),
        changed: entry.changed.clone(),
    };
    Some((entry, view))
}
