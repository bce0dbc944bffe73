//! Activity that comes in floods: repeats within an hour, from one address and session, are one entry that counts them. So
//! an attack makes the account's list no longer than the attack has hours.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::identifiers::ActivityId;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database::{Error, Result};
use crate::state::ServerState;
use crate::sync::{Actor, Change};

const HOUR: i64 = 3600 * Timestamp::SECOND;

/// Addresses and sessions told apart within an hour; what comes from still more is one entry without an address.
const ADDRESSES_PER_HOUR: u64 = 8;

/// How long repeats are folded back into an hour: no longer than the hour itself, but clocks are set back.
const KEPT_HOURS: i64 = 48;

/// Notes what happened, by the one who acts, in the entry of its hour, address and session: a new one the first time.
pub(crate) async fn repeated(change: &mut Change, kind: ActivityKind) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let hour = now.0.div_euclid(HOUR);
    let name = name_of(kind)?;
    let mut actor = change.actor().clone();
    let mut place = actor.address.clone().unwrap_or_default();
    if let Some(session_id) = actor.session_id {
        place = format!("{place} {session_id}");
    }
    let others = change
        .transaction()
        .fetch_optional(
            "SELECT count(*) FROM activity_folds WHERE account_id = $1 AND kind = $2 AND hour = $3 AND address <> $4",
            arguments![account_id, &name, hour, &place],
        )
        .await?
        .map_or(Ok(0), |row| row.count(0))?;
    if others >= ADDRESSES_PER_HOUR {
        (place, actor) = (String::new(), Actor::default());
    }
    let id = ActivityId(change.state().new_identifier());
    let row = change
        .transaction()
        .fetch_optional(
            "INSERT INTO activity_folds (account_id, kind, address, hour, activity_id) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (account_id, kind, address, hour) DO UPDATE SET hour = excluded.hour RETURNING activity_id",
            arguments![account_id, &name, &place, hour, id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("activity_folds", "account_id", account_id))?;
    let folded: ActivityId = row.parsed(0, "activity_folds", "activity_id")?;
    let before: Option<ActivityEntry> = if folded == id {
        None
    } else {
        change.get(Collection::Activity, folded).await?
    };
    let entry = match before {
        Some(before) => ActivityEntry {
            count: before.count.saturating_add(1),
            first_at: Some(before.first_at.unwrap_or(before.at)),
            at: now.max(before.at),
            ..before
        },
        None => ActivityEntry {
            kind,
            at: now,
            count: 1,
            first_at: None,
            session_id: actor.session_id,
            device_name: actor.device_name,
            address: actor.address,
            subject: None,
            changed: Vec::new(),
        },
    };
    change.put(Collection::Activity, folded, &entry).await?;
    Ok(())
}

fn name_of(kind: ActivityKind) -> Result<String> {
    serde_json::to_value(kind)
        .ok()
        .and_then(|name| Some(name.as_str()?.to_owned()))
        .ok_or_else(|| Error::inconsistent("activity_folds", "kind", "its name"))
}

/// Forgets which entries the repeats of past hours were folded into; the entries stay.
pub(crate) async fn forget_old(state: &ServerState) -> Result<()> {
    let hour = state.now().0.div_euclid(HOUR);
    let mut transaction = state.database.begin().await?;
    transaction
        .execute(
            "DELETE FROM activity_folds WHERE hour < $1",
            arguments![hour - KEPT_HOURS],
        )
        .await?;
    transaction.commit().await
}
