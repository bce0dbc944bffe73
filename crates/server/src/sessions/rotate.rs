//! Giving a session another token in the place of the one it has.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_protocol::time::Timestamp;

use super::Caller;
use super::storage::hash_of;
use crate::arguments;
use crate::http::problem::{Answer, Refusal};
use crate::state::ServerState;
use crate::sync::Change;

/// A new token: 256 bits behind a prefix that secret scanners can know.
pub(super) fn new_token(state: &ServerState) -> String {
    format!("lks_{}", URL_SAFE_NO_PAD.encode(state.new_secret()))
}

/// Gives the caller's session a new token, to which `stepped_up_until` belongs. The token that the caller came with opens
/// the session until the new one is first used, and no longer than `previous_until`; any other token of it dies.
pub(crate) async fn rotate(
    change: &mut Change,
    caller: &Caller,
    previous_until: Option<Timestamp>,
    stepped_up_until: Option<Timestamp>,
) -> Answer<String> {
    let token = new_token(change.state());
    // A token that was on its way out keeps its term: a step-up must not lengthen what a new password cut short.
    let rotated = change
        .transaction()
        .execute(
            "UPDATE sessions SET \
             previous_until = CASE WHEN token_hash = $3 OR $4 IS NOT NULL THEN $4 ELSE previous_until END, \
             previous_token_hash = $3, token_hash = $2, stepped_up_until = $5 \
             WHERE id = $1 AND ended_at IS NULL AND (token_hash = $3 OR previous_token_hash = $3)",
            arguments![
                caller.session_id,
                &hash_of(&token),
                caller.token.hash(),
                previous_until,
                stepped_up_until
            ],
        )
        .await?;
    if rotated == 1 {
        Ok(token)
    } else {
        // The caller came with the token before this one, and that was first used meanwhile.
        Err(Refusal::session_unknown())
    }
}
