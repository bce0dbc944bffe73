//! The list of slices: what each adds to the server is declared once, in its own room, and nothing else names them all.

use futures_util::future::BoxFuture;
use latchkey_protocol::time::Timestamp;

use crate::access::Routes;
use crate::database::{Result, Transaction};
use crate::jobs::Kind;
use crate::sync::Edits;
use crate::{
    accounts, activity, allowance, contacts, email_change, epoch, events, http, jobs, mail,
    passkeys, password, profile, recovery, second_factor, sessions, step_up, sync, trust, users,
};

/// All slices, in the order in which the API is described.
pub(crate) static SLICES: [&Slice; 20] = [
    &http::SLICE,
    &accounts::SLICE,
    &sessions::SLICE,
    &second_factor::SLICE,
    &step_up::SLICE,
    &password::SLICE,
    &passkeys::SLICE,
    &recovery::SLICE,
    &trust::SLICE,
    &users::SLICE,
    &jobs::SLICE,
    &epoch::SLICE,
    &sync::SLICE,
    &events::SLICE,
    &contacts::SLICE,
    &email_change::SLICE,
    &mail::SLICE,
    &profile::SLICE,
    &allowance::SLICE,
    &activity::SLICE,
];

/// Forgets, with the transaction, what requests have left behind and nobody is told of.
pub(crate) type Forget = for<'a> fn(&'a mut Transaction, Timestamp) -> BoxFuture<'a, Result<()>>;

/// What one slice adds to the server.
#[derive(Debug)]
pub(crate) struct Slice {
    /// What it answers. Each route has a row in the table of [`crate::access`].
    pub routes: fn() -> Routes,
    /// The kinds of records that are edited offline.
    pub edits: &'static [Edits],
    /// The kinds of jobs that it has queued.
    pub jobs: &'static [&'static Kind],
    /// What is done every minute, each by itself: what fails keeps no other from it.
    pub tidy: &'static [Kind],
    /// The same for what needs no change of an account.
    pub forget: &'static [Forget],
}

impl Slice {
    /// Of a slice that adds nothing.
    pub(crate) const NONE: Self = Self {
        routes: Routes::new,
        edits: &[],
        jobs: &[],
        tidy: &[],
        forget: &[],
    };
}
