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
             created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = NULL",
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

/// What became of a token that was to be used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumed {
    /// It is used up now. Of any number at once one gets this.
    Now,
    /// It was used before, and what it confirmed still is.
    Before,
    /// It was replaced, is too old or never was.
    Never,
}

/// Uses up a token.
pub async fn consume(
    transaction: &mut Transaction,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Consumed> {
    let consumed = transaction
        .execute(
            "UPDATE email_confirmations SET used_at = $2 \
             WHERE token_hash = $1 AND expires_at > $2 AND used_at IS NULL",
            arguments![token_hash, now],
        )
        .await?;
    if consumed == 1 {
        return Ok(Consumed::Now);
    }
    let before = transaction
        .fetch_optional(
            "SELECT 1 FROM email_confirmations c JOIN emails e ON e.id = c.email_id \
             WHERE c.token_hash = $1 AND c.expires_at > $2 AND c.used_at IS NOT NULL AND e.confirmed_at IS NOT NULL",
            arguments![token_hash, now],
        )
        .await?;
    Ok(before.map_or(Consumed::Never, |_| Consumed::Before))
}

/// What is stored of a token.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
