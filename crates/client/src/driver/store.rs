//! The driver and the local copy: loading, writing, and rebuilding.

use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::{AFTER_A_REFUSED_WRITE, Driver};
use crate::cache::{Batch, Cache, CacheError, OutboxChange, destroy_files, salvage};
use crate::changes::Topic;
use crate::client::Phase;
use crate::failure::{Failure, FailureCode};
use crate::opening::folder_problem;
use crate::settings::StoredAccount;
use crate::stage::{DamageView, FolderProblem};
use crate::sync::{Loaded, OutboxItem, Position, Write};

/// The note of damage that the person has not read of.
const DAMAGE: &str = "damage";

/// The note that is written to see whether there is room.
const ROOM: &str = "room";

/// More than a page of the file, so that it does not fit where there is none.
const ROOM_OCTETS: usize = 16 * 1024;

impl Driver {
    pub(super) async fn persist(&mut self, writes: Vec<Write>) -> Result<(), CacheError> {
        let batch = batch(writes);
        let position = batch.position.clone();
        let store = self.account.store.read().await;
        match store.as_ref() {
            Some(cache) => cache.write(batch).await?,
            // The account is being closed or ended: what can't be kept must not be acknowledged.
            None => return Err(CacheError::Failed(sqlx::Error::PoolClosed)),
        }
        drop(store);
        if let Some(position) = position {
            self.account.cursor.send_replace(position.cursor);
            self.account.set_head(position.head);
        }
        self.tell_folder_problem(None);
        Ok(())
    }

    /// Before an engine that could not write starts again: whether it can now. Says what is in the way otherwise, and
    /// has it tried later.
    pub(super) async fn may_start(&mut self) -> bool {
        if self.account.folder_problem().is_none() {
            return true;
        }
        let written = match self.account.store.read().await.as_ref() {
            Some(cache) => cache.put_note(ROOM, &[0; ROOM_OCTETS]).await,
            None => return true,
        };
        match written {
            Ok(()) => {
                self.tell_folder_problem(None);
                true
            }
            // What is damaged is found and mended by the step.
            Err(error) if error.is_damage() => true,
            Err(error) => {
                tracing::warn!(%error, "the local copy still can't be written");
                self.tell_folder_problem(Some(folder_problem(&error)));
                self.start_at = Some(Instant::now() + AFTER_A_REFUSED_WRITE);
                false
            }
        }
    }

    /// Shows that nothing can be written, or that it can again.
    fn tell_folder_problem(&self, problem: Option<FolderProblem>) {
        if !self.account.set_folder_problem(problem) {
            return;
        }
        self.publish();
        if let Some(client) = self.client.upgrade() {
            client.announce(vec![Topic::Sync]);
        }
    }

    /// The person has read of the damage.
    pub(super) async fn dismiss_damage(&self) -> Result<(), Failure> {
        match self.account.store.read().await.as_ref() {
            Some(cache) => note_damage(cache, None)
                .await
                .map_err(|error| error.code())?,
            None => return Err(FailureCode::SignedOut.into()),
        }
        self.account.set_damage(None);
        self.publish();
        if let Some(client) = self.client.upgrade() {
            client.announce(vec![Topic::Sync]);
        }
        Ok(())
    }

    /// A new copy in the place of a damaged one. The waiting changes are all in memory, so none is lost; the records
    /// are fetched again.
    pub(super) async fn rebuild(&mut self) -> Result<(), Failure> {
        let items: Vec<OutboxItem> = self.engine.outbox().iter().cloned().collect();
        let mut store = self.account.store_to_replace().await;
        let Some(damaged) = store.take() else {
            return Ok(());
        };
        let path = damaged.path().to_owned();
        damaged.close().await;
        let key = &self.account.cache_key;
        let damage = DamageView {
            lost_changes: Some(0),
        };
        let damage = damage.after(self.account.damage());
        let built = build(&path, key, &self.account.stored, &items, damage).await;
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
        self.account.set_damage(Some(damage));
        self.account.cursor.send_replace(0);
        let loaded = Loaded {
            session_id: self.account.stored.session_id,
            position: Position::default(),
            outbox: items,
            damaged: true,
        };
        self.replace_engine(loaded, Duration::ZERO);
        Ok(())
    }

    /// After a write that failed: what is stored is the truth.
    pub(super) async fn start_again(&mut self, error: &CacheError) {
        let again = {
            let store = self.account.store.read().await;
            match store.as_ref() {
                Some(cache) => loaded(cache, &self.account.stored).await,
                None => return,
            }
        };
        match again {
            Ok(loaded) => {
                self.account.set_folder_problem(Some(folder_problem(error)));
                self.replace_engine(loaded, AFTER_A_REFUSED_WRITE);
            }
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
        damaged: false,
    })
}

/// The local copy at the start.
pub(crate) struct Opened {
    pub(crate) cache: Cache,
    pub(crate) loaded: Loaded,
    /// What to tell the person about damage found now or earlier.
    pub(crate) damage: Option<DamageView>,
}

/// The copy at `path`; when it is damaged, a new one with those waiting changes that are whole.
pub(crate) async fn open_or_rebuild(
    path: &Path,
    key: &[u8; 32],
    stored: &StoredAccount,
) -> Result<Opened, CacheError> {
    let account = stored.seal_name();
    let beside = path.with_extension("rebuilt");
    if !path.exists() && beside.exists() {
        // A crash between the two steps that put a new copy in its place.
        std::fs::rename(&beside, path).map_err(|error| CacheError::Failed(error.into()))?;
    }
    let error = match Cache::open(path, key, &account).await {
        Ok(cache) => match loaded(&cache, stored).await {
            Ok(loaded) => {
                let note = cache.note(DAMAGE).await.ok().flatten();
                return Ok(Opened {
                    cache,
                    loaded,
                    damage: read_damage(note),
                });
            }
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
    let saved = salvage(path, key, &account, DAMAGE).await;
    let mut lost = saved.lost;
    let mut items: Vec<OutboxItem> = Vec::new();
    for item in saved.outbox {
        match serde_json::from_slice(&item) {
            Ok(item) => items.push(item),
            Err(_) => lost = lost.map(|lost| lost.saturating_add(1)),
        }
    }
    let damage = DamageView { lost_changes: lost }.after(read_damage(saved.note));
    let cache = build(path, key, stored, &items, damage).await?;
    let loaded = Loaded {
        session_id: stored.session_id,
        position: Position::default(),
        outbox: items,
        damaged: true,
    };
    Ok(Opened {
        cache,
        loaded,
        damage: Some(damage),
    })
}

fn read_damage(note: Option<Vec<u8>>) -> Option<DamageView> {
    serde_json::from_slice(&note?).ok()
}

async fn note_damage(cache: &Cache, damage: Option<DamageView>) -> Result<(), CacheError> {
    let note = damage.and_then(|damage| serde_json::to_vec(&damage).ok());
    cache.put_note(DAMAGE, &note.unwrap_or_default()).await
}

/// A copy with these waiting changes, the note of what was damaged, and nothing else. Made beside the damaged one and
/// put in its place, so that a crash or a full disk in between loses none of them.
async fn build(
    path: &Path,
    key: &[u8; 32],
    stored: &StoredAccount,
    items: &[OutboxItem],
    damage: DamageView,
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
    note_damage(&cache, Some(damage)).await?;
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
