//! Writing: one batch is one transaction, with the manifest in it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use latchkey_protocol::sync::Record;
use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions as _, Connection as _, QueryBuilder, Row as _, Sqlite};

use super::manifest::{Manifest, Sum};
use super::seal::{Place, Seal, Tag, tag_of};
use super::{Cache, CacheError, Writer, writing};
use crate::sync::Position;

/// Rows in one statement: SQLite admits 32,766 parameters, and a longer text gains nothing more.
const ROWS_PER_STATEMENT: usize = 250;

/// Rows from which sealing moves off the async threads: some 100 µs of work.
const SEAL_ELSEWHERE: usize = 64;

/// What is written together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Whether all records go before those of this batch come. The outbox stays.
    pub forget_all_records: bool,
    /// Records as the server sent them; one without a body is deleted. The last of several with the same id counts.
    pub records: Vec<Record>,
    /// Changes of the outbox.
    pub outbox: Vec<OutboxChange>,
    /// Where the device stands with this batch.
    pub position: Option<Position>,
}

/// A change of one outbox item.
#[derive(Clone, Debug)]
pub struct OutboxChange {
    /// The item's number.
    pub number: u64,
    /// The item; `None` deletes it, and it may be absent.
    pub item: Option<Vec<u8>>,
}

struct SealedRow {
    revision: i64,
    sealed: Vec<u8>,
}

/// By collection and id; `None` deletes.
type SealedRecords = BTreeMap<(String, String), Option<SealedRow>>;

impl Cache {
    /// Writes all of `batch` or, when it fails, nothing. Once it returns, changes of the outbox outlast a power cut;
    /// mere records may be lost by one together with the cursor, and are fetched again.
    pub async fn write(&self, batch: Batch) -> Result<(), CacheError> {
        let Batch {
            forget_all_records,
            records,
            outbox,
            position,
        } = batch;
        let seal = Arc::clone(&self.seal);
        let records = if records.len() < SEAL_ELSEWHERE {
            seal_records(&seal, records)
        } else {
            tokio::task::spawn_blocking(move || seal_records(&seal, records))
                .await
                .map_err(|error| {
                    CacheError::Failed(sqlx::Error::Io(std::io::Error::other(error)))
                })?
        };

        let mut guard = self.writer.lock().await;
        let writer = &mut *guard;
        if writer.failed || writer.connection.is_in_transaction() {
            writer.connection = writing(&self.path).connect().await?;
            // A commit that was answered with an error may have been made.
            writer.manifest = Manifest::load(&self.seal, &mut writer.connection).await?;
            (writer.durable, writer.failed) = (true, false);
        }
        let changes = Changes {
            forget_all_records,
            records,
            outbox,
            position,
        };
        let written = writer.write(&self.seal, changes).await;
        writer.failed = written.is_err();
        written
    }
}

/// A [`Batch`] with its records sealed.
struct Changes {
    forget_all_records: bool,
    records: SealedRecords,
    outbox: Vec<OutboxChange>,
    position: Option<Position>,
}

impl Writer {
    async fn write(&mut self, seal: &Seal, changes: Changes) -> Result<(), CacheError> {
        let Changes {
            forget_all_records,
            records,
            outbox,
            position,
        } = changes;
        let durable = !outbox.is_empty();
        if durable != self.durable {
            let pragma = if durable {
                "PRAGMA synchronous = FULL"
            } else {
                "PRAGMA synchronous = NORMAL"
            };
            sqlx::query(pragma).execute(&mut self.connection).await?;
            self.durable = durable;
        }
        let mut manifest = self.manifest.clone();
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;

        if forget_all_records {
            sqlx::query("DELETE FROM records")
                .execute(&mut *transaction)
                .await?;
            manifest.records = Sum::default();
        }
        if !records.is_empty() {
            let old = if manifest.records.rows == 0 {
                HashMap::new()
            } else {
                old_tags(&mut transaction, &records).await?
            };
            for (place, row) in &records {
                if let Some(tag) = old.get(place)
                    && !manifest.records.take(*tag)
                {
                    return Err(CacheError::damaged("a record that can't be there"));
                }
                if let Some(row) = row {
                    manifest.records.add(tag_of(&row.sealed));
                }
            }
            put_records(&mut transaction, &records).await?;
            delete_records(&mut transaction, &records, &old).await?;
        }

        for change in outbox {
            let number = change.number.cast_signed();
            let old: Option<Vec<u8>> =
                sqlx::query_scalar("SELECT sealed FROM outbox WHERE number = ?")
                    .bind(number)
                    .fetch_optional(&mut *transaction)
                    .await?;
            if let Some(old) = old
                && !manifest.outbox.take(tag_of(&old))
            {
                return Err(CacheError::damaged("a waiting change that can't be there"));
            }
            if let Some(item) = change.item {
                let sealed = seal.seal(outbox_place(&number.to_string()), &item);
                manifest.outbox.add(tag_of(&sealed));
                sqlx::query("INSERT OR REPLACE INTO outbox (number, sealed) VALUES (?, ?)")
                    .bind(number)
                    .bind(sealed)
                    .execute(&mut *transaction)
                    .await?;
            } else {
                sqlx::query("DELETE FROM outbox WHERE number = ?")
                    .bind(number)
                    .execute(&mut *transaction)
                    .await?;
            }
        }

        if let Some(position) = position {
            manifest.position = position;
        }
        if manifest != self.manifest {
            manifest.store(seal, &mut transaction).await?;
        }
        transaction.commit().await?;
        self.manifest = manifest;
        Ok(())
    }
}

pub(super) fn outbox_place(number: &str) -> Place<'_> {
    Place {
        collection: "outbox",
        id: number,
        revision: 0,
    }
}

fn seal_records(seal: &Seal, records: Vec<Record>) -> SealedRecords {
    let mut sealed = SealedRecords::new();
    for record in records {
        let row = record.body.as_ref().map(|body| {
            let place = Place {
                collection: &record.collection,
                id: &record.id,
                revision: record.revision,
            };
            SealedRow {
                revision: record.revision.cast_signed(),
                sealed: seal.seal(place, &serde_json::to_vec(body).unwrap_or_default()),
            }
        });
        sealed.insert((record.collection, record.id), row);
    }
    sealed
}

/// The tags of those rows that are there already.
async fn old_tags(
    connection: &mut SqliteConnection,
    records: &SealedRecords,
) -> Result<HashMap<(String, String), Tag>, CacheError> {
    let mut tags = HashMap::new();
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (collection, id) in records.keys() {
        keys.entry(collection).or_default().push(id);
    }
    for (collection, of_one) in keys {
        for chunk in of_one.chunks(ROWS_PER_STATEMENT) {
            let mut query = QueryBuilder::<Sqlite>::new(
                "SELECT id, substr(sealed, -16) FROM records WHERE collection = ",
            );
            query.push_bind(collection).push(" AND id IN (");
            let mut ids = query.separated(", ");
            for id in chunk {
                ids.push_bind(*id);
            }
            query.push(")");
            for row in query.build().fetch_all(&mut *connection).await? {
                let id: String = row.try_get(0)?;
                let tag: Vec<u8> = row.try_get(1)?;
                tags.insert((collection.to_owned(), id), tag_of(&tag));
            }
        }
    }
    Ok(tags)
}

async fn put_records(
    connection: &mut SqliteConnection,
    records: &SealedRecords,
) -> Result<(), CacheError> {
    let rows: Vec<_> = records
        .iter()
        .filter_map(|(place, row)| row.as_ref().map(|row| (place, row)))
        .collect();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT OR REPLACE INTO records (collection, id, revision, sealed) ",
        );
        query.push_values(chunk, |mut values, ((collection, id), row)| {
            values
                .push_bind(collection.as_str())
                .push_bind(id.as_str())
                .push_bind(row.revision)
                .push_bind(row.sealed.as_slice());
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn delete_records(
    connection: &mut SqliteConnection,
    records: &SealedRecords,
    old: &HashMap<(String, String), Tag>,
) -> Result<(), CacheError> {
    for (place, row) in records {
        if row.is_none() && old.contains_key(place) {
            sqlx::query("DELETE FROM records WHERE collection = ? AND id = ?")
                .bind(place.0.as_str())
                .bind(place.1.as_str())
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use latchkey_protocol::sync::Collection;

    use super::*;

    fn batch(revision: u64) -> Batch {
        let records = (0..100)
            .map(|number| Record {
                collection: Collection::Activity.name().to_owned(),
                id: format!("{number:036}"),
                revision,
                body: Some(serde_json::json!("x".repeat(1_000))),
            })
            .collect();
        let outbox = vec![OutboxChange {
            number: revision,
            item: Some(vec![0; 100]),
        }];
        Batch {
            records,
            outbox,
            ..Batch::default()
        }
    }

    /// SQLite answers a full disk and a file that may not grow alike.
    #[tokio::test]
    async fn a_full_disk_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.sqlite");
        let cache = Cache::create(&path, &[1; 32], "account").await.unwrap();
        cache.write(batch(1)).await.unwrap();
        let limit = async |pages: &'static str| {
            sqlx::query(pages)
                .execute(&mut cache.writer.lock().await.connection)
                .await
                .unwrap();
        };
        limit("PRAGMA max_page_count = 1").await;
        let mut more = batch(2);
        for record in &mut more.records {
            record.id.insert(0, 'x');
        }
        let error = cache.write(more.clone()).await.unwrap_err();
        assert!(matches!(error, CacheError::Full), "{error:?}");
        cache.verify().await.unwrap();
        assert_eq!(cache.outbox().await.unwrap().len(), 1);
        assert_eq!(
            cache.records(Collection::Activity).await.unwrap().len(),
            100
        );
        limit("PRAGMA max_page_count = 100000").await;
        cache.write(more).await.unwrap();
        cache.verify().await.unwrap();
        assert_eq!(cache.outbox().await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_transaction_that_sqlite_has_ended_by_itself_stops_no_later_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.sqlite");
        let cache = Cache::create(&path, &[1; 32], "account").await.unwrap();
        {
            let mut writer = cache.writer.lock().await;
            let mut transaction = writer
                .connection
                .begin_with("BEGIN IMMEDIATE")
                .await
                .unwrap();
            // As SQLite does on a full disk, without sqlx being told.
            sqlx::query("ROLLBACK")
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
        cache.write(batch(1)).await.unwrap();
        cache.verify().await.unwrap();
    }
}
