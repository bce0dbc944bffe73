//! Administration: other people's accounts, for an administrator.
//!
//! The one exception to reading from the local copy alone. What is shown here is other people's: it is asked for over
//! the network each time, never written to this device, and not there without a connection.

use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::FieldProblem;
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::users::{
    ActOnUser, ResetStarted, Role, User, UserSignedOut, UsersPage, check_search,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::client::{Client, invalid};
use crate::clock::new_identifier;
use crate::failure::{Failure, FailureCode};

/// A page of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UsersView {
    /// By their usernames.
    pub users: Vec<UserRow>,
    /// What to ask with for the next page; `None` on the last one.
    pub next: Option<String>,
    /// For how many seconds more what is shown may be shown.
    pub open_seconds: u32,
}

/// One person in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UserRow {
    /// The account's id.
    pub id: String,
    /// The name to sign in with.
    pub username: String,
    /// What the person is called.
    pub display_name: String,
    /// The primary address, if there is one.
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// Whether it is the one who looks.
    pub own: bool,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UserView {
    /// The account's id.
    pub id: String,
    /// The name to sign in with.
    pub username: String,
    /// What the person is called.
    pub display_name: String,
    /// The addresses, the primary first.
    pub emails: Vec<UserEmailView>,
    /// What they may do.
    pub role: Role,
    /// Whether it is the one who looks.
    pub own: bool,
    /// Whether two-step sign-in is on.
    pub second_factor_on: bool,
    /// Whether its owner said of a sign-in or a change that it wasn't theirs, and has not chosen a new password since.
    pub secured: bool,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When a device of theirs last asked for anything; `None` when that is long ago.
    pub last_active_at: Option<Timestamp>,
    /// Devices that are signed in.
    pub live_devices: u32,
    /// For how many seconds more what is shown may be shown.
    pub open_seconds: u32,
}

/// An e-mail address of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UserEmailView {
    /// The address.
    pub address: String,
    /// Whether mails go there first.
    pub primary: bool,
    /// Whether its owner confirmed it.
    pub confirmed: bool,
}

impl Client {
    /// A page of the people of the server. Needs a connection, the role and a step-up.
    pub async fn users(&self, search: String, after: Option<String>) -> Result<UsersView, Failure> {
        check_search(&search).map_err(|code| invalid(vec![FieldProblem::new("search", code)]))?;
        let account = self.account().await?;
        let own = account.stored.account_id;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("search", text::trim(&search))
            .append_pair("after", after.as_deref().unwrap_or_default())
            .finish();
        let page: UsersPage = self.get(&account, &format!("v1/users?{query}")).await?;
        Ok(UsersView {
            users: page
                .users
                .into_iter()
                .map(|user| UserRow {
                    own: user.id == own,
                    id: user.id.to_string(),
                    username: user.username,
                    display_name: user.display_name,
                    email: user.email,
                    role: user.role,
                })
                .collect(),
            next: page.next,
            open_seconds: page.open_seconds,
        })
    }

    /// One person. Needs a connection, the role and a step-up.
    pub async fn user(&self, id: String) -> Result<UserView, Failure> {
        let id = parsed(&id)?;
        let account = self.account().await?;
        let user: User = self.get(&account, &format!("v1/users/{id}")).await?;
        Ok(UserView {
            own: user.id == account.stored.account_id,
            id: user.id.to_string(),
            username: user.username,
            display_name: user.display_name,
            emails: user
                .emails
                .into_iter()
                .map(|email| UserEmailView {
                    address: email.address,
                    primary: email.primary,
                    confirmed: email.confirmed,
                })
                .collect(),
            role: user.role,
            second_factor_on: user.second_factor_on,
            secured: user.secured,
            created_at: user.created_at,
            last_active_at: user.last_active_at,
            live_devices: user.live_sessions,
            open_seconds: user.open_seconds,
        })
    }

    /// Has a link for a new password mailed to a person, and says to which address. Needs a connection, the role and a
    /// step-up.
    pub async fn start_password_reset(&self, id: String) -> Result<String, Failure> {
        let started: ResetStarted = self.act_on(&id, "reset").await?;
        Ok(started.address)
    }

    /// Turns off a person's two-step sign-in and signs out all their devices; says how many. Needs a connection, the
    /// role and a step-up.
    pub async fn reset_user_second_factor(&self, id: String) -> Result<u32, Failure> {
        let ended: UserSignedOut = self.act_on(&id, "second-factor/reset").await?;
        Ok(ended.ended_sessions)
    }

    /// Signs out all devices of a person; says how many. Needs a connection, the role and a step-up.
    pub async fn end_user_devices(&self, id: String) -> Result<u32, Failure> {
        let ended: UserSignedOut = self.act_on(&id, "sessions/end-all").await?;
        Ok(ended.ended_sessions)
    }

    async fn act_on<Answer: DeserializeOwned>(
        &self,
        id: &str,
        act: &str,
    ) -> Result<Answer, Failure> {
        let id = parsed(id)?;
        let account = self.account().await?;
        let key = Some(new_identifier(self.now()));
        let path = format!("v1/users/{id}/{act}");
        self.post(&account, &path, &ActOnUser {}, key).await
    }
}

/// Goes into the path of a request, so it must be an id and nothing else.
fn parsed(id: &str) -> Result<AccountId, Failure> {
    id.parse().map_err(|_| FailureCode::NotFound.into())
}
