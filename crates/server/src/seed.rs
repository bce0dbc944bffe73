//! Filling accounts with many records, for benchmarks and tests.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::identifiers::{AccountId, ActivityId};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use uuid::Uuid;

use crate::arguments;
use crate::database::{Database, Error, Result};

/// Records in one statement: its text and its arguments stay within the limits of both databases.
const BATCH: u64 = 2_000;

/// Gives an account `count` more activity records, as if as many profile changes had happened a second apart before its
/// newest. Returns the account's revision afterwards. Open event streams are not told.
pub async fn activity(database: &Database, account_id: AccountId, count: u64) -> Result<u64> {
    let mut transaction = database.begin().await?;
    let row = transaction
        .fetch_optional(
            "UPDATE accounts SET revision = revision WHERE id = $1 RETURNING revision, created_at",
            arguments![account_id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("accounts", "id", account_id))?;
    let (first, created_at) = (row.count(0)? + 1, row.integer(1)?);
    let mut done = 0;
    while done < count {
        let size = BATCH.min(count - done);
        // One JSON array for a batch: a statement for each record would take seconds for 100,000.
        for number in done..done + size {
            let back = i64::try_from(count - number).unwrap_or(0);
            let at = Timestamp(created_at).plus_seconds(-back);
            let entry = ActivityEntry {
                kind: ActivityKind::ProfileChanged,
                at,
                session_id: None,
                device_name: Some("Workstation".to_owned()),
                address: Some("192.0.2.1".to_owned()),
                subject: Some(format!("Name {number}")),
            };
            let body = serde_json::to_string(&entry)
                .map_err(|_| Error::inconsistent("records", "body", number))?;
            transaction
                .execute(
                    "INSERT INTO records (account_id, collection, id, revision, body) VALUES ($1, $2, $3, $4, $5)",
                    arguments![account_id, Collection::Activity.name(), identifier(at, account_id, first + number), first + number, body],
                )
                .await?;
        }
        done += size;
    }
    let revision = first + count - 1;
    transaction
        .execute(
            "UPDATE accounts SET revision = $2 WHERE id = $1",
            arguments![account_id, revision],
        )
        .await?;
    transaction.commit().await?;
    Ok(revision)
}

/// A UUID of version 7 that is the same for the same account and number.
fn identifier(at: Timestamp, account_id: AccountId, number: u64) -> ActivityId {
    let mut bytes = [0; 10];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes[8..].copy_from_slice(&account_id.0.as_bytes()[14..]);
    let millis = u64::try_from(at.0 / 1000).unwrap_or(0);
    ActivityId(Uuid::from_u128(
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes)
            .into_uuid()
            .as_u128(),
    ))
}
