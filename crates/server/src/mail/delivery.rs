//! The two ways a mail leaves: to a mail server, or as a file into the outbox folder.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use latchkey_protocol::contacts::domain_to_ascii;
use latchkey_protocol::identifiers::MailId;
use lettre::message::Mailbox;
use lettre::message::header::ContentTransferEncoding;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{SUBMISSION_PORT, SUBMISSIONS_PORT};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;
use url::Url;

use super::envelope;
use crate::config::{Config, Smtp, SmtpEncryption};
use crate::state::ServerState;

/// How long a mail server may take for one mail, all in all: a tarpit must not outlast the claim on a mail.
const PATIENCE: Duration = Duration::from_mins(2);

/// Where mails go.
#[derive(Debug)]
pub struct Post {
    sender: Option<Mailbox>,
    /// The mailbox that takes delivery reports.
    reports: Option<Address>,
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
    #[error(
        "mail_from is not an e-mail address, like accounts@example.org or Accounts <accounts@example.org>"
    )]
    Sender,
    /// The name in `mail_from` has a character that separates addresses.
    #[error(
        "the name in mail_from has a comma or another special character: put it in quotation marks, as in \
         mail_from = '\"Example, Inc.\" <accounts@example.org>'"
    )]
    SenderName,
    /// A part before the @ that many mail servers don't take (RFC 6531).
    #[error("{0} has a character beyond ASCII before the @, which many mail servers refuse")]
    BeyondAscii(&'static str),
    /// `smtp.hello` is no name.
    #[error(
        "smtp.hello is neither a host name, like id.example.org, nor an address in brackets, like [192.0.2.7]"
    )]
    Hello,
    /// `bounce_address` is no address, or leaves no room for what tells the mails apart.
    #[error(
        "bounce_address is not an e-mail address whose part before the @ has at most {} characters and no +",
        REPORTS_MAXIMUM
    )]
    Reports,
    /// `smtp.encryption = "none"` towards another machine: passwords and links would cross the network in the clear.
    #[error("smtp.encryption can be \"none\" for a mail server on this machine alone")]
    PlainAcrossNetwork,
    /// The certificate authority's file can't be read.
    #[error("smtp.certificate_authority {} can't be read: {source}", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
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

impl PostError {
    /// The setting that is to be another.
    pub const fn setting(&self) -> &'static str {
        match self {
            Self::Sender | Self::SenderName => "mail_from",
            Self::BeyondAscii(setting) => setting,
            Self::Hello => "smtp.hello",
            Self::Reports => "bounce_address",
            Self::PlainAcrossNetwork => "smtp.host",
            Self::Authority { .. } | Self::Smtp(_) => "smtp.certificate_authority",
            Self::Outbox { .. } => "data_dir",
        }
    }
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// This mail will never be taken: the recipient does not exist, or its text is refused.
    #[error("{}", .0.log)]
    ForGood(Said),
    /// Another try may help.
    #[error("{}", .0.log)]
    ForNow(Said),
}

/// What is said of a mail that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// For the log.
    pub log: String,
    /// A mail server's own words, which the account is shown. What goes wrong on this machine or the way to the mail
    /// server is for the administrator alone.
    pub answer: Option<String>,
}

impl Said {
    /// By this server.
    pub fn own(text: &str) -> Self {
        Self {
            log: one_line(text),
            answer: None,
        }
    }

    /// By a mail server.
    pub fn by_mail_server(text: &str) -> Self {
        let text = one_line(text);
        Self {
            answer: Some(text.clone()),
            log: text,
        }
    }
}

impl Post {
    /// By the settings. Connects to nothing yet.
    pub fn open(config: &Config) -> Result<Self, PostError> {
        let sender = config
            .mail_from
            .as_deref()
            .map(sender_mailbox)
            .transpose()?;
        let reports = config
            .bounce_address
            .as_deref()
            .map(reports_address)
            .transpose()?;
        let way = match &config.smtp {
            Some(smtp) => {
                let hello = hello(smtp, config.public_url.as_ref())?;
                Way::Smtp(transport(smtp, hello)?)
            }
            None => Way::Outbox(open_outbox(config.outbox_folder())?),
        };
        Ok(Self {
            sender,
            reports,
            way,
        })
    }

    /// The sender of mails: the setting, else `no-reply@` the host that links lead to.
    pub(super) fn sender(&self, host: &str) -> Option<Mailbox> {
        if let Some(sender) = &self.sender {
            return Some(sender.clone());
        }
        let numeric = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let domain = if numeric { "localhost" } else { host };
        let address = Address::new("no-reply", domain).ok()?;
        Some(Mailbox::new(Some("Latchkey".to_owned()), address))
    }

    /// Where delivery reports about a mail go; `None` when nobody reads them.
    pub(super) fn return_path(&self, state: &ServerState, id: MailId) -> Option<Address> {
        envelope::sender(state.secret_key(), self.reports.as_ref()?, id)
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
                    Err(_) => Err(Refused::ForNow(Said::own("the mail server took too long"))),
                }
            }
            Way::Outbox(folder) => {
                let (folder, name) = (folder.clone(), name.to_owned());
                tokio::task::spawn_blocking(move || write(&folder, &name, &message.formatted()))
                    .await
                    .map_err(|_| Refused::ForNow(Said::own("the server stops")))?
                    .map_err(|error| Refused::ForNow(Said::own(&format!("the outbox: {error}"))))
            }
        }
    }
}

/// What the mail server is greeted with (RFC 5321, section 4.1.1.1). Many want a name, and take the address of a loopback
/// interface for forged.
fn hello(smtp: &Smtp, public_url: Option<&Url>) -> Result<ClientId, PostError> {
    if let Some(hello) = &smtp.hello {
        return client_id(hello).ok_or(PostError::Hello);
    }
    let of_url = public_url
        .and_then(Url::domain)
        .filter(|name| *name != "localhost")
        .and_then(client_id);
    let machine = gethostname::gethostname();
    Ok(of_url
        .or_else(|| client_id(machine.to_str()?))
        .unwrap_or_default())
}

/// A host name, or an address in brackets.
fn client_id(text: &str) -> Option<ClientId> {
    let literal = text.trim_matches(['[', ']']).trim_start_matches("IPv6:");
    match literal.parse() {
        Ok(IpAddr::V4(address)) => Some(ClientId::Ipv4(address)),
        Ok(IpAddr::V6(address)) => Some(ClientId::Ipv6(address)),
        Err(_) => domain_to_ascii(text).map(ClientId::Domain),
    }
}

fn transport(
    smtp: &Smtp,
    hello: ClientId,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, PostError> {
    type Transport = AsyncSmtpTransport<Tokio1Executor>;
    let builder = match smtp.encryption {
        SmtpEncryption::Starttls => Transport::builder_dangerous(&smtp.host)
            .port(SUBMISSION_PORT)
            .tls(Tls::Required(tls(smtp)?)),
        SmtpEncryption::Tls => Transport::builder_dangerous(&smtp.host)
            .port(SUBMISSIONS_PORT)
            .tls(Tls::Wrapper(tls(smtp)?)),
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
        .hello_name(hello)
        .timeout(Some(Duration::from_secs(30)))
        .build())
}

/// TLS 1.2 or newer, to a server whose certificate is for its name and from an authority that is trusted.
fn tls(smtp: &Smtp) -> Result<TlsParameters, PostError> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if let Some(path) = &smtp.certificate_authority {
        let pem = std::fs::read(path).map_err(|source| PostError::Authority {
            path: path.clone(),
            source,
        })?;
        let authority = Certificate::from_pem(&pem).map_err(PostError::Smtp)?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build().map_err(PostError::Smtp)
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn refusal(error: &lettre::transport::smtp::Error) -> Refused {
    refusal_of(error.status().map(u16::from), &error.to_string())
}

/// RFC 5321, section 4.2.3: 550 to 553 and, for now, 450 to 452 speak of the mailbox or the mail, unless the subject of
/// their enhanced status code (RFC 3463, section 3) is another one. Other refusals (no sign-in, no TLS, no relaying, a
/// server that takes nobody's mail, which is 554 too) speak of the way there: they may be mended within the day, and are
/// no business of the account's.
fn refusal_of(code: Option<u16>, text: &str) -> Refused {
    let about_the_mail = match (code, subject_of(text)) {
        (Some(450..=452 | 550..=554), Some(subject)) => matches!(subject, '1' | '2' | '6'),
        (Some(450..=452 | 550..=553), None) => true,
        _ => false,
    };
    match code {
        Some(500..) if about_the_mail => Refused::ForGood(Said::by_mail_server(text)),
        _ if about_the_mail => Refused::ForNow(Said::by_mail_server(text)),
        _ => Refused::ForNow(Said::own(text)),
    }
}

/// The subject of the first enhanced status code in what a mail server says: the 1 of `5.1.10`.
fn subject_of(text: &str) -> Option<char> {
    let is_number = |part: &str| {
        (1..=3).contains(&part.len()) && part.chars().all(|digit| digit.is_ascii_digit())
    };
    text.split_whitespace().find_map(|word| {
        let mut parts = word.split('.');
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        let is_code = parts.next().is_none()
            && matches!(class, "4" | "5")
            && is_number(subject)
            && is_number(detail);
        subject
            .chars()
            .next()
            .filter(|_| is_code && subject.len() == 1)
    })
}

/// The longest part before the `@` that leaves room for what tells the mails apart (RFC 5321, section 4.5.3.1.1).
const REPORTS_MAXIMUM: usize = 64 - envelope::SUFFIX;

fn reports_address(address: &str) -> Result<Address, PostError> {
    let address = address
        .parse::<Address>()
        .ok()
        .filter(|address| address.user().len() <= REPORTS_MAXIMUM && !address.user().contains('+'))
        .ok_or(PostError::Reports)?;
    in_ascii("bounce_address", &address)?.ok_or(PostError::Reports)
}

fn sender_mailbox(text: &str) -> Result<Mailbox, PostError> {
    let mailbox = text.parse::<Mailbox>().map_err(|_| {
        let inside = text.trim().strip_suffix('>');
        match inside.and_then(|inside| inside.rsplit_once('<')) {
            Some((_, address)) if address.parse::<Address>().is_ok() => PostError::SenderName,
            _ => PostError::Sender,
        }
    })?;
    let address = in_ascii("mail_from", &mailbox.email)?.ok_or(PostError::Sender)?;
    Ok(Mailbox::new(mailbox.name, address))
}

/// An address that every mail server takes, with its domain in the ASCII form; `None` when the domain is none.
fn in_ascii(setting: &'static str, address: &Address) -> Result<Option<Address>, PostError> {
    if !address.user().is_ascii() {
        return Err(PostError::BeyondAscii(setting));
    }
    if address.domain().is_ascii() {
        return Ok(Some(address.clone()));
    }
    Ok(domain_to_ascii(address.domain())
        .and_then(|domain| Address::new(address.user(), domain).ok()))
}

/// What a mail server says is its own: bounded, and on one line of a log.
pub(super) fn one_line(text: &str) -> String {
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

    #[test]
    fn only_what_speaks_of_the_mailbox_or_the_mail_is_for_good() {
        for (code, text, for_good) in [
            (
                550,
                "permanent error (550): 5.1.1 <a@b.example>: no such user",
                true,
            ),
            (552, "permanent error (552): 5.2.2 mailbox full", true),
            (550, "permanent error (550): no such user here", true),
            (554, "permanent error (554): 5.6.0 no such format", true),
            (
                554,
                "permanent error (554): 5.7.1 <a@b.example>: Relay access denied",
                false,
            ),
            (
                550,
                "permanent error (550): 5.7.60 may not send as this sender",
                false,
            ),
            (554, "permanent error (554): no SMTP service here", false),
            (
                550,
                "permanent error (550): 5.4.1 no answer from host",
                false,
            ),
            (
                535,
                "permanent error (535): 5.7.8 authentication failed",
                false,
            ),
            (450, "transient error (450): 4.2.0 greylisted", false),
            (421, "transient error (421): 4.3.2 closing", false),
        ] {
            let refused = refusal_of(Some(code), text);
            assert_eq!(matches!(refused, Refused::ForGood(_)), for_good, "{text}");
        }
        assert_eq!(subject_of("from 192.0.2.7: 5.1.10 no mailbox"), Some('1'));
        assert_eq!(subject_of("from 5.2.3.4 on port 25"), None);
    }

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

    #[test]
    fn the_mail_server_is_greeted_with_a_name() {
        let greeted = |hello: Option<&str>, url: Option<&str>| {
            let smtp = Smtp {
                hello: hello.map(str::to_owned),
                ..Smtp::default()
            };
            let url = url.map(|url| url.parse().unwrap());
            super::hello(&smtp, url.as_ref()).map(|hello| hello.to_string())
        };
        for (hello, url, expected) in [
            (None, "https://id.example.org/accounts", "id.example.org"),
            (
                None,
                "https://konto.münchen.example",
                "konto.xn--mnchen-3ya.example",
            ),
            (
                Some("mx.münchen.example"),
                "https://id.example.org",
                "mx.xn--mnchen-3ya.example",
            ),
            (Some("[192.0.2.7]"), "https://id.example.org", "[192.0.2.7]"),
            (Some("192.0.2.7"), "https://id.example.org", "[192.0.2.7]"),
            (
                Some("[IPv6:2001:db8::7]"),
                "https://id.example.org",
                "[IPv6:2001:db8::7]",
            ),
        ] {
            assert_eq!(greeted(hello, Some(url)).unwrap(), expected);
        }
        let machine = gethostname::gethostname();
        let machine = machine.to_str().and_then(client_id).unwrap_or_default();
        for url in [
            None,
            Some("http://127.0.0.1:8470"),
            Some("http://localhost:8470"),
        ] {
            assert_eq!(greeted(None, url).unwrap(), machine.to_string(), "{url:?}");
        }
        for bad in ["", "a b", "id.example.org\r\nMAIL FROM:<a@b>", "-x.example"] {
            let refused = greeted(Some(bad), None);
            assert!(matches!(refused, Err(PostError::Hello)), "{bad:?}");
        }
    }

    #[test]
    fn a_senders_domain_beyond_ascii_is_written_as_every_mail_server_takes_it() {
        for (text, written) in [
            (
                "Konto <konto@münchen.example>",
                "Konto <konto@xn--mnchen-3ya.example>",
            ),
            ("konto@MÜNCHEN.example", "konto@xn--mnchen-3ya.example"),
            (
                "Accounts <Accounts@example.org>",
                "Accounts <Accounts@example.org>",
            ),
            (
                "\"Example, Inc.\" <a@example.org>",
                "\"Example, Inc.\" <a@example.org>",
            ),
        ] {
            assert_eq!(sender_mailbox(text).unwrap().to_string(), written);
        }
        let reports = reports_address("bounce@münchen.example").unwrap();
        assert_eq!(reports.to_string(), "bounce@xn--mnchen-3ya.example");
        for (text, said) in [
            ("Example, Inc. <a@example.org>", "quotation marks"),
            ("a.example.org", "mail_from is not an e-mail address"),
            (
                "Kontö <kontö@example.org>",
                "mail_from has a character beyond ASCII",
            ),
        ] {
            let error = sender_mailbox(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
        let error = reports_address("kontö@example.org")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("bounce_address has a character beyond ASCII"),
            "{error}"
        );
    }

    #[test]
    fn the_mailbox_for_reports_leaves_room() {
        for good in ["bounce@id.example.org", "postmaster@example.org"] {
            assert!(reports_address(good).is_ok(), "{good}");
        }
        for bad in [
            "bounce",
            "a-very-long-name@example.org",
            "a+b@example.org",
            "a@example.org\r\nRCPT TO:<b@example.org>",
        ] {
            assert!(reports_address(bad).is_err(), "{bad:?}");
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
