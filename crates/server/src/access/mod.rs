//! Who may do what: one table of all routes, and one function that decides.
//!
//! Each route has a [`Row`] in [`TABLE`]. A slice registers its handlers with [`Routes`], which puts the guard of the row
//! before each of them: it looks the session up, asks [`authorize`], and only then does the handler run. A handler that
//! writes begins by [`crate::sessions::Caller::change`] or [`crate::sessions::Caller::change_once`], which ask again under
//! the account's lock. A route without a row, or a row without a route, keeps the server from starting.
//!
//! One order everywhere: the session, the caller's grants, the device's standing, the step-up, the `Idempotency-Key`, the
//! body; then under the lock the first four once more, the answer that the same key was given before, the quotas, and last
//! the rules of the slice.
//!
//! # Adding a route
//!
//! A row in [`TABLE`], the handler in its slice's `router()`, a line in the suite's `access/expected.txt`. The errors and the
//! security in the API's description, and `docs/access.md`, are made from the row.

mod guard;
mod page;
mod routes;
mod table;

use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::step_up::STEP_UP_SECONDS;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::users::Role;

pub(crate) use self::guard::Admitted;
pub use self::page::page;
pub use self::routes::Mismatch;
pub(crate) use self::routes::Routes;
pub use self::table::{TABLE, row};
use crate::http::problem::Refusal;

/// A method of HTTP that a route may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// `GET`, and `HEAD` with it.
    Get,
    /// `POST`.
    Post,
}

impl Method {
    /// As it stands in a request.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Who may ask at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Anybody: no session is looked at.
    Anybody,
    /// A live session, for its own account.
    Session,
    /// A live session of an administrator.
    Administrator,
}

/// Whose things a route is about, and where that stands in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The caller's own account, or nobody's.
    Own,
    /// The whole server.
    Server,
    /// The account whose identifier is the path's `{id}`.
    Account,
}

/// What a request is about, once its path is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole server.
    Server,
    /// One account. What is no identifier is the nil one, which no account has.
    Account(AccountId),
}

/// What a route asks for beside the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepUp {
    /// Nothing.
    None,
    /// The password, and the code where one is on, within the last ten minutes and with this very token.
    Recent,
    /// The same in the request itself; the handler has it proven (`password::prove`).
    InRequest,
}

/// What a device on probation may do of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probation {
    /// All of it.
    Harmless,
    /// What the request asks for decides: the handler asks [`crate::sessions::Caller::refuse_on_probation`] about the rest.
    InPart,
    /// Nothing.
    Refused,
}

/// How large a body may be; the settings say the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// There is none: what is sent is not read.
    None,
    /// `connections.auth_body_bytes`: a few fields, often from people nobody knows.
    Small,
    /// `connections.body_bytes`.
    Usual,
    /// Four times a small one: a form writes an octet as three, and asks for a new password twice.
    Form,
}

/// How often it may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// As often as connections allow.
    None,
    /// Tries from one network address; the slice counts them, with those of an account or device.
    Tries,
    /// Mails that one network address may ask for; the slice counts them.
    Mails,
    /// Changes of a session in a day. Counted before the handler changes anything.
    Changes,
    /// The same, and changes of what guards the account in a day.
    SecurityChanges,
    /// The same as [`Limit::Changes`], and edits of the account in a day.
    Edits,
}

/// Everything that is decided about a route before its handler runs, and what it may answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The method.
    pub method: Method,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// Who may ask.
    pub callers: Callers,
    /// What about.
    pub place: Place,
    /// With what proof.
    pub step_up: StepUp,
    /// From a device on probation.
    pub probation: Probation,
    /// Whether an `Idempotency-Key` counts, and the name under which its answers are kept.
    pub once: Option<&'static str>,
    /// How large a body may be.
    pub body: Body,
    /// How often.
    pub limit: Limit,
    /// Whether the request itself carries a proof that may be refused with 401.
    pub proof: bool,
    /// Whether the body names something that may not be there (404).
    pub names: bool,
    /// Whether a mailed link is used, which may be spent (410).
    pub link: bool,
    /// When it is refused with 409.
    pub conflict: Option<&'static str>,
}

impl Row {
    /// Whether it is a page for browsers, beside the API.
    pub fn is_page(&self) -> bool {
        !self.path.starts_with("/v1/")
    }
}

/// Whether a device is known to be the owner's. Nothing reads that from the database yet: every device counts as trusted, and
/// the slices `freeze` and `sign_in_alerts` guard what a device in question must not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Trusted,
    /// Nobody has answered for it yet.
    Probation,
}

/// Whoever asks, with what they may do, read in the statement that found their session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Whose session it is: the grant `Own`, on this account.
    pub account_id: AccountId,
    /// Of the device.
    pub standing: Standing,
    /// When the step-up of this very token is over; `None` where there is none.
    pub stepped_up_until: Option<Timestamp>,
    /// What the account may do on the server and to its accounts. Read where a row asks for it, else a person's.
    pub role: Role,
}

impl Actor {
    /// For how many microseconds more the step-up counts; `None` where it does not.
    pub fn stepped_up_for(&self, now: Timestamp) -> Option<i64> {
        // One that ends later than any begun now was begun by a clock that was ahead.
        let possible = 1..=STEP_UP_SECONDS * Timestamp::SECOND;
        self.stepped_up_until
            .map(|until| until.0.saturating_sub(now.0))
            .filter(|left| possible.contains(left))
    }
}

/// Why [`authorize`] says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Outside all that the actor may know of: it does not exist for them.
    NotFound,
    /// The server exists for everybody, and this of it is for administrators.
    AdministratorsOnly,
    /// Not from a device that nobody has answered for.
    OnProbation,
    /// Not without the password of the last ten minutes.
    StepUpNeeded,
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Self::new(match refused {
            Refused::NotFound => ProblemCode::NotFound,
            Refused::AdministratorsOnly => ProblemCode::AdministratorsOnly,
            Refused::OnProbation => ProblemCode::DeviceInQuestion,
            Refused::StepUpNeeded => ProblemCode::StepUpNeeded,
        })
    }
}

/// Whether `actor` may do what `row` is about to `scope`. Pure: what it is asked with was read a moment ago, and for a route
/// that writes it is asked once more under the lock.
pub fn authorize(actor: &Actor, row: &Row, scope: Scope, now: Timestamp) -> Result<(), Refused> {
    let granted = match (row.callers, scope) {
        (Callers::Anybody, _) => return Ok(()),
        (Callers::Session, Scope::Account(account_id)) => {
            if account_id != actor.account_id {
                return Err(Refused::NotFound);
            }
            true
        }
        (Callers::Session, Scope::Server) => false,
        (Callers::Administrator, _) => actor.role == Role::Administrator,
    };
    if !granted {
        return Err(Refused::AdministratorsOnly);
    }
    if row.probation == Probation::Refused && actor.standing == Standing::Probation {
        return Err(Refused::OnProbation);
    }
    if row.step_up == StepUp::Recent && actor.stepped_up_for(now).is_none() {
        return Err(Refused::StepUpNeeded);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
