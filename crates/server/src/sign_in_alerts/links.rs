//! The secret in the link of a mail that asks: 256 bits, mailed once, stored as SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_protocol::identifiers::{MailId, SessionId};
use latchkey_protocol::mail::MailReason;
use latchkey_protocol::sign_in_alerts::LINK_VALID_SECONDS;
use sha2::{Digest as _, Sha256};

use crate::arguments;
use crate::database::Result;
use crate::mail::Prepared;
use crate::sync::Change;

/// Makes the token of a mail's link, in place of one that an earlier try of the mail had; none once somebody has
/// answered.
pub(crate) async fn prepare(
    change: &mut Change,
    mail_id: MailId,
    session_id: SessionId,
) -> Result<Prepared> {
    if !is_open(change, session_id).await? {
        return Ok(Prepared::Needless(MailReason::NoLongerNeeded));
    }
    let token = URL_SAFE_NO_PAD.encode(change.state().new_secret());
    let expires_at = change.now().plus_seconds(LINK_VALID_SECONDS);
    change
        .transaction()
        .execute(
            "INSERT INTO sign_in_alert_links (token_hash, mail_id, session_id, expires_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (mail_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at",
            arguments![&hash(&token), mail_id, session_id, expires_at],
        )
        .await?;
    Ok(Prepared::Link(token))
}

/// Whether nobody has answered yet.
pub(crate) async fn is_open(change: &mut Change, session_id: SessionId) -> Result<bool> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT session_id FROM sign_in_alerts WHERE session_id = $1 AND account_id = $2 AND answered_at IS NULL",
            arguments![session_id, account_id],
        )
        .await?;
    Ok(row.is_some())
}

/// What is stored of a token.
pub(super) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
