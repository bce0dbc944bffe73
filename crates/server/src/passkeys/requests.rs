//! What is under way on a page: whose it is, what for, until when, and what the browser was asked.

use latchkey_protocol::identifiers::{AccountId, PasskeyRequestId, SessionId};
use latchkey_protocol::passkeys::{INVITATION_SECONDS, PASSKEY_SIGN_IN_SECONDS};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::recovery::LINK_VALID_SECONDS;
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database::{Result, Transaction};
use crate::http::problem::Refusal;
use crate::secrets::link;
use crate::state::ServerState;
use crate::sync::Change;

/// What a page is for. What was begun for one purpose is good for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Add,
    SignIn,
    Reset,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::SignIn => "sign_in",
            Self::Reset => "reset",
        }
    }

    /// How long it lasts, in seconds.
    pub(super) const fn seconds(self) -> i64 {
        match self {
            Self::Add => INVITATION_SECONDS,
            Self::SignIn => PASSKEY_SIGN_IN_SECONDS,
            Self::Reset => LINK_VALID_SECONDS,
        }
    }
}

/// A request that lives.
#[derive(Debug)]
pub(super) struct Request {
    pub id: PasskeyRequestId,
    pub account_id: AccountId,
    pub username: String,
    pub session_id: Option<SessionId>,
    pub device_name: String,
    pub address: String,
    /// What the browser was asked and has not answered.
    pub ceremony: Option<String>,
    /// Whether it was answered.
    pub answered: bool,
}

/// A request to be made.
#[derive(Debug)]
pub(super) struct New<'a> {
    pub purpose: Purpose,
    pub token_hash: [u8; 32],
    pub session_id: Option<SessionId>,
    pub public_key: Option<&'a str>,
    pub device_name: &'a str,
    pub address: &'a str,
}

/// For a page that was used, replaced, or is too old.
pub(super) fn spent() -> Refusal {
    Refusal::new(ProblemCode::LinkSpent)
}

/// Makes a request of the account of `change`.
pub(super) async fn insert(change: &mut Change, new: New<'_>) -> Result<PasskeyRequestId> {
    let id = PasskeyRequestId(change.state().new_identifier());
    let (account_id, expires_at) = (
        change.account_id(),
        change.now().plus_seconds(new.purpose.seconds()),
    );
    change
        .transaction()
        .execute(
            "INSERT INTO passkey_requests (id, account_id, purpose, token_hash, session_id, public_key, device_name, \
             address, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            arguments![
                id,
                account_id,
                new.purpose.name(),
                &new.token_hash,
                new.session_id,
                new.public_key,
                new.device_name,
                new.address,
                expires_at
            ],
        )
        .await?;
    Ok(id)
}

/// Ends what is under way of the account of `change` for a purpose, of one device where it is named.
pub(super) async fn replace(
    change: &mut Change,
    purpose: Purpose,
    public_key: Option<&str>,
) -> Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "DELETE FROM passkey_requests WHERE account_id = $1 AND purpose = $2 \
             AND COALESCE(public_key, '') = COALESCE($3, '')",
            arguments![account_id, purpose.name(), public_key],
        )
        .await
        .map(drop)
}

/// Ends everything that is under way of the account of `change`.
pub(crate) async fn kill_all(change: &mut Change) -> Result<()> {
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "DELETE FROM passkey_requests WHERE account_id = $1",
            arguments![account_id],
        )
        .await
        .map(drop)
}

/// The live request with this token. One that lasts longer than any made now was made by a clock that was ahead, and is as
/// good as too old.
pub(super) async fn find(
    state: &ServerState,
    purpose: Purpose,
    token: &str,
) -> Result<Option<Request>> {
    let now = state.now();
    let row = state
        .database
        .fetch_optional(
            "SELECT r.id, r.account_id, r.session_id, r.device_name, r.address, r.ceremony, \
             CASE WHEN r.completion_hash IS NULL THEN 0 ELSE 1 END, a.username \
             FROM passkey_requests r JOIN accounts a ON a.id = r.account_id \
             WHERE r.token_hash = $1 AND r.purpose = $2 AND r.expires_at > $3 AND r.expires_at <= $4",
            arguments![
                &link::hash(token),
                purpose.name(),
                now,
                now.plus_seconds(purpose.seconds())
            ],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let session_id = match row.optional_text(2)? {
        Some(_) => Some(row.parsed(2, "passkey_requests", "session_id")?),
        None => None,
    };
    Ok(Some(Request {
        id: row.parsed(0, "passkey_requests", "id")?,
        account_id: row.parsed(1, "passkey_requests", "account_id")?,
        username: row.text(7)?,
        session_id,
        device_name: row.text(3)?,
        address: row.text(4)?,
        ceremony: row.optional_text(5)?,
        answered: row.integer(6)? == 1,
    }))
}

/// Keeps what the browser is asked next, in place of what it was asked before; false when it was answered meanwhile.
pub(super) async fn keep_question(
    transaction: &mut Transaction,
    id: PasskeyRequestId,
    ceremony: &str,
) -> Result<bool> {
    let kept = transaction
        .execute(
            "UPDATE passkey_requests SET ceremony = $2 WHERE id = $1 AND completion_hash IS NULL",
            arguments![id, ceremony],
        )
        .await?;
    Ok(kept == 1)
}

/// Forgets what is over.
pub(crate) async fn forget_old(transaction: &mut Transaction, now: Timestamp) -> Result<()> {
    transaction
        .execute(
            "DELETE FROM passkey_requests WHERE expires_at <= $1",
            arguments![now],
        )
        .await
        .map(drop)
}
