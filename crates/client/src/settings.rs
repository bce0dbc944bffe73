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

use crate::app::LocalAccountId;
use crate::failure::FailureCode;
use crate::folder;
use crate::preferences::Preferences;
use crate::stage::{EndedView, ParkedView};
use crate::transport::KnownServer;

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    #[serde(default)]
    pub(crate) preferences: Preferences,
    /// One for each account in the order of the list, the removed ones with work left among them. Never empty.
    pub(crate) accounts: Vec<AccountSettings>,
    /// The account that the window shows.
    #[serde(default)]
    pub(crate) shown: Option<LocalAccountId>,
}

/// What is remembered of one account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AccountSettings {
    /// Names it here. Stands in the names of its keyring entries, so that no two accounts or data folders share them.
    /// Called by its former name by versions that had one account.
    #[serde(alias = "installation")]
    pub(crate) id: LocalAccountId,
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
    /// How this device was signed out, until the next sign-in.
    #[serde(default)]
    pub(crate) ended: Option<EndedSession>,
    /// Accounts whose local copy or key is not certainly destroyed yet.
    #[serde(default)]
    pub(crate) unfinished: Vec<StoredAccount>,
    /// Receipts that their server has not confirmed.
    #[serde(default)]
    pub(crate) receipts: Vec<WaitingReceipt>,
    /// Whether it was taken off the list. It is forgotten once nothing is left to destroy and every receipt is delivered.
    #[serde(default)]
    pub(crate) removed: bool,
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
    pub(crate) fn entry(&self, here: LocalAccountId) -> String {
        format!(
            "{here}/account/{}/{}/{}",
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
            preferences: Preferences::default(),
            accounts: vec![AccountSettings::new(LocalAccountId::new())],
            shown: None,
        }
    }

    /// What is remembered of the account `id`; `None` once it is removed.
    pub(crate) fn account(&self, id: LocalAccountId) -> Option<&AccountSettings> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// As it is written by versions that had one account: what they say of it stands beside the preferences.
    fn read(mut settings: Value) -> Option<Self> {
        if settings.get("accounts").is_none() {
            let account = serde_json::to_value(
                serde_json::from_value::<AccountSettings>(settings.clone()).ok()?,
            );
            settings["accounts"] = Value::from(vec![account.ok()?]);
        }
        let settings: Self = serde_json::from_value(settings).ok()?;
        (!settings.accounts.is_empty()).then_some(settings)
    }
}

impl AccountSettings {
    /// Of an account that is just being added.
    pub(crate) fn new(id: LocalAccountId) -> Self {
        Self {
            id,
            server: None,
            account: None,
            parked: None,
            login: None,
            ended: None,
            unfinished: Vec::new(),
            receipts: Vec::new(),
            removed: false,
        }
    }

    /// Whether it is a place in which nothing was begun.
    pub(crate) fn is_blank(&self) -> bool {
        self.server.is_none() && self.account.is_none() && self.is_through()
    }

    /// Whether nothing is left to destroy and every receipt is delivered.
    pub(crate) fn is_through(&self) -> bool {
        self.unfinished.is_empty() && self.receipts.is_empty()
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
        .and_then(Settings::read);
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
        file.update(|settings| settings.accounts[0].login = Some("anna".into()))
            .unwrap();
        assert_eq!(SettingsFile::load(path).get(), file.get());
    }

    #[test]
    fn a_damaged_file_gives_way_to_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.json");
        let mut file = SettingsFile::load(path.clone());
        file.update(|settings| settings.accounts[0].login = Some("anna".into()))
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
            let (loaded, written) = (&loaded.get().accounts[0], &file.get().accounts[0]);
            assert_eq!(loaded.login.as_deref(), Some("anna"), "bit {bit}");
            assert_eq!(loaded.id, written.id);
        }
    }

    /// As the version before proofs, accounts that are put away and several accounts has written it.
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
            "unfinished": [account], "preferences": {"theme": "dark", "language": null, "stay_in_tray": true, "text_size": null},
        });
        let file = serde_json::json!({"checksum": checksum(&settings), "settings": settings});
        std::fs::write(&path, file.to_string()).unwrap();
        let loaded = SettingsFile::load(path);
        assert!(!loaded.is_lost());
        assert!(loaded.get().preferences.stay_in_tray);
        let [settings] = loaded.get().accounts.as_slice() else {
            panic!("one account");
        };
        let account = settings.account.clone().expect("the account");
        assert_eq!(
            (account.server(), account.begun_with()),
            (None, account.session_id)
        );
        assert_eq!(settings.receipts.len(), 1);
        // Its key and its token are found where they were left.
        assert_eq!(
            account.entry(settings.id),
            format!("{id}/account/{id}/{id}/{id}")
        );
    }

    #[test]
    fn two_damaged_files_are_a_first_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.json");
        std::fs::write(&path, b"{").unwrap();
        std::fs::write(previous(&path), b"\xFF").unwrap();
        let mut file = SettingsFile::load(path.clone());
        assert_eq!(file.get().accounts[0].server, None);
        assert!(file.is_lost());
        file.update(|settings| settings.accounts[0].login = Some("anna".into()))
            .unwrap();
        assert_eq!(
            SettingsFile::load(path).get().accounts[0].login.as_deref(),
            Some("anna")
        );
    }
}
