//! A screen, a session bus, a keyring and a home, all thrown away at the end.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::screen::{Manager, Screen};
use super::window::Window;
use crate::server::eventually;
use crate::webdriver::{Kept, line_of, mortal};

/// A bus without activation: what a test did not start is absent.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=FOLDER</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

pub(super) const PASSWORD: &[u8] = b"test";

/// What the keyring of a desk is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyring {
    /// Unlocked at the start, as after signing in to the system.
    Unlocked,
    /// There, with nothing in it yet, not even a collection, as after a sign-in without a password.
    Fresh,
    /// Not there.
    Absent,
}

/// Where windows stand.
pub struct Desk {
    // Ended in this order.
    pub(super) keyring: Option<Kept>,
    pub(super) prompter: Option<Kept>,
    pub(super) window_manager: Option<Kept>,
    _bus: Kept,
    pub(super) screen: Screen,
    environment: Vec<(String, String)>,
    folder: TempDir,
}

impl Desk {
    /// A desk with an unlocked keyring.
    pub async fn new() -> Self {
        Self::with(Keyring::Unlocked).await
    }

    /// A desk whose keyring is like that.
    pub async fn with(keyring: Keyring) -> Self {
        Self::on(Manager::None, (1400, 1000), keyring).await
    }

    /// A desk on a screen so large, whose windows are managed.
    pub async fn on(manager: Manager, size: (u32, u32), keyring: Keyring) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("latchkey-desk-")
            .tempdir()
            .expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))
            .expect("its permissions are ours");
        let mut environment = Vec::new();
        for (name, part) in [
            ("HOME", "home"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            let path = folder.path().join(part);
            fs::create_dir(&path).expect("a folder of the desk");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
                .expect("its permissions are ours");
            environment.push((name.to_owned(), path.to_string_lossy().into_owned()));
        }
        let screen = Screen::start(manager, size, folder.path(), &mut environment).await;
        let (bus, address) = bus(folder.path(), &environment);
        environment.push(("DBUS_SESSION_BUS_ADDRESS".to_owned(), address));
        for (name, value) in [
            // What WebKitWebDriver needs of a Tauri app.
            ("TAURI_WEBVIEW_AUTOMATION", "true"),
            // No bridge to assistive technology that nobody runs here; roles and names are WebKit's own.
            ("NO_AT_BRIDGE", "1"),
            ("GTK_A11Y", "none"),
            ("GIO_USE_VFS", "local"),
            ("GSETTINGS_BACKEND", "memory"),
            ("LIBGL_ALWAYS_SOFTWARE", "1"),
            ("LANG", "C.UTF-8"),
            ("LC_ALL", "C.UTF-8"),
            ("TZ", "Europe/Berlin"),
        ] {
            environment.push((name.to_owned(), value.to_owned()));
        }
        let mut desk = Self {
            keyring: None,
            prompter: None,
            window_manager: None,
            _bus: bus,
            screen,
            environment,
            folder,
        };
        match keyring {
            Keyring::Unlocked => desk.start_keyring().await,
            Keyring::Fresh => desk.start_fresh_keyring().await,
            Keyring::Absent => {}
        }
        desk
    }

    /// The address of its session bus.
    pub(super) fn bus(&self) -> &str {
        let bus = self
            .environment
            .iter()
            .find(|(name, _)| name == "DBUS_SESSION_BUS_ADDRESS");
        bus.map(|(_, address)| address.as_str()).expect("a bus")
    }

    /// A path under the desk's own folder, for an app's data.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the app on the data folder `name` with more arguments, and waits for its window.
    pub async fn open(&self, name: &str, arguments: &[&str]) -> Window {
        Window::open(self, &self.path(name), arguments).await
    }

    /// `program` as it runs on this desk.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = mortal(program);
        command
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("LATCHKEY_DATA_DIR");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    /// Sets what programs started from now on find in their environment.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a variable out of what programs started from now on find in their environment.
    pub(super) fn unset(&mut self, name: &str) {
        self.environment.retain(|(known, _)| known != name);
    }

    /// Sets a line of GTK's settings for programs started from now on.
    pub fn set_gtk(&self, line: &str) {
        let folder = self.path("config/gtk-3.0");
        fs::create_dir_all(&folder).expect("a folder for the settings");
        fs::write(folder.join("settings.ini"), format!("[Settings]\n{line}\n"))
            .expect("the settings are written");
    }

    /// Starts the keyring, unlocked.
    pub async fn start_keyring(&mut self) {
        let mut child = self
            .command("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts");
        give_password(&mut child);
        self.keyring = Some(Kept(child));
        self.see_on_bus("org.freedesktop.secrets").await;
    }

    /// Ends the keyring, as if there had never been one.
    pub fn end_keyring(&mut self) {
        self.keyring = None;
    }

    /// Locks the keyring.
    pub fn lock_keyring(&self) {
        let collection = self.collection().expect("a collection");
        let reply = self.call(
            "org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            &[&format!("array:objpath:{collection}")],
        );
        assert!(
            reply.contains(&collection),
            "the keyring was not locked: {reply}"
        );
    }

    /// Where the keyring keeps what has no other place; `None` where there is no such collection yet.
    pub(super) fn collection(&self) -> Option<String> {
        let reply = self.call(
            "org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.ReadAlias",
            &["string:default"],
        );
        let path = reply.split('"').nth(1)?;
        path.contains("/collection/").then(|| path.to_owned())
    }

    /// Starts it anew, unlocked, as signing in to the system again would.
    pub async fn unlock_keyring(&mut self) {
        self.end_keyring();
        self.start_keyring().await;
    }

    /// How many secrets the keyring holds.
    pub fn secrets(&self) -> usize {
        self.items().len()
    }

    /// What its secrets are called.
    pub fn labels(&self) -> Vec<String> {
        let label = |item: &String| {
            let reply = self.property(item, "Item", "Label");
            reply.split('"').nth(1).unwrap_or_default().to_owned()
        };
        self.items().iter().map(label).collect()
    }

    fn items(&self) -> Vec<String> {
        let Some(collection) = self.collection() else {
            return Vec::new();
        };
        let items = self.property(&collection, "Collection", "Items");
        let paths = items.split('"').skip(1).step_by(2);
        paths.map(str::to_owned).collect()
    }

    fn property(&self, path: &str, interface: &str, name: &str) -> String {
        self.call(
            "org.freedesktop.secrets",
            path,
            "org.freedesktop.DBus.Properties.Get",
            &[
                &format!("string:org.freedesktop.Secret.{interface}"),
                &format!("string:{name}"),
            ],
        )
    }

    /// Waits until a program has `name` on the bus.
    pub(super) async fn see_on_bus(&self, name: &str) {
        eventually(&format!("{name} is on the bus"), async || {
            self.is_on_bus(name).then_some(())
        })
        .await;
    }

    /// Whether a program has `name` on the bus.
    pub(super) fn is_on_bus(&self, name: &str) -> bool {
        let method = "org.freedesktop.DBus.NameHasOwner";
        let name = format!("string:{name}");
        let reply = self.call("org.freedesktop.DBus", "/", method, &[&name]);
        reply.contains("true")
    }

    /// Calls a method on the bus, and gives the answer as dbus-send prints it.
    pub(super) fn call(
        &self,
        destination: &str,
        path: &str,
        method: &str,
        arguments: &[&str],
    ) -> String {
        let output = self
            .command("dbus-send")
            .args([
                "--session",
                "--print-reply",
                &format!("--dest={destination}"),
                path,
                method,
            ])
            .args(arguments)
            .output()
            .expect("dbus-send runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr)
    }
}

pub(super) fn give_password(child: &mut Child) {
    // Dropped at the end, which closes it: the daemon reads to the end.
    let mut input = child.stdin.take().expect("a pipe");
    input
        .write_all(PASSWORD)
        .expect("the keyring takes its password");
}

fn bus(folder: &Path, environment: &[(String, String)]) -> (Kept, String) {
    let config = folder.join("bus.conf");
    fs::write(&config, BUS.replace("FOLDER", &folder.to_string_lossy()))
        .expect("the bus's settings are written");
    let mut child = mortal("dbus-daemon")
        .arg(format!("--config-file={}", config.display()))
        .args(["--nofork", "--print-address=1"])
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("dbus-daemon starts");
    let address = line_of(&mut child, |line| !line.is_empty()).expect("the program ended at once");
    (Kept(child), address)
}
