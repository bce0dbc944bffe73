//! That the server went back to a backup: how it notices, and what becomes of the sessions.
//!
//! A database that was copied back looks like any other. But with each page of a sync the server says under its own seal
//! how far the account is ([`Head`]), and the app shows that with what it asks next: a server that has said so and has
//! not been there was rolled back. Then, as when it is told by `latchkey-server restored`, it raises its epoch, by which
//! apps know that revisions begin anew, and ends every session that is live in the backup, for what its owner has put out
//! since is live in it too. Apps keep what they have for whoever signs in again.

mod command;
mod head;
mod raise;

use crate::arguments;
use crate::database::{Error, Result, Transaction};
use crate::jobs::Kind;
use crate::slice::Slice;

pub use self::command::restored;
pub(crate) use self::head::{Head, look};
pub(crate) use self::raise::show_ended;

/// The server's epoch.
async fn current(transaction: &mut Transaction) -> Result<u64> {
    transaction
        .fetch_optional("SELECT epoch FROM server", arguments![])
        .await?
        .ok_or_else(|| Error::inconsistent("server", "epoch", "singleton"))?
        .count(0)
}

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    tidy: &[Kind::minutely("tidy-epoch", |state| {
        Box::pin(async move { show_ended(&state).await })
    })],
    ..Slice::NONE
};
