//! How far an account was, under the server's own seal.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::sync::{self, HEAD_HEADER};

use super::raise;
use crate::arguments;
use crate::database::Result;
use crate::secret_key::SecretKey;
use crate::state::ServerState;
use crate::sync::Change;

/// That an account was at a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) account_id: AccountId,
    pub(crate) epoch: u64,
    pub(crate) revision: u64,
}

impl Head {
    /// Where the account of a change is with it.
    pub(crate) async fn of(change: &mut Change) -> Result<sync::Head> {
        let head = Self {
            account_id: change.account_id(),
            epoch: super::current(change.transaction()).await?,
            revision: change.revision(),
        };
        Ok(sync::Head(head.seal(&change.state().secret_key)))
    }

    /// As apps keep it ([`sync::Head`]).
    pub(crate) fn seal(&self, key: &SecretKey) -> String {
        let mut text = self.text();
        let code = URL_SAFE_NO_PAD.encode(key.authenticate("head", text.as_bytes()));
        let _ = write!(text, ".{code}");
        text
    }

    /// What this server has sealed; `None` for anything else.
    fn open(key: &SecretKey, sealed: &str) -> Option<Self> {
        let mut parts = sealed.split('.');
        let mut next = || parts.next();
        let head = Self {
            epoch: next()?.parse().ok()?,
            revision: next()?.parse().ok()?,
            account_id: next()?.parse().ok()?,
        };
        (head.seal(key) == sealed).then_some(head)
    }

    fn text(&self) -> String {
        let Self {
            account_id,
            epoch,
            revision,
        } = self;
        format!("{epoch}.{revision}.{account_id}")
    }
}

/// Raises the epoch when a request shows that this server has been further than it is. Before anything is said of the
/// session that asks: in a backup it may look live, or as if it had expired.
pub(crate) async fn look(state: &Arc<ServerState>, headers: &HeaderMap) -> Result<()> {
    let Some(head) = headers
        .get(HEAD_HEADER)
        .and_then(|value| value.to_str().ok())
        .and_then(|sealed| Head::open(&state.secret_key, sealed))
    else {
        return Ok(());
    };
    let row = state
        .database
        .fetch_optional(
            "SELECT s.epoch, (SELECT a.revision FROM accounts a WHERE a.id = $1) FROM server s",
            arguments![head.account_id],
        )
        .await?;
    let Some(row) = row else {
        return Ok(());
    };
    let epoch = row.count(0)?;
    let revision = row.optional_integer(1)?.unwrap_or(0).unsigned_abs();
    let was_further = head.epoch > epoch || (head.epoch == epoch && head.revision > revision);
    if was_further {
        tracing::error!(
            account = %head.account_id, was = head.revision, is = revision,
            "the database went back to a backup: the epoch is raised, and all sessions end"
        );
        raise::raise(state, head.epoch.max(epoch)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use uuid::Uuid;

    use super::*;

    fn key(octet: u8) -> SecretKey {
        SecretKey::parse(&URL_SAFE_NO_PAD.encode([octet; 32])).unwrap()
    }

    #[test]
    fn a_head_is_read_by_its_server_alone_and_as_it_was_given() {
        let head = Head {
            account_id: AccountId(Uuid::from_u128(7)),
            epoch: 2,
            revision: 41,
        };
        let sealed = head.seal(&key(1));
        assert!(sealed.len() <= 200, "{}", sealed.len());
        assert_eq!(Head::open(&key(1), &sealed), Some(head));
        assert_eq!(Head::open(&key(2), &sealed), None);
        for altered in [
            sealed.replacen("2.41", "2.42", 1),
            sealed.replacen("2.41", "3.41", 1),
            sealed.replacen("2.41", "2.041", 1),
            sealed.replace('7', "8"),
            format!("{sealed}."),
            String::new(),
            "2.41".to_owned(),
        ] {
            assert_eq!(Head::open(&key(1), &altered), None, "{altered}");
        }
    }
}
