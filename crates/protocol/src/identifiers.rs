//! Identifiers: UUIDs of version 7 (RFC 9562, section 5.7), so that their order is the order of creation, each with a
//! type of its own so that one can't be passed for another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! identifier {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema, specta::Type)]
        #[serde(transparent)]
        #[specta(transparent)]
        pub struct $name(#[specta(type = String)] pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

identifier! {
    /// One server, created with its database. All nodes that share a database have the same one.
    ServerId,
    /// A person's account.
    AccountId,
    /// One sign-in of one device.
    SessionId,
    /// A device as an account knows it: one device key.
    DeviceId,
    /// An e-mail address of an account, confirmed or not.
    EmailId,
    /// A change of an account's primary e-mail address.
    EmailChangeId,
    /// A passkey of an account.
    PasskeyId,
    /// A sign-in with a passkey that is under way.
    PasskeyRequestId,
    /// One mail to an account.
    MailId,
    /// One entry of an account's activity.
    ActivityId,
}
