//! The profile screen.

use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What the profile screen shows: the server's values with the waiting edits laid over them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ProfileView {
    /// How the person wants to be called.
    pub display_name: String,
    /// The name to sign in with.
    pub username: String,
    /// BCP 47 tag.
    pub language: String,
    /// IANA time zone name.
    pub time_zone: String,
    /// When the account was created.
    pub created_at: Timestamp,
    /// The primary address, if there is one.
    pub primary_email: Option<String>,
    /// Names of the fields with a change that the server has not confirmed.
    pub waiting_fields: Vec<String>,
    /// What the person has to choose between.
    pub conflicts: Vec<ConflictView>,
}

/// The editable fields; `None` leaves a field alone.
#[derive(Clone, Debug, Default, Deserialize, specta::Type)]
pub struct ProfileForm {
    /// How the person wants to be called.
    pub display_name: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// IANA time zone name.
    pub time_zone: Option<String>,
}

/// One field that was changed here and elsewhere to different values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ConflictView {
    /// The record: a collection's name and an id.
    pub collection: String,
    /// The record's id.
    pub id: String,
    /// The field, like `display_name`.
    pub field: String,
    /// The value given here.
    pub mine: String,
    /// When it was given here.
    pub mine_at: Timestamp,
    /// The value the server holds.
    pub theirs: String,
    /// When that was given.
    pub theirs_at: Timestamp,
    /// What the device that gave it was called.
    pub theirs_device_name: Option<String>,
}

/// The answer to a conflict.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct ConflictAnswer {
    /// [`ConflictView::collection`].
    pub collection: String,
    /// [`ConflictView::id`].
    pub id: String,
    /// [`ConflictView::field`].
    pub field: String,
    /// Whether the value given here is the right one.
    pub keep_mine: bool,
}
