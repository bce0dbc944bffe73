//! When and from where sessions were last used: noted in memory by requests, written by a task of its own.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use latchkey_protocol::identifiers::{AccountId, SessionId};
use latchkey_protocol::sessions::Session;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use super::{Caller, LAST_ACTIVE_PRECISION};
use crate::arguments;
use crate::database::Result;
use crate::jobs::dealt_with;
use crate::state::ServerState;
use crate::sync::Change;

/// Uses that are still to be written; one for each session.
#[derive(Debug, Default)]
pub struct LastActive(Mutex<HashMap<SessionId, Use>>);

#[derive(Clone, Copy, Debug)]
struct Use {
    account_id: AccountId,
    at: Timestamp,
    address: IpAddr,
    /// Whether it was more than an open stream, so that the session does not count as idle.
    by_request: bool,
}

impl LastActive {
    /// Notes that a session was used.
    pub fn note(&self, caller: &Caller, at: Timestamp) {
        self.insert(caller, at, true);
    }

    /// Notes that a session has a stream open: the list of devices shows it as active, and it goes idle all the same.
    pub fn note_stream(&self, caller: &Caller, at: Timestamp) {
        self.insert(caller, at, false);
    }

    fn insert(&self, caller: &Caller, at: Timestamp, by_request: bool) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = noted.get(&caller.session_id);
        let used = Use {
            account_id: caller.account_id,
            at,
            address: caller.address,
            by_request: by_request || before.is_some_and(|before| before.by_request),
        };
        noted.insert(caller.session_id, used);
    }

    fn take(&self) -> HashMap<SessionId, Use> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How often it is written.
const WRITTEN_EVERY: Duration = Duration::from_secs(5);

/// Writes what was noted here, again and again until the server stops: every node for itself.
pub(crate) async fn run(state: Arc<ServerState>) {
    while !state.shutdown.is_cancelled() {
        if let Err(error) = write_last_active(&state).await {
            tracing::warn!(%error, "last uses of sessions could not be written");
        }
        tokio::select! {
            () = state.shutdown.cancelled() => {}
            () = tokio::time::sleep(WRITTEN_EVERY) => {}
        }
    }
}

/// Writes what was noted. A use that can't be written is forgotten: the session's next use notes it again.
pub async fn write_last_active(state: &Arc<ServerState>) -> Result<()> {
    for (session_id, used) in state.last_active.take() {
        let written = write(state, session_id, used).await;
        dealt_with(
            written.map(|()| true),
            "the last use of a session could not be written",
        )?;
    }
    Ok(())
}

async fn write(state: &Arc<ServerState>, session_id: SessionId, used: Use) -> Result<()> {
    let mut change = Change::begin(state, used.account_id).await?;
    let before = used.at.0 - LAST_ACTIVE_PRECISION;
    if used.by_request {
        let written = change
            .transaction()
            .execute(
                "UPDATE sessions SET last_active_at = $2 WHERE id = $1 AND ended_at IS NULL AND last_active_at <= $3",
                arguments![session_id, used.at, before],
            )
            .await?;
        if written == 0 {
            return Ok(());
        }
    }
    if let Some(mut session) = change
        .get::<Session>(Collection::Sessions, session_id)
        .await?
        .filter(|session| session.ended.is_none() && session.last_active_at.0 <= before)
    {
        session.last_active_at = used.at;
        session.address = used.address.to_string();
        change
            .put(Collection::Sessions, session_id, &session)
            .await?;
    }
    change.commit().await.map(drop)
}
