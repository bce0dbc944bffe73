//! An account that is signed in on this device, while it is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_protocol::sync::Collection;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{OnceCell, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::cache::{Cache, CacheError, StoredRecord};
use crate::driver::Command;
use crate::failure::{Failure, FailureCode};
use crate::secrets::AccountSecrets;
use crate::settings::StoredAccount;
use crate::stage::SyncView;
use crate::sync::{Engine, OutboxItem, Shown, overlay};
use crate::transport::Transport;

/// How long a command waits for its own effect to come back by sync before it returns anyway.
const CATCH_UP: Duration = Duration::from_secs(2);

/// What the commands and the driver of one session share.
pub(crate) struct Account {
    pub(crate) stored: StoredAccount,
    pub(crate) secrets: AccountSecrets,
    /// In memory from soon after the start, so that a receipt can be signed whatever the keyring does.
    pub(crate) device_key: OnceCell<SigningKey>,
    /// The local copy; `None` once it is destroyed. Written to only for that and for building it anew.
    pub(crate) store: tokio::sync::RwLock<Option<Cache>>,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) transport: OnceCell<Transport>,
    /// Set by the first who ends it.
    pub(crate) ending: AtomicBool,
    /// Stops its driver and all that it has under way.
    pub(crate) stop: CancellationToken,
    pub(crate) cursor: watch::Sender<u64>,
    snapshot: RwLock<Arc<Snapshot>>,
}

/// What the sync engine holds, as of its last step.
pub(crate) struct Snapshot {
    pub(crate) sync: SyncView,
    pub(crate) outbox: Vec<OutboxItem>,
}

impl Snapshot {
    pub(crate) fn of(engine: &Engine) -> Self {
        Self {
            sync: engine.status(),
            outbox: engine.outbox().iter().cloned().collect(),
        }
    }
}

/// A record as the person sees it, with the body as its type.
pub(crate) struct ShownRecord<Body> {
    pub(crate) body: Body,
    pub(crate) shown: Shown,
}

/// Reads from the local copy; when that turns out damaged, has it built anew and reads again.
macro_rules! read {
    ($account:expr, $cache:ident => $read:expr) => {{
        let mut repaired = false;
        loop {
            let store = $account.store.read().await;
            let $cache = store.as_ref().ok_or(FailureCode::SignedOut)?;
            match $read.await {
                Ok(read) => break read,
                Err(error) if error.is_damage() && !repaired => {
                    drop(store);
                    $account.repair(&error).await?;
                    repaired = true;
                }
                Err(error) => {
                    tracing::error!(%error, "the local copy can't be read");
                    return Err(error.code().into());
                }
            }
        }
    }};
}

impl Account {
    pub(crate) fn new(
        stored: StoredAccount,
        secrets: AccountSecrets,
        cache: Cache,
        commands: mpsc::Sender<Command>,
        snapshot: Snapshot,
        stop: CancellationToken,
    ) -> Self {
        Self {
            stored,
            secrets,
            device_key: OnceCell::new(),
            store: tokio::sync::RwLock::new(Some(cache)),
            commands,
            transport: OnceCell::new(),
            ending: AtomicBool::new(false),
            stop,
            cursor: watch::Sender::new(0),
            snapshot: RwLock::new(Arc::new(snapshot)),
        }
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn publish(&self, snapshot: Snapshot) {
        *self
            .snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    /// True for the first caller alone.
    pub(crate) fn begin_ending(&self) -> bool {
        !self.ending.swap(true, Ordering::SeqCst)
    }

    /// One record with the changes made here laid over it; `None` while it is not there.
    pub(crate) async fn shown<Body: DeserializeOwned>(
        &self,
        collection: Collection,
        id: &str,
    ) -> Result<Option<ShownRecord<Body>>, Failure> {
        let record = read!(self, cache => cache.record(collection, id));
        Ok(record.and_then(|record| self.lay_over(collection, &record)))
    }

    /// All records of a small collection with their ids, with the changes made here laid over them.
    pub(crate) async fn all_shown<Body: DeserializeOwned>(
        &self,
        collection: Collection,
    ) -> Result<Vec<(String, ShownRecord<Body>)>, Failure> {
        let records = read!(self, cache => cache.records(collection));
        Ok(records
            .into_iter()
            .filter_map(|record| {
                let shown = self.lay_over(collection, &record)?;
                Some((record.id, shown))
            })
            .collect())
    }

    /// The newest records of a collection that is never edited, older than `before`.
    pub(crate) async fn newest(
        &self,
        collection: Collection,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, Failure> {
        Ok(read!(self, cache => cache.newest(collection, before, limit)))
    }

    /// `None` for a body that is not what this version knows: a record that a server wrote wrongly is left out rather
    /// than shown wrongly.
    fn lay_over<Body: DeserializeOwned>(
        &self,
        collection: Collection,
        record: &StoredRecord,
    ) -> Option<ShownRecord<Body>> {
        let body: Value = serde_json::from_slice(&record.body).ok()?;
        let snapshot = self.snapshot();
        let shown = overlay(collection, &record.id, &body, &snapshot.outbox);
        match serde_json::from_value(shown.body.clone()) {
            Ok(body) => Some(ShownRecord { body, shown }),
            Err(error) => {
                tracing::warn!(
                    collection = collection.name(),
                    line = error.line(),
                    "a record that makes no sense"
                );
                None
            }
        }
    }

    /// Walks the whole local copy, and has it built anew when it is damaged.
    pub(crate) async fn verify(&self) {
        let verified = match self.store.read().await.as_ref() {
            Some(cache) => cache.verify().await,
            None => return,
        };
        match verified {
            Err(error) if error.is_damage() => {
                if let Err(failure) = self.repair(&error).await {
                    tracing::error!(%failure, "the local copy can't be built anew");
                }
            }
            Err(error) => tracing::error!(%error, "the local copy can't be read"),
            Ok(()) => tracing::debug!("the local copy is whole"),
        }
    }

    /// Has the local copy built anew.
    async fn repair(&self, error: &CacheError) -> Result<(), Failure> {
        tracing::error!(%error, "the local copy is built anew");
        self.ask(|done| Command::Repair { done }).await
    }

    /// Sends a command to the driver and waits until it is done.
    pub(crate) async fn ask(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<(), Failure>>) -> Command,
    ) -> Result<(), Failure> {
        let (done, answered) = oneshot::channel();
        self.commands
            .send(command(done))
            .await
            .map_err(|_| FailureCode::SignedOut)?;
        answered.await.map_err(|_| FailureCode::SignedOut)?
    }

    /// Asks the driver to sync now, and waits a little until `revision` is here, so that a screen shows at once what a
    /// command has done on the server.
    pub(crate) async fn catch_up(&self, revision: u64) {
        if self.commands.send(Command::SyncNow).await.is_err() {
            return;
        }
        let mut cursor = self.cursor.subscribe();
        let reached = cursor.wait_for(|cursor| *cursor >= revision);
        // In vain when the network goes just now: the change is made and will be seen later.
        let _ = tokio::time::timeout(CATCH_UP, reached).await;
    }
}
