//! Is this really the owner? Devices are on probation until somebody says yes, and "it wasn't me" suspends what could be
//! an intruder's until its owner has reviewed it. Nothing is undone: what a device may not do, it never did.
//!
//! The primary e-mail address is the root. Every mailed link that acts goes to it alone: links that open (a new password,
//! approving a device) are asked for and work for minutes; links that lock stand in notices and work for
//! [`LOCK_LINK_SECONDS`]. It is never suspended, and it changes as [`crate::email_change`] says.

use serde::{Deserialize, Serialize};

use crate::identifiers::{EmailId, MailId, PasskeyId, SessionId};
use crate::sessions::DeviceProof;
use crate::step_up::Proof;
use crate::time::Timestamp;

/// How far something of an account is believed to be its owner's.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is the owner's.
    #[default]
    Trusted,
    /// A device that nobody has approved: it may read, and change what is harmless.
    Probation,
    /// It has no effect until the owner has reviewed it.
    Suspended,
}

impl Standing {
    /// Its name in the server's database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Probation => "probation",
            Self::Suspended => "suspended",
        }
    }
}

impl std::str::FromStr for Standing {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        [Self::Trusted, Self::Probation, Self::Suspended]
            .into_iter()
            .find(|standing| standing.name() == name)
            .ok_or(())
    }
}

/// How long a link that locks works from its sending, in seconds: 30 days.
pub const LOCK_LINK_SECONDS: i64 = 30 * 86_400;

/// How long a link that approves a device works from its sending, in seconds.
pub const VOUCH_LINK_SECONDS: i64 = 600;

/// The most devices of an account that are on probation at once; one more ends the oldest.
pub const PROBATION_MAXIMUM: usize = 3;

/// Days after which a device that was not seen is on probation again.
pub const UNSEEN_DAYS: i64 = 90;

/// Days after which a factor, a passkey or a set of recovery codes speaks for the owner although the account was secured.
pub const AGED_DAYS: i64 = 30;

/// Whether something made at `since` speaks for the owner at `now`: it is [`AGED_DAYS`] days old.
pub fn is_aged(since: Timestamp, now: Timestamp) -> bool {
    since.plus_seconds(AGED_DAYS * 86_400) <= now
}

/// The body of the requests here that say everything by their address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustRequest {}

/// The answer of `POST /v1/sessions/{id}/vouch` (200, after step-up): the device of that session is trusted. 404 for a
/// session that is not the account's; 409 for a device that is not on probation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeviceApproved {
    /// The account's revision afterwards.
    pub revision: u64,
}

/// The answer of `POST /v1/sessions/{id}/disown` (200): the device of that session is out, and the password opens nothing
/// new until it is changed. 409 for a device that is not on probation: about any other, the account is [`Secured`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeviceDisowned {
    /// The sessions that it ended.
    pub ended: Vec<SessionId>,
    /// The account's revision afterwards.
    pub revision: u64,
}

/// The answer of `POST /v1/session/vouch-link` (202), for a device on probation: a link that approves it is on its way to
/// the primary address. 409 for a device that is trusted, and where no address is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VouchLinkSent {
    /// The mail.
    pub mail_id: MailId,
    /// The account's revision with it.
    pub revision: u64,
}

/// The body of `POST /v1/session/vouch`, for a device on probation: the mailed link. 200 with [`DeviceApproved`]. 410 for a link that was used,
/// replaced, has expired or never was, and for one that another device asked for.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VouchByLink {
    /// The token of the link.
    pub token: String,
    /// The device's claim to its key, over the token: the link is worth nothing without it.
    pub device: DeviceProof,
}

impl std::fmt::Debug for VouchByLink {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("VouchByLink(redacted)")
    }
}

/// The answer of `POST /v1/secure` (200, after step-up): "it wasn't me" about anything but a device on probation. All other
/// sessions end. Every other device and address, every passkey, the recovery codes, and two-step sign-in younger than
/// [`AGED_DAYS`] days are suspended; what is under way stops; the password opens nothing new until it is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Secured {
    /// The sessions that it ended.
    pub ended: Vec<SessionId>,
    /// The account's revision afterwards.
    pub revision: u64,
}

/// Something suspended.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, specta::Type,
)]
#[serde(
    tag = "kind",
    content = "id",
    rename_all = "snake_case",
    deny_unknown_fields
)]
pub enum Suspended {
    /// A further e-mail address.
    Email(EmailId),
    /// A passkey.
    Passkey(PasskeyId),
    /// Two-step sign-in; without it there are no passkeys and no recovery codes.
    SecondFactor,
    /// The set of recovery codes.
    RecoveryCodes,
}

/// What is to become of something suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What.
    pub suspended: Suspended,
    /// Whether it is trusted again; else it is removed.
    pub keep: bool,
}

/// The body of `POST /v1/review`, which answers 200 with [`Reviewed`]. It decides all of it or nothing: 404 for a thing that is not the
/// account's, 409 for one that is not suspended; 422 as for [`Proof`].
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Who sits there.
    pub proof: Proof,
    /// 1 to 40.
    pub decisions: Vec<Decision>,
}

/// The answer to [`Review`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reviewed {
    /// The account's revision afterwards.
    pub revision: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for standing in [Standing::Trusted, Standing::Probation, Standing::Suspended] {
            assert_eq!(standing.name().parse(), Ok(standing));
            let json = serde_json::to_string(&standing).unwrap();
            assert_eq!(json, format!("{:?}", standing.name()));
        }
    }

    #[test]
    fn something_is_aged_after_thirty_days() {
        let since = Timestamp(1_000);
        let days = |days: i64| since.plus_seconds(days * 86_400);
        assert!(!is_aged(since, Timestamp(days(30).0 - 1)));
        assert!(is_aged(since, days(30)));
    }
}
