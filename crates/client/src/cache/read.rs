//! Reading: every row is opened, which checks it.

use latchkey_protocol::sync::Collection;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use tokio::time::Instant;

use super::manifest::{Manifest, Sum};
use super::seal::{Place, tag_of};
use super::write::outbox_place;
use super::{Cache, CacheError};

/// Rows that [`Cache::verify`] opens without a pause.
const VERIFY_PAGE: i64 = 200;

/// How much longer it pauses than it works.
const PAUSE: u32 = 4;

/// A record out of the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its id.
    pub id: String,
    /// The revision in which it last changed.
    pub revision: u64,
    /// Its body: JSON.
    pub body: Vec<u8>,
}

impl Cache {
    /// One record.
    pub async fn record(
        &self,
        collection: Collection,
        id: &str,
    ) -> Result<Option<StoredRecord>, CacheError> {
        sqlx::query("SELECT id, revision, sealed FROM records WHERE collection = ? AND id = ?")
            .bind(collection.name())
            .bind(id)
            .fetch_optional(&self.readers)
            .await?
            .map(|row| self.opened(collection.name(), &row))
            .transpose()
    }

    /// All records of a collection that is small by its nature, the oldest first.
    pub async fn records(&self, collection: Collection) -> Result<Vec<StoredRecord>, CacheError> {
        sqlx::query("SELECT id, revision, sealed FROM records WHERE collection = ? ORDER BY id")
            .bind(collection.name())
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|row| self.opened(collection.name(), row))
            .collect()
    }

    /// At most `limit` records, the newest first, older than the one with the id `before`. Takes the same time wherever
    /// in the collection it starts.
    pub async fn newest(
        &self,
        collection: Collection,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, CacheError> {
        let rows = match before {
            Some(before) => {
                sqlx::query(
                    "SELECT id, revision, sealed FROM records WHERE collection = ? AND id < ? ORDER BY id DESC LIMIT ?",
                )
                .bind(collection.name())
                .bind(before)
                .bind(i64::from(limit))
                .fetch_all(&self.readers)
                .await?
            }
            None => {
                sqlx::query(
                    "SELECT id, revision, sealed FROM records WHERE collection = ? ORDER BY id DESC LIMIT ?",
                )
                .bind(collection.name())
                .bind(i64::from(limit))
                .fetch_all(&self.readers)
                .await?
            }
        };
        rows.iter()
            .map(|row| self.opened(collection.name(), row))
            .collect()
    }

    /// All waiting changes by number.
    pub async fn outbox(&self) -> Result<Vec<(u64, Vec<u8>)>, CacheError> {
        let rows = sqlx::query("SELECT number, sealed FROM outbox ORDER BY number")
            .fetch_all(&self.readers)
            .await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            let number: i64 = row.try_get(0)?;
            let sealed: Vec<u8> = row.try_get(1)?;
            let item = self
                .seal
                .open(outbox_place(&number.to_string()), &sealed)
                .ok_or_else(|| CacheError::damaged("a waiting change does not open"))?;
            items.push((number.cast_unsigned(), item));
        }
        Ok(items)
    }

    /// Walks everything and compares it with the manifest, as of one instant; writes go on meanwhile.
    pub async fn verify(&self) -> Result<(), CacheError> {
        let mut snapshot = self.readers.begin().await?;
        let manifest = Manifest::load(&self.seal, &mut snapshot).await?;
        let mut records = Sum::default();
        let (mut collection, mut id) = (String::new(), String::new());
        loop {
            let begun = Instant::now();
            let rows = sqlx::query(
                "SELECT collection, id, revision, sealed FROM records WHERE (collection, id) > (?, ?) ORDER BY collection, id LIMIT ?",
            )
            .bind(collection.as_str())
            .bind(id.as_str())
            .bind(VERIFY_PAGE)
            .fetch_all(&mut *snapshot)
            .await?;
            let Some(last) = rows.last() else {
                break;
            };
            (collection, id) = (last.try_get(0)?, last.try_get(1)?);
            for row in &rows {
                let (collection, id): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
                let revision: i64 = row.try_get(2)?;
                let sealed: &[u8] = row.try_get(3)?;
                let place = Place {
                    collection,
                    id,
                    revision: revision.cast_unsigned(),
                };
                if self.seal.open(place, sealed).is_none() {
                    return Err(CacheError::damaged("a record does not open"));
                }
                records.add(tag_of(sealed));
            }
            // The first content, which is being drawn meanwhile, wants the processor more.
            tokio::time::sleep(begun.elapsed() * PAUSE).await;
        }
        let mut outbox = Sum::default();
        for row in sqlx::query("SELECT number, sealed FROM outbox")
            .fetch_all(&mut *snapshot)
            .await?
        {
            let (number, sealed): (i64, &[u8]) = (row.try_get(0)?, row.try_get(1)?);
            if self
                .seal
                .open(outbox_place(&number.to_string()), sealed)
                .is_none()
            {
                return Err(CacheError::damaged("a waiting change does not open"));
            }
            outbox.add(tag_of(sealed));
        }
        if records != manifest.records || outbox != manifest.outbox {
            return Err(CacheError::damaged("rows are missing or too many"));
        }
        Ok(())
    }

    fn opened(&self, collection: &str, row: &SqliteRow) -> Result<StoredRecord, CacheError> {
        let id: String = row.try_get(0)?;
        let revision = row.try_get::<i64, _>(1)?.cast_unsigned();
        let sealed: &[u8] = row.try_get(2)?;
        let place = Place {
            collection,
            id: &id,
            revision,
        };
        match self.seal.open(place, sealed) {
            Some(body) => Ok(StoredRecord { id, revision, body }),
            None => Err(CacheError::damaged("a record does not open")),
        }
    }
}
