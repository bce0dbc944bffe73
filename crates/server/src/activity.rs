//! Activity that comes in floods: repeats within an hour, from one address and session, are one entry that counts them. So
//! an attack makes the account's list no longer than the attack has hours. What is older than a year is one entry for each
//! kind and month.

use std::collections::BTreeMap;
use std::sync::Arc;

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::identifiers::{AccountId, ActivityId};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use uuid::Uuid;

use crate::arguments;
use crate::clock;
use crate::database::{Error, Result, Row};
use crate::jobs::Kind;
use crate::jobs::dealt_with;
use crate::slice::Slice;
use crate::state::ServerState;
use crate::sync::{Actor, Change};

const HOUR: i64 = 3600 * Timestamp::SECOND;

/// Addresses and sessions told apart within an hour; what comes from still more is one entry without an address.
const ADDRESSES_PER_HOUR: u64 = 8;

/// How long repeats are folded back into an hour: no longer than the hour itself, but clocks are set back.
const KEPT_HOURS: i64 = 48;

/// Notes what happened, by the one who acts, in the entry of its hour, address and session: a new one the first time.
pub(crate) async fn repeated(change: &mut Change, kind: ActivityKind) -> Result<()> {
    repeated_of(change, kind, None).await
}

/// The same of a `subject`, which is the first one's where repeats are folded.
pub(crate) async fn repeated_of(
    change: &mut Change,
    kind: ActivityKind,
    subject: Option<String>,
) -> Result<()> {
    change.log(kind, subject.clone());
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
            subject,
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

/// Sums up what is old.
pub(crate) async fn tidy(state: &Arc<ServerState>) -> Result<()> {
    sum_up_old(state).await?;
    forget_old(state).await
}

/// Forgets which entries the repeats of past hours were folded into; the entries stay.
async fn forget_old(state: &ServerState) -> Result<()> {
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

/// How long each entry stays as it was written, from the end of its month.
const IN_FULL: i64 = 365 * Timestamp::DAY;
/// Accounts, and entries of one, that are taken at a time.
const BATCH: i64 = 1_000;

/// Makes one entry for each kind of what happened within a month that ended more than a year ago: how often, first and
/// last, with the device and the subject of the last one; not from where. Any number of nodes may do it at once.
async fn sum_up_old(state: &Arc<ServerState>) -> Result<()> {
    let Some(before) = month_of(Timestamp(state.now().0 - IN_FULL)) else {
        return Ok(());
    };
    let before = lowest_id(before);
    loop {
        let rows = state
            .database
            .fetch_all(
                "SELECT DISTINCT account_id FROM records \
                 WHERE collection = 'activity' AND body IS NOT NULL AND substr(id, 15, 1) = '7' AND id < $1 LIMIT $2",
                arguments![&before, BATCH],
            )
            .await?;
        let mut progress = false;
        for row in rows {
            let summed_up = sum_up(state, &row, &before).await;
            progress |= dealt_with(summed_up, "old activity could not be summed up")?;
        }
        if !progress {
            return Ok(());
        }
    }
}

/// Sums up the oldest months of an account's activity.
async fn sum_up(state: &Arc<ServerState>, row: &Row, before: &str) -> Result<bool> {
    let account_id: AccountId = row.parsed(0, "records", "account_id")?;
    let mut change = Change::begin(state, account_id).await?;
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT id, body FROM records WHERE account_id = $1 AND collection = 'activity' AND body IS NOT NULL \
             AND substr(id, 15, 1) = '7' AND id < $2 ORDER BY id LIMIT $3",
            arguments![account_id, before, 10 * BATCH],
        )
        .await?;
    let mut sums: BTreeMap<(i64, String), ActivityEntry> = BTreeMap::new();
    for row in &rows {
        let id: ActivityId = row.parsed(0, "records", "id")?;
        let entry: ActivityEntry = serde_json::from_str(row.text_ref(1)?)
            .map_err(|_| Error::inconsistent("records", "body", id))?;
        let month = month_of(entry.at).unwrap_or(entry.at);
        let first_at = entry.first_at.unwrap_or(entry.at);
        sums.entry((month.0, name_of(entry.kind)?))
            .and_modify(|sum| {
                if entry.at >= sum.at {
                    sum.device_name.clone_from(&entry.device_name);
                    sum.subject.clone_from(&entry.subject);
                }
                sum.count = sum.count.saturating_add(entry.count);
                sum.first_at = Some(sum.first_at.unwrap_or(sum.at).min(first_at));
                sum.at = sum.at.max(entry.at);
            })
            .or_insert_with(|| ActivityEntry {
                session_id: None,
                address: None,
                ..entry
            });
        change.remove(Collection::Activity, id).await?;
    }
    for sum in sums.into_values() {
        let id = ActivityId(id_of_a_sum(state, sum.at));
        change.put(Collection::Activity, id, &sum).await?;
    }
    change.commit().await?;
    Ok(!rows.is_empty())
}

/// The start of the month that an instant is in, in UTC.
fn month_of(instant: Timestamp) -> Option<Timestamp> {
    let start = jiff::Timestamp::from_microsecond(instant.0)
        .ok()?
        .to_zoned(jiff::tz::TimeZone::UTC)
        .first_of_month()
        .ok()?
        .start_of_day()
        .ok()?;
    Some(Timestamp(start.timestamp().as_microsecond()))
}

/// An identifier that sorts where the last of what is summed up stood, and tells by its version, 8, that it is a sum.
fn id_of_a_sum(state: &ServerState, at: Timestamp) -> Uuid {
    let mut bytes = clock::new_identifier(at, &*state.randomness).into_bytes();
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    Uuid::from_bytes(bytes)
}

/// The lowest identifier of version 7 that is made at an instant or later (RFC 9562, section 5.7).
fn lowest_id(instant: Timestamp) -> String {
    let milliseconds = u128::try_from(instant.0.div_euclid(1_000)).unwrap_or(0);
    Uuid::from_u128(milliseconds << 80).to_string()
}

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    tidy: &[Kind::minutely("tidy-activity", |state| {
        Box::pin(async move { tidy(&state).await })
    })],
    ..Slice::NONE
};
