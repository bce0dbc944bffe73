//! The activity screen.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

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
