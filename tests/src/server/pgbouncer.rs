//! A pooler (`PgBouncer`) of a test's own, between a server and the PostgreSQL for tests.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use url::Url;

use super::eventually;

/// A running `PgBouncer`; killed when dropped.
#[derive(Debug)]
pub struct PgBouncer {
    _folder: TempDir,
    child: Child,
    url: String,
}

impl PgBouncer {
    /// One before the database at `url`. `pool_mode` says for how long a client keeps a connection: `session`,
    /// `transaction` or `statement`.
    pub async fn start(url: &str, pool_mode: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("latchkey-pgbouncer-")
            .tempdir()
            .expect("a temporary folder");
        // It runs as another user than root.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))
            .expect("its folder is readable");
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let settings = folder.path().join("pgbouncer.ini");
        std::fs::write(&settings, settings_for(url, pool_mode, port)).expect("its settings");
        let mut command = Command::new("/usr/sbin/pgbouncer");
        // It refuses to be root; who is not needs no other user.
        if is_root() {
            command.args(["-u", "nobody"]);
        }
        let child = command
            .arg(&settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("PgBouncer starts");
        let mut url = Url::parse(url).expect("a URL");
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("a port");
        eventually("PgBouncer listens", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .ok()
        })
        .await;
        Self {
            _folder: folder,
            child,
            url: url.into(),
        }
    }

    /// The `postgres://` URL of the database behind it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn settings_for(url: &str, pool_mode: &str, port: u16) -> String {
    let url = Url::parse(url).expect("a URL");
    let mut database = format!(
        "* = host={} port={} user={}",
        url.host_str().expect("a host"),
        url.port().unwrap_or(5432),
        url.username()
    );
    if let Some(password) = url.password() {
        let _ = write!(database, " password={password}");
    }
    format!(
        "[databases]\n{database}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = any\npool_mode = {pool_mode}\ndefault_pool_size = 60\n\
         ignore_startup_parameters = extra_float_digits\n"
    )
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}
