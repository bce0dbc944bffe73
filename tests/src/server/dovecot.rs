//! A real Dovecot of a test's own, which alone tells [`super::Postfix`] who may sign in there.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::eventually;
use super::postfix::free_port;

/// Who may sign in.
pub const SMTP_USERNAME: &str = "latchkey";
/// With what.
pub const SMTP_PASSWORD: &str = "brass kettle № 7";

/// A running Dovecot that answers for [`SMTP_USERNAME`].
#[derive(Debug)]
pub struct Dovecot {
    folder: TempDir,
    port: u16,
    child: Child,
}

impl Dovecot {
    /// Starts one. It takes root, as Postfix does, and Debian's package `dovecot-core`.
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("latchkey-dovecot-")
            .tempdir()
            .expect("a temporary folder");
        let port = free_port();
        let root = folder.path().display();
        let settings = format!(
            "base_dir = {root}/run\n\
             state_dir = {root}/run\n\
             log_path = {root}/log\n\
             protocols =\n\
             ssl = no\n\
             auth_mechanisms = plain login\n\
             passdb {{\n driver = passwd-file\n args = {root}/users\n}}\n\
             userdb {{\n driver = static\n args = uid=65534 gid=65534 home=/nonexistent\n}}\n\
             service auth {{\n inet_listener {{\n address = 127.0.0.1\n port = {port}\n }}\n}}\n"
        );
        let users = format!("{SMTP_USERNAME}:{{PLAIN}}{SMTP_PASSWORD}\n");
        for (name, text) in [("dovecot.conf", settings), ("users", users)] {
            std::fs::write(folder.path().join(name), text).expect("a setting");
        }
        // Its daemons give up root's rights and have to pass through.
        let opened = Command::new("chmod").arg("755").arg(folder.path()).status();
        assert!(opened.is_ok_and(|status| status.success()));
        let child = Command::new("/usr/sbin/dovecot")
            .args(["-F", "-c"])
            .arg(folder.path().join("dovecot.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("dovecot starts, of the Debian package dovecot-core");
        let dovecot = Self {
            folder,
            port,
            child,
        };
        eventually("Dovecot answers", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .ok()
        })
        .await;
        dovecot
    }

    /// The port at which it tells who may sign in.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.log()).unwrap_or_default();
            eprintln!("--- Dovecot's log ---\n{log}");
        }
    }
}
