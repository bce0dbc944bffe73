//! The list of accounts on this device, each with how it fares.

use latchkey_protocol::identifiers::{AccountId, ServerId};
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sync::Collection;
use serde::{Deserialize, Serialize};

use crate::app::LocalAccountId;
use crate::client::{Client, Phase};
use crate::stage::{ServerView, SyncState};

/// The accounts on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AccountsView {
    /// The one that is shown.
    pub shown: LocalAccountId,
    /// All of them, in their order.
    pub accounts: Vec<AccountEntry>,
}

/// One account in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AccountEntry {
    /// What names it on this device.
    pub id: LocalAccountId,
    /// What the person is called there: the name that is shown, else the one to sign in with. Empty while unknown.
    pub name: String,
    /// Where it is; `None` until that is chosen.
    pub server: Option<ServerView>,
    /// How it fares.
    pub state: AccountState,
    /// How many things wait for the person's answer: changes in conflict, values that were refused, new devices.
    pub waiting: u32,
}

/// How an account fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// No server is chosen for it.
    New,
    /// It is being opened.
    Opening,
    /// Signed in and connected.
    Connected,
    /// Signed in, and without a network.
    Offline,
    /// Signed in, and its server can't be spoken with.
    ServerAway,
    /// Signed in, and nothing can be written on this device.
    NotSaved,
    /// Nobody is signed in.
    SignedOut,
    /// This device was signed out from elsewhere.
    Ended,
    /// The person has to sign in again to go on.
    Parked,
    /// Its key is not available.
    WaitingForKeyring,
    /// The data folder can't be used.
    FolderUnusable,
}

impl Client {
    /// As it stands in the list.
    pub(crate) async fn entry(&self) -> AccountEntry {
        let phase = self.phase.borrow().clone();
        let settings = self.settings();
        let server = settings.server.as_ref();
        let mut entry = AccountEntry {
            id: self.id(),
            name: settings.login.clone().unwrap_or_default(),
            server: server.map(|server| self.server_view(server)),
            state: match &phase {
                Phase::Opening => AccountState::Opening,
                Phase::FolderUnusable(_) => AccountState::FolderUnusable,
                Phase::WaitingForKeyring(_) => AccountState::WaitingForKeyring,
                Phase::Parked(_) => AccountState::Parked,
                Phase::SignedOut if settings.ended.is_some() => AccountState::Ended,
                Phase::SignedOut if server.is_none() => AccountState::New,
                Phase::SignedOut => AccountState::SignedOut,
                Phase::SignedIn(account) => match account.snapshot().sync.state {
                    SyncState::UpToDate
                    | SyncState::Syncing
                    | SyncState::Polling
                    | SyncState::NeedsAnswer => AccountState::Connected,
                    SyncState::Offline => AccountState::Offline,
                    SyncState::ServerTrouble
                    | SyncState::UntrustedCertificate
                    | SyncState::ProxySignIn
                    | SyncState::SomethingElse => AccountState::ServerAway,
                    SyncState::NotSaved => AccountState::NotSaved,
                },
            },
            waiting: 0,
        };
        if let Phase::SignedIn(account) = phase {
            let id = account.stored.account_id.to_string();
            let profile = account.shown::<Profile>(Collection::Profile, &id).await;
            if let Ok(Some(profile)) = profile {
                entry.name = profile.body.display_name;
            }
            let sync = &account.snapshot().sync;
            let devices = self.devices().await;
            let devices = devices.map_or(0, |devices| {
                devices
                    .live
                    .iter()
                    .filter(|device| device.can_answer)
                    .count()
            });
            entry.waiting = sync
                .conflicts
                .saturating_add(sync.refused)
                .saturating_add(u32::try_from(devices).unwrap_or(u32::MAX));
        }
        entry
    }

    /// The account that is here, signed in or not, once that is known.
    pub(crate) async fn known_account(&self) -> Option<(ServerId, AccountId)> {
        let stored = match self.phase().await {
            Phase::SignedIn(account) => Some(account.stored.clone()),
            Phase::Parked(parked) => Some(parked.stored.clone()),
            _ => self.settings().account,
        };
        stored.map(|stored| (stored.server_id, stored.account_id))
    }
}
