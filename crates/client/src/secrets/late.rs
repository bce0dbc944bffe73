//! What a keyring answered after nobody waited for it any more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use zeroize::Zeroizing;

/// Up to here, a keyring that answers late is slow; beyond, it waited for the person.
const SLOW: Duration = Duration::from_secs(10);

/// Answers that came too late, for the next caller: asking a keyring that is always late again would never end.
#[derive(Default)]
pub(super) struct LateAnswers {
    /// Told of each.
    pub(super) announced: Notify,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    answers: HashMap<String, Option<Zeroizing<Vec<u8>>>>,
    /// Counts what was written: an answer from before a write is none.
    writes: u64,
    patience: Duration,
}

/// When something was asked, in writes.
#[derive(Clone, Copy)]
pub(super) struct Asked(u64);

impl LateAnswers {
    /// The late answer about `name`, which is then no more; else when it is asked now.
    pub(super) fn take(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Asked> {
        let mut kept = self.lock();
        let asked = Asked(kept.writes);
        kept.answers.remove(name).ok_or(asked)
    }

    /// Keeps an answer, unless something was written since it was asked for.
    pub(super) fn keep(&self, name: String, asked: Asked, answer: Option<Zeroizing<Vec<u8>>>) {
        let mut kept = self.lock();
        if kept.writes == asked.0 {
            kept.answers.insert(name, answer);
        }
    }

    /// Something is about to be written under `name`.
    pub(super) fn forget(&self, name: &str) {
        let mut kept = self.lock();
        kept.writes += 1;
        kept.answers.remove(name);
    }

    /// How long to wait for the keyring, as far as known.
    pub(super) fn patience(&self) -> Duration {
        self.lock().patience
    }

    /// Notes how long it took to be right.
    pub(super) fn learn(&self, took: Duration) {
        if took <= SLOW {
            let mut kept = self.lock();
            kept.patience = kept.patience.max(2 * took);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
