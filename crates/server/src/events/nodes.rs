//! What the nodes on one PostgreSQL tell each other: one channel, one listening connection a node, small payloads.
//!
//! A NOTIFY takes a database-wide lock at its commit, so mere revisions are announced in small batches after the
//! commit; revocations are told in their own transaction. A notification is a hint, never the truth: a node that lost
//! its listening connection looks into the tables, for every stream it holds.
//!
//! Payloads: `e ACCOUNT` (sessions or tokens of this account have ended: look), `a` (of all accounts), `r ACCOUNT=REVISION …`, `p NODE` (is anybody
//! listening: each node asks itself, since a dead connection looks like a silent one).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use latchkey_protocol::identifiers::AccountId;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use uuid::Uuid;

use crate::database::{Argument, Error, Result, Transaction};
use crate::sessions::{self, Standing};
use crate::state::ServerState;

const CHANNEL: &str = "latchkey";

/// How long revisions are gathered before they are announced.
const GATHERING: Duration = Duration::from_millis(20);

/// Accounts in one payload: 53 octets each, under PostgreSQL's 8,000.
const ACCOUNTS_IN_A_PAYLOAD: usize = 140;

/// How often a node asks itself whether it hears, and after which silence it listens anew.
const PROBE: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(25);

/// How often all open streams are compared with the tables, in microseconds, and how often it is looked whether it is
/// time for that.
const RECHECK: u64 = 30_000_000;
const GLANCE: Duration = Duration::from_secs(1);

/// Accounts that are looked up by one statement.
const ACCOUNTS_AT_ONCE: usize = 16;

/// Has the other nodes look, at the commit, for sessions of this account that are over, and for tokens that were replaced.
pub(crate) async fn notify_ended(
    transaction: &mut Transaction,
    account_id: AccountId,
) -> Result<()> {
    transaction
        .notify(CHANNEL, &format!("e {account_id}"))
        .await
}

/// Has the other nodes look at all their streams, at the commit.
pub(crate) async fn notify_all(transaction: &mut Transaction) -> Result<()> {
    transaction.notify(CHANNEL, "a").await
}

/// Keeps the open streams true to the tables and talks with the other nodes, where there are any, until the server
/// stops.
pub(crate) async fn run(state: Arc<ServerState>) {
    let pool = state.database.shared().cloned();
    let conversation = async {
        let Some(pool) = &pool else {
            return std::future::pending().await;
        };
        let node = state.new_identifier();
        tokio::select! {
            () = listen(&state, pool) => {}
            () = announce(&state, pool) => {}
            () = probe(pool, node) => {}
        }
    };
    tokio::select! {
        () = state.shutdown.cancelled() => {}
        () = recheck_regularly(&state) => {}
        () = conversation => {}
    }
}

/// Looks into the tables every half minute of the server's clock: an announcement that was lost, however that came
/// about, leaves no stream behind for longer.
async fn recheck_regularly(state: &Arc<ServerState>) {
    let mut looked_at = state.now();
    loop {
        tokio::time::sleep(GLANCE).await;
        let now = state.now();
        // The clock may have been set back.
        if now.0.abs_diff(looked_at.0) >= RECHECK {
            looked_at = now;
            recheck_all(state).await;
        }
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
                recheck(state, &[account_id]).await;
            }
        }
        Some("a") => recheck_all(state).await,
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

pub(crate) async fn recheck_all(state: &Arc<ServerState>) {
    for accounts in state.hub.accounts().chunks(ACCOUNTS_AT_ONCE) {
        recheck(state, accounts).await;
    }
}

/// Looks into the tables for what the streams of these accounts should know; [`ACCOUNTS_AT_ONCE`] at most. Tries until it is told: an ending that is
/// not delivered would leave a stream open past its revocation.
async fn recheck(state: &Arc<ServerState>, accounts: &[AccountId]) {
    while !state.shutdown.is_cancelled() {
        match look(state, accounts).await {
            Ok(()) => return,
            Err(error @ Error::Unavailable(_)) => {
                tracing::warn!(%error, "open streams could not be checked; trying again");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            // A row that can't be read will not be readable later; it must not keep the others from it.
            Err(error) => {
                if accounts.len() == 1 {
                    tracing::error!(%error, "open streams of an account can't be checked");
                }
                for account_id in accounts.iter().filter(|_| accounts.len() > 1) {
                    Box::pin(recheck(state, &[*account_id])).await;
                }
                return;
            }
        }
    }
}

async fn look(state: &Arc<ServerState>, accounts: &[AccountId]) -> Result<()> {
    let mut owners = HashMap::new();
    for account_id in accounts {
        for session_id in state.hub.sessions(*account_id) {
            owners.insert(session_id, *account_id);
        }
    }
    let session_ids: Vec<_> = owners.keys().copied().collect();
    for some in session_ids.chunks(sessions::LOOKED_UP_AT_ONCE) {
        for (session_id, standing) in sessions::standings(state, some).await? {
            let Some(account_id) = owners.get(&session_id) else {
                continue;
            };
            match standing {
                Standing::Live(tokens) => {
                    let hub = &state.hub;
                    hub.replaced(*account_id, session_id, |token| tokens.have(token));
                }
                Standing::Over(notice) => state.hub.ended(*account_id, &notice),
                Standing::Unknown => state.hub.lost(*account_id, session_id),
            }
        }
    }
    let place = |place: usize| accounts.get(place).copied();
    let rows = state
        .database
        .fetch_all(
            "SELECT id, revision FROM accounts \
             WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
            &std::array::from_fn::<_, ACCOUNTS_AT_ONCE, _>(|number| Argument::from(place(number))),
        )
        .await?;
    for row in rows {
        let account_id = row.parsed(0, "accounts", "id")?;
        state.hub.heard_revision(account_id, row.count(1)?);
    }
    Ok(())
}
