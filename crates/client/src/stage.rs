//! Where a person stands: which of the app's whole-window states to show.

use std::sync::{Arc, PoisonError};

use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::profile::Profile;
use latchkey_protocol::server::{MailDelivery, PRODUCT, ServerInfo};
use latchkey_protocol::sessions::{EndedNotice, EndedReason};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::users::Role;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::client::{Client, Phase};
use crate::driver::Command;
use crate::failure::{Failure, FailureCode};
use crate::settings::{ChosenServer, Location};
use crate::transport::address::{server_address, server_name};
use crate::transport::{CertificateProblem, Transport, TransportError};

/// What the window shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Nothing is set up: choose where the account lives.
    FirstStart,
    /// A server is chosen; sign in or create an account.
    SignIn {
        /// Where.
        server: ServerView,
        /// Set when this device was signed out from elsewhere, until the next sign-in.
        ended: Option<EndedView>,
        /// Set when the account on this device waits for its person to sign in again.
        parked: Option<ParkedView>,
        /// The name last signed in with here, to start from.
        login: Option<String>,
    },
    /// There is an account on this device and its key is not available yet. Nothing is lost.
    WaitingForKeyring {
        /// Why.
        problem: KeyringProblem,
        /// Where the account lives.
        server: ServerView,
    },
    /// The data folder can't be used; nothing works until it can.
    FolderUnusable {
        /// Why.
        problem: FolderProblem,
        /// Which folder.
        folder: String,
    },
    /// Signed in.
    SignedIn {
        /// Where.
        server: ServerView,
        /// What the person is called; empty until the first sync is through.
        display_name: String,
        /// The name to sign in with.
        username: String,
        /// The language of the profile: a BCP 47 tag. Empty until the first sync is through.
        language: String,
        /// The time zone of the profile: a name of the IANA database. Empty until the first sync is through.
        time_zone: String,
        /// Whether the account administers its server, as far as it is known here.
        administrator: bool,
    },
}

/// A server as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ServerView {
    /// Whether it runs inside this app.
    pub on_this_computer: bool,
    /// What to call it: its host, with the port where it is not the usual. Empty for the one on this computer.
    pub name: String,
    /// Whether anybody may create an account. True while unknown.
    pub sign_up: bool,
    /// How its mail leaves; `None` while unknown.
    pub mail_delivery: Option<MailDelivery>,
    /// The folder with its mails as files, when it runs inside this app and has no SMTP.
    pub mail_folder: Option<String>,
}

/// How this device was signed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EndedView {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EndedReason,
    /// What the device that did it was called.
    pub by_device_name: Option<String>,
    /// Changes that had not been sent yet and are gone.
    pub lost_changes: u32,
    /// Whether the server knows from this device that its data is destroyed.
    pub receipt_delivered: bool,
}

impl EndedView {
    /// What the server says of an end that cost `lost_changes`.
    pub(crate) fn of(notice: EndedNotice, lost_changes: u32) -> Self {
        Self {
            at: notice.at,
            reason: notice.reason,
            by_device_name: notice.by_device_name,
            lost_changes,
            receipt_delivered: false,
        }
    }
}

/// An account on this device with whose session the server does not go on. Nothing of it is shown, and nothing is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ParkedView {
    /// Why.
    pub reason: ParkedReason,
    /// Changes that had not been sent yet. They are, once the person has signed in again.
    pub waiting_changes: u32,
}

/// Why a server does not go on with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ParkedReason {
    /// It does not know it, and says nothing of an end.
    SessionUnknown,
    /// It went back to a backup.
    ServerRestored,
}

/// Why a key is not available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyringProblem {
    /// It asks to be unlocked.
    Locked,
    /// There is none on this system.
    Absent,
    /// It has not answered within three seconds.
    Silent,
    /// It is there and open, and the key is not in it.
    KeyMissing,
}

/// Why the data folder can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum FolderProblem {
    /// Another copy of Latchkey has it open.
    InUse,
    /// It can't be written.
    ReadOnly,
    /// A file stands in its place, or in that of a folder above it.
    NotAFolder,
    /// It, or something in it, belongs to another user of the computer, or a link leads elsewhere from there.
    SomebodyElses,
    /// There is no space left.
    Full,
    /// Something else; it is in the log.
    Broken,
}

/// The sync pill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncView {
    /// What to say.
    pub state: SyncState,
    /// Changes made here that are on their way to the server.
    pub waiting_changes: u32,
    /// Fields that need the person's answer.
    pub conflicts: u32,
    /// Fields with a value that the server will not have.
    pub refused: u32,
    /// When everything shown was last known to be current; `None` before the first sync is through.
    pub current_at: Option<Timestamp>,
    /// Records received so far and in all, while a first sync is under way.
    pub progress: Option<SyncProgress>,
    /// Why nothing can be written on this device; set with [`SyncState::NotSaved`].
    pub folder_problem: Option<FolderProblem>,
    /// Set when the local copy was found damaged, until the person has read of it.
    pub damage: Option<DamageView>,
    /// Why the connection is not private; set with [`SyncState::UntrustedCertificate`].
    pub certificate: Option<CertificateProblem>,
}

/// A local copy that was damaged, and rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DamageView {
    /// Changes that had not been sent yet and could not be saved; `None` where that can't be told.
    pub lost_changes: Option<u32>,
}

impl DamageView {
    /// This one on top of one that was not read of yet.
    pub(crate) fn after(self, earlier: Option<Self>) -> Self {
        let earlier = earlier.map_or(Some(0), |earlier| earlier.lost_changes);
        let sum = self.lost_changes.zip(earlier);
        Self {
            lost_changes: sum.map(|(lost, before)| lost.saturating_add(before)),
        }
    }
}

/// What is going on between this device and its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// Everything shown is current and everything made here is there.
    UpToDate,
    /// Connected; records or changes are on their way.
    Syncing,
    /// The server answers, but its live connection does not come through: it is asked every so often, half a minute
    /// apart at most. Everything made here is there, and everything shown is as of [`SyncView::current_at`].
    Polling,
    /// No connection; Latchkey keeps retrying.
    Offline,
    /// Two devices changed the same field, or the server will not have a value: the person has to choose.
    NeedsAnswer,
    /// The server returns errors or invalid replies; Latchkey keeps retrying.
    ServerTrouble,
    /// The connection is not private, as [`SyncView::certificate`] says; Latchkey keeps retrying.
    UntrustedCertificate,
    /// The proxy on the way wants a sign-in; Latchkey keeps retrying.
    ProxySignIn,
    /// Something answers in the server's place, which does not prove to be it; Latchkey keeps retrying.
    SomethingElse,
    /// The folder on this device can't be written ([`SyncView::folder_problem`]); Latchkey keeps retrying.
    NotSaved,
}

/// The progress of a first sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncProgress {
    /// The revision reached.
    pub done: u32,
    /// The revision to reach.
    pub total: u32,
}

impl Client {
    /// What the window shows. Waits, at the start, until it is known whether the account here may be shown.
    pub async fn stage(&self) -> Stage {
        let phase = self.phase().await;
        let settings = self.settings();
        let server = settings
            .server
            .as_ref()
            .map(|server| self.server_view(server));
        match (phase, server) {
            (Phase::FolderUnusable(problem), _) => Stage::FolderUnusable {
                problem,
                folder: self.installation.folder_path.to_string_lossy().into_owned(),
            },
            (Phase::WaitingForKeyring(problem), Some(server)) => {
                Stage::WaitingForKeyring { problem, server }
            }
            (Phase::SignedIn(account), Some(server)) => {
                let id = account.stored.account_id.to_string();
                let profile = account
                    .shown::<Profile>(Collection::Profile, &id)
                    .await
                    .ok()
                    .flatten()
                    .map(|profile| profile.body);
                match profile {
                    Some(profile) => Stage::SignedIn {
                        server,
                        display_name: profile.display_name,
                        username: profile.username,
                        language: profile.language,
                        time_zone: profile.time_zone,
                        administrator: profile.role == Role::Administrator,
                    },
                    None => Stage::SignedIn {
                        server,
                        display_name: String::new(),
                        username: account.stored.login.clone(),
                        language: String::new(),
                        time_zone: String::new(),
                        administrator: false,
                    },
                }
            }
            (phase, Some(server)) => Stage::SignIn {
                server,
                parked: match &phase {
                    Phase::Parked(parked) => Some(parked.view.clone()),
                    _ => None,
                },
                ended: settings.ended.map(|ended| ended.view),
                login: settings.login,
            },
            (_, None) => Stage::FirstStart,
        }
    }

    /// The sync pill.
    pub async fn sync_status(&self) -> SyncView {
        match self.account().await {
            Ok(account) => account.snapshot().sync.clone(),
            Err(_) => SyncView {
                state: SyncState::Offline,
                waiting_changes: 0,
                conflicts: 0,
                refused: 0,
                current_at: None,
                progress: None,
                folder_problem: None,
                damage: None,
                certificate: None,
            },
        }
    }

    /// The person has read that the local copy was damaged.
    pub async fn dismiss_damage(&self) -> Result<(), Failure> {
        let account = self.account().await?;
        account.ask(|done| Command::DismissDamage { done }).await
    }

    /// Retries now, even if the server asked to wait. Certificates that were installed meanwhile count.
    pub async fn sync_now(&self) -> Result<(), Failure> {
        let account = self.account().await?;
        account.transport.lock().await.take();
        account
            .commands
            .send(Command::TryNow)
            .await
            .map_err(|_| FailureCode::SignedOut.into())
    }

    /// The network came back or became another one: what is open may be dead without having said so.
    pub fn look_again(&self) {
        self.receipt_waits.notify_one();
        if let Phase::SignedIn(account) = &*self.phase.borrow() {
            // In vain when its driver has more to do than it can, and then it notices by itself.
            let _ = account.commands.try_send(Command::LookAgain);
        }
    }

    /// Chooses the server inside this app, and starts it.
    pub async fn use_this_computer(self: &Arc<Self>) -> Result<(), Failure> {
        self.choose(Location::ThisComputer).await
    }

    /// Chooses a server somewhere else, once it has said that it is one.
    pub async fn connect_to_server(self: &Arc<Self>, address: String) -> Result<(), Failure> {
        self.choose(Location::At(server_address(&address)?)).await
    }

    /// Goes back to choosing a server.
    pub async fn leave_server(self: &Arc<Self>) -> Result<(), Failure> {
        let _changing = self.changing.lock().await;
        self.must_be_signed_out().await?;
        self.update_settings(|settings| {
            settings.server = None;
            settings.ended = None;
            settings.login = None;
        })
        .await?;
        self.set_phase(Phase::SignedOut);
        Ok(())
    }

    /// Gives up choosing a server that takes its time to answer.
    #[expect(clippy::unused_async, reason = "as every command")]
    pub async fn stop_choosing(&self) {
        self.new_choice().cancel();
    }

    /// A choice of a server, which ends the one before it.
    fn new_choice(&self) -> CancellationToken {
        let new = CancellationToken::new();
        let mut choice = self.choice.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *choice, new.clone()).cancel();
        new
    }

    /// [`FailureCode::ChangedMeanwhile`] when it is given up, or another choice is made before the server has answered.
    async fn choose(self: &Arc<Self>, location: Location) -> Result<(), Failure> {
        self.must_be_signed_out().await?;
        let choice = self.new_choice();
        let asked = async {
            let transport = self.transport_to(&location).await?;
            server_info(&transport).await
        };
        let asked = choice.run_until_cancelled(asked).await;
        let info = asked.ok_or(FailureCode::ChangedMeanwhile)??;
        let _changing = self.changing.lock().await;
        self.must_be_signed_out().await?;
        if choice.is_cancelled() {
            return Err(FailureCode::ChangedMeanwhile.into());
        }
        self.update_settings(move |settings| {
            settings.server = Some(ChosenServer { location, info });
        })
        .await?;
        self.set_phase(Phase::SignedOut);
        Ok(())
    }

    async fn must_be_signed_out(&self) -> Result<(), Failure> {
        match self.phase().await {
            Phase::SignedOut => Ok(()),
            Phase::SignedIn(_) => Err(FailureCode::NotAllowedNow.into()),
            _ => self.account().await.map(drop),
        }
    }

    pub(crate) fn server_view(&self, server: &ChosenServer) -> ServerView {
        let delivery = server.info.mail_delivery;
        let (on_this_computer, name) = match &server.location {
            Location::ThisComputer => (true, String::new()),
            Location::At(address) => (false, server_name(address)),
        };
        ServerView {
            on_this_computer,
            name,
            sign_up: server.info.sign_up,
            mail_delivery: Some(delivery),
            mail_folder: self
                .installation
                .bundled
                .mail_folder()
                .filter(|_| on_this_computer && delivery == MailDelivery::Outbox),
        }
    }
}

/// What a server says of itself. Whatever is no Latchkey server is [`FailureCode::NotLatchkey`].
pub(crate) async fn server_info(transport: &Transport) -> Result<ServerInfo, Failure> {
    match transport.get::<ServerInfo>("v1/server").await {
        Ok(info) if info.product == PRODUCT => Ok(info),
        Ok(_) | Err(TransportError::Nonsense | TransportError::Fault) => {
            Err(FailureCode::NotLatchkey.into())
        }
        Err(TransportError::Refused(problem)) if problem.code == ProblemCode::NotFound => {
            Err(FailureCode::NotLatchkey.into())
        }
        Err(error) => Err(error.into()),
    }
}
