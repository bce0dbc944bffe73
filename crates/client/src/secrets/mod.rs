//! What must not stand on the disk: the key of the local database, the session's token, the device's private key.
//!
//! They live in the system's keyring, which may be locked, absent, or never answer. Every call is therefore made on a
//! thread of its own and given [`PATIENCE`]; whoever waits learns what the trouble is as a [`KeyringProblem`]. An answer
//! that comes after that is kept for whoever asks again, and a keyring that is known to be slow is given more time.

mod account_secrets;
mod late;
mod memory;
mod platform;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use zeroize::Zeroizing;

pub(crate) use account_secrets::{AccountSecrets, device_key, known_device_key};
use late::LateAnswers;
pub use memory::MemorySecretStore;
pub use platform::PlatformSecretStore;

use crate::stage::KeyringProblem;

/// How long a keyring may take to answer.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// How many times as long a secret may take to be stored.
const STORING: u32 = 5;

/// How many calls may hang at the same time before further ones are answered [`KeyringProblem::Silent`] at once: each
/// holds a thread for as long as the keyring is silent.
const HANGING_MAXIMUM: usize = 4;

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

    /// Whether the store waits for the person to unlock it; asked only after a call has not answered in time. `false`
    /// where that can't be known.
    fn is_locked(&self) -> bool {
        false
    }
}

/// A [`SecretStore`] as async code uses it: off the async threads and within [`PATIENCE`].
#[derive(Clone)]
pub(crate) struct Secrets {
    store: Arc<dyn SecretStore>,
    patience: Duration,
    hanging: Arc<AtomicUsize>,
    late: Arc<LateAnswers>,
}

impl Secrets {
    pub(crate) fn new(store: Arc<dyn SecretStore>, patience: Duration) -> Self {
        Self {
            store,
            patience,
            hanging: Arc::default(),
            late: Arc::default(),
        }
    }

    /// Resolves when a call that had not answered in time has been granted after all, so that another try makes sense.
    /// One that was refused late says nothing: another try would only ask the person again.
    pub(crate) async fn answered_late(&self) {
        self.late.announced.notified().await;
    }

    pub(crate) async fn get(
        &self,
        name: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringProblem> {
        let asked = match self.late.take(name) {
            Ok(answer) => return Ok(answer),
            Err(asked) => asked,
        };
        let (late, name) = (Arc::clone(&self.late), name.to_owned());
        let asked_for = name.clone();
        self.call(
            self.patience,
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
        let patience = STORING * self.patience;
        self.call(patience, move |store| store.set(&name, &secret), |()| {})
            .await
    }

    pub(crate) async fn delete(&self, name: &str) -> Result<(), KeyringProblem> {
        self.late.forget(name);
        let name = name.to_owned();
        self.call(self.patience, move |store| store.delete(&name), |()| {})
            .await
    }

    async fn call<T: Send + 'static>(
        &self,
        patience: Duration,
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
        let patience = patience.max(self.late.patience());
        if let Some(answer) = self.bounded(patience, work, granted).await {
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

    /// Whether the keyring is known to wait for the person. Asks them nothing.
    pub(crate) async fn is_locked(&self) -> bool {
        let locked = self
            .bounded(self.patience / 4, |store| Ok(store.is_locked()), |_, _| {})
            .await;
        matches!(locked, Some(Ok(true)))
    }

    /// `None` when there was no answer within `patience`; `late` is given the one that comes after that, and how long it
    /// took.
    async fn bounded<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce(&dyn SecretStore) -> Result<T, SecretError> + Send + 'static,
        late: impl FnOnce(Result<T, SecretError>, Duration) + Send + 'static,
    ) -> Option<Result<T, SecretError>> {
        if self.hanging.load(Ordering::SeqCst) >= HANGING_MAXIMUM {
            return None;
        }
        let (answer, answered) = oneshot::channel();
        let store = Arc::clone(&self.store);
        let hanging = Arc::clone(&self.hanging);
        hanging.fetch_add(1, Ordering::SeqCst);
        let started = std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                let began = Instant::now();
                let result = work(store.as_ref());
                hanging.fetch_sub(1, Ordering::SeqCst);
                if let Err(result) = answer.send(result) {
                    late(result, began.elapsed());
                }
            });
        if let Err(error) = started {
            self.hanging.fetch_sub(1, Ordering::SeqCst);
            tracing::error!(%error, "no thread for the keyring");
            return Some(Err(SecretError::Absent));
        }
        match tokio::time::timeout(patience, answered).await {
            Ok(Ok(result)) => Some(result),
            // The thread ended without an answer: the store panicked.
            Ok(Err(_)) => {
                self.hanging.fetch_sub(1, Ordering::SeqCst);
                Some(Err(SecretError::Absent))
            }
            Err(_) => None,
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
    }

    impl Blocked {
        fn wait(&self) {
            let mut open = self.open.lock().unwrap();
            while !*open {
                open = self.changed.wait(open).unwrap();
            }
        }

        fn let_go(&self) {
            *self.open.lock().unwrap() = true;
            self.changed.notify_all();
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
    }

    const SHORT: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn a_keyring_that_never_answers_is_silent_and_holds_few_threads() {
        let store = Arc::new(Blocked::default());
        let secrets = Secrets::new(Arc::clone(&store) as Arc<dyn SecretStore>, SHORT);
        for _ in 0..20 {
            assert_eq!(secrets.get("x").await, Err(KeyringProblem::Silent));
        }
        assert!(secrets.hanging.load(Ordering::SeqCst) <= HANGING_MAXIMUM);
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
    async fn a_prompt_that_is_dismissed_late_is_no_reason_to_ask_again() {
        let store = Arc::new(Blocked {
            refuses: true,
            ..Blocked::default()
        });
        let secrets = Secrets::new(Arc::clone(&store) as Arc<dyn SecretStore>, SHORT);
        assert_eq!(secrets.get("x").await, Err(KeyringProblem::Silent));
        store.let_go();
        while secrets.hanging.load(Ordering::SeqCst) > 0 {
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
        while secrets.hanging.load(Ordering::SeqCst) > 0 {
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
        for _ in 0..2 * HANGING_MAXIMUM {
            assert_eq!(secrets.get("x").await, Err(KeyringProblem::Absent));
        }
    }
}
