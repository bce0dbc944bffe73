//! The overview: who I am, what needs my attention, whether what I see is current.

use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::activity::ActivityEntryView;
use crate::profile::ConflictView;

/// What the overview shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OverviewView {
    /// What the person is called.
    pub display_name: String,
    /// The name to sign in with.
    pub username: String,
    /// The primary address, if there is one.
    pub primary_email: Option<String>,
    /// Whether the primary address is confirmed.
    pub primary_email_confirmed: bool,
    /// Devices that are signed in.
    pub live_devices: u32,
    /// Those among them whose first sign-in came since `last_looked_at`.
    pub new_devices: u32,
    /// Devices that were ended and have not been reached since.
    pub unreached_devices: u32,
    /// Addresses that wait for their confirmation.
    pub pending_emails: Vec<String>,
    /// Conflicts to answer.
    pub conflicts: Vec<ConflictView>,
    /// Sign-ins of the last 30 days, the oldest first.
    pub sign_ins: Vec<SignInPoint>,
    /// When this screen was last left on this device; `None` the first time.
    pub last_looked_at: Option<Timestamp>,
    /// What happened since then, the newest first, at most 20.
    pub since: Vec<ActivityEntryView>,
}

/// One dot of the sign-in timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SignInPoint {
    /// When.
    pub at: Timestamp,
    /// From which device.
    pub device_name: String,
    /// Whether it was that device's first.
    pub new_device: bool,
}
