//! An account that is signed in on this device, while it is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sync::{Collection, Head};
use latchkey_protocol::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{OnceCell, RwLockWriteGuard, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::cache::{Cache, CacheError, StoredRecord};
use crate::driver::Command;
use crate::failure::{Failure, FailureCode};
use crate::secrets::AccountSecrets;
use crate::settings::StoredAccount;
use crate::stage::{DamageView, FolderProblem, SyncState, SyncView};
use crate::sync::{Engine, OutboxItem, Shown, overlay};
use crate::transport::Transport;

/// How long a command waits for its own effect to come back by sync before it returns anyway.
const CATCH_UP: Duration = Duration::from_secs(2);

/// The note of when the overview was last left.
const LAST_LOOKED: &str = "last_looked";

/// The note of recovery codes that were asked for, until they have come.
const CODES_AWAITED: &str = "codes_awaited";

/// The note of a token that the keyring has not taken yet.
const TOKEN: &str = "token";

/// What the commands and the driver of one session share.
pub(crate) struct Account {
    pub(crate) stored: StoredAccount,
    /// Seals the local copy.
    pub(crate) cache_key: Zeroizing<[u8; 32]>,
    /// For `Authorization: Bearer`, and how often it was replaced.
    token: RwLock<(SecretString, u64)>,
    /// Held while the server replaces the token, one at a time.
    pub(crate) renewing: tokio::sync::Mutex<()>,
    /// In memory from soon after the start, so that a receipt can be signed whatever the keyring does.
    pub(crate) device_key: OnceCell<SigningKey>,
    /// The local copy; `None` once it is destroyed. Written to only for that and for rebuilding it.
    pub(crate) store: tokio::sync::RwLock<Option<Cache>>,
    pub(crate) commands: mpsc::Sender<Command>,
    /// To the server, as far as it was needed.
    pub(crate) transport: tokio::sync::Mutex<Option<Transport>>,
    /// Set by the first who ends it.
    pub(crate) ending: AtomicBool,
    /// While the overview is what the person looks at: the newest revision that it was made from.
    pub(crate) overview_shows: Mutex<Option<u64>>,
    /// Stops its driver and all that it has under way.
    pub(crate) stop: CancellationToken,
    pub(crate) cursor: watch::Sender<u64>,
    /// The newest head received: the server's own note of how far the account was.
    head: RwLock<Head>,
    /// Stops the walk over the local copy.
    walk: CancellationToken,
    /// What is to be said of the local copy.
    condition: Mutex<Condition>,
    snapshot: RwLock<Arc<Snapshot>>,
}

/// How the local copy fares.
#[derive(Clone, Copy, Default)]
struct Condition {
    damage: Option<DamageView>,
    folder_problem: Option<FolderProblem>,
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

/// The token of that session which the keyring would not take when this copy was written.
pub(crate) async fn noted_token(cache: &Cache, session_id: SessionId) -> Option<SecretString> {
    let note = Zeroizing::new(cache.note(TOKEN).await.ok().flatten()?);
    let (of, token) = std::str::from_utf8(&note).ok()?.split_once(' ')?;
    (of == session_id.to_string()).then(|| SecretString::from(token))
}

/// Recovery codes that were asked for: only the answer has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodesAwaited {
    /// When those had been made that they take the place of.
    pub(crate) in_place_of: Option<Timestamp>,
}

/// A record as the person sees it, with the body as its type.
pub(crate) struct ShownRecord<Body> {
    pub(crate) body: Body,
    pub(crate) shown: Shown,
}

/// Reads from the local copy; when that turns out damaged, has it rebuilt and reads again.
macro_rules! read {
    ($account:expr, $cache:ident => $read:expr) => {{
        let mut repaired = false;
        let mut tries_left = 20;
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
                Err(error) if error.is_passing() && tries_left > 0 => {
                    drop(store);
                    tries_left -= 1;
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the local copy can't be read");
                    return Err(error.code().into());
                }
            }
        }
    }};
}

/// Up to where the person has seen the activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looked {
    /// When, by this device's clock.
    pub at: Timestamp,
    /// The newest revision that was looked through for it. What is new is told by it: what happened before may have
    /// come later, and the clocks of two machines differ.
    pub revision: u64,
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
            cache_key: secrets.cache_key,
            token: RwLock::new((secrets.token, 0)),
            renewing: tokio::sync::Mutex::default(),
            device_key: OnceCell::new(),
            store: tokio::sync::RwLock::new(Some(cache)),
            commands,
            transport: tokio::sync::Mutex::default(),
            ending: AtomicBool::new(false),
            overview_shows: Mutex::new(None),
            walk: stop.child_token(),
            stop,
            cursor: watch::Sender::new(0),
            head: RwLock::default(),
            condition: Mutex::default(),
            snapshot: RwLock::new(Arc::new(snapshot)),
        }
    }

    /// What opens the session.
    pub(crate) fn token(&self) -> SecretString {
        self.lock_token().0.clone()
    }

    /// How often the token was replaced. When this has changed since a request was made, the request may have gone with
    /// an older token.
    pub(crate) fn tokens(&self) -> u64 {
        self.lock_token().1
    }

    /// Speaks with another token from now on.
    pub(crate) fn replace_token(&self, token: SecretString) {
        let mut held = self.token.write().unwrap_or_else(PoisonError::into_inner);
        *held = (token, held.1 + 1);
        // In vain when its driver has more to do than it can: then it learns by the end of its stream.
        let _ = self.commands.try_send(Command::ListenAnew);
    }

    fn lock_token(&self) -> std::sync::RwLockReadGuard<'_, (SecretString, u64)> {
        self.token.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The newest head received, sent with every request.
    pub(crate) fn head(&self) -> Head {
        let head = self.head.read().unwrap_or_else(PoisonError::into_inner);
        head.clone()
    }

    /// It was given a newer one.
    pub(crate) fn set_head(&self, head: Head) {
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = head;
    }

    /// What to tell the person about damage.
    pub(crate) fn damage(&self) -> Option<DamageView> {
        self.condition().damage
    }

    /// Seen once the next snapshot is published.
    pub(crate) fn set_damage(&self, damage: Option<DamageView>) {
        self.condition().damage = damage;
    }

    /// Why nothing can be written at present.
    pub(crate) fn folder_problem(&self) -> Option<FolderProblem> {
        self.condition().folder_problem
    }

    /// Seen once the next snapshot is published. Says whether it is another than before.
    pub(crate) fn set_folder_problem(&self, problem: Option<FolderProblem>) -> bool {
        std::mem::replace(&mut self.condition().folder_problem, problem) != problem
    }

    fn condition(&self) -> MutexGuard<'_, Condition> {
        self.condition
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn publish(&self, mut snapshot: Snapshot) {
        let Condition {
            damage,
            folder_problem,
        } = *self.condition();
        snapshot.sync.damage = damage;
        snapshot.sync.folder_problem = folder_problem;
        if folder_problem.is_some() {
            snapshot.sync.state = SyncState::NotSaved;
        }
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

    /// The overview is what the person looks at, with what came up to `revision`.
    pub(crate) fn overview_shows_up_to(&self, revision: u64) {
        *self.shown_up_to() = Some(revision);
    }

    /// It is no longer; the newest revision that it showed if it was.
    pub(crate) fn overview_left(&self) -> Option<u64> {
        self.shown_up_to().take()
    }

    fn shown_up_to(&self) -> MutexGuard<'_, Option<u64>> {
        self.overview_shows
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// When the overview was last left on this device.
    pub(crate) async fn last_looked(&self) -> Result<Option<Looked>, Failure> {
        let note = read!(self, cache => cache.note(LAST_LOOKED));
        Ok(note.and_then(|note| serde_json::from_slice(&note).ok()))
    }

    /// Notes that it was left.
    pub(crate) async fn looked(&self, looked: Looked) -> Result<(), Failure> {
        let note = serde_json::to_vec(&looked).map_err(|_| FailureCode::Internal)?;
        let store = self.store.read().await;
        let cache = store.as_ref().ok_or(FailureCode::SignedOut)?;
        cache.put_note(LAST_LOOKED, &note).await.map_err(|error| {
            tracing::error!(%error, "the local copy can't be written");
            error.code().into()
        })
    }

    /// The recovery codes that have not come.
    pub(crate) async fn codes_awaited(&self) -> Result<Option<CodesAwaited>, Failure> {
        let note = read!(self, cache => cache.note(CODES_AWAITED));
        Ok(note.and_then(|note| serde_json::from_slice(&note).ok()))
    }

    /// Notes that they were asked for; `None` once they came, or will not.
    pub(crate) async fn await_codes(&self, awaited: Option<CodesAwaited>) {
        let store = self.store.read().await;
        let Some(cache) = store.as_ref() else {
            return;
        };
        let note = awaited.and_then(|awaited| serde_json::to_vec(&awaited).ok());
        if let Err(error) = cache
            .put_note(CODES_AWAITED, &note.unwrap_or_default())
            .await
        {
            tracing::error!(%error, "whether recovery codes come is in nobody's memory");
        }
    }

    /// The token that the keyring would not take, as far as it can be read.
    pub(crate) async fn noted_token(&self) -> Option<SecretString> {
        let store = self.store.read().await;
        noted_token(store.as_ref()?, self.stored.session_id).await
    }

    /// Keeps `token` in the local copy, under the key that the keyring holds, until the keyring takes it; `None` once
    /// it has.
    pub(crate) async fn note_token(&self, token: Option<&SecretString>) {
        let store = self.store.read().await;
        let Some(cache) = store.as_ref() else {
            return;
        };
        let note = Zeroizing::new(token.map_or_else(String::new, |token| {
            format!("{} {}", self.stored.session_id, token.expose_secret())
        }));
        if let Err(error) = cache.put_note(TOKEN, note.as_bytes()).await {
            tracing::error!(%error, "a new token is in the program's memory alone");
        }
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

    /// The local copy, to be replaced. The walk over it is given up, for whoever wants to read would wait until both
    /// the walk and the replacing are through.
    pub(crate) async fn store_to_replace(&self) -> RwLockWriteGuard<'_, Option<Cache>> {
        self.walk.cancel();
        self.store.write().await
    }

    /// Walks the whole local copy, and has it rebuilt when it is damaged. Ends early when it is replaced or closed.
    pub(crate) async fn verify(&self) {
        // Not until it is rebuilt, which ends this.
        let _ = self.walk.run_until_cancelled(self.walk()).await;
    }

    async fn walk(&self) {
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

    /// Has the local copy rebuilt.
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

#[cfg(test)]
mod tests {
    use latchkey_protocol::identifiers::{AccountId, ServerId, SessionId};
    use secrecy::SecretString;

    use super::*;
    use crate::settings::Location;
    use crate::sync::{Loaded, Position};

    #[tokio::test]
    async fn a_walk_over_the_copy_gives_way_to_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let uuid = uuid::Uuid::nil();
        let stored = StoredAccount {
            location: Location::ThisComputer,
            server_id: ServerId(uuid),
            server_key: None,
            account_id: AccountId(uuid),
            session_id: SessionId(uuid),
            begun_with: None,
            login: "anna".to_owned(),
            stays: true,
        };
        let secrets = AccountSecrets::new(SecretString::from("token"));
        let path = stored.file(folder.path());
        let cache = Cache::create(&path, &secrets.cache_key, &stored.seal_name())
            .await
            .unwrap();
        // A walk that takes long: it gets no connection.
        let busy = cache.all_readers().await;
        let snapshot = Snapshot::of(&Engine::new(Loaded {
            session_id: stored.session_id,
            position: Position::default(),
            outbox: Vec::new(),
            damaged: false,
        }));
        let (commands, _driver) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let account = Arc::new(Account::new(
            stored, secrets, cache, commands, snapshot, stop,
        ));
        let walking = Arc::clone(&account);
        let walk = tokio::spawn(async move { walking.verify().await });
        while account.store.try_write().is_ok() {
            tokio::task::yield_now().await;
        }
        let replacing = tokio::time::timeout(Duration::from_secs(5), account.store_to_replace());
        drop(replacing.await.expect("nothing is waited for"));
        walk.await.unwrap();
        drop(busy);
    }
}
