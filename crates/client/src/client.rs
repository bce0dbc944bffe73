//! One account as its user interface sees it: one value with one function per command.
//!
//! The functions stand with the slice that they belong to: `sign_in` in [`crate::accounts`], `devices` in
//! [`crate::sessions`], and so on. Here is what all of them share.

use std::sync::{Arc, Mutex, Weak};

use latchkey_protocol::problem::{FieldCode, FieldProblem};
use latchkey_protocol::time::Timestamp;
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::account::Account;
use crate::app::{App, LocalAccountId};
use crate::changes::{Change, Topic};
use crate::failure::{Failure, FailureCode};
use crate::installation::{ANNOUNCEMENTS, Installation, folder_failure};
use crate::opening::heed;
use crate::parked::Parked;
use crate::passkeys::PendingSignIn;
use crate::recovery::AskedRecovery;
use crate::settings::{AccountSettings, Location};
use crate::stage::{FolderProblem, KeyringProblem};
use crate::transport::{Transport, TransportError};

/// One account on this device, or the place for one. Its tasks run until [`Self::close`].
pub struct Client {
    pub(crate) me: Weak<Self>,
    id: LocalAccountId,
    /// The app that has it in its list.
    pub(crate) siblings: Weak<App>,
    pub(crate) installation: Arc<Installation>,
    pub(crate) phase: watch::Sender<Phase>,
    /// Held by whatever changes who is signed in, one at a time.
    pub(crate) changing: tokio::sync::Mutex<()>,
    /// Cancelled when the server that is being chosen is not wanted any more.
    pub(crate) choice: Mutex<CancellationToken>,
    /// Says that there is something to destroy or a receipt to deliver.
    pub(crate) receipt_waits: Arc<Notify>,
    /// Wakes those receipts that wait for their next try.
    pub(crate) receipts_hurry: Arc<Notify>,
    pub(crate) stop: CancellationToken,
    /// The token of the reset link that opened the app, until it is used.
    pub(crate) reset_token: Mutex<Option<SecretString>>,
    /// The last request for such a link in this run.
    pub(crate) recovery: Mutex<Option<AskedRecovery>>,
    /// A sign-in that waits for the code of a page in the browser.
    pub(crate) passkey: Mutex<Option<PendingSignIn>>,
    topics: broadcast::Sender<Vec<Topic>>,
}

/// Where the client stands.
#[derive(Clone)]
pub(crate) enum Phase {
    /// There is an account, and whether it may be shown is being found out.
    Opening,
    /// The data folder can't be used, so nothing works.
    FolderUnusable(FolderProblem),
    /// Nobody is signed in.
    SignedOut,
    /// There is an account whose key is not available yet.
    WaitingForKeyring(KeyringProblem),
    /// There is an account with whose session the server does not go on.
    Parked(Arc<Parked>),
    /// Someone is signed in.
    SignedIn(Arc<Account>),
}

impl Client {
    /// The account `id` of `installation`, which [`Self::begin`] opens.
    pub(crate) fn new(
        siblings: Weak<App>,
        installation: Arc<Installation>,
        id: LocalAccountId,
    ) -> Arc<Self> {
        let phase = match &installation.folder {
            Ok(_) => Phase::Opening,
            Err(problem) => Phase::FolderUnusable(*problem),
        };
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            id,
            siblings,
            installation,
            phase: watch::Sender::new(phase),
            changing: tokio::sync::Mutex::new(()),
            choice: Mutex::default(),
            receipt_waits: Arc::default(),
            receipts_hurry: Arc::default(),
            stop: CancellationToken::new(),
            reset_token: Mutex::default(),
            recovery: Mutex::default(),
            passkey: Mutex::default(),
            topics: broadcast::Sender::new(ANNOUNCEMENTS),
        })
    }

    /// What it is called on this device.
    pub const fn id(&self) -> LocalAccountId {
        self.id
    }

    /// Tells what has changed. A listener that is told it lagged behind asks for everything it shows.
    pub fn subscribe(&self) -> broadcast::Receiver<Vec<Topic>> {
        self.topics.subscribe()
    }

    /// Stops all that the account does. Call it before the program ends: an account that is not to stay signed in is
    /// destroyed here and its server told so, within a few seconds at most.
    pub async fn close(&self) {
        let _changing = self.changing.lock().await;
        let phase = self.phase.borrow().clone();
        if let Phase::SignedIn(account) = phase {
            // Who ends the program on the overview leaves it too.
            let _ = self.note_overview_left(&account).await;
            self.put_away(&account).await;
        } else if let Phase::Parked(parked) = phase
            && !parked.stored.stays
        {
            self.remove_parked(&parked, None).await;
        }
        self.stop.cancel();
    }

    pub(crate) fn announce(&self, topics: Vec<Topic>) {
        self.installation.tell(Change {
            account: Some(self.id),
            topics: topics.clone(),
        });
        // Fails when nobody listens, which is nobody's loss.
        let _ = self.topics.send(topics);
    }

    pub(crate) fn announce_everything(&self) {
        self.announce(Topic::ALL.to_vec());
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.installation.now()
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        self.phase.send_replace(phase);
        self.announce(vec![Topic::Stage, Topic::Sync]);
    }

    /// The phase, once it is known.
    pub(crate) async fn phase(&self) -> Phase {
        let mut phase = self.phase.subscribe();
        phase
            .wait_for(|phase| !matches!(phase, Phase::Opening))
            .await
            .map_or(Phase::SignedOut, |phase| phase.clone())
    }

    /// The account that is signed in.
    pub(crate) async fn account(&self) -> Result<Arc<Account>, Failure> {
        match self.phase().await {
            Phase::SignedIn(account) => Ok(account),
            Phase::WaitingForKeyring(problem) => Err(problem.into()),
            Phase::FolderUnusable(problem) => Err(folder_failure(problem)),
            Phase::Opening | Phase::SignedOut | Phase::Parked(_) => {
                Err(FailureCode::SignedOut.into())
            }
        }
    }

    /// What is remembered of this account.
    pub(crate) fn settings(&self) -> AccountSettings {
        let settings = self
            .installation
            .read_settings(|settings| settings.account(self.id).cloned());
        // Nothing, once it is removed.
        settings.unwrap_or_else(|| AccountSettings::new(self.id))
    }

    /// Changes what is remembered of this account and writes it to the disk.
    pub(crate) async fn update_settings(
        &self,
        change: impl FnOnce(&mut AccountSettings) + Send + 'static,
    ) -> Result<(), Failure> {
        let id = self.id;
        self.installation
            .update_settings(move |settings| {
                let mut accounts = settings.accounts.iter_mut();
                if let Some(account) = accounts.find(|account| account.id == id) {
                    change(account);
                }
            })
            .await
    }

    /// To whatever answers at `location`, without a session.
    pub(crate) async fn transport_to(
        &self,
        location: &Location,
    ) -> Result<Transport, TransportError> {
        self.installation.transport_to(location).await
    }

    /// To an account's server, with its session.
    pub(crate) async fn transport_of(
        &self,
        account: &Account,
    ) -> Result<Transport, TransportError> {
        let mut kept = account.transport.lock().await;
        let base = match &account.stored.location {
            Location::At(address) => address.clone(),
            // Another one when it had to be started again.
            Location::ThisComputer => self.installation.bundled.address().await?,
        };
        let token = account.token();
        let transport = match kept.as_ref().filter(|kept| *kept.base() == base) {
            Some(transport) if transport.has_token(&token) => transport.clone(),
            Some(transport) => transport.with_token(token),
            None => {
                let server = account.stored.server();
                let server = server.ok_or(TransportError::SomethingElse)?;
                let transport = self.transport_to(&account.stored.location).await?;
                transport.of(server).with_token(token)
            }
        };
        Ok(kept.insert(transport).with_head(account.head()))
    }

    /// `GET path` in an account's session, outside of sync: for what is not this account's, and never kept here.
    pub(crate) async fn get<Answer: DeserializeOwned>(
        &self,
        account: &Account,
        path: &str,
    ) -> Result<Answer, Failure> {
        let tokens = account.tokens();
        let answer = match self.transport_of(account).await {
            Ok(transport) => transport.get(path).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(answer) => Ok(answer),
            Err(error) => Err(heed(account, error, tokens).await),
        }
    }

    /// `POST path` in an account's session, outside of sync. Whatever is not harmless when it is done twice goes
    /// without a `key` and is never sent again automatically.
    pub(crate) async fn post<Answer: DeserializeOwned>(
        &self,
        account: &Account,
        path: &str,
        body: &impl Serialize,
        key: Option<Uuid>,
    ) -> Result<Answer, Failure> {
        let tokens = account.tokens();
        let answer = match self.transport_of(account).await {
            Ok(transport) => transport.post(path, body, key).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(answer) => Ok(answer),
            Err(error) => Err(heed(account, error, tokens).await),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The failure that names these fields.
pub(crate) fn invalid(fields: Vec<FieldProblem>) -> Failure {
    Failure {
        fields,
        ..FailureCode::InvalidFields.into()
    }
}

/// The failure that names one field.
pub(crate) fn invalid_field(field: &str, code: FieldCode) -> Failure {
    invalid(vec![FieldProblem::new(field, code)])
}
