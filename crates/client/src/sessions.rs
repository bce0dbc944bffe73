//! The devices screen.

use std::cmp::Reverse;
use std::sync::Arc;

use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::{
    DeviceKind, DevicePublicKey, EndSessions, EndedReason, Session, SessionEdit, SessionsEnded,
};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::Standing;
use serde::{Deserialize, Serialize};

use crate::account::ShownRecord;
use crate::client::Client;
use crate::clock::new_identifier;
use crate::failure::{Failure, FailureCode};
use crate::questions::{ConflictView, RefusedView};
use crate::settings::StoredAccount;
use crate::trust::{ProbationView, can_be_disowned, is_on_probation, on_probation};

/// Seconds within which an activity counts as now: twice the grain in which the server notes it.
const NOW_SECONDS: i64 = 600;

/// What the devices screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DevicesView {
    /// This device first, then the most recently active.
    pub live: Vec<DeviceView>,
    /// Signed out in the last 30 days, the newest first.
    pub ended: Vec<DeviceView>,
    /// Devices on probation, the newest first; none where this one is on probation itself.
    pub on_probation: Vec<ProbationView>,
}

/// One sign-in of one device.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a mark of its own on the screen"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DeviceView {
    /// The session's id.
    pub id: String,
    /// What it is called, with a waiting change of name laid over it.
    pub name: String,
    /// Whether a change of its name waits to be sent.
    pub name_waiting: bool,
    /// Set when it was given different names here and elsewhere.
    pub name_conflict: Option<ConflictView>,
    /// Set when the server will not have the name that was given here.
    pub refused_name: Option<RefusedView>,
    /// The kind of device.
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
    /// When it expires.
    pub expires_at: Timestamp,
    /// Whether it is the one the person sits at.
    pub this_device: bool,
    /// Whether this sign-in was the device's first.
    pub new_device: bool,
    /// How far it is believed to be the person's; of a session that is over, as it was then.
    pub standing: Standing,
    /// Whether it is on probation, and can be disowned on this device: also one that is out by now, for whoever it was has
    /// the password.
    pub can_answer: bool,
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
    /// The name that was shown when the person began to type; `None` where that is what is shown now. One that changed
    /// elsewhere meanwhile is asked about, never overwritten unseen.
    pub seen: Option<String>,
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

impl Client {
    /// The devices of the account.
    pub async fn devices(&self) -> Result<DevicesView, Failure> {
        let account = self.account().await?;
        let now = self.now();
        let sessions = account.all_shown::<Session>(Collection::Sessions).await?;
        let may_answer = !is_on_probation(&sessions, &account.stored);
        let password = account.password_record().await?;
        let mut on_probation = on_probation(&sessions);
        on_probation.retain(|_| may_answer);
        let (mut live, mut ended): (Vec<DeviceView>, Vec<DeviceView>) = sessions
            .into_iter()
            .map(|(id, record)| {
                let can_answer = may_answer && can_be_disowned(&record.body, password.as_ref());
                device_view(id, record, &account.stored, can_answer, now)
            })
            .partition(|device| device.ending.is_none());
        live.sort_by_key(|device| {
            (
                !device.this_device,
                Reverse(device.last_active_at),
                device.id.clone(),
            )
        });
        ended.sort_by_key(|device| Reverse(device.ending.as_ref().map(|ending| ending.asked_at)));
        Ok(DevicesView {
            live,
            ended,
            on_probation,
        })
    }

    /// Gives a device another name, with or without a network.
    pub async fn rename_device(&self, form: RenameDeviceForm) -> Result<(), Failure> {
        let named = |device_name| SessionEdit {
            device_name: Some(device_name),
        };
        self.edit::<Session>(form.id, named(form.device_name), form.seen.map(named))
            .await
    }

    /// Signs devices out and says how many were signed in. Needs a connection. When this device is among them, its data
    /// is destroyed before this returns.
    pub async fn end_devices(self: &Arc<Self>, which: EndDevices) -> Result<u32, Failure> {
        let account = self.account().await?;
        let body = match which {
            EndDevices::One { id } => EndSessions::One {
                session_id: id.parse().map_err(|_| FailureCode::NotFound)?,
            },
            EndDevices::Others => EndSessions::Others,
            EndDevices::All => EndSessions::All,
        };
        let key = Some(new_identifier(self.now()));
        let over: SessionsEnded = self.post(&account, "v1/sessions/end", &body, key).await?;
        if over.ended.contains(&account.stored.session_id) {
            self.end_here(&account).await;
        } else {
            account.catch_up(over.revision).await;
        }
        Ok(u32::try_from(over.ended.len()).unwrap_or(u32::MAX))
    }
}

fn device_view(
    id: String,
    record: ShownRecord<Session>,
    this: &StoredAccount,
    can_answer: bool,
    now: Timestamp,
) -> DeviceView {
    let ShownRecord {
        body: session,
        shown,
    } = record;
    let name = SessionEdit::device_name;
    let session_id: Option<SessionId> = id.parse().ok();
    let receipt = session.receipt.map(|receipt| ReceiptView {
        destroyed_at: receipt.destroyed_at,
        verified: Some(receipt.session_id) == session_id
            && receipt.verifies(&session.public_key, this.server_id),
        key_fingerprint: fingerprint(&session.public_key),
        signature: receipt.signature,
    });
    DeviceView {
        can_answer,
        standing: session.standing,
        this_device: session_id == Some(this.session_id),
        id,
        name: session.device_name,
        name_waiting: shown.waiting_fields.iter().any(|field| field == name),
        name_conflict: shown
            .conflicts
            .into_iter()
            .find(|conflict| conflict.field == name),
        refused_name: shown
            .refused
            .into_iter()
            .find(|refused| refused.field == name),
        kind: session.kind,
        app: session.app,
        operating_system: session.operating_system,
        address: session.address,
        first_seen_at: session.first_seen_at,
        signed_in_at: session.signed_in_at,
        last_active_at: session.last_active_at,
        active_now: session.ended.is_none()
            && now.since(session.last_active_at) <= NOW_SECONDS * Timestamp::SECOND,
        expires_at: session.expires_at,
        new_device: session.new_device,
        ending: session.ended.map(|ended| EndingView {
            asked_at: ended.at,
            reason: ended.reason,
            by_this_device: ended.by_session_id == Some(this.session_id),
            by_device_name: ended.by_device_name,
            receipt,
        }),
    }
}

/// Enough of a key for two people to compare.
fn fingerprint(key: &DevicePublicKey) -> String {
    let characters: Vec<char> = key.0.chars().collect();
    let (first, last) = (
        characters.iter().take(6),
        characters.iter().rev().take(6).rev(),
    );
    format!("{}…{}", first.collect::<String>(), last.collect::<String>())
}
