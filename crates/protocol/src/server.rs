//! What a server says of itself before anybody has signed in.

use serde::{Deserialize, Serialize};

use crate::identifiers::ServerId;
use crate::identity::ServerKey;
use crate::passkeys::PasskeySupport;
use crate::password::PasswordPolicy;

/// The value of [`ServerInfo::product`], by which a client knows a Latchkey server.
pub const PRODUCT: &str = "latchkey";

/// The header with the secret of the app in whose process a server runs: such a server does what the API asks for its
/// app alone, and not for the other users of the computer. New at each start of the app; 43 characters of base64url.
pub const APP_SECRET_HEADER: &str = "latchkey-app-secret";

/// The answer of `GET /v1/server`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ServerInfo {
    /// Always [`PRODUCT`].
    pub product: String,
    /// The server's version (semver).
    pub version: String,
    /// The server's identifier.
    pub server_id: ServerId,
    /// What its answers are proven with ([`crate::identity`]). Empty of a version that proved nothing: nothing fits it.
    #[serde(default)]
    pub key: ServerKey,
    /// Whether anybody may create an account.
    pub sign_up: bool,
    /// What a password must satisfy, with what the server is called as its context.
    pub password_policy: PasswordPolicy,
    /// How mail leaves this server.
    pub mail_delivery: MailDelivery,
    /// Whether passkeys can be used with it; `None` of a server that knows of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkeys: Option<PasskeySupport>,
}

/// How mail leaves a server.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum MailDelivery {
    /// Over SMTP.
    Smtp,
    /// Saved as `.eml` files in a folder on the server's machine; nobody receives them.
    Outbox,
}
