//! The end of a session on this device: everything of it is destroyed, and the device says so under its key.
//!
//! The order makes a crash harmless. First it is noted that the account is to be destroyed; from then on it is not
//! opened any more, and the next start finishes what was begun. Then the file and the keyring entry go. Only when both
//! are gone is the receipt signed.

use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_protocol::sessions::{EndedNotice, EndedReason, Receipt};

use crate::account::Account;
use crate::cache::destroy_files;
use crate::client::{Client, Phase};
use crate::secrets::known_device_key;
use crate::settings::{EndedSession, StoredAccount, WaitingReceipt};
use crate::stage::EndedView;

/// How long closing waits for a receipt to be delivered. It is delivered at the next start otherwise.
const LAST_WORD: Duration = Duration::from_secs(2);

impl Client {
    /// Another device, or time, has ended the session. `ended` is `None` when the server does not know it at all.
    pub(crate) async fn ended_from_elsewhere(
        &self,
        account: &Arc<Account>,
        ended: Option<EndedNotice>,
        lost_changes: u32,
    ) {
        let view = EndedView {
            at: ended
                .as_ref()
                .map_or_else(|| self.now(), |notice| notice.at),
            reason: ended
                .as_ref()
                .map_or(EndedReason::Expired, |notice| notice.reason),
            by_device_name: ended.and_then(|notice| notice.by_device_name),
            lost_changes,
            receipt_delivered: false,
        };
        self.end(account, Some(view)).await;
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
        let noted = stored.clone();
        let note = self.update_settings(move |settings| {
            settings.account = None;
            settings.last_looked_at.remove(&noted.account_id);
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
        account.stop.cancel();
        if let Some(cache) = account.store.write().await.take() {
            cache.close().await;
        }
        self.destroy(&stored, account.device_key.get()).await;
        self.set_phase(Phase::SignedOut);
    }

    /// Destroys what is left of a session and signs that it is gone. What can't be destroyed now is tried again at the
    /// next start, and until then there is no receipt.
    pub(crate) async fn destroy(&self, stored: &StoredAccount, device_key: Option<&SigningKey>) {
        let Some(folder) = &self.folder else {
            return;
        };
        let installation = self.settings().installation;
        let file = destroy_files(&stored.file(folder.accounts()))
            .and_then(|()| destroy_files(&stored.file_rebuilt(folder.accounts())));
        if let Err(error) = &file {
            tracing::error!(%error, "a local copy can't be deleted");
        }
        let entry = if stored.stays {
            self.secrets.delete(&stored.entry(installation)).await
        } else {
            Ok(())
        };
        if let Err(problem) = &entry {
            tracing::warn!(?problem, "a key can't be deleted from the keyring");
        }
        let gone = file.is_ok() && entry.is_ok();
        let key = match device_key {
            Some(key) => Ok(Some(key.clone())),
            None => known_device_key(&self.secrets, installation).await,
        };
        let (true, Ok(key)) = (gone, key) else {
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
        self.receipt_waits.notify_one();
    }

    /// Destroys what an earlier run could not.
    pub(crate) async fn finish_what_was_begun(&self) {
        for stored in self.settings().unfinished {
            self.destroy(&stored, None).await;
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
            while !self.settings().receipts.is_empty() {
                if topics.recv().await.is_err() {
                    return;
                }
            }
        };
        // In vain without a network: it waits in the settings.
        let _ = tokio::time::timeout(LAST_WORD, delivered).await;
    }
}
