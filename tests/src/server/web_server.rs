//! The web servers that stand in front of Latchkey, with the very files of the documentation.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use url::Url;

use super::postfix::free_port;
use super::{Authority, Http, eventually};

/// What the server is called in the documentation.
pub const NAME: &str = "accounts.example.org";

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// nginx.
    Nginx,
    /// Caddy.
    Caddy,
    /// `HAProxy`.
    Haproxy,
    /// Apache.
    Apache,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Nginx, Self::Caddy, Self::Haproxy, Self::Apache];

    /// Its file in the documentation.
    const fn file(self) -> &'static str {
        match self {
            Self::Nginx => "nginx.conf",
            Self::Caddy => "Caddyfile",
            Self::Haproxy => "haproxy.cfg",
            Self::Apache => "apache.conf",
        }
    }

    /// The program of the Debian package, with the file that it is to read.
    fn command(self, file: &Path) -> Command {
        let mut command = match self {
            Self::Nginx => Command::new("/usr/sbin/nginx"),
            Self::Caddy => Command::new("caddy"),
            Self::Haproxy => Command::new("/usr/sbin/haproxy"),
            Self::Apache => Command::new("/usr/sbin/apache2"),
        };
        match self {
            Self::Nginx => command.arg("-c"),
            Self::Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]),
            Self::Haproxy => command.args(["-db", "-f"]),
            Self::Apache => command.args(["-DFOREGROUND", "-f"]),
        };
        command.arg(file);
        command
    }

    /// What a Debian system has around the file of the documentation, here with everything in `folder`.
    fn around(self, folder: &Path, port: u16, site: &str) -> String {
        let here = folder.display();
        match self {
            Self::Nginx => {
                let user = if is_root() { "user root;\n" } else { "" };
                let mut text = format!(
                    "{user}daemon off;\npid {here}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n"
                );
                for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
                    let _ = writeln!(text, "{kind}_temp_path {here}/{kind};");
                }
                text + site + "}\n"
            }
            Self::Caddy => format!(
                "{{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system {here}/caddy\n}}\n{site}"
            ),
            Self::Haproxy => site.to_owned(),
            Self::Apache => {
                let mut text = String::new();
                for module in [
                    "mpm_event",
                    "authz_core",
                    "headers",
                    "ssl",
                    "proxy",
                    "proxy_http",
                ] {
                    let _ = writeln!(
                        text,
                        "LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so"
                    );
                }
                if is_root() {
                    text.push_str("User www-data\nGroup www-data\n");
                }
                let _ = writeln!(
                    text,
                    "ServerName localhost\nDefaultRuntimeDir {here}\nPidFile {here}/pid\nErrorLog {here}/log\nListen {port}"
                );
                text + site
            }
        }
    }
}

/// A running web server; stopped when dropped.
#[derive(Debug)]
pub struct WebServer {
    authority: Authority,
    child: Child,
    port: u16,
    // Removed after the program has ended.
    folder: TempDir,
}

impl WebServer {
    /// Starts `program` with its file of the documentation in front of what listens at `there`. Only what is different on
    /// every machine is another: ports and the places of the certificate.
    pub async fn start(program: Program, there: SocketAddr) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("latchkey-proxy-")
            .tempdir()
            .expect("a temporary folder");
        let authority = Authority::default();
        let (certificate, key) = authority.issue_pem(NAME);
        let write = |name: &str, text: &str| -> PathBuf {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            path
        };
        let both = write("both.pem", &format!("{certificate}{key}"));
        let (certificate, key) = (write("cert.pem", &certificate), write("key.pem", &key));
        let documented = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../docs/proxies")
            .join(program.file());
        let mut site = std::fs::read_to_string(documented).expect("the documentation");
        let port = free_port();
        let mut replace = |from: &str, to: &str| {
            assert!(site.contains(from), "{from} is not in the documentation");
            site = site.replace(from, to);
        };
        replace("127.0.0.1:8470", &there.to_string());
        match program {
            Program::Nginx => replace("listen 443 ", &format!("listen {port} ")),
            Program::Caddy => replace(&format!("\n{NAME} {{"), &format!("\n{NAME}:{port} {{")),
            Program::Haproxy | Program::Apache => replace(":443", &format!(":{port}")),
        }
        if program == Program::Haproxy {
            replace(
                &format!("/etc/haproxy/{NAME}.pem"),
                &both.display().to_string(),
            );
        } else {
            let (certificate, key) = (certificate.display(), key.display());
            replace(
                &format!("/etc/ssl/certs/{NAME}.pem"),
                &certificate.to_string(),
            );
            replace(&format!("/etc/ssl/private/{NAME}.key"), &key.to_string());
        }
        let file = write(program.file(), &program.around(folder.path(), port, &site));
        let output = std::fs::File::create(folder.path().join("output")).expect("a file");
        let child = program
            .command(&file)
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .spawn()
            .expect("it starts, of the Debian package of its name");
        let server = Self {
            authority,
            child,
            port,
            folder,
        };
        eventually("the web server listens", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .ok()
        })
        .await;
        server
    }

    /// Somebody who comes through it, from `address` of this computer.
    pub fn client(&self, address: [u8; 4]) -> Http {
        let base = Url::parse(&format!("https://{NAME}:{}", self.port)).expect("a URL");
        Http::over_tls(base, IpAddr::from(address), &self.authority.pem())
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        // Asked to, it ends its own children too.
        let _ = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        let _ = self.child.wait();
        if std::thread::panicking() {
            for name in ["output", "log"] {
                let log = std::fs::read_to_string(self.folder.path().join(name));
                eprintln!(
                    "--- the web server's {name} ---\n{}",
                    log.unwrap_or_default()
                );
            }
        }
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}
