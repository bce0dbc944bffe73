//! The contacts screen: e-mail addresses.

use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What the contacts screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ContactsView {
    /// The primary first, then confirmed, then pending, each by address.
    pub emails: Vec<EmailView>,
    /// The folder with mails as files, when the server runs inside this app and has no SMTP.
    pub mail_folder: Option<String>,
    /// Whether the server somewhere else has no SMTP, so that an administrator has to look.
    pub mail_stays_on_server: bool,
}

/// One address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EmailView {
    /// Its id.
    pub id: String,
    /// The address.
    pub address: String,
    /// Whether mails go there first.
    pub primary: bool,
    /// When its owner confirmed it; `None` while pending.
    pub confirmed_at: Option<Timestamp>,
    /// When the last link was asked for, while pending.
    pub confirmation_sent_at: Option<Timestamp>,
}

/// A new address.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct AddEmailForm {
    /// The address.
    pub address: String,
}
