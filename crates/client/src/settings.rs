//! What this installation remembers that is no secret: one small file, written whole.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_protocol::identifiers::{AccountId, ServerId, SessionId};
use latchkey_protocol::identity::ServerKey;
use latchkey_protocol::server::ServerInfo;
use latchkey_protocol::sessions::Receipt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;
use uuid::Uuid;

use crate::failure::FailureCode;
use crate::folder;
use crate::preferences::Preferences;
use crate::stage::{EndedView, ParkedView};
use crate::transport::KnownServer;

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Stands in the names of keyring entries, so that two data folders of one person don't share them.
    pub(crate) installation: Uuid,
    /// Where the account lives, once that was chosen.
    #[serde(default)]
    pub(crate) server: Option<ChosenServer>,
    /// The account that is signed in here, unless it is to be forgotten with the program.
    #[serde(default)]
    pub(crate) account: Option<StoredAccount>,
    /// Set while the server does not go on with that account's session: nothing of it is shown until the person signs
    /// in again.
    #[serde(default)]
    pub(crate) parked: Option<ParkedView>,
    /// The name last signed in with.
    #[serde(default)]
    pub(crate) login: Option<String>,
    #[serde(default)]
    pub(crate) preferences: Preferences,
    /// How this device was signed out, until the next sign-in.
    #[serde(default)]
    pub(crate) ended: Option<EndedSession>,
    /// Accounts whose local copy or key is not certainly destroyed yet.
    #[serde(default)]
    pub(crate) unfinished: Vec<StoredAccount>,
    /// Receipts that their server has not confirmed.
    #[serde(default)]
    pub(crate) receipts: Vec<WaitingReceipt>,
}

/// Where an account lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Location {
    /// On the server inside this app, whose address is another at every start.
    ThisComputer,
    /// On a server at this address.
    At(Url),
}

/// A server and what it last said of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChosenServer {
    pub(crate) location: Location,
    pub(crate) info: ServerInfo,
}

/// A session of this device, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredAccount {
    pub(crate) location: Location,
    pub(crate) server_id: ServerId,
    /// What the server proves its answers with; `None` for an account of a version that did not ask for proofs.
    #[serde(default)]
    pub(crate) server_key: Option<ServerKey>,
    pub(crate) account_id: AccountId,
    pub(crate) session_id: SessionId,
    /// The session with which the local copy was begun, where that is an earlier one.
    #[serde(default)]
    pub(crate) begun_with: Option<SessionId>,
    /// The name it was signed in with.
    pub(crate) login: String,
    /// Whether its secrets are in the keyring; otherwise it is forgotten with the program.
    pub(crate) stays: bool,
}

impl StoredAccount {
    /// The local copy's file in the folder of all local copies.
    ///
    /// The session stands in its name, so that what is left of an old one never touches a new one of the same account.
    pub(crate) fn file(&self, accounts: &Path) -> PathBuf {
        accounts.join(format!("{}-{}.sqlite", self.account_id, self.begun_with()))
    }

    /// The session with which the local copy was begun.
    pub(crate) fn begun_with(&self) -> SessionId {
        self.begun_with.unwrap_or(self.session_id)
    }

    /// Whose answers count.
    pub(crate) fn server(&self) -> Option<KnownServer> {
        let key = self.server_key.clone()?;
        Some(KnownServer {
            id: self.server_id,
            key,
        })
    }

    /// Where a new copy is made in the place of a damaged one.
    pub(crate) fn file_rebuilt(&self, accounts: &Path) -> PathBuf {
        self.file(accounts).with_extension("rebuilt")
    }

    /// The name of its keyring entry.
    pub(crate) fn entry(&self, installation: Uuid) -> String {
        format!(
            "{installation}/account/{}/{}/{}",
            self.server_id,
            self.account_id,
            self.begun_with()
        )
    }

    /// What is bound into every sealed row.
    pub(crate) fn seal_name(&self) -> String {
        format!("{}/{}", self.server_id, self.account_id)
    }
}

/// A session that is over, as the sign-in screen says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndedSession {
    pub(crate) session_id: SessionId,
    pub(crate) view: EndedView,
}

/// A receipt on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WaitingReceipt {
    pub(crate) location: Location,
    /// Whose word it takes that the receipt has arrived.
    #[serde(default)]
    pub(crate) server: Option<KnownServer>,
    pub(crate) receipt: Receipt,
}

impl Settings {
    fn new() -> Self {
        Self {
            installation: uuid::Builder::from_random_bytes(rand::random()).into_uuid(),
            server: None,
            account: None,
            parked: None,
            login: None,
            preferences: Preferences::default(),
            ended: None,
            unfinished: Vec::new(),
            receipts: Vec::new(),
        }
    }
}

/// The settings in memory and in their file.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    settings: Settings,
    lost: bool,
}

impl SettingsFile {
    /// Reads the file, or the one before it when it is damaged, or begins again.
    pub(crate) fn load(path: PathBuf) -> Self {
        let read = read(&path).or_else(|| read(&previous(&path)));
        Self {
            lost: read.is_none() && path.exists(),
            settings: read.unwrap_or_else(Settings::new),
            path,
        }
    }

    /// Whether there were settings that could not be read.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost
    }

    pub(crate) fn get(&self) -> &Settings {
        &self.settings
    }

    /// Changes the settings and writes them. They stay changed in memory when that fails, for what happened has
    /// happened; the next change writes them too.
    pub(crate) fn update(&mut self, change: impl FnOnce(&mut Settings)) -> Result<(), FailureCode> {
        let before = self.settings.clone();
        change(&mut self.settings);
        if before == self.settings && self.path.exists() {
            return Ok(());
        }
        self.write().map_err(|error| folder::failure_code(&error))
    }

    fn write(&self) -> std::io::Result<()> {
        let settings = serde_json::to_value(&self.settings)?;
        let file = serde_json::json!({ "checksum": checksum(&settings), "settings": settings });
        if read(&self.path).is_some() {
            std::fs::rename(&self.path, previous(&self.path))?;
        }
        folder::write_whole(&self.path, &serde_json::to_vec_pretty(&file)?)
    }
}

fn previous(path: &Path) -> PathBuf {
    path.with_extension("previous.json")
}

/// `None` when there is no file, or it is not what was written.
fn read(path: &Path) -> Option<Settings> {
    let content = std::fs::read(path).ok()?;
    let settings = serde_json::from_slice::<Value>(&content)
        .ok()
        .and_then(|mut file| {
            let settings = file.get_mut("settings")?.take();
            (file.get("checksum")?.as_str()? == checksum(&settings)).then_some(settings)
        })
        .and_then(|settings| serde_json::from_value(settings).ok());
    if settings.is_none() {
        tracing::error!("a file of settings is damaged");
    }
    settings
}

fn checksum(settings: &Value) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(settings.to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use latchkey_protocol::password::PasswordPolicy;

    use super::*;

    #[test]
    fn settings_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.json");
        let mut file = SettingsFile::load(path.clone());
        file.update(|settings| settings.login = Some("anna".into()))
            .unwrap();
        assert_eq!(SettingsFile::load(path).get(), file.get());
    }

    #[test]
    fn a_damaged_file_gives_way_to_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.json");
        let mut file = SettingsFile::load(path.clone());
        file.update(|settings| settings.login = Some("anna".into()))
            .unwrap();
        file.update(|settings| settings.preferences.stay_in_tray = true)
            .unwrap();
        let content = std::fs::read(&path).unwrap();
        // Bits spread over the whole file; each costs a write and a read.
        for bit in (0..content.len() * 8).step_by(53) {
            let mut flipped = content.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, flipped).unwrap();
            let loaded = SettingsFile::load(path.clone());
            assert_eq!(loaded.get().login.as_deref(), Some("anna"), "bit {bit}");
            assert_eq!(loaded.get().installation, file.get().installation);
        }
    }

    /// As the version before proofs and accounts that are put away has written it.
    #[test]
    fn settings_of_an_earlier_version_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.json");
        let id = "0190b5a0-0000-7000-8000-000000000001";
        let info = serde_json::json!({
            "product": "latchkey", "version": "0.1.0", "server_id": id, "sign_up": true, "mail_delivery": "smtp",
            "password_policy": PasswordPolicy::MODERN,
        });
        let account = serde_json::json!({
            "location": "this_computer", "server_id": id, "account_id": id, "session_id": id, "login": "anna",
            "stays": true,
        });
        let settings = serde_json::json!({
            "installation": id, "account": account, "server": {"location": "this_computer", "info": info},
            "receipts": [{"location": "this_computer",
                          "receipt": {"session_id": id, "destroyed_at": 1, "signature": "x"}}],
            "unfinished": [account],
        });
        let file = serde_json::json!({"checksum": checksum(&settings), "settings": settings});
        std::fs::write(&path, file.to_string()).unwrap();
        let loaded = SettingsFile::load(path);
        assert!(!loaded.is_lost());
        let account = loaded.get().account.clone().expect("the account");
        assert_eq!(
            (account.server(), account.begun_with()),
            (None, account.session_id)
        );
        assert_eq!(loaded.get().receipts.len(), 1);
    }

    #[test]
    fn two_damaged_files_are_a_first_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.json");
        std::fs::write(&path, b"{").unwrap();
        std::fs::write(previous(&path), b"\xFF").unwrap();
        let mut file = SettingsFile::load(path.clone());
        assert_eq!(file.get().server, None);
        assert!(file.is_lost());
        file.update(|settings| settings.login = Some("anna".into()))
            .unwrap();
        assert_eq!(
            SettingsFile::load(path).get().login.as_deref(),
            Some("anna")
        );
    }
}
