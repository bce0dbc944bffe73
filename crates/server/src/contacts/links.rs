//! The secret in a link that confirms an address: 256 bits, mailed once, stored as SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_protocol::identifiers::EmailId;
use latchkey_protocol::time::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::arguments;
use crate::database::{Result, Transaction};

/// How long a link works from its sending.
const VALID_SECONDS: i64 = 24 * 3600;

/// Makes the link's token for an address from `secret`, 32 random bytes. It replaces one that the address had.
pub async fn mint(
    transaction: &mut Transaction,
    email_id: EmailId,
    secret: [u8; 32],
    now: Timestamp,
) -> Result<String> {
    let token = URL_SAFE_NO_PAD.encode(secret);
    transaction
        .execute(
            "INSERT INTO email_confirmations (token_hash, email_id, created_at, expires_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (email_id) DO UPDATE SET token_hash = excluded.token_hash, \
             created_at = excluded.created_at, expires_at = excluded.expires_at",
            arguments![&hash(&token), email_id, now, now.plus_seconds(VALID_SECONDS)],
        )
        .await?;
    Ok(token)
}

/// Kills the link of an address.
pub async fn kill(transaction: &mut Transaction, email_id: EmailId) -> Result<()> {
    transaction
        .execute(
            "DELETE FROM email_confirmations WHERE email_id = $1",
            arguments![email_id],
        )
        .await?;
    Ok(())
}

/// Uses up a token; false when it was used, replaced or is too old. Of any number at once one gets true.
pub async fn consume(
    transaction: &mut Transaction,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool> {
    let consumed = transaction
        .execute(
            "DELETE FROM email_confirmations WHERE token_hash = $1 AND expires_at > $2",
            arguments![token_hash, now],
        )
        .await?;
    Ok(consumed == 1)
}

/// What is stored of a token.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
