//! How much an account, or a session of it, may make within a period. What is used up is refused with
//! [`crate::problem::ProblemCode::QuotaReached`] and the quota's name. The numbers are the server's
//! (`docs/quotas.md`).

use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Quota {
    /// Edits of fields, by an account.
    Edits,
    /// Everything that a session changes, edits included.
    Changes,
    /// What takes a step-up, by an account: addresses, the username, passkeys, two-step sign-in.
    SecurityChanges,
    /// Sign-ins on one device.
    SignIns,
    /// Sign-ins on devices that the account has not seen before.
    NewDevices,
    /// Links to addresses that nobody has proven to be theirs, asked for from one network address.
    Links,
}
