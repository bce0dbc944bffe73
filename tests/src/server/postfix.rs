//! A real mail server (Postfix) of a test's own: its configuration, queue and mailboxes in a temporary folder, on an
//! unprivileged port. Nothing of the system's own Postfix is read or changed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::{Dovecot, eventually};

/// The one mailbox of [`Postfix`]; every other address of its domain is taken and then found not to exist.
pub const MAILBOX: &str = "anna@example.org";
/// An address of its domain that it refuses at once.
pub const REFUSED: &str = "refused@example.org";
/// Where its reports of what could not be delivered go to a program.
pub const REPORTS: &str = "bounce@id.example.net";
/// Who runs that program.
pub const REPORTS_USER: &str = "nobody";

/// A running Postfix that takes mail from this computer for `example.org`.
#[derive(Debug)]
pub struct Postfix {
    folder: TempDir,
    port: u16,
    tls_port: u16,
    child: Option<Child>,
}

impl Postfix {
    /// Makes one and starts it. Mail to [`REPORTS`], and to what is made from it with `+`, goes to `report_command`:
    /// `${recipient}` in it is the envelope's recipient.
    pub async fn start(report_command: &[&str]) -> Self {
        Self::start_with(report_command, None).await
    }

    /// One that takes mail of those alone whom `dovecot` knows.
    pub async fn start_for_members(dovecot: &Dovecot) -> Self {
        Self::start_with(&["/bin/true"], Some(dovecot)).await
    }

    async fn start_with(report_command: &[&str], members_of: Option<&Dovecot>) -> Self {
        assert!(
            is_root() && Path::new("/usr/sbin/postfix").exists(),
            "a Postfix of the test's own takes root, as which its master process runs, and the package postfix"
        );
        let folder = tempfile::Builder::new()
            .prefix("latchkey-postfix-")
            .tempdir()
            .expect("a temporary folder");
        let mut postfix = Self {
            folder,
            port: free_port(),
            tls_port: free_port(),
            child: None,
        };
        postfix.write_settings(report_command, members_of);
        let child = Command::new("/usr/sbin/postfix")
            .arg("-c")
            .arg(postfix.path("etc"))
            .arg("start-fg")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("postfix starts");
        postfix.child = Some(child);
        eventually("Postfix answers", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", postfix.port))
                .await
                .ok()
        })
        .await;
        postfix
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_settings(&self, report_command: &[&str], members_of: Option<&Dovecot>) {
        let whom = whose_mail(members_of);
        let root = self.folder.path().display();
        for folder in ["etc", "spool", "data", "mail", "log"] {
            std::fs::create_dir(self.path(folder)).expect("a folder");
        }
        // The daemons give up root's rights and have to pass through.
        run(Command::new("chmod").arg("755").arg(self.folder.path()));
        run(Command::new("chown").arg("postfix").arg(self.path("data")));
        run(Command::new("chown").arg("nobody").arg(self.path("mail")));
        run(Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ])
            .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
            .args(["-addext", "subjectAltName=DNS:localhost"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(self.path("etc/key.pem"))
            .arg("-out")
            .arg(self.certificate()));
        let main = format!(
            "compatibility_level = 3.6\n\
             queue_directory = {root}/spool\n\
             data_directory = {root}/data\n\
             command_directory = /usr/sbin\n\
             daemon_directory = /usr/lib/postfix/sbin\n\
             mail_owner = postfix\n\
             setgid_group = postdrop\n\
             maillog_file = {root}/log/mail.log\n\
             maillog_file_prefixes = {root}/log\n\
             import_environment = MAIL_CONFIG\n\
             inet_interfaces = 127.0.0.1\n\
             inet_protocols = ipv4\n\
             myhostname = mail.test\n\
             mydestination =\n\
             alias_maps =\n\
             alias_database =\n\
             local_recipient_maps =\n\
             virtual_mailbox_domains = example.org\n\
             virtual_mailbox_base = {root}/mail\n\
             virtual_mailbox_maps = texthash:{root}/etc/mailboxes\n\
             virtual_uid_maps = static:65534\n\
             virtual_gid_maps = static:65534\n\
             smtpd_reject_unlisted_recipient = no\n\
             smtpd_recipient_restrictions = check_recipient_access texthash:{root}/etc/refused, permit_mynetworks, permit_sasl_authenticated, reject\n\
             smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject\n\
             transport_maps = texthash:{root}/etc/transport\n\
             smtpd_tls_cert_file = {root}/etc/certificate.pem\n\
             smtpd_tls_key_file = {root}/etc/key.pem\n\
             smtpd_tls_security_level = may\n\
             minimal_backoff_time = 1s\n\
             queue_run_delay = 1s\n{whom}"
        );
        let master = format!(
            "127.0.0.1:{} inet n - n - - smtpd\n\
             127.0.0.1:{} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n\
             postlog unix-dgram n - n - 1 postlogd\n\
             pickup unix n - n 60 1 pickup\n\
             cleanup unix n - n - 0 cleanup\n\
             qmgr unix n - n 1 1 qmgr\n\
             tlsmgr unix - - n 1000? 1 tlsmgr\n\
             rewrite unix - - n - - trivial-rewrite\n\
             bounce unix - - n - 0 bounce\n\
             defer unix - - n - 0 bounce\n\
             trace unix - - n - 0 bounce\n\
             verify unix - - n - 1 verify\n\
             flush unix n - n 1000? 0 flush\n\
             proxymap unix - - n - - proxymap\n\
             anvil unix - - n - 1 anvil\n\
             scache unix - - n - 1 scache\n\
             error unix - - n - - error\n\
             retry unix - - n - - error\n\
             discard unix - - n - - discard\n\
             virtual unix - n n - - virtual\n\
             report unix - n n - - pipe\n  user={REPORTS_USER} argv={}\n",
            self.port,
            self.tls_port,
            report_command.join(" ")
        );
        for (name, text) in [
            ("main.cf", main),
            ("master.cf", master),
            ("mailboxes", format!("{MAILBOX} anna/\n")),
            (
                "refused",
                format!("{REFUSED} 550 5.1.1 nobody of that name\n"),
            ),
            ("transport", "id.example.net report:\n".to_owned()),
        ] {
            std::fs::write(self.path("etc").join(name), text).expect("a setting");
        }
    }

    /// Its port on 127.0.0.1, with STARTTLS; its certificate is for `localhost`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Another of its ports, with TLS from the first byte.
    pub fn tls_port(&self) -> u16 {
        self.tls_port
    }

    /// Its certificate, which nobody but itself vouches for.
    pub fn certificate(&self) -> PathBuf {
        self.path("etc/certificate.pem")
    }

    /// The mails in the mailbox of [`MAILBOX`], as they arrived.
    pub fn mailbox(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path("mail/anna/new")) else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter_map(|entry| std::fs::read_to_string(entry.path()).ok())
            .collect()
    }

    /// What it wrote down.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log/mail.log")).unwrap_or_default()
    }

    /// Waits for a line of its log that has both texts.
    pub async fn logged(&self, one: &str, other: &str) -> String {
        eventually(
            &format!("{one:?} and {other:?} in Postfix's log"),
            async || {
                let log = self.log();
                log.lines()
                    .find(|line| line.contains(one) && line.contains(other))
                    .map(str::to_owned)
            },
        )
        .await
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // Its master process, by the id that it wrote down, and the shell that waits for it.
        if let Ok(id) = std::fs::read_to_string(self.path("spool/pid/master.pid")) {
            let _ = Command::new("kill").args(["-TERM", id.trim()]).status();
        }
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("--- Postfix's log ---\n{}", self.log());
        }
    }
}

/// The settings that say whose mail it takes: what this computer sends, or the members' alone.
fn whose_mail(members_of: Option<&Dovecot>) -> String {
    members_of.map_or_else(
        || "mynetworks = 127.0.0.0/8\n".to_owned(),
        |dovecot| {
            format!(
                "mynetworks =\n\
                 smtpd_sasl_auth_enable = yes\n\
                 smtpd_sasl_type = dovecot\n\
                 smtpd_sasl_path = inet:127.0.0.1:{}\n\
                 smtpd_tls_auth_only = yes\n",
                dovecot.port()
            )
        },
    )
}

pub(super) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn run(command: &mut Command) {
    let output = command.output().expect("a program of the system");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
