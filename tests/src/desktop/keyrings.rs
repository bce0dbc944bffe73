//! Keyrings that ask the person, and what the person answers.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use super::desk::{Desk, PASSWORD, give_password};
use crate::server::eventually;
use crate::webdriver::Kept;

const SERVICE: &str = "org.freedesktop.secrets";
const PROMPTER: &str = "org.gnome.keyring.SystemPrompter";

/// The windows of the programs that ask, by their class.
const GNOME_PROMPT: &str = "gcr-prompter";
const KEEPASSXC: &str = "keepassxc";

/// `KeePassXC` as somebody uses it who wants no questions but for the password. Searching does not unlock.
const KEEPASSXC_SETTINGS: &str = "[General]
ConfigVersion=2
UpdateCheckMessageShown=true
[GUI]
CheckForUpdates=false
[FdoSecrets]
Enabled=true
UnlockBeforeSearch=false
ConfirmAccessItem=false
ConfirmDeleteItem=false
ShowNotification=false
[Security]
LockDatabaseIdle=false
";

/// Passwords that other programs may use.
const PASSWORDS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile>
  <Meta><CustomData><Item>
    <Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{11111111-2222-3333-4444-555555555555}</Value>
  </Item></CustomData></Meta>
  <Root><Group><UUID>ERERESIiMzNERFVVVVVVVQ==</UUID><Name>Passwords</Name></Group></Root>
</KeePassFile>
"#;

impl Desk {
    /// Starts gnome-keyring as it is before it was ever used, with what shows its prompts.
    pub async fn start_fresh_keyring(&mut self) {
        let daemon = self
            .command("gnome-keyring-daemon")
            .args(["--foreground", "--components=secrets"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts");
        self.keyring = Some(Kept(daemon));
        self.see_on_bus(SERVICE).await;
        self.start_prompter().await;
    }

    /// Starts what shows the prompts of gnome-keyring.
    async fn start_prompter(&mut self) {
        self.prompter = None;
        let service = format!("/usr/share/dbus-1/services/{PROMPTER}.service");
        let service = fs::read_to_string(service).expect("gnome-keyring's prompter is installed");
        let program = service
            .lines()
            .find_map(|line| line.strip_prefix("Exec="))
            .expect("it names its program");
        let prompter = self
            .command(program)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the prompter starts");
        self.prompter = Some(Kept(prompter));
        self.see_on_bus(PROMPTER).await;
    }

    /// Waits for the prompt of gnome-keyring, and types `keys` there as xdotool names them.
    pub async fn answer_prompt(&self, keys: &[&str]) {
        self.answer(GNOME_PROMPT, keys).await;
    }

    /// Starts `KeePassXC`, unlocked, with nothing of Latchkey's in it.
    pub async fn start_keepassxc(&mut self) {
        let config = self.path("config/keepassxc");
        fs::create_dir(&config).expect("a folder for its settings");
        fs::write(config.join("keepassxc.ini"), KEEPASSXC_SETTINGS).expect("its settings");
        let (text, database) = (self.path("passwords.xml"), self.path("passwords.kdbx"));
        fs::write(&text, PASSWORDS).expect("passwords to import");
        let mut import = self
            .command("keepassxc-cli")
            // A key that is found in a moment.
            .args(["import", "--set-password", "--decryption-time", "100"])
            .args([&text, &database])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("keepassxc-cli starts");
        {
            use std::io::Write as _;
            let mut input = import.stdin.take().expect("a pipe");
            let line = [PASSWORD, b"\n"].concat();
            input
                .write_all(&line.repeat(2))
                .expect("it takes a password");
        }
        assert!(import.wait().expect("it ends").success());
        let mut program = self.keepassxc(&database);
        give_password(&mut program);
        self.keyring = Some(Kept(program));
        self.see_on_bus(SERVICE).await;
        eventually("its passwords are open", async || self.collection()).await;
    }

    fn keepassxc(&self, database: &Path) -> std::process::Child {
        self.command("keepassxc")
            .arg("--pw-stdin")
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("keepassxc starts")
    }

    /// Locks the passwords of `KeePassXC`.
    pub fn lock_keepassxc(&self) {
        let locked = self
            .command("keepassxc")
            .arg("--lock")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("keepassxc runs");
        assert!(locked.success());
    }

    /// Waits until `KeePassXC` asks for its password, and types `keys` there.
    pub async fn answer_keepassxc(&self, keys: &[&str]) {
        self.answer(KEEPASSXC, keys).await;
    }

    async fn answer(&self, class: &str, keys: &[&str]) {
        let window = eventually(&format!("{class} asks"), async || self.window_of(class)).await;
        // Without a window manager, the keys go to where the pointer is.
        let done = self
            .command("xdotool")
            .args(["mousemove", "--window", &window, "5", "5"])
            .args(["key", "--clearmodifiers", "--delay", "30"])
            .args(keys)
            .status()
            .expect("xdotool runs");
        assert!(done.success());
    }

    /// The window of a class of programs that was opened last.
    pub(super) fn window_of(&self, class: &str) -> Option<String> {
        let found = self
            .command("xdotool")
            .args(["search", "--onlyvisible", "--class", class])
            .stderr(Stdio::null())
            .output()
            .expect("xdotool runs");
        let found = String::from_utf8_lossy(&found.stdout).into_owned();
        found.lines().last().map(str::to_owned)
    }
}
