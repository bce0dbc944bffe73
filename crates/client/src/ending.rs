//! The end of a session on this device: everything of it is destroyed, and the device says so under its key.
//!
//! The order makes a crash harmless. First a note says that the account will be deleted; from then on it is not
//! opened any more, and the next start finishes what was begun. Then the file and the keyring entry go. Only when both
//! are gone is the receipt signed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_protocol::sessions::{EndedNotice, Receipt};

use crate::account::Account;
use crate::cache::destroy_files;
use crate::client::{Client, Phase};
use crate::secrets::known_device_key;
use crate::settings::{EndedSession, StoredAccount, WaitingReceipt};
use crate::stage::{EndedView, KeyringProblem};

/// How long closing waits for a receipt to be delivered. It is delivered at the next start otherwise.
const LAST_WORD: Duration = Duration::from_secs(2);

impl Client {
    /// Another device, or time, has ended the session, by the server's proven word.
    pub(crate) async fn ended_from_elsewhere(
        &self,
        account: &Arc<Account>,
        ended: EndedNotice,
        lost_changes: u32,
    ) {
        self.end(account, Some(EndedView::of(ended, lost_changes)))
            .await;
    }

    /// The person signs out here: as above, and nothing to be told about.
    pub(crate) async fn end_here(&self, account: &Arc<Account>) {
        self.end(account, None).await;
    }

    async fn end(&self, account: &Arc<Account>, view: Option<EndedView>) {
        if !account.begin_ending() {
            // Somebody else is at it; wait until they are through.
            let mut phase = self.phase.subscribe();
            let _ = phase
                .wait_for(|phase| !matches!(phase, Phase::SignedIn(_)))
                .await;
            return;
        }
        let stored = account.stored.clone();
        self.note_end(&stored, view).await;
        account.stop.cancel();
        if let Some(cache) = account.store.write().await.take() {
            cache.close().await;
        }
        self.destroy(&stored, account.device_key.get()).await;
        self.set_phase(Phase::SignedOut);
    }

    /// Notes that an account will be deleted, and what to tell the person about it.
    pub(crate) async fn note_end(&self, stored: &StoredAccount, view: Option<EndedView>) {
        let noted = stored.clone();
        let note = self.update_settings(move |settings| {
            settings.account = None;
            settings.parked = None;
            settings.ended = view.map(|view| EndedSession {
                session_id: noted.session_id,
                view,
            });
            settings.unfinished.push(noted);
        });
        if let Err(failure) = note.await {
            // Goes on: destroying comes first. Without the note, the next start finds an account without a key.
            tracing::error!(%failure, "the end of a session can't be noted");
        }
    }

    /// Destroys what is left of a session and signs that it is gone. What can't be destroyed now is tried again, while
    /// the program runs and at its next start, and until then there is no receipt.
    pub(crate) async fn destroy(&self, stored: &StoredAccount, device_key: Option<&SigningKey>) {
        self.try_to_destroy(stored, device_key).await;
        self.receipt_waits.notify_one();
    }

    async fn try_to_destroy(&self, stored: &StoredAccount, device_key: Option<&SigningKey>) {
        let Ok(folder) = &self.installation.folder else {
            return;
        };
        let file = destroy_files(&stored.file(folder.accounts()))
            .and_then(|()| destroy_files(&stored.file_rebuilt(folder.accounts())));
        if let Err(error) = &file {
            tracing::error!(%error, "a local copy can't be deleted");
        }
        let entry = if stored.stays {
            self.installation
                .secrets
                .delete(&stored.entry(self.id()))
                .await
        } else {
            Ok(())
        };
        if let Err(problem) = &entry {
            tracing::warn!(?problem, "a key can't be deleted from the keyring");
        }
        let key = match device_key {
            _ if file.is_err() => Ok(None),
            Some(key) => entry.map(|()| Some(key.clone())),
            None => match entry {
                Ok(()) => known_device_key(&self.installation.secrets, self.id()).await,
                Err(problem) => Err(problem),
            },
        };
        let refused = [entry.err(), key.as_ref().err().copied()]
            .iter()
            .any(|problem| {
                matches!(
                    problem,
                    Some(KeyringProblem::Locked | KeyringProblem::Silent)
                )
            });
        self.installation
            .keyring_refused
            .store(refused, Ordering::SeqCst);
        let (Ok(()), Ok(key)) = (file, key) else {
            let again = stored.clone();
            let noted = self.update_settings(move |settings| {
                settings.account.take_if(|account| *account == again);
                if !settings.unfinished.contains(&again) {
                    settings.unfinished.push(again);
                }
            });
            if let Err(failure) = noted.await {
                tracing::error!(%failure, "what is left to destroy can't be noted");
            }
            return;
        };
        // Without the key nobody can say it; the list on other devices stays at "not reached".
        let receipt = key.map(|key| WaitingReceipt {
            location: stored.location.clone(),
            server: stored.server(),
            receipt: Receipt::sign(&key, stored.server_id, stored.session_id, self.now()),
        });
        let done = stored.session_id;
        let noted = self.update_settings(move |settings| {
            settings
                .unfinished
                .retain(|stored| stored.session_id != done);
            settings.receipts.extend(receipt);
            // A sign-in that failed half-way has left its account there.
            settings
                .account
                .take_if(|account| account.session_id == done);
        });
        if let Err(failure) = noted.await {
            // It is in memory, and delivered from there.
            tracing::error!(%failure, "a receipt can't be noted");
        }
    }

    /// Destroys what could not be destroyed before, in this run or an earlier one. Says whether nothing is left.
    pub(crate) async fn finish_what_was_begun(&self) -> bool {
        for stored in self.settings().unfinished {
            self.finish(&stored).await;
        }
        self.settings().unfinished.is_empty()
    }

    async fn finish(&self, stored: &StoredAccount) {
        // Whoever signs in or out just now has it in hand.
        let Ok(_changing) = self.changing.try_lock() else {
            return;
        };
        let in_hand = match &*self.phase.borrow() {
            Phase::Opening => true,
            Phase::SignedIn(account) => account.stored.session_id == stored.session_id,
            _ => false,
        };
        if in_hand || !self.settings().unfinished.contains(stored) {
            return;
        }
        if self.installation.secrets.is_locked().await {
            // Once it is not any more, the person has unlocked it, whatever they said before.
            self.installation
                .keyring_refused
                .store(false, Ordering::SeqCst);
        } else if !self.installation.keyring_refused.load(Ordering::SeqCst) {
            return self.try_to_destroy(stored, None).await;
        }
        // What needs no keyring goes at once; whether it is gone is asked when the rest goes too.
        if let Ok(folder) = &self.installation.folder {
            let _ = destroy_files(&stored.file(folder.accounts()));
        }
    }

    /// Closes the account with the program.
    pub(crate) async fn put_away(&self, account: &Arc<Account>) {
        if account.stored.stays {
            account.stop.cancel();
            if let Some(cache) = account.store.write().await.take() {
                cache.close().await;
            }
            return;
        }
        self.end_here(account).await;
        let delivered = async {
            let mut topics = self.subscribe();
            let is_own =
                |waiting: &WaitingReceipt| waiting.receipt.session_id == account.stored.session_id;
            while self.settings().receipts.iter().any(is_own) {
                if topics.recv().await.is_err() {
                    return;
                }
            }
        };
        // In vain without a network: it waits in the settings.
        let _ = tokio::time::timeout(LAST_WORD, delivered).await;
    }
}
