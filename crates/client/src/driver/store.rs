//! The driver and the local copy: loading, writing, and building anew.

use std::path::Path;
use std::time::Duration;

use super::{AFTER_A_REFUSED_WRITE, Driver};
use crate::cache::{Batch, Cache, CacheError, OutboxChange, destroy_files, salvage};
use crate::client::Phase;
use crate::failure::Failure;
use crate::opening::folder_problem;
use crate::settings::StoredAccount;
use crate::sync::{Loaded, OutboxItem, Position, Write};

impl Driver {
    pub(super) async fn persist(&mut self, writes: Vec<Write>) -> Result<(), CacheError> {
        let batch = batch(writes);
        let position = batch.position;
        let store = self.account.store.read().await;
        match store.as_ref() {
            Some(cache) => cache.write(batch).await?,
            // The account is being closed or ended: what can't be kept must not be acknowledged.
            None => return Err(CacheError::Failed(sqlx::Error::PoolClosed)),
        }
        if let Some(position) = position {
            self.account.cursor.send_replace(position.cursor);
        }
        Ok(())
    }

    /// A new copy in the place of a damaged one. The waiting changes are all in memory, so none is lost; the records are
    /// fetched again.
    pub(super) async fn rebuild(&mut self) -> Result<(), Failure> {
        let items: Vec<OutboxItem> = self.engine.outbox().iter().cloned().collect();
        let mut store = self.account.store_to_replace().await;
        let Some(damaged) = store.take() else {
            return Ok(());
        };
        let path = damaged.path().to_owned();
        damaged.close().await;
        let key = &self.account.cache_key;
        let built = build(&path, key, &self.account.stored, &items).await;
        match built {
            Ok(cache) => *store = Some(cache),
            Err(error) => {
                // What is whole in the damaged copy is saved at the next start.
                tracing::error!(%error, "the local copy can't be built anew");
                self.account.stop.cancel();
                if let Some(client) = self.client.upgrade() {
                    client.set_phase(Phase::FolderUnusable(folder_problem(&error)));
                }
                return Err(error.code().into());
            }
        }
        drop(store);
        self.account.cursor.send_replace(0);
        let loaded = Loaded {
            session_id: self.account.stored.session_id,
            position: Position::default(),
            outbox: items,
            damage: Some(0),
        };
        self.replace_engine(loaded, Duration::ZERO);
        Ok(())
    }

    /// After a write that failed: what is stored is the truth.
    pub(super) async fn start_again(&mut self) {
        let again = {
            let store = self.account.store.read().await;
            match store.as_ref() {
                Some(cache) => loaded(cache, &self.account.stored).await,
                None => return,
            }
        };
        match again {
            Ok(loaded) => self.replace_engine(loaded, AFTER_A_REFUSED_WRITE),
            Err(error) if error.is_damage() => {
                // Says by itself what came of it.
                let _ = self.rebuild().await;
            }
            Err(error) => {
                tracing::error!(%error, "the local copy can't be read");
                self.account.stop.cancel();
                if let Some(client) = self.client.upgrade() {
                    client.set_phase(Phase::FolderUnusable(folder_problem(&error)));
                }
            }
        }
    }
}

/// What the engine continues from.
pub(crate) async fn loaded(cache: &Cache, stored: &StoredAccount) -> Result<Loaded, CacheError> {
    let mut outbox = Vec::new();
    for (_, item) in cache.outbox().await? {
        outbox.push(
            serde_json::from_slice(&item)
                .map_err(|error| CacheError::Damaged(error.to_string()))?,
        );
    }
    Ok(Loaded {
        session_id: stored.session_id,
        position: cache.position().await,
        outbox,
        damage: None,
    })
}

/// The copy at `path`; when it is damaged, a new one with those waiting changes that are whole.
pub(crate) async fn open_or_rebuild(
    path: &Path,
    key: &[u8; 32],
    stored: &StoredAccount,
) -> Result<(Cache, Loaded), CacheError> {
    let account = stored.seal_name();
    let beside = path.with_extension("rebuilt");
    if !path.exists() && beside.exists() {
        // A crash between the two steps that put a new copy in its place.
        std::fs::rename(&beside, path).map_err(|error| CacheError::Failed(error.into()))?;
    }
    let error = match Cache::open(path, key, &account).await {
        Ok(cache) => match loaded(&cache, stored).await {
            Ok(loaded) => return Ok((cache, loaded)),
            Err(error) => {
                cache.close().await;
                error
            }
        },
        Err(error) => error,
    };
    if !error.is_damage() {
        return Err(error);
    }
    tracing::error!(%error, "the local copy is built anew");
    let saved = salvage(path, key, &account).await;
    let mut lost = saved.lost;
    let mut items: Vec<OutboxItem> = Vec::new();
    for item in saved.outbox {
        match serde_json::from_slice(&item) {
            Ok(item) => items.push(item),
            Err(_) => lost += 1,
        }
    }
    let cache = build(path, key, stored, &items).await?;
    let loaded = Loaded {
        session_id: stored.session_id,
        position: Position::default(),
        outbox: items,
        damage: Some(lost),
    };
    Ok((cache, loaded))
}

/// A copy with these waiting changes and nothing else. Made beside the damaged one and put in its place, so that a
/// crash or a full disk in between loses none of them.
async fn build(
    path: &Path,
    key: &[u8; 32],
    stored: &StoredAccount,
    items: &[OutboxItem],
) -> Result<Cache, CacheError> {
    let beside = path.with_extension("rebuilt");
    let account = stored.seal_name();
    let io = |error| CacheError::from(sqlx::Error::Io(error));
    let cache = Cache::create(&beside, key, &account).await?;
    let batch = Batch {
        outbox: items.iter().map(put).collect(),
        ..Batch::default()
    };
    cache.write(batch).await?;
    // Leaves one file without a log beside it.
    cache.close().await;
    destroy_files(path).map_err(io)?;
    std::fs::rename(&beside, path).map_err(io)?;
    Cache::open(path, key, &account).await
}

fn batch(writes: Vec<Write>) -> Batch {
    let mut batch = Batch::default();
    for write in writes {
        match write {
            Write::ForgetAllRecords => {
                batch.forget_all_records = true;
                batch.records.clear();
            }
            Write::PutRecords(records) => batch.records.extend(records),
            Write::SetPosition(position) => batch.position = Some(position),
            Write::PutOutboxItem(item) => batch.outbox.push(put(&item)),
            Write::RemoveOutboxItem { number } => {
                batch.outbox.push(OutboxChange { number, item: None });
            }
        }
    }
    batch
}

fn put(item: &OutboxItem) -> OutboxChange {
    OutboxChange {
        number: item.number,
        item: Some(serde_json::to_vec(item).unwrap_or_default()),
    }
}
