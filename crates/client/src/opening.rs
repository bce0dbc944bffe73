//! From the start of the program to an account that may be shown, and from a sign-in to the same.
//!
//! A device that was ended while it was closed must learn so before it shows anything. So the first word of the server
//! is waited for, beside the opening of the local copy: on this computer or in a house that takes a few milliseconds,
//! without any network it fails as fast. Where the network swallows everything it takes [`FIRST_WORD`], and where the
//! server can be reached but is slow to answer, [`SLOW_WORD`]; after which the content is shown as of its age, and the
//! ending obeyed at the first contact.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_protocol::sessions::{CurrentSession, SignedIn};
use secrecy::SecretString;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::account::{Account, Snapshot, noted_token};
use crate::cache::{Cache, CacheError};
use crate::client::{Client, Phase};
use crate::driver::{Command, Driver, Opened, open_or_rebuild, session_over};
use crate::failure::{Failure, FailureCode};
use crate::secrets::{AccountSecrets, known_device_key};
use crate::settings::{Location, StoredAccount};
use crate::stage::{DamageView, FolderProblem, KeyringProblem, ParkedView};
use crate::sync::{Engine, Loaded, Position, SessionOver};
use crate::transport::{KnownServer, Transport, TransportError};

/// How long the first content waits for the server's word on whether it may be shown.
const FIRST_WORD: Duration = Duration::from_secs(1);

/// How long to wait for the session check when the server responds slowly.
const SLOW_WORD: Duration = Duration::from_secs(5);

/// How long after its opening a local copy is walked.
const VERIFY_AFTER: Duration = Duration::from_secs(2);

/// Commands that may wait for the driver.
const COMMANDS: usize = 64;

impl Client {
    /// What happens at the start, beside the drawing of the window. Whether it `asks` the person to unlock the keyring:
    /// one account does for all of them.
    pub(crate) fn begin(self: &Arc<Self>, asks: bool) {
        let client = Arc::clone(self);
        tokio::spawn(async move {
            let settings = client.settings();
            if let Some(stored) = settings.account {
                match settings.parked {
                    Some(view) => client.open_parked(stored, view),
                    // The account that is shown has it unlocked; the others follow when it is.
                    None if !asks && client.installation.secrets.is_locked().await => {
                        client.set_phase(Phase::WaitingForKeyring(KeyringProblem::Locked));
                    }
                    None => client.open_account(stored).await,
                }
            } else {
                client.set_phase(Phase::SignedOut);
                // So that it answers by the time the person has typed a password.
                client.ask_server_here().await;
            }
            client.receipt_waits.notify_one();
        });
        let client = Weak::clone(&self.me);
        let stop = self.stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = crate::receipts::deliver_for_ever(client) => {}
            }
        });
        let client = Weak::clone(&self.me);
        let stop = self.stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = try_again_when_it_is_there(client) => {}
            }
        });
        let (client, answers) = (
            Weak::clone(&self.me),
            self.installation.keyring_answers.subscribe(),
        );
        let stop = self.stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = try_again_when_it_answers(client, answers) => {}
            }
        });
    }

    /// Opens the account that is stored here, as far as the keyring lets it.
    pub(crate) async fn open_account(self: &Arc<Self>, stored: StoredAccount) {
        let entry = stored.entry(self.id());
        match AccountSecrets::load(&self.installation.secrets, &entry).await {
            Ok(secrets) => self.resume(stored, secrets, None).await,
            Err(problem) => self.set_phase(Phase::WaitingForKeyring(problem)),
        }
    }

    /// Shows an account whose secrets are there, unless its session is over.
    pub(crate) async fn resume(
        self: &Arc<Self>,
        stored: StoredAccount,
        mut secrets: AccountSecrets,
        device_key: Option<SigningKey>,
    ) {
        let Ok(folder) = &self.installation.folder else {
            return;
        };
        let path = stored.file(folder.accounts());
        let (mut first, opened) = tokio::join!(
            self.first_word(&stored, &secrets.token),
            open_or_rebuild(&path, &secrets.cache_key, &stored),
        );
        let Opened {
            cache,
            loaded,
            damage,
        } = match opened {
            Ok(opened) => opened,
            Err(error) => {
                tracing::error!(%error, "the local copy does not open");
                return self.set_phase(Phase::FolderUnusable(folder_problem(&error)));
            }
        };
        // What the server said of the keyring's token is of no account where a newer one never got there.
        let newer = noted_token(&cache, stored.session_id).await;
        if let Some(token) = &newer {
            secrets.token = token.clone();
            first = self.first_word(&stored, token).await;
        }
        let damaged = loaded.damaged;
        let (account, engine, commands) = self.assemble(stored, secrets, cache, loaded, damage);
        *account.transport.lock().await = first.transport;
        let mut over = first.word.and_then(Result::err);
        if account.stored.server_key.is_none() {
            // Of a version that asked for no proofs: it has to be signed in to again.
            over = Some(SessionOver::Unknown);
        } else if over.is_some() {
            // Once more, showing how far the server was: in a backup, this session may be long past.
            over = self.word_on(&account).await.unwrap_or(over);
        }
        if let Some(over) = over {
            return self.put_an_end(&account, over, &engine).await;
        }
        if let Some(token) = newer {
            self.go_on_with(&account, token).await;
        }
        self.start(&account, engine, commands);
        if !damaged {
            verify(&account);
        }
        let key = match device_key {
            Some(key) => Some(key),
            None => known_device_key(&self.installation.secrets, self.id())
                .await
                .ok()
                .flatten(),
        };
        if let Some(key) = key {
            let _ = account.device_key.set(key);
        }
    }

    /// What the server says of the session of an account that is open; `None` when it says nothing that counts.
    async fn word_on(&self, account: &Account) -> Option<Option<SessionOver>> {
        let asked = async {
            let transport = self.transport_of(account).await?;
            transport.get::<CurrentSession>("v1/session").await
        };
        word_of(&asked.await, &account.stored).map(Result::err)
    }

    /// Ends or puts away what was just opened.
    async fn put_an_end(
        self: &Arc<Self>,
        account: &Arc<Account>,
        over: SessionOver,
        engine: &Engine,
    ) {
        let changes = engine.outbox().unconfirmed_changes();
        match over.parks() {
            Ok(reason) => {
                let view = ParkedView {
                    reason,
                    waiting_changes: changes,
                };
                self.park(account, view).await;
            }
            Err(ended) => self.ended_from_elsewhere(account, ended, changes).await,
        }
    }

    /// What the server says of a session, if it does so in time.
    pub(crate) async fn first_word(
        &self,
        stored: &StoredAccount,
        token: &SecretString,
    ) -> FirstWord {
        let made = OnceLock::new();
        let asked = async {
            let server = stored.server().ok_or(TransportError::SomethingElse)?;
            let transport = self.transport_to(&stored.location).await?.of(server);
            let transport = made.get_or_init(|| transport.with_token(token.clone()));
            transport.get::<CurrentSession>("v1/session").await
        };
        let answer = {
            let mut asked = std::pin::pin!(asked);
            tokio::select! {
                answer = &mut asked => Some(answer),
                is_there = is_there(&stored.location) => if is_there {
                    tokio::time::timeout(SLOW_WORD, asked).await.ok()
                } else {
                    None
                }
            }
        };
        FirstWord {
            word: answer.and_then(|answer| word_of(&answer, stored)),
            transport: made.into_inner(),
        }
    }

    /// Shows the account and starts its sync.
    fn start(&self, account: &Arc<Account>, engine: Engine, commands: mpsc::Receiver<Command>) {
        let driver = Driver::new(Weak::clone(&self.me), Arc::clone(account), engine);
        tokio::spawn(driver.run(commands));
        self.set_phase(Phase::SignedIn(Arc::clone(account)));
    }

    /// Makes a new session this device's own. When that fails, the session is ended again.
    pub(crate) async fn begin_session(
        self: &Arc<Self>,
        location: Location,
        server: KnownServer,
        login: String,
        signed_in: SignedIn,
        device_key: SigningKey,
        stays: bool,
    ) -> Result<(), Failure> {
        let stored = StoredAccount {
            location,
            server_id: server.id,
            server_key: Some(server.key),
            account_id: signed_in.account_id,
            session_id: signed_in.session_id,
            begun_with: None,
            login,
            stays,
        };
        if let Some(parked) = self.parked() {
            let gone_on = self
                .go_on_with_parked(&parked, stored.clone(), signed_in, device_key.clone())
                .await;
            if gone_on.is_err() {
                // The new session alone: what waits here stays.
                self.destroy(&stored, Some(&device_key)).await;
            }
            return gone_on;
        }
        if let Some(app) = self.siblings.upgrade()
            && app
                .has_beside(self.id(), (stored.server_id, stored.account_id))
                .await
        {
            self.destroy(&stored, Some(&device_key)).await;
            return Err(FailureCode::AlreadyHere.into());
        }
        let secrets = AccountSecrets::new(SecretString::from(signed_in.token));
        match self.keep(&stored, &secrets).await {
            Ok(cache) => {
                let loaded = Loaded {
                    session_id: stored.session_id,
                    position: Position::default(),
                    outbox: Vec::new(),
                    damaged: false,
                };
                let (account, engine, commands) =
                    self.assemble(stored, secrets, cache, loaded, None);
                let _ = account.device_key.set(device_key);
                self.start(&account, engine, commands);
                Ok(())
            }
            Err(failure) => {
                self.destroy(&stored, Some(&device_key)).await;
                Err(failure)
            }
        }
    }

    /// First the note of what is to be destroyed, then the key, then the empty copy, then the note that there is one: a
    /// crash in between leaves nothing that is not destroyed at the next start, and the session is ended with it.
    async fn keep(
        &self,
        stored: &StoredAccount,
        secrets: &AccountSecrets,
    ) -> Result<Cache, Failure> {
        let folder = self
            .installation
            .folder
            .as_ref()
            .map_err(|_| FailureCode::Internal)?;
        let begun = stored.clone();
        self.update_settings(move |settings| settings.unfinished.push(begun))
            .await?;
        if stored.stays {
            secrets
                .save(&self.installation.secrets, &stored.entry(self.id()))
                .await
                .inspect_err(|problem| {
                    tracing::warn!(?problem, "the keyring does not keep a session's secrets");
                })?;
        }
        let path = stored.file(folder.accounts());
        let cache = Cache::create(&path, &secrets.cache_key, &stored.seal_name())
            .await
            .map_err(|error| error.code())?;
        let account = stored.stays.then(|| stored.clone());
        let (login, session_id) = (stored.login.clone(), stored.session_id);
        self.update_settings(move |settings| {
            settings
                .unfinished
                .retain(|begun| begun.session_id != session_id);
            settings.account = account;
            settings.login = Some(login);
            settings.ended = None;
        })
        .await?;
        Ok(cache)
    }

    fn assemble(
        &self,
        stored: StoredAccount,
        secrets: AccountSecrets,
        cache: Cache,
        loaded: Loaded,
        damage: Option<DamageView>,
    ) -> (Arc<Account>, Engine, mpsc::Receiver<Command>) {
        let (cursor, head) = (loaded.position.cursor, loaded.position.head.clone());
        let engine = Engine::new(loaded);
        let snapshot = Snapshot::of(&engine);
        let (commands, received) = mpsc::channel(COMMANDS);
        let stop = self.stop.child_token();
        let account = Account::new(stored, secrets, cache, commands, snapshot, stop);
        account.cursor.send_replace(cursor);
        account.set_head(head);
        account.set_damage(damage);
        account.publish(Snapshot::of(&engine));
        (Arc::new(account), engine, received)
    }
}

/// What a server says of a session at first.
pub(crate) struct FirstWord {
    /// Whether the session is live or over; `None` without a proven response in time.
    pub(crate) word: Option<Result<(), SessionOver>>,
    /// What it was asked through, for further use: it takes time to make, and has an open connection.
    transport: Option<Transport>,
}

/// What an answer says of the session of an account: that it is live, or over; `None` when it says nothing of that one. After
/// a crash the keyring can hold the token of a newer session, which is to be ended.
fn word_of(
    answer: &Result<CurrentSession, TransportError>,
    stored: &StoredAccount,
) -> Option<Result<(), SessionOver>> {
    match answer {
        Ok(session) => (session.session_id == stored.session_id).then_some(Ok(())),
        Err(error) => session_over(error, stored).map(Err),
    }
}

/// Walks the whole local copy, once the first content had time to be drawn.
fn verify(account: &Arc<Account>) {
    let account = Arc::downgrade(account);
    tokio::spawn(async move {
        tokio::time::sleep(VERIFY_AFTER).await;
        if let Some(account) = account.upgrade() {
            account.verify().await;
        }
    });
}

/// How often a keyring that was not there or was locked is asked for. It shows no prompt while it is.
const KEYRING_THERE: Duration = Duration::from_secs(5);

/// A keyring that was not there when the program started, as at a login that starts everything at once, may come later,
/// and one whose prompt was dismissed may be unlocked in another way.
async fn try_again_when_it_is_there(client: Weak<Client>) {
    let problem_in = |phase: &Phase| match phase {
        Phase::WaitingForKeyring(problem @ (KeyringProblem::Absent | KeyringProblem::Locked)) => {
            Some(*problem)
        }
        _ => None,
    };
    let Some(mut phase) = client.upgrade().map(|client| client.phase.subscribe()) else {
        return;
    };
    loop {
        let waits = phase
            .wait_for(|phase| problem_in(phase).is_some())
            .await
            .map(drop);
        if waits.is_err() {
            return;
        }
        tokio::time::sleep(KEYRING_THERE).await;
        let Some(client) = client.upgrade() else {
            return;
        };
        let Some(problem) = problem_in(&client.phase.borrow()) else {
            continue;
        };
        if problem == KeyringProblem::Locked && client.installation.secrets.is_locked().await {
            continue;
        }
        if let Err(failure) = client.retry_keyring().await {
            tracing::debug!(%failure, "the keyring is still not there");
        }
    }
}

/// Tries again each time that the keyring has granted something late.
async fn try_again_when_it_answers(client: Weak<Client>, mut answers: watch::Receiver<u64>) {
    while answers.changed().await.is_ok() {
        let Some(client) = client.upgrade() else {
            return;
        };
        if let Err(failure) = client.retry_keyring().await {
            tracing::warn!(%failure, "the keyring answered late and in vain");
        }
        client
            .installation
            .keyring_refused
            .store(false, Ordering::SeqCst);
        client.receipt_waits.notify_one();
    }
}

/// Whether the server can be reached although it has not answered yet; takes no longer than [`FIRST_WORD`]. Looks only
/// after half of it: mostly, the answer is there by then.
async fn is_there(location: &Location) -> bool {
    let end = Instant::now() + FIRST_WORD;
    tokio::time::sleep(FIRST_WORD / 2).await;
    let Location::At(address) = location else {
        return true;
    };
    if let (Some(host), Some(port)) = (address.host_str(), address.port_or_known_default()) {
        let connected = TcpStream::connect(format!("{host}:{port}"));
        if let Ok(Ok(_)) = tokio::time::timeout_at(end, connected).await {
            return true;
        }
    }
    tokio::time::sleep_until(end).await;
    false
}

pub(crate) fn folder_problem(error: &CacheError) -> FolderProblem {
    match error {
        CacheError::Full => FolderProblem::Full,
        CacheError::ReadOnly => FolderProblem::ReadOnly,
        CacheError::Damaged(_) | CacheError::Failed(_) => FolderProblem::Broken,
    }
}

/// Tells the driver when the answer to a request outside of sync says that the session is over. `tokens` is
/// [`Account::tokens`] from before the request: an answer about an older token says nothing about the session.
pub(crate) async fn heed(account: &Account, error: TransportError, tokens: u64) -> Failure {
    if matches!(error, TransportError::Unanswered) {
        // What is shown says by itself whether it was done.
        let _ = account.commands.try_send(Command::SyncNow);
    }
    let over = session_over(&error, &account.stored);
    if let Some(over) = over.filter(|_| tokens == account.tokens()) {
        // In vain when the driver has ended, which is what it is told.
        let _ = account.commands.send(Command::Over(over)).await;
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use latchkey_protocol::identifiers::{AccountId, ServerId, SessionId};
    use latchkey_protocol::time::Timestamp;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_session_other_than_the_one_asked_for_is_not_taken_for_it() {
        let account_id = AccountId(Uuid::nil());
        let stored = StoredAccount {
            location: Location::ThisComputer,
            server_id: ServerId(Uuid::nil()),
            server_key: None,
            account_id,
            session_id: SessionId(Uuid::from_u128(1)),
            begun_with: None,
            login: "anna".to_owned(),
            stays: true,
        };
        for (session, live) in [(1, true), (2, false)] {
            let found = CurrentSession {
                session_id: SessionId(Uuid::from_u128(session)),
                account_id,
                expires_at: Timestamp(0),
                revision: 1,
            };
            let word = word_of(&Ok(found), &stored);
            assert_eq!(matches!(word, Some(Ok(()))), live, "{word:?}");
            assert_eq!(word.is_none(), !live, "it says nothing of this one");
        }
    }
}
