//! An account with whose session its server does not go on, without having said that it ended: the server knows no such
//! session, or went back to a backup. Its sealed copy, with the changes that wait in it, and its key stay; nothing of
//! it is shown. Signing in again goes on with it. The server does so too, once it knows the session again: whoever
//! started a wrong copy of its data will start the right one.

use std::sync::{Arc, Weak};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::{EndedReason, SignedIn};
use secrecy::SecretString;

use crate::account::Account;
use crate::client::{Client, Phase};
use crate::failure::{Failure, FailureCode};
use crate::secrets::AccountSecrets;
use crate::settings::StoredAccount;
use crate::stage::{EndedView, ParkedView};
use crate::sync::SessionOver;

/// How often the server is asked whether it knows the session again.
const ASKED_AGAIN: Duration = Duration::from_secs(15);

/// What is kept of it.
pub(crate) struct Parked {
    pub(crate) stored: StoredAccount,
    pub(crate) view: ParkedView,
    /// `None` while they are in the keyring alone.
    secrets: Option<AccountSecrets>,
    /// The key of a device that is forgotten with the program is nowhere else.
    device_key: Option<SigningKey>,
}

impl Client {
    /// Puts an account away that the server does not go on with.
    pub(crate) async fn park(self: &Arc<Self>, account: &Arc<Account>, view: ParkedView) {
        if !account.begin_ending() {
            // It is being signed out or destroyed, which is more.
            return;
        }
        tracing::warn!(?view, "the server does not go on with the session");
        if account.stored.stays {
            self.note_parked(Some(view.clone())).await;
        }
        account.stop.cancel();
        if let Some(cache) = account.store.write().await.take() {
            cache.close().await;
        }
        self.keep_parked(Parked {
            stored: account.stored.clone(),
            view,
            secrets: Some(AccountSecrets {
                cache_key: account.cache_key.clone(),
                token: account.token(),
            }),
            device_key: account.device_key.get().cloned(),
        });
    }

    /// An account that was put away in an earlier run.
    pub(crate) fn open_parked(self: &Arc<Self>, stored: StoredAccount, view: ParkedView) {
        self.keep_parked(Parked {
            stored,
            view,
            secrets: None,
            device_key: None,
        });
    }

    fn keep_parked(self: &Arc<Self>, parked: Parked) {
        let session_id = parked.stored.session_id;
        self.set_phase(Phase::Parked(Arc::new(parked)));
        let (client, stop) = (Weak::clone(&self.me), self.stop.clone());
        tokio::spawn(async move {
            stop.run_until_cancelled(Box::pin(ask_again(client, session_id)))
                .await;
        });
    }

    /// The account that is put away here.
    pub(crate) fn parked(&self) -> Option<Arc<Parked>> {
        match &*self.phase.borrow() {
            Phase::Parked(parked) => Some(Arc::clone(parked)),
            _ => None,
        }
    }

    async fn note_parked(&self, view: Option<ParkedView>) {
        let noted = self.update_settings(move |settings| settings.parked = view);
        if let Err(failure) = noted.await {
            // The next start asks the server itself.
            tracing::error!(%failure, "that an account is put away can't be noted");
        }
    }

    async fn parked_secrets(&self, parked: &Parked) -> Result<AccountSecrets, Failure> {
        if let Some(secrets) = &parked.secrets {
            return Ok(secrets.clone());
        }
        let entry = parked.stored.entry(self.id());
        AccountSecrets::load(&self.installation.secrets, &entry)
            .await
            .map_err(|problem| {
                tracing::warn!(
                    ?problem,
                    "the key of an account that is put away can't be had"
                );
                problem.into()
            })
    }

    /// Goes on with the copy that is here, in a new session of the same account.
    pub(crate) async fn go_on_with_parked(
        self: &Arc<Self>,
        parked: &Parked,
        stored: StoredAccount,
        signed_in: SignedIn,
        device_key: SigningKey,
    ) -> Result<(), Failure> {
        if stored.account_id != parked.stored.account_id {
            return Err(FailureCode::AnotherAccount.into());
        }
        let mut secrets = self.parked_secrets(parked).await?;
        // After a crash in between, the new session is ended at the next start, and the old one is still put away.
        let (begun, session_id) = (stored.clone(), stored.session_id);
        self.update_settings(move |settings| settings.unfinished.push(begun))
            .await?;
        secrets.token = SecretString::from(signed_in.token);
        let stored = StoredAccount {
            begun_with: Some(parked.stored.begun_with()),
            ..stored
        };
        let entry = stored.entry(self.id());
        if stored.stays {
            // The entry of old, with another token.
            secrets.save(&self.installation.secrets, &entry).await?;
        }
        let (account, login) = (stored.stays.then(|| stored.clone()), stored.login.clone());
        let noted = self.update_settings(move |settings| {
            settings
                .unfinished
                .retain(|begun| begun.session_id != session_id);
            settings.account = account;
            settings.parked = None;
            settings.login = Some(login);
            settings.ended = None;
        });
        if let Err(failure) = noted.await {
            // Not on the disk, so not in memory either: what waits here is still that of the account that is put away.
            let before = parked.stored.stays.then(|| parked.stored.clone());
            let view = before.as_ref().map(|_| parked.view.clone());
            let _ = self
                .update_settings(move |settings| {
                    settings.account = before;
                    settings.parked = view;
                })
                .await;
            return Err(failure);
        }
        if !stored.stays && parked.stored.stays {
            // From now on it is forgotten with the program.
            let _ = self.installation.secrets.delete(&entry).await;
        }
        self.resume(stored, secrets, Some(device_key)).await;
        Ok(())
    }

    /// Gives up the account that is put away here: destroys its copy and key, and goes to the sign-in.
    pub async fn remove_parked_account(self: &Arc<Self>) -> Result<(), Failure> {
        let _changing = self.changing.lock().await;
        if let Some(parked) = self.parked() {
            self.remove_parked(&parked, None).await;
        }
        Ok(())
    }

    pub(crate) async fn remove_parked(&self, parked: &Parked, view: Option<EndedView>) {
        self.note_end(&parked.stored, view).await;
        self.destroy(&parked.stored, parked.device_key.as_ref())
            .await;
        self.set_phase(Phase::SignedOut);
    }

    /// What the server says of the session now. False once it need not be asked any more.
    async fn ask_for_parked(self: &Arc<Self>, session_id: SessionId) -> bool {
        let Some(parked) = self
            .parked()
            .filter(|parked| parked.stored.session_id == session_id)
        else {
            return false;
        };
        let Ok(secrets) = self.parked_secrets(&parked).await else {
            return true;
        };
        let said = self.first_word(&parked.stored, &secrets.token).await;
        // Whoever signs in just now has it in hand.
        let Ok(_changing) = self.changing.try_lock() else {
            return true;
        };
        if !self.parked().is_some_and(|now| Arc::ptr_eq(&now, &parked)) {
            return false;
        }
        match said.word {
            Some(Ok(())) => {
                self.note_parked(None).await;
                self.resume(parked.stored.clone(), secrets, parked.device_key.clone())
                    .await;
                false
            }
            Some(Err(SessionOver::Ended(notice))) => match notice.reason {
                // Of a backup that is old enough, everything has expired.
                EndedReason::ServerRestored | EndedReason::Expired => true,
                _ => {
                    let view = EndedView::of(notice, parked.view.waiting_changes);
                    self.remove_parked(&parked, Some(view)).await;
                    false
                }
            },
            Some(Err(SessionOver::Unknown)) | None => true,
        }
    }
}

async fn ask_again(client: Weak<Client>, session_id: SessionId) {
    loop {
        tokio::time::sleep(ASKED_AGAIN).await;
        let Some(client) = client.upgrade() else {
            return;
        };
        if !client.ask_for_parked(session_id).await {
            return;
        }
    }
}
