//! What must not stand on the disk: the key of the local database, the session's token, the device's private key.
//!
//! They live in the system's keyring, which may be locked, absent, or never answer. Every call is therefore made on a
//! thread of its own and given [`PATIENCE`]; the caller learns what the problem is as a [`KeyringProblem`]. An answer
//! that comes after that is kept for the next caller, and a keyring that is known to be slow is given more time. For a
//! person who has just asked for something, it is waited for as long as it shows them its prompt.

mod account_secrets;
mod late;
mod memory;
#[cfg(any(target_os = "macos", windows))]
mod platform;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, oneshot, watch};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

pub(crate) use account_secrets::{
    AccountSecrets, delete_device_key, device_key, known_device_key, temporary_device_key,
};
use late::LateAnswers;
pub use memory::MemorySecretStore;
#[cfg(any(target_os = "macos", windows))]
pub use platform::PlatformSecretStore;
#[cfg(all(unix, not(target_os = "macos")))]
pub use secret_service::SecretServiceStore as PlatformSecretStore;

use crate::stage::KeyringProblem;

/// What entries are called in the keyring.
const SERVICE: &str = "Latchkey";

/// How long a keyring may take to answer.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// How many times as long a secret may take to be stored.
const STORING: u32 = 5;

/// How many calls may be under way at the same time; further ones wait for their turn within their patience. Each holds a
/// thread for as long as the keyring is silent.
const UNDER_WAY_MAXIMUM: usize = 4;

/// Why a secret could not be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The keyring is locked and was not unlocked.
    #[error("the keyring is locked")]
    Locked,
    /// There is no keyring, or it failed in some other way; the log says how.
    #[error("there is no keyring that works")]
    Absent,
}

/// A place for secrets, by name. Calls may block for as long as they like; they are never made on an async thread.
pub trait SecretStore: Send + Sync + 'static {
    /// The secret of this name; `None` when there is none.
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError>;

    /// Writes the secret of this name, over what was there.
    fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretError>;

    /// Deletes the secret of this name. That there is none is a success.
    fn delete(&self, name: &str) -> Result<(), SecretError>;

    /// Whether the store is locked, without asking the person to unlock it. `false` where that can't be known.
    fn is_locked(&self) -> bool {
        false
    }

    /// Whether the store shows the person a prompt of its own and waits for the answer. `None` where that can't be
    /// known.
    fn prompting(&self) -> Option<watch::Receiver<bool>> {
        None
    }
}

/// How long an answer is waited for.
#[derive(Clone, Copy)]
enum Limit {
    /// This long.
    Patience(Duration),
    /// This long, and as long as the person has a prompt to answer, and this long again.
    Prompt(Duration),
}

impl Limit {
    fn at_least(self, least: Duration) -> Self {
        match self {
            Self::Patience(patience) => Self::Patience(patience.max(least)),
            Self::Prompt(patience) => Self::Prompt(patience.max(least)),
        }
    }
}

/// A [`SecretStore`] as async code uses it: off the async threads and within [`PATIENCE`].
#[derive(Clone)]
pub(crate) struct Secrets {
    store: Arc<dyn SecretStore>,
    patience: Duration,
    under_way: Arc<Semaphore>,
    late: Arc<LateAnswers>,
    /// Cancelled when the program ends.
    given_up: CancellationToken,
}

impl Secrets {
    pub(crate) fn new(store: Arc<dyn SecretStore>, patience: Duration) -> Self {
        Self {
            store,
            patience,
            under_way: Arc::new(Semaphore::new(UNDER_WAY_MAXIMUM)),
            late: Arc::default(),
            given_up: CancellationToken::new(),
        }
    }

    /// Waits for no prompt any more: the program ends.
    pub(crate) fn give_up(&self) {
        self.given_up.cancel();
    }

    /// Whether the keyring shows a prompt, where that can be known.
    pub(crate) fn prompting(&self) -> Option<watch::Receiver<bool>> {
        self.store.prompting()
    }

    /// Resolves when a call that had not answered in time has been granted after all, so that another try makes sense.
    /// One that was refused late says nothing: another try would only ask the person again.
    pub(crate) async fn answered_late(&self) {
        self.late.announced.notified().await;
    }

    /// The secret of this name, if the keyring gives it out in time.
    pub(crate) async fn get(
        &self,
        name: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringProblem> {
        self.get_within(Limit::Patience(self.patience), name).await
    }

    /// Reads a secret for a person who waits for it: waits for as long as the keyring shows its prompt.
    pub(crate) async fn get_or_prompt(
        &self,
        name: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringProblem> {
        self.get_within(Limit::Prompt(self.patience), name).await
    }

    async fn get_within(
        &self,
        limit: Limit,
        name: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringProblem> {
        let asked = match self.late.take(name) {
            Ok(answer) => return Ok(answer),
            Err(asked) => asked,
        };
        let (late, name) = (Arc::clone(&self.late), name.to_owned());
        let asked_for = name.clone();
        self.call(
            limit,
            move |store| store.get(&asked_for),
            move |answer| late.keep(name, asked, answer),
        )
        .await
    }

    pub(crate) async fn set(
        &self,
        name: &str,
        secret: Zeroizing<Vec<u8>>,
    ) -> Result<(), KeyringProblem> {
        self.late.forget(name);
        let name = name.to_owned();
        // The person has just signed in, and may be asked to unlock it: given up, the sign-in is lost.
        let limit = Limit::Prompt(STORING * self.patience);
        self.call(limit, move |store| store.set(&name, &secret), |()| {})
            .await
    }

    pub(crate) async fn delete(&self, name: &str) -> Result<(), KeyringProblem> {
        self.late.forget(name);
        let name = name.to_owned();
        let limit = Limit::Patience(self.patience);
        self.call(limit, move |store| store.delete(&name), |()| {})
            .await
    }

    async fn call<T: Send + 'static>(
        &self,
        limit: Limit,
        work: impl FnOnce(&dyn SecretStore) -> Result<T, SecretError> + Send + 'static,
        keep: impl FnOnce(T) + Send + 'static,
    ) -> Result<T, KeyringProblem> {
        let late = Arc::clone(&self.late);
        let granted = move |late_answer: Result<T, SecretError>, took: Duration| {
            if let Ok(answer) = late_answer {
                late.learn(took);
                keep(answer);
                late.announced.notify_one();
            }
        };
        let limit = limit.at_least(self.late.patience());
        if let Some(answer) = self.bounded(limit, work, granted).await {
            return answer.map_err(|error| match error {
                SecretError::Locked => KeyringProblem::Locked,
                SecretError::Absent => KeyringProblem::Absent,
            });
        }
        Err(if self.is_locked().await {
            KeyringProblem::Locked
        } else {
            KeyringProblem::Silent
        })
    }

    /// Whether the keyring is known to be locked. Asks the person nothing.
    pub(crate) async fn is_locked(&self) -> bool {
        let limit = Limit::Patience(self.patience / 4);
        let locked = self
            .bounded(limit, |store| Ok(store.is_locked()), |_, _| {})
            .await;
        matches!(locked, Some(Ok(true)))
    }

    /// `None` when there was no answer within `limit`; `late` is given the one that comes after that, and how long it
    /// took.
    async fn bounded<T: Send + 'static>(
        &self,
        limit: Limit,
        work: impl FnOnce(&dyn SecretStore) -> Result<T, SecretError> + Send + 'static,
        late: impl FnOnce(Result<T, SecretError>, Duration) + Send + 'static,
    ) -> Option<Result<T, SecretError>> {
        let (Limit::Patience(patience) | Limit::Prompt(patience)) = limit;
        let turn = Arc::clone(&self.under_way).acquire_owned();
        let turn = tokio::time::timeout(patience, turn).await.ok()?;
        let (answer, answered) = oneshot::channel();
        let store = Arc::clone(&self.store);
        let started = std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                let _turn = turn;
                let began = Instant::now();
                let result = work(store.as_ref());
                if let Err(result) = answer.send(result) {
                    late(result, began.elapsed());
                }
            });
        if let Err(error) = started {
            tracing::error!(%error, "no thread for the keyring");
            return Some(Err(SecretError::Absent));
        }
        let answer = self.wait(limit, answered).await?;
        // The thread ended without an answer where the store panicked.
        Some(answer.unwrap_or(Err(SecretError::Absent)))
    }

    /// `None` once `limit` is over.
    async fn wait<T>(
        &self,
        limit: Limit,
        mut answered: oneshot::Receiver<T>,
    ) -> Option<Result<T, oneshot::error::RecvError>> {
        let (Limit::Patience(patience) | Limit::Prompt(patience)) = limit;
        let mut prompting = self.store.prompting();
        loop {
            if let Ok(answer) = tokio::time::timeout(patience, &mut answered).await {
                return Some(answer);
            }
            let prompting = prompting
                .as_mut()
                .filter(|prompting| matches!(limit, Limit::Prompt(_)) && *prompting.borrow())?;
            tracing::info!("the keyring asks the person, and is waited for");
            tokio::select! {
                answer = &mut answered => return Some(answer),
                () = self.given_up.cancelled() => return None,
                // What was prompted for may take its time too.
                _ = prompting.wait_for(|prompting| !prompting) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use super::*;

    /// Answers only once it is let.
    #[derive(Default)]
    struct Blocked {
        open: Mutex<bool>,
        changed: Condvar,
        locked: bool,
        refuses: bool,
        prompting: watch::Sender<bool>,
    }

    impl Blocked {
        /// A keyring that shows a prompt.
        fn prompting() -> Arc<Self> {
            let store = Self::default();
            store.prompting.send_replace(true);
            Arc::new(store)
        }

        fn wait(&self) {
            let mut open = self.open.lock().unwrap();
            while !*open {
                open = self.changed.wait(open).unwrap();
            }
        }

        fn let_go(&self) {
            *self.open.lock().unwrap() = true;
            self.changed.notify_all();
            self.prompting.send_replace(false);
        }
    }

    impl SecretStore for Blocked {
        fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
            self.wait();
            if self.refuses {
                return Err(SecretError::Locked);
            }
            Ok(Some(Zeroizing::new(b"secret".to_vec())))
        }

        fn set(&self, _: &str, _: &[u8]) -> Result<(), SecretError> {
            self.wait();
            Ok(())
        }

        fn delete(&self, _: &str) -> Result<(), SecretError> {
            self.wait();
            Ok(())
        }

        fn is_locked(&self) -> bool {
            self.locked
        }

        fn prompting(&self) -> Option<watch::Receiver<bool>> {
            Some(self.prompting.subscribe())
        }
    }

    const SHORT: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn a_keyring_that_never_answers_is_silent_and_holds_few_threads() {
        let store = Arc::new(Blocked::default());
        let secrets = Secrets::new(Arc::clone(&store) as Arc<dyn SecretStore>, SHORT);
        for _ in 0..20 {
            assert_eq!(secrets.get("x").await, Err(KeyringProblem::Silent));
        }
        assert_eq!(secrets.under_way.available_permits(), 0);
        store.let_go();
        tokio::time::timeout(Duration::from_secs(10), secrets.answered_late())
            .await
            .expect("the late answer is announced");
    }

    #[tokio::test]
    async fn a_keyring_that_waits_for_the_person_is_locked() {
        let store = Arc::new(Blocked {
            locked: true,
            ..Blocked::default()
        });
        let secrets = Secrets::new(Arc::clone(&store) as Arc<dyn SecretStore>, SHORT);
        assert_eq!(
            secrets.set("x", Zeroizing::new(vec![1])).await,
            Err(KeyringProblem::Locked)
        );
        store.let_go();
    }

    #[tokio::test]
    async fn a_person_who_waits_has_all_the_time_that_a_prompt_takes() {
        let store = Blocked::prompting();
        let secrets = Secrets::new(Arc::clone(&store) as Arc<dyn SecretStore>, SHORT);
        let waiting = secrets.clone();
        let mut set = tokio::spawn(async move { waiting.set("x", Zeroizing::new(vec![1])).await });
        // Long after the time that it may take without a prompt.
        tokio::time::timeout(3 * STORING * SHORT, &mut set)
            .await
            .expect_err("it waits");
        // Nobody waits for what only the start of the program asks for.
        assert_eq!(secrets.get("x").await, Err(KeyringProblem::Silent));
        store.let_go();
        set.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn no_prompt_keeps_the_program_from_its_end() {
        let store = Blocked::prompting();
        let secrets = Secrets::new(Arc::clone(&store) as Arc<dyn SecretStore>, SHORT);
        let waiting = secrets.clone();
        let get = tokio::spawn(async move { waiting.get_or_prompt("x").await });
        tokio::time::sleep(2 * SHORT).await;
        secrets.give_up();
        let answer = tokio::time::timeout(Duration::from_secs(10), get);
        let answer = answer.await.expect("it ends at once").unwrap();
        assert_eq!(answer, Err(KeyringProblem::Silent));
        store.let_go();
    }

    #[tokio::test]
    async fn a_prompt_that_closes_without_an_answer_ends_the_wait() {
        let store = Blocked::prompting();
        let secrets = Secrets::new(Arc::clone(&store) as Arc<dyn SecretStore>, SHORT);
        let waiting = secrets.clone();
        let get = tokio::spawn(async move { waiting.get_or_prompt("x").await });
        tokio::time::sleep(2 * SHORT).await;
        store.prompting.send_replace(false);
        assert_eq!(get.await.unwrap(), Err(KeyringProblem::Silent));
        store.let_go();
    }

    #[tokio::test]
    async fn a_prompt_that_is_dismissed_late_is_no_reason_to_ask_again() {
        let store = Arc::new(Blocked {
            refuses: true,
            ..Blocked::default()
        });
        let secrets = Secrets::new(Arc::clone(&store) as Arc<dyn SecretStore>, SHORT);
        assert_eq!(secrets.get("x").await, Err(KeyringProblem::Silent));
        store.let_go();
        while secrets.under_way.available_permits() < UNDER_WAY_MAXIMUM {
            tokio::task::yield_now().await;
        }
        tokio::time::timeout(10 * SHORT, secrets.answered_late())
            .await
            .expect_err("nothing is announced");
    }

    /// Always takes longer than it is given at first.
    struct Slow(MemorySecretStore);

    impl Slow {
        fn take_time() {
            // What a slow keyring is, not a wait for something to happen.
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    impl SecretStore for Slow {
        fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
            Self::take_time();
            self.0.get(name)
        }
        fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretError> {
            Self::take_time();
            self.0.set(name, secret)
        }
        fn delete(&self, name: &str) -> Result<(), SecretError> {
            Self::take_time();
            self.0.delete(name)
        }
    }

    async fn late(secrets: &Secrets) {
        tokio::time::timeout(Duration::from_secs(10), secrets.answered_late())
            .await
            .expect("the late answer is announced");
    }

    #[tokio::test]
    async fn the_late_answer_of_a_slow_keyring_is_the_answer() {
        let store = MemorySecretStore::default();
        store.set("x", b"secret").unwrap();
        let patience = Duration::from_millis(150);
        let secrets = Secrets::new(Arc::new(Slow(store)), patience);
        assert_eq!(secrets.get("x").await, Err(KeyringProblem::Silent));
        late(&secrets).await;
        let began = Instant::now();
        let answer = secrets.get("x").await.unwrap();
        assert_eq!(answer.unwrap().as_slice(), b"secret");
        assert!(began.elapsed() < patience, "it was asked again");
        // From now on it is known to be slow.
        secrets.set("y", Zeroizing::new(vec![1])).await.unwrap();
        assert!(secrets.get("y").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_late_answer_is_none_once_something_else_was_written() {
        let store = Arc::new(Blocked::default());
        let secrets = Secrets::new(Arc::clone(&store) as Arc<dyn SecretStore>, SHORT);
        assert_eq!(secrets.get("x").await, Err(KeyringProblem::Silent));
        assert_eq!(secrets.delete("x").await, Err(KeyringProblem::Silent));
        store.let_go();
        while secrets.under_way.available_permits() < UNDER_WAY_MAXIMUM {
            tokio::task::yield_now().await;
        }
        assert!(secrets.late.take("x").is_err());
    }

    #[tokio::test]
    async fn a_store_that_panics_is_absent() {
        struct Panics;
        impl SecretStore for Panics {
            fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
                panic!("as a store should not")
            }
            fn set(&self, _: &str, _: &[u8]) -> Result<(), SecretError> {
                Ok(())
            }
            fn delete(&self, _: &str) -> Result<(), SecretError> {
                Ok(())
            }
        }
        let secrets = Secrets::new(Arc::new(Panics), PATIENCE);
        for _ in 0..2 * UNDER_WAY_MAXIMUM {
            assert_eq!(secrets.get("x").await, Err(KeyringProblem::Absent));
        }
    }
}
