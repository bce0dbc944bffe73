//! A desktop session of its own: session bus, unlocked keyring and folders that are thrown away, so that no test ever
//! meets the developer's own keyring.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::command;

/// Unlocks a keyring that exists for this session alone, waits until it has its name on the bus (an earlier call would
/// start a second, locked one), then becomes the command.
const UNLOCK: &str = r#"
echo "Starting a session bus and a keyring for the tests"
printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 || exit 1
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
    string:org.freedesktop.secrets | grep -q true; do
    tries=$((tries + 1))
    [ "$tries" -lt 2000 ] || { echo "the keyring did not start" >&2; exit 1; }
done
exec "$@""#;

/// A folder that is removed at the end.
pub struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// Makes a folder that only this user may enter.
    pub fn new(name: &str) -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("latchkey-{name}-{}", std::process::id()));
        let made = fs::create_dir_all(&path);
        #[cfg(unix)]
        let made = made.and_then(|()| {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
        });
        made.map_err(|error| format!("{} can't be made: {error}", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What is left over in the system's temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `inner`, run inside a session of its own whose folders are under `folder`.
pub fn wrap(inner: &Command, folder: &Path) -> Command {
    let mut session = command("dbus-run-session");
    session
        .args(["--", "sh", "-c", UNLOCK, "sh"])
        .arg(inner.get_program())
        .args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => session.env(name, value),
            None => session.env_remove(name),
        };
    }
    if let Some(directory) = inner.get_current_dir() {
        session.current_dir(directory);
    }
    for name in [
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "XDG_RUNTIME_DIR",
    ] {
        session.env(name, folder);
    }
    session
}
