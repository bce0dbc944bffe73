//! Values for the placeholders of a statement.

use std::borrow::Cow;

use latchkey_protocol::identifiers::{
    AccountId, ActivityId, DeviceId, EmailChangeId, EmailId, MailId, PasskeyId, PasskeyRequestId,
    ServerId, SessionId,
};
use latchkey_protocol::time::Timestamp;
use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

use super::Error;

/// The value of one placeholder. An absent value carries its type, which PostgreSQL wants to know.
#[derive(Clone, Debug)]
pub enum Argument<'a> {
    /// TEXT.
    Text(Option<Cow<'a, str>>),
    /// BIGINT.
    Integer(Option<i64>),
    /// BYTEA.
    Bytes(Option<Cow<'a, [u8]>>),
}

/// The arguments of a statement, in the order of `$1…$n`, each from a type that [`Argument`] is made from.
#[macro_export]
macro_rules! arguments {
    ($($value:expr),* $(,)?) => { &[$($crate::database::Argument::from($value)),*] };
}

macro_rules! from {
    ($($kind:ident: $type:ty => |$value:ident| $convert:expr;)+) => {$(
        impl<'a> From<$type> for Argument<'a> {
            fn from($value: $type) -> Self {
                Self::$kind(Some($convert))
            }
        }

        impl<'a> From<Option<$type>> for Argument<'a> {
            fn from(value: Option<$type>) -> Self {
                Self::$kind(value.map(|$value| $convert))
            }
        }
    )+};
}

from! {
    Text: &'a str => |text| Cow::Borrowed(text);
    Text: &'a String => |text| Cow::Borrowed(text.as_str());
    Text: String => |text| Cow::Owned(text);
    Text: AccountId => |id| Cow::Owned(id.to_string());
    Text: ActivityId => |id| Cow::Owned(id.to_string());
    Text: DeviceId => |id| Cow::Owned(id.to_string());
    Text: EmailId => |id| Cow::Owned(id.to_string());
    Text: EmailChangeId => |id| Cow::Owned(id.to_string());
    Text: MailId => |id| Cow::Owned(id.to_string());
    Text: PasskeyId => |id| Cow::Owned(id.to_string());
    Text: PasskeyRequestId => |id| Cow::Owned(id.to_string());
    Text: ServerId => |id| Cow::Owned(id.to_string());
    Text: SessionId => |id| Cow::Owned(id.to_string());
    Integer: i64 => |number| number;
    Integer: u32 => |number| i64::from(number);
    // Revisions and counts never reach the half of the range that BIGINT lacks.
    Integer: u64 => |number| i64::try_from(number).unwrap_or(i64::MAX);
    Integer: Timestamp => |instant| instant.0;
    Integer: bool => |truth| i64::from(truth);
    Bytes: &'a [u8] => |bytes| Cow::Borrowed(bytes);
    Bytes: &'a [u8; 32] => |bytes| Cow::Borrowed(bytes.as_slice());
    Bytes: &'a Vec<u8> => |bytes| Cow::Borrowed(bytes.as_slice());
    Bytes: Vec<u8> => |bytes| Cow::Owned(bytes);
}

macro_rules! bind {
    ($name:ident, $arguments:ty) => {
        pub(super) fn $name(values: &[Argument<'_>]) -> Result<$arguments, Error> {
            let mut arguments = <$arguments>::default();
            for value in values {
                match value {
                    Argument::Text(text) => arguments.add(text.as_deref()),
                    Argument::Integer(number) => arguments.add(*number),
                    Argument::Bytes(bytes) => arguments.add(bytes.as_deref()),
                }
                .map_err(|error| Error::from(sqlx::Error::Encode(error)))?;
            }
            Ok(arguments)
        }
    };
}

bind!(bind_sqlite, SqliteArguments);
bind!(bind_postgres, PgArguments);
