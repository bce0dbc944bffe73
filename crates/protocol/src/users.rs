//! Administration: what an administrator of a server sees of other people's accounts, and may do to them.
//!
//! An administrator starts things; the person finishes them. There is no request here that holds a password or a code
//! of somebody else, and no answer that holds a secret.

use serde::{Deserialize, Serialize};

use crate::identifiers::AccountId;
use crate::problem::FieldCode;
use crate::text;
use crate::time::Timestamp;

/// People in one [`UsersPage`].
pub const PAGE: u32 = 50;

/// The most characters that are searched for.
pub const SEARCH_MAXIMUM: usize = 120;

/// A person's permissions on a server beyond their own account. The operator grants and revokes it on the command line;
/// no request sets it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nothing.
    #[default]
    Person,
    /// Help other people with their accounts: all of `/v1/users`.
    Administrator,
}

impl Role {
    /// Its name in the server's database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Administrator => "administrator",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        [Self::Person, Self::Administrator]
            .into_iter()
            .find(|role| role.name() == name)
            .ok_or(())
    }
}

/// The answer of `GET /v1/users?search=&after=`: people by their username, [`PAGE`] at a time.
///
/// All of `/v1/users` answers 403 with [`crate::problem::ProblemCode::AdministratorsOnly`] to everybody else, whatever
/// is asked for, and with [`crate::problem::ProblemCode::StepUpNeeded`] to an administrator who has not given the
/// password within the last ten minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UsersPage {
    /// In the order of their usernames.
    pub users: Vec<UserSummary>,
    /// What to give as `after` for the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many seconds administration stays open for this session.
    pub open_seconds: u32,
}

/// One person in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UserSummary {
    /// The account.
    pub id: AccountId,
    /// The name to sign in with.
    pub username: String,
    /// The person's name.
    pub display_name: String,
    /// The primary address, confirmed or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Their role.
    pub role: Role,
}

/// The answer of `GET /v1/users/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct User {
    /// The account.
    pub id: AccountId,
    /// The name to sign in with.
    pub username: String,
    /// The person's name.
    pub display_name: String,
    /// The addresses, the primary first.
    pub emails: Vec<UserEmail>,
    /// Their role.
    pub role: Role,
    /// Whether two-step sign-in is on.
    pub second_factor_on: bool,
    /// Whether the owner said of a sign-in or a change that it wasn't theirs, and has not chosen a new password since
    /// ([`crate::trust`]).
    pub secured: bool,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When one of their devices last sent a request; absent when that is longer ago than sessions are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_active_at: Option<Timestamp>,
    /// Devices that are signed in.
    pub live_sessions: u32,
    /// How many seconds administration stays open for this session.
    pub open_seconds: u32,
}

/// An e-mail address of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UserEmail {
    /// The address.
    pub address: String,
    /// Whether mails go there first.
    pub primary: bool,
    /// Whether its owner confirmed it. An unconfirmed address may belong to anyone.
    pub confirmed: bool,
}

/// The body of `POST /v1/users/{id}/reset`, `…/second-factor/reset` and `…/sessions/end-all`: all is said by the
/// address, and a member, like a password, is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActOnUser {}

/// The answer of `POST /v1/users/{id}/reset` (202): a mail with a link for a new password is on its way to the person.
///
/// 409 for the own account and for one without a confirmed address; 429 when the person got as many
/// such mails as anybody may have sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResetStarted {
    /// Where the mail goes: the primary address if it is confirmed, else another confirmed one.
    pub address: String,
    /// The administrator's revision with it.
    pub revision: u64,
}

/// The answer of `POST /v1/users/{id}/second-factor/reset` and `…/sessions/end-all` (200).
///
/// 409 for the own account; the former also where two-step sign-in is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UserSignedOut {
    /// Devices that were signed in and are not any more.
    pub ended_sessions: u32,
    /// The administrator's revision with it.
    pub revision: u64,
}

/// At most [`SEARCH_MAXIMUM`] characters of one line; blank finds everybody.
pub fn check_search(search: &str) -> Result<(), FieldCode> {
    text::check_line(text::trim(search), 0, SEARCH_MAXIMUM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in [Role::Person, Role::Administrator] {
            assert_eq!(role.name().parse(), Ok(role));
        }
        assert_eq!("Administrator".parse::<Role>(), Err(()));
    }

    #[test]
    fn what_is_searched_for_is_one_short_line() {
        assert_eq!(check_search(""), Ok(()));
        assert_eq!(check_search("ä%_\\"), Ok(()));
        assert_eq!(check_search(&"a".repeat(121)), Err(FieldCode::TooLong));
        assert_eq!(check_search("a\u{0}b"), Err(FieldCode::InvalidCharacters));
    }
}
