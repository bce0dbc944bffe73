//! The unit of work: everything that one request does to accounts, committed together or not at all.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use latchkey_protocol::activity::{ActivityEntry, ActivityKind, ChangedField};
use latchkey_protocol::identifiers::{AccountId, ActivityId, SessionId};
use latchkey_protocol::sessions::EndedNotice;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::arguments;
use crate::audit::Happened;
use crate::database::{Error, Result, Row, Transaction};
use crate::events;
use crate::jobs::{self, Job, Kind};
use crate::state::ServerState;

/// Who does something, for the activity list.
#[derive(Clone, Debug, Default)]
pub struct Actor {
    /// The session, when somebody is signed in.
    pub session_id: Option<SessionId>,
    /// What its device is called.
    pub device_name: Option<String>,
    /// The client's address.
    pub address: Option<String>,
}

/// A change of accounts: a transaction that holds each of them, the revisions it hands out, and what to tell their devices
/// once it is committed. Dropped without [`Change::commit`], it leaves nothing behind.
///
/// It is of the account that it was begun for, and does what it does there; what it does to another account that it holds
/// is done to [`Change::of`] it.
#[derive(Debug)]
pub struct Change {
    state: Arc<ServerState>,
    transaction: Transaction,
    now: Timestamp,
    actor: Actor,
    /// The account it is of; the others that it holds are in [`Self::others`].
    held: Held,
    others: Vec<Held>,
    ended: Vec<(AccountId, EndedNotice)>,
    happened: Vec<Happened>,
    scheduled: Vec<&'static Kind>,
}

/// An account whose lock a change holds.
#[derive(Clone, Debug)]
struct Held {
    account_id: AccountId,
    username: String,
    committed_revision: u64,
    revision: u64,
}

/// A change while it is of another of the accounts that it holds. Nothing is known there of where the one who acts sits.
#[derive(Debug)]
pub struct Of<'a> {
    change: &'a mut Change,
    /// The place of the account that it was of, and who acts there.
    place: usize,
    actor: Actor,
}

impl Deref for Of<'_> {
    type Target = Change;

    fn deref(&self) -> &Change {
        self.change
    }
}

impl DerefMut for Of<'_> {
    fn deref_mut(&mut self) -> &mut Change {
        self.change
    }
}

impl Drop for Of<'_> {
    fn drop(&mut self) {
        self.change.swap(self.place);
        self.change.actor = std::mem::take(&mut self.actor);
    }
}

impl Change {
    /// Begins a change of an existing account. Changes of one account wait for each other here.
    pub async fn begin(state: &Arc<ServerState>, account_id: AccountId) -> Result<Self> {
        Self::begin_with(state, account_id, &[]).await
    }

    /// The same, which also holds those of `others` that there are. All are locked in the order of their identifiers, whoever
    /// begins: of any number that hold each other's accounts, none waits in a circle.
    pub(crate) async fn begin_with(
        state: &Arc<ServerState>,
        account_id: AccountId,
        others: &[AccountId],
    ) -> Result<Self> {
        let transaction = state.database.begin().await?;
        let mut accounts = vec![account_id];
        accounts.extend(others);
        Self::hold(state, transaction, account_id, accounts).await
    }

    /// Goes on with a transaction in which the account exists.
    pub(crate) async fn within(
        state: &Arc<ServerState>,
        transaction: Transaction,
        account_id: AccountId,
    ) -> Result<Self> {
        Self::hold(state, transaction, account_id, vec![account_id]).await
    }

    async fn hold(
        state: &Arc<ServerState>,
        mut transaction: Transaction,
        account_id: AccountId,
        mut accounts: Vec<AccountId>,
    ) -> Result<Self> {
        accounts.sort_unstable();
        accounts.dedup();
        let mut others = Vec::with_capacity(accounts.len());
        for account in accounts {
            others.extend(lock(&mut transaction, account).await?);
        }
        let held = others
            .iter()
            .position(|held| held.account_id == account_id)
            .ok_or_else(|| Error::inconsistent("accounts", "id", account_id))?;
        Ok(Self {
            state: Arc::clone(state),
            transaction,
            now: state.now(),
            actor: Actor::default(),
            held: others.swap_remove(held),
            others,
            ended: Vec::new(),
            happened: Vec::new(),
            scheduled: Vec::new(),
        })
    }

    /// Whether it holds the account, which exists then.
    pub(crate) fn holds(&self, account_id: AccountId) -> bool {
        self.held.account_id == account_id || self.place_of(account_id).is_some()
    }

    /// The change of another account that it holds, for as long as what is returned lives.
    pub(crate) fn of(&mut self, account_id: AccountId) -> Result<Of<'_>> {
        let place = self
            .place_of(account_id)
            .ok_or_else(|| Error::inconsistent("accounts", "id", account_id))?;
        self.swap(place);
        let actor = std::mem::take(&mut self.actor);
        Ok(Of {
            change: self,
            place,
            actor,
        })
    }

    fn place_of(&self, account_id: AccountId) -> Option<usize> {
        self.others
            .iter()
            .position(|held| held.account_id == account_id)
    }

    fn swap(&mut self, place: usize) {
        if let Some(other) = self.others.get_mut(place) {
            std::mem::swap(&mut self.held, other);
        }
    }

    /// Names who does it, for [`Change::activity`].
    #[must_use]
    pub fn by(mut self, actor: Actor) -> Self {
        self.actor = actor;
        self
    }

    /// Whose change it is.
    pub fn account_id(&self) -> AccountId {
        self.held.account_id
    }

    /// The instant of the change: one for all of it.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Who does it.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The server that it happens on.
    pub fn state(&self) -> &Arc<ServerState> {
        &self.state
    }

    /// The account's revision with what was put so far.
    pub fn revision(&self) -> u64 {
        self.held.revision
    }

    /// For statements on other tables.
    pub fn transaction(&mut self) -> &mut Transaction {
        &mut self.transaction
    }

    /// Writes a record under the account's next revision, which is returned.
    pub async fn put<T: Serialize>(
        &mut self,
        collection: Collection,
        id: impl std::fmt::Display + Send,
        body: &T,
    ) -> Result<u64> {
        let body = serde_json::to_string(body)
            .map_err(|_| Error::inconsistent("records", "body", collection.name()))?;
        self.write(collection, &id.to_string(), Some(body)).await
    }

    /// Marks a record as gone under the account's next revision, which is returned.
    pub async fn remove(
        &mut self,
        collection: Collection,
        id: impl std::fmt::Display + Send,
    ) -> Result<u64> {
        self.write(collection, &id.to_string(), None).await
    }

    async fn write(
        &mut self,
        collection: Collection,
        id: &str,
        body: Option<String>,
    ) -> Result<u64> {
        self.held.revision += 1;
        self.transaction
            .execute(
                "INSERT INTO records (account_id, collection, id, revision, body) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (account_id, collection, id) DO UPDATE SET revision = excluded.revision, body = excluded.body",
                arguments![self.held.account_id, collection.name(), id, self.held.revision, body],
            )
            .await?;
        Ok(self.held.revision)
    }

    /// The body of a record of this account; `None` when it is not there or gone.
    pub async fn get<T: DeserializeOwned>(
        &mut self,
        collection: Collection,
        id: impl std::fmt::Display + Send,
    ) -> Result<Option<T>> {
        let id = id.to_string();
        let row: Option<Row> = self
            .transaction
            .fetch_optional(
                "SELECT body FROM records WHERE account_id = $1 AND collection = $2 AND id = $3",
                arguments![self.held.account_id, collection.name(), &id],
            )
            .await?;
        let Some(body) = row.map(|row| row.optional_text(0)).transpose()?.flatten() else {
            return Ok(None);
        };
        serde_json::from_str(&body)
            .map(Some)
            .map_err(|_| Error::inconsistent("records", "body", id))
    }

    /// Notes what happened in the account's activity. `subject` is an address, a name; never a secret.
    pub async fn activity(&mut self, kind: ActivityKind, subject: Option<String>) -> Result<u64> {
        self.activity_changing(kind, subject, Vec::new()).await
    }

    /// The same for what changed fields.
    pub async fn activity_changing(
        &mut self,
        kind: ActivityKind,
        subject: Option<String>,
        changed: Vec<ChangedField>,
    ) -> Result<u64> {
        self.log(kind, subject.clone());
        let id = ActivityId(self.state.new_identifier());
        let entry = ActivityEntry {
            kind,
            at: self.now,
            count: 1,
            first_at: None,
            session_id: self.actor.session_id,
            device_name: self.actor.device_name.clone(),
            address: self.actor.address.clone(),
            subject,
            changed,
        };
        self.put(Collection::Activity, id, &entry).await
    }

    /// Has what happened written to the server's log, at the commit.
    pub(crate) fn log(&mut self, kind: ActivityKind, subject: Option<String>) {
        self.happened.push(Happened {
            kind,
            account_id: self.held.account_id,
            username: self.held.username.clone(),
            session_id: self.actor.session_id,
            address: self.actor.address.clone(),
            subject,
        });
    }

    /// Has the session's device told, at the commit, that its session is over.
    pub(crate) fn tell_ended(&mut self, notice: EndedNotice) {
        self.ended.push((self.held.account_id, notice));
    }

    /// Has a job done after the commit, at once or when it is due; false when it is in the queue already.
    pub async fn schedule(&mut self, job: Job) -> Result<bool> {
        self.scheduled.push(job.kind);
        jobs::schedule(&mut self.transaction, &job, self.now).await
    }

    /// Commits all of it, then tells the account's devices and wakes the workers. Returns the account's revision.
    ///
    /// Once begun, it comes to its end whether or not anybody waits for it: a client that closes its connection
    /// meanwhile must not leave an ending committed that no stream is told of.
    pub async fn commit(self) -> Result<u64> {
        match tokio::spawn(self.commit_and_announce()).await {
            Ok(committed) => committed,
            Err(failed) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The process is ending.
                Err(_) => Err(Error::Unavailable(sqlx::Error::WorkerCrashed)),
            },
        }
    }

    async fn commit_and_announce(mut self) -> Result<u64> {
        let revision = self.held.revision;
        let mut changed = vec![self.held];
        changed.extend(self.others);
        changed.retain(|held| held.revision != held.committed_revision);
        for held in &changed {
            self.transaction
                .execute(
                    "UPDATE accounts SET revision = $2 WHERE id = $1",
                    arguments![held.account_id, held.revision],
                )
                .await?;
        }
        let mut with_endings: Vec<AccountId> = self.ended.iter().map(|(id, _)| *id).collect();
        with_endings.dedup();
        for account_id in with_endings {
            // In the same transaction: a node that misses this must find out from the tables, none may hear of an
            // ending that was rolled back.
            events::notify_ended(&mut self.transaction, account_id).await?;
        }
        self.transaction.commit().await?;
        for happened in &self.happened {
            happened.log();
        }
        for (account_id, notice) in self.ended {
            self.state.hub.ended(account_id, &notice);
        }
        for kind in self.scheduled {
            self.state.jobs.ring(kind);
        }
        for held in changed {
            self.state.hub.changed(held.account_id, held.revision);
        }
        Ok(revision)
    }
}

/// Takes an account's lock; `None` when there is no such account.
async fn lock(transaction: &mut Transaction, account_id: AccountId) -> Result<Option<Held>> {
    // An UPDATE that changes nothing takes the row's lock in both databases.
    transaction
        .fetch_optional(
            "UPDATE accounts SET revision = revision WHERE id = $1 RETURNING revision, username",
            arguments![account_id],
        )
        .await?
        .map(|row| {
            let revision = row.count(0)?;
            Ok(Held {
                account_id,
                username: row.text(1)?,
                committed_revision: revision,
                revision,
            })
        })
        .transpose()
}
