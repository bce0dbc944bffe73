//! What the nodes on one PostgreSQL tell each other: one channel, one listening connection a node, small payloads.
//!
//! A NOTIFY takes a database-wide lock at its commit, so mere revisions are announced in small batches after the
//! commit; revocations are told in their own transaction. A notification is a hint, never the truth: a node that lost
//! its listening connection looks into the tables, for every stream it holds.
//!
//! Payloads: `e ACCOUNT` (sessions of this account have ended: look), `r ACCOUNT=REVISION …`, `p NODE` (is anybody
//! listening: each node asks itself, since a dead connection looks like a silent one).

use std::sync::Arc;
use std::time::Duration;

use latchkey_protocol::identifiers::AccountId;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use uuid::Uuid;

use crate::arguments;
use crate::database::{Result, Transaction};
use crate::sessions;
use crate::state::ServerState;

const CHANNEL: &str = "latchkey";

/// How long revisions are gathered before they are announced.
const GATHERING: Duration = Duration::from_millis(20);

/// Accounts in one payload: 53 octets each, under PostgreSQL's 8,000.
const ACCOUNTS_IN_A_PAYLOAD: usize = 140;

/// How often a node asks itself whether it hears, and after which silence it listens anew.
const PROBE: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(25);

/// Has the other nodes look, at the commit, for sessions of this account that are over.
pub(crate) async fn notify_ended(
    transaction: &mut Transaction,
    account_id: AccountId,
) -> Result<()> {
    transaction
        .notify(CHANNEL, &format!("e {account_id}"))
        .await
}

/// Talks with the other nodes until the server stops; returns at once where there are none.
pub(crate) async fn run(state: Arc<ServerState>) {
    let Some(pool) = state.database.shared().cloned() else {
        return;
    };
    let node = state.new_identifier();
    tokio::select! {
        () = state.shutdown.cancelled() => {}
        () = listen(&state, &pool) => {}
        () = announce(&state, &pool) => {}
        () = probe(&pool, node) => {}
    }
}

async fn announce(state: &Arc<ServerState>, pool: &PgPool) {
    loop {
        state.hub.announce.notified().await;
        tokio::time::sleep(GATHERING).await;
        let waiting: Vec<_> = state.hub.take_unannounced().into_iter().collect();
        for batch in waiting.chunks(ACCOUNTS_IN_A_PAYLOAD) {
            let mut payload = String::from("r");
            for (account_id, revision) in batch {
                payload.push(' ');
                payload.push_str(&account_id.to_string());
                payload.push('=');
                payload.push_str(&revision.to_string());
            }
            if let Err(error) = say(pool, &payload).await {
                tracing::warn!(%error, "other nodes could not be told of new revisions; trying again");
                tokio::time::sleep(Duration::from_secs(1)).await;
                for (account_id, revision) in batch {
                    state.hub.changed(*account_id, *revision);
                }
            }
        }
    }
}

async fn say(pool: &PgPool, payload: &str) -> std::result::Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(CHANNEL)
        .bind(payload)
        .execute(pool)
        .await
        .map(drop)
}

async fn probe(pool: &PgPool, node: Uuid) {
    loop {
        tokio::time::sleep(PROBE).await;
        let _ = say(pool, &format!("p {node}")).await;
    }
}

async fn listen(state: &Arc<ServerState>, pool: &PgPool) {
    loop {
        if let Err(error) = listen_once(state, pool).await {
            tracing::warn!(%error, "other nodes can't be heard; trying again");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn listen_once(
    state: &Arc<ServerState>,
    pool: &PgPool,
) -> std::result::Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    // What was said while nobody listened.
    recheck_all(state).await;
    loop {
        match tokio::time::timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => heard(state, notification.payload()).await,
            // The connection was lost; it listens again, and may have missed something between.
            Ok(Ok(None)) => recheck_all(state).await,
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                tracing::warn!("nothing was heard for long; listening anew");
                return Ok(());
            }
        }
    }
}

async fn heard(state: &Arc<ServerState>, payload: &str) {
    let mut words = payload.split(' ');
    match words.next() {
        Some("e") => {
            for account_id in words.filter_map(|word| word.parse().ok()) {
                recheck(state, account_id).await;
            }
        }
        Some("r") => {
            for word in words {
                if let Some((account_id, revision)) = word.split_once('=')
                    && let (Ok(account_id), Ok(revision)) = (account_id.parse(), revision.parse())
                {
                    state.hub.heard_revision(account_id, revision);
                }
            }
        }
        _ => {}
    }
}

async fn recheck_all(state: &Arc<ServerState>) {
    for account_id in state.hub.accounts() {
        recheck(state, account_id).await;
    }
}

/// Looks into the tables for what the streams of this account should know. Tries until it is told: an ending that is
/// not delivered would leave a stream open past its revocation.
async fn recheck(state: &Arc<ServerState>, account_id: AccountId) {
    while !state.shutdown.is_cancelled() {
        match look(state, account_id).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, "open streams could not be checked; trying again");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }
}

async fn look(state: &Arc<ServerState>, account_id: AccountId) -> Result<()> {
    for session_id in state.hub.sessions(account_id) {
        if let Some(notice) = sessions::ended_notice(state, session_id).await? {
            state.hub.ended(account_id, &notice);
        }
    }
    let row = state
        .database
        .fetch_optional(
            "SELECT revision FROM accounts WHERE id = $1",
            arguments![account_id],
        )
        .await?;
    if let Some(row) = row {
        state.hub.heard_revision(account_id, row.count(0)?);
    }
    Ok(())
}
