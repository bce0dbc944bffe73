//! The activity screen.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::identifiers::{ActivityId, SessionId};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cache::StoredRecord;
use crate::client::Client;
use crate::failure::{Failure, FailureCode};

/// How many entries a page holds.
pub const PAGE: u32 = 100;

/// One page of activity, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ActivityView {
    /// At most [`PAGE`] entries.
    pub entries: Vec<ActivityEntryView>,
    /// What to ask with for the next, older page; `None` at the end.
    pub older: Option<String>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ActivityEntryView {
    /// Its id.
    pub id: String,
    /// What.
    pub kind: ActivityKind,
    /// When.
    pub at: Timestamp,
    /// The name of the device it was done from.
    pub device_name: Option<String>,
    /// Whether that was this device.
    pub this_device: bool,
    /// The address it was done from.
    pub address: Option<String>,
    /// What it was done to.
    pub subject: Option<String>,
}

impl Client {
    /// One page of activity: the newest, or the one that [`ActivityView::older`] of the page before names.
    pub async fn activity(&self, older: Option<String>) -> Result<ActivityView, Failure> {
        let account = self.account().await?;
        if let Some(older) = &older {
            older
                .parse::<ActivityId>()
                .map_err(|_| FailureCode::NotFound)?;
        }
        let mut records = account
            .newest(Collection::Activity, older.as_deref(), PAGE + 1)
            .await?;
        let has_more = records.len() > PAGE as usize;
        records.truncate(PAGE as usize);
        let this = account.stored.session_id;
        Ok(ActivityView {
            older: records
                .last()
                .filter(|_| has_more)
                .map(|record| record.id.clone()),
            entries: records
                .iter()
                .filter_map(|record| entry_view(record, this))
                .collect(),
        })
    }
}

/// `None` for an entry of a kind that only newer versions know.
pub(crate) fn entry_view(record: &StoredRecord, this: SessionId) -> Option<ActivityEntryView> {
    let entry: ActivityEntry = serde_json::from_slice(&record.body).ok()?;
    Some(ActivityEntryView {
        id: record.id.clone(),
        kind: entry.kind,
        at: entry.at,
        device_name: entry.device_name,
        this_device: entry.session_id == Some(this),
        address: entry.address,
        subject: entry.subject,
    })
}
