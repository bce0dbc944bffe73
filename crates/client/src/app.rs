//! The app as its user interface sees it: one data folder with any number of accounts, on any servers.
//!
//! Each account is a [`Client`] with its own local copy, keyring entries and connections. They share nothing that goes
//! to a server: what one of them holds for its server, no other ever sends to its own.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use latchkey_protocol::app_link::{AppLink, AppLinkKind};
use latchkey_protocol::identifiers::{AccountId, ServerId};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::accounts_here::AccountsView;
use crate::bundled::BundledServer;
use crate::changes::{Change, Topic};
use crate::client::{Client, Phase};
use crate::clock::Clock;
use crate::failure::{Failure, FailureCode};
use crate::installation::Installation;
use crate::links::Followed;
use crate::secrets::{SecretStore, delete_device_key};
use crate::settings::AccountSettings;

/// How long the other accounts wait at the start for the one that is shown.
const SHOWN_FIRST: Duration = Duration::from_secs(1);

/// What names an account on this device: made when it is added, and never used again.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type,
)]
#[serde(transparent)]
#[specta(transparent)]
pub struct LocalAccountId(#[specta(type = String)] Uuid);

impl LocalAccountId {
    pub(crate) fn new() -> Self {
        Self(uuid::Builder::from_random_bytes(rand::random()).into_uuid())
    }
}

impl fmt::Display for LocalAccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for LocalAccountId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self)
    }
}

/// What an app is made of.
pub struct AppOptions {
    /// Where everything is kept. Made when it is not there; used by one process at a time.
    pub data_folder: PathBuf,
    /// The keyring.
    pub secrets: Arc<dyn SecretStore>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The app with its version, as the list of devices shows it, like `Latchkey 0.1.0`.
    pub app: String,
    /// The server that the app carries, if it does.
    pub bundled: Option<Arc<dyn BundledServer>>,
}

/// One data folder with the accounts in it.
pub struct App {
    pub(crate) installation: Arc<Installation>,
    /// In the order of the list. Those that were removed stay until nothing is left to destroy and to deliver.
    sessions: Mutex<Vec<Arc<Client>>>,
    /// A link that several accounts may be meant by, until the person says which.
    link: Mutex<Option<AppLink>>,
}

/// What came of a link.
pub struct OpenedLink {
    /// The account that it was opened in.
    pub account: Arc<Client>,
    /// What it did.
    pub followed: Result<Followed, Failure>,
}

impl App {
    /// Takes the data folder and begins to open the accounts in it. Returns at once, and never fails: what is wrong is
    /// said by [`Client::stage`]. Must be called inside a tokio runtime.
    pub async fn open(options: AppOptions) -> Arc<Self> {
        let installation = Installation::open(options);
        let settings = installation.settings();
        let tidied = tidied(settings.accounts.clone());
        if tidied != settings.accounts {
            let accounts = tidied.clone();
            // In vain where nothing can be written: it is done at the next start.
            let _ = installation
                .update_settings(move |settings| settings.accounts = accounts)
                .await;
        }
        let app = Arc::new_cyclic(|app| Self {
            sessions: Mutex::new(
                tidied
                    .iter()
                    .map(|account| Client::new(app.clone(), Arc::clone(&installation), account.id))
                    .collect(),
            ),
            link: Mutex::default(),
            installation,
        });
        if app.installation.folder.is_ok() {
            let shown = app.shown();
            shown.begin(true);
            let others: Vec<_> = app
                .lock()
                .iter()
                .filter(|session| session.id() != shown.id())
                .map(Arc::downgrade)
                .collect();
            if !others.is_empty() {
                tokio::spawn(async move {
                    // What the person looks at has the disk, the keyring and the network first.
                    let _ = tokio::time::timeout(SHOWN_FIRST, shown.phase()).await;
                    drop(shown);
                    for session in others.iter().filter_map(std::sync::Weak::upgrade) {
                        session.begin(false);
                    }
                });
            }
        }
        app
    }

    /// Tells what has changed, of any account. A listener that is told it lagged behind asks for everything it shows.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.installation.subscribe()
    }

    /// The account of that name. [`FailureCode::NotFound`] once it is removed.
    pub fn account(&self, id: LocalAccountId) -> Result<Arc<Client>, Failure> {
        let sessions = self.lock();
        let session = sessions.iter().find(|session| session.id() == id);
        session.cloned().ok_or_else(|| FailureCode::NotFound.into())
    }

    /// The accounts in the list, in its order.
    pub fn listed(&self) -> Vec<Arc<Client>> {
        let removed: Vec<LocalAccountId> = self.installation.read_settings(|settings| {
            let removed = settings.accounts.iter().filter(|account| account.removed);
            removed.map(|account| account.id).collect()
        });
        let mut listed = self.lock().clone();
        listed.retain(|session| !removed.contains(&session.id()));
        listed
    }

    /// The account that the window shows, or is to show at its start.
    pub fn shown(&self) -> Arc<Client> {
        let shown = self.installation.read_settings(|settings| settings.shown);
        let listed = self.listed();
        let found = listed.iter().find(|session| Some(session.id()) == shown);
        // There is always one in the list.
        Arc::clone(found.unwrap_or(&listed[0]))
    }

    /// What names that account.
    #[expect(clippy::unused_async, reason = "as every command")]
    pub async fn shown_account(&self) -> LocalAccountId {
        self.shown().id()
    }

    /// The list of accounts, each with how it fares. Waits for nothing.
    pub async fn accounts(&self) -> AccountsView {
        let listed = self.listed();
        AccountsView {
            shown: self.shown().id(),
            accounts: join_all(listed.iter().map(|session| session.entry())).await,
        }
    }

    /// The window shows another account, and begins with it at the next start. A place for a new account in which no
    /// server was chosen is not kept beside it.
    pub async fn show_account(&self, id: LocalAccountId) -> Result<(), Failure> {
        let shown = self.account(id)?;
        let mut left = self.listed();
        left.retain(|session| session.id() != shown.id() && session.settings().is_blank());
        let gone: Vec<LocalAccountId> = left.iter().map(|session| session.id()).collect();
        let forgotten = gone.clone();
        self.installation
            .update_settings(move |settings| {
                settings.shown = Some(id);
                settings
                    .accounts
                    .retain(|account| !forgotten.contains(&account.id));
            })
            .await?;
        for session in left {
            self.let_go(&session).await;
        }
        self.installation.announce(vec![Topic::Accounts]);
        Ok(())
    }

    /// Makes a place for another account at the end of the list, in which a server is to be chosen, and shows it.
    pub async fn add_account(self: &Arc<Self>) -> Result<LocalAccountId, Failure> {
        let blank = self
            .listed()
            .into_iter()
            .find(|session| session.settings().is_blank());
        let id = if let Some(blank) = blank {
            blank.id()
        } else {
            let id = LocalAccountId::new();
            self.installation
                .update_settings(move |settings| settings.accounts.push(AccountSettings::new(id)))
                .await?;
            let installation = Arc::clone(&self.installation);
            let session = Client::new(Arc::downgrade(self), installation, id);
            session.begin(true);
            self.lock().push(session);
            id
        };
        self.show_account(id).await?;
        Ok(id)
    }

    /// Takes an account off the list that nobody is signed in to, and shows another where it was shown. What is left of
    /// it on this device is destroyed, and its server told so, all the same. [`FailureCode::NotAllowedNow`] for one that
    /// is signed in to, and for the only one.
    pub async fn remove_account(&self, id: LocalAccountId) -> Result<(), Failure> {
        let session = self.account(id)?;
        session.remove_parked_account().await?;
        if !matches!(session.phase().await, Phase::SignedOut) {
            return Err(FailureCode::NotAllowedNow.into());
        }
        let others: Vec<_> = self.listed();
        let place = others.iter().position(|other| other.id() == id);
        let place = place.ok_or(FailureCode::NotFound)?;
        if others.len() == 1 {
            return Err(FailureCode::NotAllowedNow.into());
        }
        let next = others[if place == 0 { 1 } else { place - 1 }].id();
        let is_through = session.settings().is_through();
        self.installation
            .update_settings(move |settings| {
                if settings.shown.is_none_or(|shown| shown == id) {
                    settings.shown = Some(next);
                }
                if is_through {
                    settings.accounts.retain(|account| account.id != id);
                }
                let mut accounts = settings.accounts.iter_mut();
                if let Some(account) = accounts.find(|account| account.id == id) {
                    account.removed = true;
                }
            })
            .await?;
        if is_through {
            self.let_go(&session).await;
        }
        self.installation.announce(vec![Topic::Accounts]);
        Ok(())
    }

    /// Ends an account of which nothing is left.
    async fn let_go(&self, session: &Arc<Client>) {
        session.stop_choosing().await;
        session.close().await;
        self.lock().retain(|other| other.id() != session.id());
        let (installation, id) = (Arc::clone(&self.installation), session.id());
        tokio::spawn(async move {
            // Nobody is asked to unlock the keyring for it: it opens nothing.
            if !installation.secrets.is_locked().await {
                let _ = delete_device_key(&installation.secrets, id).await;
            }
        });
    }

    /// Whether the keyring shows a prompt, which may be behind other windows.
    #[expect(clippy::unused_async, reason = "as every command")]
    pub async fn keyring_prompts(&self) -> bool {
        self.installation
            .secrets
            .prompting()
            .is_some_and(|prompting| *prompting.borrow())
    }

    /// The network came back or became another one: what is open may be dead without having said so.
    pub fn look_again(&self) {
        for session in self.lock().iter() {
            session.look_again();
        }
    }

    /// Opens a link in the account that it is for. `None` where several may be meant: the link waits until the person
    /// says which, in [`Self::open_link_in`]. A link that is no account's is refused by the one that is shown.
    pub async fn open_link(&self, link: AppLink) -> Option<OpenedLink> {
        let mut meant = self.meant_by(&link).await;
        if meant.len() > 1 {
            *self.lock_link() = Some(link);
            return None;
        }
        let account = meant.pop().unwrap_or_else(|| self.shown());
        let followed = account.follow(link).await;
        Some(OpenedLink { account, followed })
    }

    /// The accounts that the link which waits may be for.
    pub async fn link_choice(&self) -> Vec<LocalAccountId> {
        let Some(link) = self.lock_link().clone() else {
            return Vec::new();
        };
        let meant = self.meant_by(&link).await;
        meant.iter().map(|session| session.id()).collect()
    }

    /// Opens the link that waits in one of the accounts that it may be for. `None` when none waits.
    pub async fn open_link_in(&self, id: LocalAccountId) -> Option<OpenedLink> {
        let link = self.lock_link().take()?;
        let mut meant = self.meant_by(&link).await;
        meant.retain(|session| session.id() == id);
        let account = meant.pop()?;
        let followed = account.follow(link).await;
        Some(OpenedLink { account, followed })
    }

    /// The link that waits is not opened.
    pub fn forget_link(&self) {
        self.lock_link().take();
    }

    /// The accounts that a link may be for. What a server calls itself is its own claim until somebody has signed in to
    /// it: where an account is known to be on the server of the link, no other place is given its token.
    async fn meant_by(&self, link: &AppLink) -> Vec<Arc<Client>> {
        let (mut known, mut claimed) = (Vec::new(), Vec::new());
        for session in self.listed() {
            if link.kind == AppLinkKind::Passkey && !session.waits_for_passkey() {
                continue;
            }
            let (server, list) = match session.known_account().await {
                Some((server, _)) => (Some(server), &mut known),
                None => (
                    session
                        .settings()
                        .server
                        .map(|chosen| chosen.info.server_id),
                    &mut claimed,
                ),
            };
            if server.is_some_and(|server| link.server_id.is_none_or(|meant| meant == server)) {
                list.push(session);
            }
        }
        if known.is_empty() { claimed } else { known }
    }

    /// Whether another place than `id` has that account.
    pub(crate) async fn has_beside(
        &self,
        id: LocalAccountId,
        account: (ServerId, AccountId),
    ) -> bool {
        for session in self.listed() {
            if session.id() != id && session.known_account().await == Some(account) {
                return true;
            }
        }
        false
    }

    /// Stops everything. Call it before the program ends: accounts that are not to stay signed in are destroyed here and
    /// their servers told so, within a few seconds at most.
    pub async fn close(&self) {
        self.installation.secrets.give_up();
        let sessions = self.lock().clone();
        join_all(sessions.iter().map(|session| session.close())).await;
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Client>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_link(&self) -> MutexGuard<'_, Option<AppLink>> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the places that nothing is left of, and with one in the list.
fn tidied(mut accounts: Vec<AccountSettings>) -> Vec<AccountSettings> {
    let only = accounts.iter().filter(|account| !account.removed).count() == 1;
    accounts.retain(|account| {
        if account.removed {
            !account.is_through()
        } else {
            only || !account.is_blank()
        }
    });
    if accounts.iter().all(|account| account.removed) {
        accounts.push(AccountSettings::new(LocalAccountId::new()));
    }
    accounts
}
