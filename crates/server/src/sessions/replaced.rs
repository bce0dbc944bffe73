//! Tokens that were replaced and come again (RFC 9700, section 4.14.2). A token dies when its successor is first used, so
//! whoever comes with it later has it from a copy: a thief, or a computer that was set back to an older state. Its owner is
//! told. The session goes on, for an ending would destroy what the device holds, at the word of whoever has an old copy of
//! a token; but what it was stepped up for takes the password again.
//!
//! A device to which the answer with the new token never came is none of this: the successor was not used, and the token
//! still opens the session.

use std::net::IpAddr;
use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::{AccountId, SessionId};
use latchkey_protocol::time::Timestamp;

use super::LIFETIME;
use super::storage::PresentedToken;
use crate::activity;
use crate::arguments;
use crate::database::{Result, Row, Transaction};
use crate::http::later;
use crate::state::ServerState;
use crate::sync::{Actor, Change};

/// What was sent with the older token may arrive behind the first request with the newer one by as much, in microseconds.
const OVERTAKEN: i64 = 60 * Timestamp::SECOND;

/// Keeps the token that the one of `token` has replaced, now that this is used.
pub(super) async fn note(
    transaction: &mut Transaction,
    session_id: SessionId,
    token: &PresentedToken,
    now: Timestamp,
) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO replaced_tokens (token_hash, session_id, replaced_at) \
             SELECT previous_token_hash, id, $3 FROM sessions \
             WHERE id = $1 AND token_hash = $2 AND previous_token_hash IS NOT NULL ON CONFLICT (token_hash) DO NOTHING",
            arguments![session_id, token.hash(), now],
        )
        .await
        .map(drop)
}

/// Looks whether a token that opens nothing was replaced, and tells the owner of a session that is live, once for each token:
/// whoever has an old one must not take the step-up away again and again, nor have the server write at each request.
pub(super) async fn look(
    state: &Arc<ServerState>,
    token: &PresentedToken,
    address: IpAddr,
) -> Result<()> {
    let row = state
        .database
        .fetch_optional(
            "SELECT s.id, s.account_id, d.name FROM replaced_tokens r JOIN sessions s ON s.id = r.session_id \
             JOIN devices d ON d.id = s.device_id \
             WHERE r.token_hash = $1 AND r.replaced_at <= $2 AND r.told_at IS NULL AND s.ended_at IS NULL",
            arguments![token.hash(), state.now().0 - OVERTAKEN],
        )
        .await?;
    if let Some(row) = row {
        let used = Used::of(token, &row, address)?;
        tracing::warn!(
            session = %used.session_id,
            account = %used.account_id,
            address = %address,
            "a token was used that a newer one has replaced: it may have been copied"
        );
        let state = Arc::clone(state);
        later::after_the_answer(async move {
            if let Err(error) = used.tell(&state).await {
                tracing::error!(%error, "the use of a replaced token could not be noted");
            }
        });
    }
    Ok(())
}

/// A replaced token that was used.
struct Used {
    token_hash: Vec<u8>,
    session_id: SessionId,
    account_id: AccountId,
    device_name: String,
    address: IpAddr,
}

impl Used {
    fn of(token: &PresentedToken, row: &Row, address: IpAddr) -> Result<Self> {
        Ok(Self {
            token_hash: token.hash().to_vec(),
            session_id: row.parsed(0, "sessions", "id")?,
            account_id: row.parsed(1, "sessions", "account_id")?,
            device_name: row.text(2)?,
            address,
        })
    }

    async fn tell(self, state: &Arc<ServerState>) -> Result<()> {
        // Not in the name of the session: who came is not known.
        let mut change = Change::begin(state, self.account_id).await?.by(Actor {
            address: Some(self.address.to_string()),
            ..Actor::default()
        });
        let now = change.now();
        let first = change
            .transaction()
            .execute(
                "UPDATE replaced_tokens SET told_at = $2 WHERE token_hash = $1 AND told_at IS NULL",
                arguments![self.token_hash, now],
            )
            .await?;
        if first == 0 {
            return Ok(());
        }
        change
            .transaction()
            .execute(
                "UPDATE sessions SET stepped_up_until = NULL WHERE id = $1",
                arguments![self.session_id],
            )
            .await?;
        let subject = Some(self.device_name);
        activity::repeated_of(&mut change, ActivityKind::OldTokenUsed, subject).await?;
        change.commit().await.map(drop)
    }
}

/// Forgets tokens of sessions that are over, or as old as no session gets.
pub(super) async fn forget_old(transaction: &mut Transaction, now: Timestamp) -> Result<()> {
    transaction
        .execute(
            "DELETE FROM replaced_tokens WHERE replaced_at <= $1 OR EXISTS \
             (SELECT 1 FROM sessions s WHERE s.id = replaced_tokens.session_id AND s.ended_at IS NOT NULL)",
            arguments![now.0 - LIFETIME],
        )
        .await
        .map(drop)
}
