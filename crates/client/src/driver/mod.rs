//! Runs the sync engine of one account: performs its effects and tells it what came of them. The promises that it keeps
//! are listed in [`crate::sync`].

mod edits;
mod network;
mod store;
mod wakefulness;

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use latchkey_protocol::sync::Collection;
use rand::RngExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use crate::account::{Account, Snapshot};
use crate::cache::CacheError;
use crate::client::Client;
use crate::clock::new_identifier;
use crate::failure::{Failure, FailureCode};
use crate::profile::WantedField;
use crate::questions::ConflictAnswer;
use crate::stage::ParkedView;
use crate::sync::{Effect, Engine, Event, Loaded, SessionOver, Way};

pub(crate) use network::session_over;
pub(crate) use store::{Opened, open_or_rebuild};
use wakefulness::Wakefulness;

/// How long to wait before the engine starts again after the disk refused a write: for as long as it stays full,
/// nothing is gained by trying more often.
const AFTER_A_REFUSED_WRITE: Duration = Duration::from_secs(10);

/// Events that may wait for the driver. A server that sends more waits with them.
const INCOMING: usize = 32;

/// What the commands ask of the driver.
pub(crate) enum Command {
    /// The person changed fields; answered once that is durable.
    Edit {
        collection: Collection,
        id: String,
        fields: Vec<WantedField>,
        done: oneshot::Sender<Result<(), Failure>>,
    },
    /// The person chose; answered once that is durable.
    AnswerConflict {
        collection: Collection,
        answer: ConflictAnswer,
        done: oneshot::Sender<Result<(), Failure>>,
    },
    /// The person gives a refused value up; answered once that is durable.
    DismissRefusal {
        collection: Collection,
        id: String,
        field: String,
        done: oneshot::Sender<Result<(), Failure>>,
    },
    /// The person asks: don't wait, even if the server asked to.
    TryNow,
    /// Don't wait for the timer.
    SyncNow,
    /// The session has another token: a stream that was opened with the older one is about to end.
    ListenAnew,
    /// The network came back: what is open may be dead.
    LookAgain,
    /// The local copy is damaged: rebuild it.
    Repair {
        done: oneshot::Sender<Result<(), Failure>>,
    },
    /// The person has read that the copy was damaged; answered once that is durable.
    DismissDamage {
        done: oneshot::Sender<Result<(), Failure>>,
    },
    /// A request outside of sync learned that the session is over.
    Over(SessionOver),
}

/// An event from a task; `stream` is set for those of an event stream, so that a replaced one is not heard.
struct Incoming {
    stream: Option<u64>,
    event: Event,
}

pub(crate) struct Driver {
    client: Weak<Client>,
    account: Arc<Account>,
    engine: Engine,
    incoming: mpsc::Receiver<Incoming>,
    outgoing: mpsc::Sender<Incoming>,
    tasks: JoinSet<()>,
    /// Counts the event streams.
    stream: u64,
    stream_task: Option<AbortHandle>,
    /// By the way they are for.
    timers: BTreeMap<Way, (u64, Instant)>,
    /// Set while a fresh engine waits to be started.
    start_at: Option<Instant>,
}

impl Driver {
    pub(crate) fn new(client: Weak<Client>, account: Arc<Account>, engine: Engine) -> Self {
        let (outgoing, incoming) = mpsc::channel(INCOMING);
        Self {
            client,
            account,
            engine,
            incoming,
            outgoing,
            tasks: JoinSet::new(),
            stream: 0,
            stream_task: None,
            timers: BTreeMap::new(),
            start_at: Some(Instant::now()),
        }
    }

    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let stop = self.account.stop.clone();
        let mut wakefulness = Wakefulness::new(Weak::clone(&self.client));
        while !self.engine.over() {
            let timer = self.next_timer();
            let start_at = self.start_at;
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                command = commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => break,
                },
                Some(incoming) = self.incoming.recv() => self.hear(incoming).await,
                () = until(start_at) => {
                    self.start_at = None;
                    if self.may_start().await {
                        self.step(Event::Started { jitter: jitter() }).await;
                    }
                }
                () = until(timer.map(|(_, _, at)| at)) => {
                    if let Some((way, timer, _)) = timer {
                        self.timers.remove(&way);
                        self.step(Event::TimerFired { way, timer, jitter: jitter() }).await;
                    }
                }
                Some(_) = self.tasks.join_next() => {}
                () = wakefulness.woken() => self.look_again().await,
            }
        }
        self.tasks.abort_all();
    }

    async fn hear(&mut self, incoming: Incoming) {
        if incoming.stream.is_none_or(|stream| stream == self.stream) {
            self.step(incoming.event).await;
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Edit {
                collection,
                id,
                fields,
                done,
            } => {
                let result = self.edit(collection, id, fields).await;
                let _ = done.send(result);
            }
            Command::AnswerConflict {
                collection,
                answer,
                done,
            } => {
                let _ = done.send(self.answer_conflict(collection, answer).await);
            }
            Command::DismissRefusal {
                collection,
                id,
                field,
                done,
            } => {
                let event = Event::RefusalDismissed {
                    collection,
                    id,
                    field,
                };
                let _ = done.send(self.try_step(event).await);
            }
            Command::TryNow => self.step(Event::TryNow).await,
            Command::SyncNow => self.step(Event::SyncNow).await,
            Command::ListenAnew => {
                let task = self.stream_task.as_ref();
                if task.is_some_and(|task| !task.is_finished()) {
                    self.open_stream();
                }
            }
            Command::LookAgain => self.look_again().await,
            Command::Repair { done } => {
                let _ = done.send(self.repair().await);
            }
            Command::DismissDamage { done } => {
                let _ = done.send(self.dismiss_damage().await);
            }
            Command::Over(over) => self.step(Event::StreamRefused(over)).await,
        }
    }

    /// Restarts everything that a sleep or a change of network may have killed silently.
    async fn look_again(&mut self) {
        tracing::info!("the connection is looked at again");
        self.tasks.abort_all();
        self.stream_task = None;
        // With the connections that are kept open for the next request.
        self.account.transport.lock().await.take();
        self.step(Event::LookAgain).await;
    }

    /// A step nobody waits for.
    async fn step(&mut self, event: Event) {
        if let Err(failure) = self.try_step(event).await {
            tracing::error!(%failure, "the local copy can't be written");
        }
    }

    /// One step of the engine with all its effects. An error means that nothing of it was written; the engine then
    /// starts again from what is.
    async fn try_step(&mut self, event: Event) -> Result<(), Failure> {
        let now = self.now();
        let effects = self.engine.step(event, now);
        match self.perform(effects).await {
            Ok(()) => Ok(()),
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "the local copy is built anew");
                self.rebuild().await
            }
            Err(error) => {
                let code = error.code();
                tracing::error!(%error, "the local copy can't be written");
                self.start_again(&error).await;
                Err(code.into())
            }
        }
    }

    async fn perform(&mut self, effects: Vec<Effect>) -> Result<(), CacheError> {
        let mut published = false;
        for effect in effects {
            if let Effect::Persist(writes) = effect {
                self.persist(writes).await?;
                continue;
            }
            // What is shown follows what is written, and is there before anybody is told to look.
            if !std::mem::replace(&mut published, true) {
                self.publish();
            }
            match effect {
                Effect::Persist(_) => {}
                Effect::Announce(topics) => {
                    if let Some(client) = self.client.upgrade() {
                        client.announce(topics);
                    }
                }
                Effect::OpenStream => self.open_stream(),
                Effect::FetchPage { request, after } => self.fetch_page(request, after),
                Effect::SendEdit { key, edit } => self.send_edit(key, edit),
                Effect::SetTimer { way, timer, after } => {
                    let at = Instant::now() + Duration::from_micros(after);
                    self.timers.insert(way, (timer, at));
                }
                Effect::Destroy {
                    ended,
                    lost_changes,
                } => {
                    if let Some(client) = self.client.upgrade() {
                        let account = Arc::clone(&self.account);
                        tokio::spawn(async move {
                            client
                                .ended_from_elsewhere(&account, ended, lost_changes)
                                .await;
                        });
                    }
                }
                Effect::Park {
                    reason,
                    waiting_changes,
                } => {
                    if let Some(client) = self.client.upgrade() {
                        let account = Arc::clone(&self.account);
                        let view = ParkedView {
                            reason,
                            waiting_changes,
                        };
                        tokio::spawn(async move { client.park(&account, view).await });
                    }
                }
            }
        }
        if !published {
            self.publish();
        }
        Ok(())
    }

    /// The timer that fires first.
    fn next_timer(&self) -> Option<(Way, u64, Instant)> {
        let timers = self.timers.iter();
        timers
            .map(|(way, (timer, at))| (*way, *timer, *at))
            .min_by_key(|(.., at)| *at)
    }

    fn publish(&self) {
        self.account.publish(Snapshot::of(&self.engine));
    }

    /// A fresh engine over what is stored, started after `delay`. All that the old one had under way is dropped: its
    /// numbers mean nothing to the new one.
    fn replace_engine(&mut self, loaded: Loaded, delay: Duration) {
        self.tasks.abort_all();
        (self.outgoing, self.incoming) = mpsc::channel(INCOMING);
        self.stream_task = None;
        self.timers.clear();
        self.engine = Engine::new(loaded);
        self.start_at = Some(Instant::now() + delay);
        self.publish();
        if let Some(client) = self.client.upgrade() {
            client.announce_everything();
        }
    }

    fn now(&self) -> latchkey_protocol::time::Timestamp {
        self.client
            .upgrade()
            .map(|client| client.now())
            .unwrap_or_default()
    }

    fn new_key(&self) -> uuid::Uuid {
        new_identifier(self.now())
    }
}

/// Pends for ever when there is no instant.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn jitter() -> u16 {
    rand::rng().random()
}

/// What a command says when the record that it is about is not there.
fn not_there() -> Failure {
    FailureCode::NotFound.into()
}
