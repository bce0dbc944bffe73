//! The devices screen.

use latchkey_protocol::sessions::{DeviceKind, EndedReason};
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What the devices screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DevicesView {
    /// This device first, then the most recently active.
    pub live: Vec<DeviceView>,
    /// Signed out in the last 30 days, the newest first.
    pub ended: Vec<DeviceView>,
}

/// One sign-in of one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DeviceView {
    /// The session's id.
    pub id: String,
    /// What it is called, with a waiting change of name laid over it.
    pub name: String,
    /// Whether a change of its name waits to be sent.
    pub name_waiting: bool,
    /// What it is.
    pub kind: DeviceKind,
    /// App or browser with its version.
    pub app: String,
    /// Operating system.
    pub operating_system: String,
    /// The address it was last active from.
    pub address: String,
    /// When the device first signed in to this account.
    pub first_seen_at: Timestamp,
    /// When this session began.
    pub signed_in_at: Timestamp,
    /// When it was last active, to within five minutes.
    pub last_active_at: Timestamp,
    /// Whether that is so recent that it counts as now.
    pub active_now: bool,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Whether it is the one the person sits at.
    pub this_device: bool,
    /// Whether this sign-in was the device's first, and within the last seven days.
    pub new_device: bool,
    /// Set once it is over.
    pub ending: Option<EndingView>,
}

/// How a session ended, and what is known of the device since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EndingView {
    /// When access ended.
    pub asked_at: Timestamp,
    /// Why.
    pub reason: EndedReason,
    /// What the device that ended it was called.
    pub by_device_name: Option<String>,
    /// Whether that was the one the person sits at.
    pub by_this_device: bool,
    /// The device's own signed word; `None` while it has not been reached.
    pub receipt: Option<ReceiptView>,
}

/// The proof that a device is out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReceiptView {
    /// When the device destroyed its data, by its clock.
    pub destroyed_at: Timestamp,
    /// Whether the signature was checked on this computer and is the device's own.
    pub verified: bool,
    /// The first and last characters of the key it is signed with.
    pub key_fingerprint: String,
    /// The signature, as base64url.
    pub signature: String,
}

/// A new name for a device.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct RenameDeviceForm {
    /// [`DeviceView::id`].
    pub id: String,
    /// The name.
    pub device_name: String,
}

/// Which devices to sign out.
#[derive(Clone, Debug, Deserialize, specta::Type)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum EndDevices {
    /// One.
    One {
        /// [`DeviceView::id`].
        id: String,
    },
    /// All but this one.
    Others,
    /// All, with this one.
    All,
}
