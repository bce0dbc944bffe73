//! What all accounts of one app share: the data folder, the settings, the keyring, the server inside the app, the clock.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use latchkey_protocol::time::Timestamp;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::app::AppOptions;
use crate::bundled::Bundled;
use crate::cache::destroy_files;
use crate::changes::{Change, Topic};
use crate::clock::Clock;
use crate::failure::{Failure, FailureCode};
use crate::folder::DataFolder;
use crate::secrets::{PATIENCE, Secrets};
use crate::settings::{Location, Settings, SettingsFile};
use crate::stage::FolderProblem;
use crate::transport::{Transport, TransportError};

/// How many announcements a listener may be late by before it is told that it missed some.
pub(crate) const ANNOUNCEMENTS: usize = 256;

/// One data folder and what belongs to it, for as long as an account in it is in use.
pub(crate) struct Installation {
    pub(crate) app: String,
    pub(crate) folder_path: PathBuf,
    /// Why not, when it can't be used.
    pub(crate) folder: Result<DataFolder, FolderProblem>,
    settings: Arc<Mutex<SettingsFile>>,
    pub(crate) secrets: Secrets,
    pub(crate) bundled: Bundled,
    /// Whether the keyring last refused to delete something, or was silent: to ask again would bother the person again.
    pub(crate) keyring_refused: AtomicBool,
    /// Counts what the keyring granted after nobody waited for it any more.
    pub(crate) keyring_answers: watch::Sender<u64>,
    stop: CancellationToken,
    clock: Arc<dyn Clock>,
    changes: broadcast::Sender<Change>,
}

impl Installation {
    /// Takes the data folder. Must be called inside a tokio runtime.
    pub(crate) fn open(options: AppOptions) -> Arc<Self> {
        let AppOptions {
            data_folder,
            secrets,
            clock,
            app,
            bundled,
        } = options;
        let folder = DataFolder::take(&data_folder);
        let settings = SettingsFile::load(DataFolder::settings(&data_folder));
        let installation = Arc::new(Self {
            app,
            folder,
            settings: Arc::new(Mutex::new(settings)),
            secrets: Secrets::new(secrets, PATIENCE),
            bundled: Bundled::new(bundled, &DataFolder::server(&data_folder)),
            folder_path: data_folder,
            keyring_refused: AtomicBool::new(false),
            keyring_answers: watch::Sender::new(0),
            stop: CancellationToken::new(),
            clock,
            changes: broadcast::Sender::new(ANNOUNCEMENTS),
        });
        if installation.folder.is_ok() {
            installation.sweep();
            installation.listen_to_keyring();
        }
        installation
    }

    fn listen_to_keyring(self: &Arc<Self>) {
        let stop = self.stop.clone();
        let (installation, secrets) = (Arc::downgrade(self), self.secrets.clone());
        tokio::spawn(stop.run_until_cancelled_owned(tell_of_answers(installation, secrets)));
        if let Some(prompting) = self.secrets.prompting() {
            let (installation, stop) = (Arc::downgrade(self), self.stop.clone());
            tokio::spawn(stop.run_until_cancelled_owned(tell_of_prompts(installation, prompting)));
        }
    }

    /// Deletes local copies that no account here has: those of people who did not stay signed in, after a crash.
    fn sweep(&self) {
        let Ok(folder) = &self.folder else {
            return;
        };
        if self.lock_settings().is_lost() {
            // Whose they are is not known.
            return;
        }
        let accounts = folder.accounts();
        let known: Vec<_> = self
            .settings()
            .accounts
            .iter()
            .flat_map(|account| account.account.iter().chain(&account.unfinished))
            .flat_map(|stored| [stored.file(accounts), stored.file_rebuilt(accounts)])
            .collect();
        let Ok(entries) = std::fs::read_dir(accounts) else {
            return;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_database = path
                .extension()
                .is_some_and(|extension| extension == "sqlite" || extension == "rebuilt");
            if is_database
                && !known.contains(&path)
                && let Err(error) = destroy_files(&path)
            {
                tracing::warn!(%error, "an old local copy can't be deleted");
            }
        }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    pub(crate) fn tell(&self, change: Change) {
        // Fails when nobody listens, which is nobody's loss.
        let _ = self.changes.send(change);
    }

    /// Announces what is no account's own.
    pub(crate) fn announce(&self, topics: Vec<Topic>) {
        self.tell(Change {
            account: None,
            topics,
        });
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn lock_settings(&self) -> MutexGuard<'_, SettingsFile> {
        lock(&self.settings)
    }

    pub(crate) fn settings(&self) -> Settings {
        self.lock_settings().get().clone()
    }

    /// What `read` makes of the settings, without a copy of all of them.
    pub(crate) fn read_settings<Read>(&self, read: impl FnOnce(&Settings) -> Read) -> Read {
        read(self.lock_settings().get())
    }

    /// Changes the settings and writes them to the disk.
    pub(crate) async fn update_settings(
        &self,
        change: impl FnOnce(&mut Settings) + Send + 'static,
    ) -> Result<(), Failure> {
        if let Err(problem) = &self.folder {
            return Err(folder_failure(*problem));
        }
        let settings = Arc::clone(&self.settings);
        tokio::task::spawn_blocking(move || lock(&settings).update(change))
            .await
            .map_err(|_| FailureCode::Internal)?
            .map_err(Failure::from)
    }

    /// To whatever answers at `location`, without a session.
    pub(crate) async fn transport_to(
        &self,
        location: &Location,
    ) -> Result<Transport, TransportError> {
        match location {
            Location::At(address) => Transport::new(address.clone()),
            Location::ThisComputer => self.bundled.transport().await,
        }
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn lock(settings: &Mutex<SettingsFile>) -> MutexGuard<'_, SettingsFile> {
    settings.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn folder_failure(problem: FolderProblem) -> Failure {
    match problem {
        FolderProblem::InUse => FailureCode::FolderInUse,
        FolderProblem::ReadOnly => FailureCode::ReadOnly,
        FolderProblem::Full => FailureCode::DiskFull,
        FolderProblem::NotAFolder | FolderProblem::SomebodyElses | FolderProblem::Broken => {
            FailureCode::Internal
        }
    }
    .into()
}

/// A keyring that shows its own dialog answers once the person has unlocked it: no need to ask them again.
async fn tell_of_answers(installation: Weak<Installation>, secrets: Secrets) {
    loop {
        secrets.answered_late().await;
        let Some(installation) = installation.upgrade() else {
            return;
        };
        installation
            .keyring_answers
            .send_modify(|answers| *answers += 1);
    }
}

/// A keyring's prompt may open behind other windows.
async fn tell_of_prompts(installation: Weak<Installation>, mut prompting: watch::Receiver<bool>) {
    while prompting.changed().await.is_ok() {
        let Some(installation) = installation.upgrade() else {
            return;
        };
        installation.announce(vec![Topic::Keyring]);
    }
}
