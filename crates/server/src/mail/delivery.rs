//! The two ways a mail leaves: to a mail server, or as a file into the outbox folder.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentTransferEncoding;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;

use crate::config::{Config, Smtp, SmtpEncryption};

/// How long a mail server may take for one mail, all in all: a tarpit must not outlast the claim on a mail.
const PATIENCE: Duration = Duration::from_mins(2);

/// Where mails go.
#[derive(Debug)]
pub struct Post {
    sender: Option<Mailbox>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Outbox(PathBuf),
}

/// Why mails can't be sent with these settings.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// `mail_from` is no address.
    #[error("mail_from is not an e-mail address")]
    Sender,
    /// `smtp.encryption = "none"` towards another machine: passwords and links would cross the network in the clear.
    #[error("smtp.encryption can be \"none\" for a mail server on this machine alone")]
    PlainAcrossNetwork,
    /// The mail server's name can't be used.
    #[error("the smtp settings can't be used: {0}")]
    Smtp(#[source] lettre::transport::smtp::Error),
    /// The outbox folder can't be made.
    #[error("the outbox folder {} can't be made: {source}", path.display())]
    Outbox {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// This mail will never be taken: the recipient does not exist, or its text is refused.
    #[error("{0}")]
    ForGood(String),
    /// Another try may help.
    #[error("{0}")]
    ForNow(String),
}

impl Post {
    /// By the settings. Connects to nothing yet.
    pub fn open(config: &Config) -> Result<Self, PostError> {
        let sender = config
            .mail_from
            .as_deref()
            .map(|sender| sender.parse::<Mailbox>().map_err(|_| PostError::Sender))
            .transpose()?;
        let way = match &config.smtp {
            Some(smtp) => Way::Smtp(transport(smtp)?),
            None => Way::Outbox(open_outbox(config.outbox_folder())?),
        };
        Ok(Self { sender, way })
    }

    /// The sender of mails: the setting, else `no-reply@` the host that links lead to.
    pub(super) fn sender(&self, host: &str) -> Option<Mailbox> {
        if let Some(sender) = &self.sender {
            return Some(sender.clone());
        }
        let numeric = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let domain = if numeric { "localhost" } else { host };
        let address = lettre::Address::new("no-reply", domain).ok()?;
        Some(Mailbox::new(Some("Latchkey".to_owned()), address))
    }

    /// How the text of mails is written: to a mail server as Base64, which no server on the way alters or takes for a
    /// command; in a file as it is, since a person may have nothing but an editor to open it with.
    pub(super) fn encoding(&self) -> ContentTransferEncoding {
        match &self.way {
            Way::Smtp(_) => ContentTransferEncoding::Base64,
            Way::Outbox(_) => ContentTransferEncoding::EightBit,
        }
    }

    /// Hands a mail over. `name` is its file name in the outbox: the same for each try.
    pub(super) async fn send(&self, name: &str, message: Message) -> Result<(), Refused> {
        match &self.way {
            Way::Smtp(transport) => {
                match tokio::time::timeout(PATIENCE, transport.send(message)).await {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(error)) => Err(refusal(&error)),
                    Err(_) => Err(Refused::ForNow("the mail server took too long".to_owned())),
                }
            }
            Way::Outbox(folder) => {
                let (folder, name) = (folder.clone(), name.to_owned());
                tokio::task::spawn_blocking(move || write(&folder, &name, &message.formatted()))
                    .await
                    .map_err(|_| Refused::ForNow("the server stops".to_owned()))?
                    .map_err(|error| Refused::ForNow(format!("the outbox: {error}")))
            }
        }
    }
}

fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, PostError> {
    type Transport = AsyncSmtpTransport<Tokio1Executor>;
    let builder = match smtp.encryption {
        SmtpEncryption::Starttls => {
            Transport::starttls_relay(&smtp.host).map_err(PostError::Smtp)?
        }
        SmtpEncryption::Tls => Transport::relay(&smtp.host).map_err(PostError::Smtp)?,
        SmtpEncryption::None if is_this_machine(&smtp.host) => {
            Transport::builder_dangerous(&smtp.host)
        }
        SmtpEncryption::None => return Err(PostError::PlainAcrossNetwork),
    };
    let builder = match smtp.port {
        Some(port) => builder.port(port),
        None => builder,
    };
    let builder = match (&smtp.username, &smtp.password) {
        (Some(username), Some(password)) => builder.credentials(Credentials::new(
            username.clone(),
            password.expose_secret().to_owned(),
        )),
        _ => builder,
    };
    Ok(builder
        .hello_name(ClientId::default())
        .timeout(Some(Duration::from_secs(30)))
        .build())
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// RFC 5321, section 4.2.3: 550 to 554 speak of the mailbox or the mail. Other refusals (no sign-in, no TLS, a server
/// that takes nobody's mail) speak of the way there and may be mended within the day.
fn refusal(error: &lettre::transport::smtp::Error) -> Refused {
    let code = error.status().map(u16::from);
    let text = one_line(&error.to_string());
    match code {
        Some(550..=554) => Refused::ForGood(text),
        _ => Refused::ForNow(text),
    }
}

/// What a mail server says is its own: bounded, and on one line of a log.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(300)
        .collect()
}

fn open_outbox(path: PathBuf) -> Result<PathBuf, PostError> {
    let make = || {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        // Who can read a mail can follow its link.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)
    };
    match make() {
        Ok(()) => Ok(path),
        Err(source) => Err(PostError::Outbox { path, source }),
    }
}

/// Whole or not at all: a reader of the folder never sees half a mail, and a crash leaves none.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;

    let half = folder.join(format!(".{name}.part"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&half)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&half, folder.join(name))?;
    // The name must be on the disk before the database says that the mail was sent.
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(host: &str, encryption: SmtpEncryption) -> Config {
        Config {
            smtp: Some(Smtp {
                host: host.to_owned(),
                encryption,
                ..Smtp::default()
            }),
            ..Config::default()
        }
    }

    #[tokio::test]
    async fn mails_cross_no_network_in_the_clear() {
        let refused = Post::open(&smtp("mail.example.org", SmtpEncryption::None));
        assert!(matches!(refused, Err(PostError::PlainAcrossNetwork)));
        for (host, encryption) in [
            ("127.0.0.1", SmtpEncryption::None),
            ("localhost", SmtpEncryption::None),
            ("mail.example.org", SmtpEncryption::Starttls),
            ("mail.example.org", SmtpEncryption::Tls),
        ] {
            assert!(Post::open(&smtp(host, encryption)).is_ok(), "{host}");
        }
    }

    #[tokio::test]
    async fn the_sender_is_the_setting_or_the_host_of_the_links() {
        let config = smtp("localhost", SmtpEncryption::None);
        let post = Post::open(&config).unwrap();
        for (host, sender) in [
            ("id.example.org", "no-reply@id.example.org"),
            ("127.0.0.1", "no-reply@localhost"),
            ("[::1]", "no-reply@localhost"),
            ("localhost", "no-reply@localhost"),
        ] {
            assert_eq!(post.sender(host).unwrap().email.to_string(), sender);
        }
        let set = |sender: &str| {
            Post::open(&Config {
                mail_from: Some(sender.to_owned()),
                ..config.clone()
            })
        };
        let post = set("Accounts <accounts@example.org>").unwrap();
        assert_eq!(
            post.sender("x").unwrap().to_string(),
            "Accounts <accounts@example.org>"
        );
        assert!(matches!(
            set("a@example.org\r\nBcc: b@example.org"),
            Err(PostError::Sender)
        ));
    }
}
