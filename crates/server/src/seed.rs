//! Filling accounts with many records, for benchmarks and tests.

use std::sync::LazyLock;

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::identifiers::{AccountId, ActivityId};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database::{Argument, Database, Error, Result};

/// Records in one statement, since a statement for each would take many seconds for 100,000.
const BATCH: u64 = 100;

/// An insertion of [`BATCH`] records of one account and collection.
static INSERT_BATCH: LazyLock<String> = LazyLock::new(|| {
    let rows: Vec<_> = (0..BATCH)
        .map(|row| {
            let first = 3 + 3 * row;
            format!("($1, $2, ${}, ${}, ${})", first, first + 1, first + 2)
        })
        .collect();
    format!(
        "INSERT INTO records (account_id, collection, id, revision, body) VALUES {}",
        rows.join(", ")
    )
});

const INSERT_ONE: &str =
    "INSERT INTO records (account_id, collection, id, revision, body) VALUES ($1, $2, $3, $4, $5)";

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
        let whole = count - done >= BATCH;
        let size = if whole { BATCH } else { 1 };
        let mut values = vec![
            Argument::from(account_id),
            Argument::from(Collection::Activity.name()),
        ];
        for number in done..done + size {
            let back = i64::try_from(count - number).unwrap_or(0);
            let at = Timestamp(created_at).plus_seconds(-back);
            values.push(identifier(at, account_id, first + number).into());
            values.push((first + number).into());
            values.push(body(at, number)?.into());
        }
        let sql = if whole {
            INSERT_BATCH.as_str()
        } else {
            INSERT_ONE
        };
        transaction.execute(sql, &values).await?;
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

fn body(at: Timestamp, number: u64) -> Result<String> {
    let entry = ActivityEntry {
        kind: ActivityKind::ProfileChanged,
        at,
        count: 1,
        first_at: None,
        session_id: None,
        device_name: Some("Workstation".to_owned()),
        address: Some("192.0.2.1".to_owned()),
        subject: Some(format!("Name {number}")),
        changed: Vec::new(),
    };
    serde_json::to_string(&entry).map_err(|_| Error::inconsistent("records", "body", number))
}

/// A UUID of version 7 that is the same for the same account and number.
fn identifier(at: Timestamp, account_id: AccountId, number: u64) -> ActivityId {
    let mut bytes = [0; 10];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes[8..].copy_from_slice(&account_id.0.as_bytes()[14..]);
    let millis = u64::try_from(at.0 / 1000).unwrap_or(0);
    ActivityId(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
}
