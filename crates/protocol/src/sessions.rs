//! Devices that are signed in: signing in, ending, and the proof that an ended device is really out.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

use crate::identifiers::{AccountId, DeviceId, ServerId, SessionId};
use crate::passkeys::PasskeyUsed;
use crate::problem::FieldCode;
use crate::sync::{Collection, FieldStamp};
use crate::time::Timestamp;
use crate::trust::Standing;
use crate::{editable, signature, text};

/// The most characters a device's name may have.
pub const DEVICE_NAME_MAXIMUM: usize = 80;

/// How far a device's clock may be from the server's for its proof to count: a proof is good for that long, so a
/// recorded one is of little use.
pub const PROOF_TOLERANCE_SECONDS: i64 = 300;

/// 1 to [`DEVICE_NAME_MAXIMUM`] characters of any script.
pub fn check_device_name(name: &str) -> Result<(), FieldCode> {
    text::check_line(name, 1, DEVICE_NAME_MAXIMUM)
}

/// A public Ed25519 key (RFC 8032), 32 bytes as base64url without padding.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    specta::Type,
)]
#[serde(transparent)]
#[specta(transparent)]
pub struct DevicePublicKey(pub String);

impl DevicePublicKey {
    /// The public half of `key`.
    pub fn of(key: &SigningKey) -> Self {
        Self(signature::public_half(key))
    }

    /// Whether `signature` (64 bytes as base64url) is this key's over `message`. False for a malformed key or
    /// signature and for a weak key.
    pub fn verifies(&self, message: &str, signature: &str) -> bool {
        signature::verifies(&self.0, message.as_bytes(), signature)
    }
}

/// The kind of a device, for its icon.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A laptop.
    Laptop,
    /// A desktop computer.
    Desktop,
    /// A phone.
    Phone,
    /// A tablet.
    Tablet,
    /// A browser on an unknown machine.
    Browser,
    /// A program.
    Other,
}

/// A device's description of itself, for people to read. Only its key is proven; all this is the device's own claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceDescription {
    /// The device's name, like the host's name, until the person renames it.
    pub name: String,
    /// The kind of device.
    pub kind: DeviceKind,
    /// App or browser with its version, like `Latchkey 0.1.0`.
    pub app: String,
    /// Operating system, like `Debian GNU/Linux 12`.
    pub operating_system: String,
}

/// A device's proof that it has its key, created for each sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceProof {
    /// The public half of its key.
    pub public_key: DevicePublicKey,
    /// The device's description of itself.
    pub description: DeviceDescription,
    /// The device's clock when it signed.
    pub signed_at: Timestamp,
    /// Over [`DeviceProof::message`], as base64url.
    pub signature: String,
}

impl DeviceProof {
    /// Signs a claim for one sign-in name on one server.
    pub fn sign(
        key: &SigningKey,
        server_id: ServerId,
        login: &str,
        description: DeviceDescription,
        now: Timestamp,
    ) -> Self {
        let signature = signature::sign(key, Self::message(server_id, login, now).as_bytes());
        Self {
            public_key: DevicePublicKey::of(key),
            description,
            signed_at: now,
            signature,
        }
    }

    /// Whether the claim is the key's own, for this server and sign-in name, and fresh.
    pub fn verifies(&self, server_id: ServerId, login: &str, now: Timestamp) -> bool {
        now.since(self.signed_at).abs() <= PROOF_TOLERANCE_SECONDS * Timestamp::SECOND
            && self.public_key.verifies(
                &Self::message(server_id, login, self.signed_at),
                &self.signature,
            )
    }

    /// What is signed. The server stands in it so that a proof for one server is none for another.
    fn message(server_id: ServerId, login: &str, signed_at: Timestamp) -> String {
        format!("latchkey/sign-in/1\n{server_id}\n{}\n{login}", signed_at.0)
    }
}

/// The body of `POST /v1/sessions`, which answers 201 with [`SignedIn`].
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Username or confirmed e-mail address.
    pub login: String,
    /// The password, in the clear inside TLS.
    pub password: String,
    /// A code of the second factor, or a recovery code, as typed; without one an account that has it on answers 401
    /// [`crate::problem::ProblemCode::SecondFactorNeeded`] once the password is right. Ignored while it is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Proof that a passkey was used instead of the code; the code is then ignored. Ignored while the second
    /// factor is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<PasskeyUsed>,
    /// The device that signs in; its proof is over `login` as sent.
    pub device: DeviceProof,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SignIn")
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

/// The response to a sign-in or a new account. The token is returned only here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignedIn {
    /// The token for `Authorization: Bearer`: 256 random bits behind a prefix that secret scanners can recognise.
    pub token: String,
    /// The session that the token opens.
    pub session_id: SessionId,
    /// The account.
    pub account_id: AccountId,
    /// The device it was given to.
    pub device_id: DeviceId,
    /// When the session expires.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SignedIn")
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

/// The response of `GET /v1/session`: the requesting session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CurrentSession {
    /// The session.
    pub session_id: SessionId,
    /// The account.
    pub account_id: AccountId,
    /// When the session expires.
    pub expires_at: Timestamp,
    /// The account's revision now.
    pub revision: u64,
}

/// The body of a record of [`crate::sync::Collection::Sessions`]; its id is a [`SessionId`]. Ended ones stay for 30
/// days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Session {
    /// The device; it stays the same when the device signs in again.
    pub device_id: DeviceId,
    /// Its key, with which its receipt can be checked.
    pub public_key: DevicePublicKey,
    /// The device's name.
    pub device_name: String,
    /// The kind of device.
    pub kind: DeviceKind,
    /// App or browser with its version.
    pub app: String,
    /// Operating system.
    pub operating_system: String,
    /// The address it was last active from.
    pub address: String,
    /// When this device first signed in to this account.
    pub first_seen_at: Timestamp,
    /// When this session began.
    pub signed_in_at: Timestamp,
    /// When it last asked for anything, or had its event stream open, to within five minutes. A session goes idle by
    /// what it asks for alone.
    pub last_active_at: Timestamp,
    /// When the session expires.
    pub expires_at: Timestamp,
    /// Whether this sign-in was the device's first.
    pub new_device: bool,
    /// How far the device is believed to be the owner's; of a session that is over, as it was then.
    #[serde(default)]
    pub standing: Standing,
    /// How the session ended; `None` while it is live.
    pub ended: Option<EndedNotice>,
    /// The device's own signed confirmation that its data is deleted.
    pub receipt: Option<Receipt>,
    /// When and where each editable field was last changed.
    pub stamps: BTreeMap<String, FieldStamp>,
}

editable! {
    /// The fields of a session's record that may be edited offline; `None` leaves a field alone.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
    pub struct SessionEdit of Session in Collection::Sessions {
        /// The device's name.
        device_name: check_device_name,
    }
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EndedNotice {
    /// The session that is over.
    pub session_id: SessionId,
    /// When it ended.
    pub at: Timestamp,
    /// Why it ended.
    pub reason: EndedReason,
    /// The session that ended it, when one did.
    pub by_session_id: Option<SessionId>,
    /// The name of that session's device at that time.
    pub by_device_name: Option<String>,
}

/// Why a session is over.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum EndedReason {
    /// The person signed out on the device itself.
    SignedOut,
    /// Another device of the person ended it.
    EndedByDevice,
    /// It expired: it was too old, or was not used for too long.
    Expired,
    /// The owner said of its sign-in, or of a change, that it wasn't theirs ([`crate::trust`]).
    Disowned,
    /// The password was changed in another session, and the person chose to end the others.
    PasswordChanged,
    /// The password was reset by a link sent by e-mail, which ends all sessions.
    PasswordReset,
    /// A change of the primary address was cancelled or undone from the old address, which ends all sessions.
    EmailChangeUndone,
    /// An administrator ended all sessions, alone or with the second factor.
    EndedByAdministrator,
    /// Another device signed in when the account was at its limit of signed-in devices.
    TooManyDevices,
    /// The server was restored from a backup, which ends all sessions. The device deletes nothing: after signing in
    /// again, it continues with its unsent changes.
    ServerRestored,
}

/// The body of `POST /v1/sessions/end`. Repeating it ends nothing twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "scope", rename_all = "snake_case", deny_unknown_fields)]
pub enum EndSessions {
    /// One session of the account.
    One {
        /// The session to end.
        session_id: SessionId,
    },
    /// All sessions except the requesting one.
    Others,
    /// All sessions, including the requesting one.
    All,
}

/// The answer to [`EndSessions`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SessionsEnded {
    /// The sessions that were live and have now ended.
    pub ended: Vec<SessionId>,
    /// The account's revision afterwards.
    pub revision: u64,
}

/// The response to a [`Receipt`]: it is stored, now or earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReceiptNoted {
    /// The receipt's session, so that another receipt's response can't be taken for this one's.
    pub session_id: SessionId,
}

/// A device's signed confirmation that it has deleted an account's data: the body of `POST /v1/receipts`, which answers
/// 200 with
/// [`ReceiptNoted`].
///
/// It needs no session, because the device no longer has one: the signature is what counts. A receipt for
/// a session that is still live ends it, which is how a device signs itself out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The session whose data is gone.
    pub session_id: SessionId,
    /// When the local database and its key were destroyed, by the device's clock.
    pub destroyed_at: Timestamp,
    /// By the device's key over [`Receipt::message`], as base64url.
    pub signature: String,
}

impl Receipt {
    /// Signs that the data of `session_id` is destroyed. Call it only once it is.
    pub fn sign(
        key: &SigningKey,
        server_id: ServerId,
        session_id: SessionId,
        destroyed_at: Timestamp,
    ) -> Self {
        let message = Self::message(server_id, session_id, destroyed_at);
        let signature = signature::sign(key, message.as_bytes());
        Self {
            session_id,
            destroyed_at,
            signature,
        }
    }

    /// Whether the device with `key` signed this.
    pub fn verifies(&self, key: &DevicePublicKey, server_id: ServerId) -> bool {
        key.verifies(
            &Self::message(server_id, self.session_id, self.destroyed_at),
            &self.signature,
        )
    }

    fn message(server_id: ServerId, session_id: SessionId, destroyed_at: Timestamp) -> String {
        format!(
            "latchkey/receipt/1\n{server_id}\n{session_id}\n{}",
            destroyed_at.0
        )
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    #[test]
    fn a_receipt_counts_for_its_key_server_session_and_time_alone() {
        let (server, session, at) = (
            ServerId(Uuid::from_u128(1)),
            SessionId(Uuid::from_u128(2)),
            Timestamp(3),
        );
        let receipt = Receipt::sign(&key(1), server, session, at);
        let public = DevicePublicKey::of(&key(1));
        assert!(receipt.verifies(&public, server));
        assert!(!receipt.verifies(&DevicePublicKey::of(&key(2)), server));
        assert!(!receipt.verifies(&public, ServerId(Uuid::from_u128(9))));
        assert!(
            !Receipt {
                session_id: SessionId(Uuid::from_u128(9)),
                ..receipt.clone()
            }
            .verifies(&public, server)
        );
        assert!(
            !Receipt {
                destroyed_at: Timestamp(9),
                ..receipt
            }
            .verifies(&public, server)
        );
    }

    #[test]
    fn a_proof_counts_for_its_sign_in_name_and_a_short_time() {
        let server = ServerId(Uuid::from_u128(1));
        let description = DeviceDescription {
            name: "ThinkPad".into(),
            kind: DeviceKind::Laptop,
            app: "Latchkey".into(),
            operating_system: "Debian".into(),
        };
        let now = Timestamp(1_000_000_000_000_000);
        let proof = DeviceProof::sign(&key(1), server, "anna", description, now);
        assert!(proof.verifies(server, "anna", now.plus_seconds(299)));
        assert!(!proof.verifies(server, "piotr", now));
        assert!(!proof.verifies(server, "anna", now.plus_seconds(301)));
        assert!(!proof.verifies(server, "anna", now.plus_seconds(-301)));
        assert!(
            !DeviceProof {
                public_key: DevicePublicKey::of(&key(2)),
                ..proof
            }
            .verifies(server, "anna", now)
        );
    }
}
