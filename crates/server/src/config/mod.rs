//! The settings: safe defaults, a TOML file, `LATCHKEY_*` variables, the command line; the later one counts.

mod error;
mod load;
pub mod settings;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use latchkey_protocol::password::PasswordPreset;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

pub use self::error::ConfigError;
pub use self::load::Sources;
use self::load::shown;
use self::settings::Setting;
use crate::database::{self, Options, Way};
use crate::secret_key::SecretKey;

/// All settings of a server.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "a switch is a setting")]
pub struct Config {
    /// Where the server keeps its files: the database unless one is named, the lock, mails that nobody sends.
    pub data_dir: PathBuf,
    /// A `postgres://` URL; `None` for SQLite at `data_dir/latchkey.sqlite`.
    pub database: Option<String>,
    /// Whether PostgreSQL may be reached over a network without TLS (ASVS V12.3.1). Else its URL has to ask for TLS, unless it
    /// is on this machine.
    pub database_without_tls: bool,
    /// Connections to PostgreSQL at most.
    pub database_connections: u32,
    /// What links in mails start with; `None` for the address that the server is bound to.
    pub public_url: Option<Url>,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether requests are answered only whose `Host` is the very address that the server is bound to, or `localhost`
    /// with its port. For a server without a proxy and a name: a web page that has its own name lead here is then
    /// refused (DNS rebinding).
    pub only_bound_host: bool,
    /// Whether anybody may create an account.
    pub sign_up: bool,
    /// Whether browsers are told to use `https` for the names below the public URL's host too (ASVS V3.4.1).
    pub hsts_include_subdomains: bool,
    /// Whether `/v1/openapi.json` describes the API to whoever asks (ASVS V13.4.5).
    pub describe_api: bool,
    /// Set for a server inside the app, that one person runs for themselves. No setting of a served one: there, the first
    /// account may be anybody's.
    #[serde(skip)]
    pub app: Option<InsideApp>,
    /// What a password costs.
    pub hash: HashCost,
    /// What a connection may take.
    pub connections: ConnectionLimits,
    /// What a new password must satisfy.
    pub password_policy: PasswordPreset,
    /// How many sign-ins are tried.
    pub sign_in: SignInLimits,
    /// How many links for a forgotten password are asked for.
    pub recovery: RecoveryLimits,
    /// How much an account, a session and the whole server may make.
    pub quotas: Quotas,
    /// The proxies whose word on a client's address is believed: a list of addresses and ranges, or one text with commas.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they give it; the other one is not looked at.
    pub forwarded_header: ForwardedHeader,
    /// The server's own secret, 32 random bytes as base64url; `None` for the one in `data_dir/server.key`, which is made
    /// at the first start. Nodes that share a database share it.
    pub secret_key: Option<SecretString>,
    /// How mail leaves; `None` for `.eml` files in `data_dir/outbox`.
    pub smtp: Option<Smtp>,
    /// The sender of mails; `None` for `no-reply@` the public URL's host.
    pub mail_from: Option<String>,
    /// The mailbox whose mails a mail server hands to `latchkey-server bounce`; `None` when delivery reports go to the
    /// sender and are not read.
    pub bounce_address: Option<String>,
    /// Where these came from.
    #[serde(skip)]
    pub sources: Sources,
}

/// A server inside the app. Its first account administers it, and is its only one.
#[derive(Clone, Debug)]
pub struct InsideApp {
    /// What a request has to show to be done ([`latchkey_protocol::server::APP_SECRET_HEADER`]), unless it is for a page
    /// that a mailed link leads to: all users of the computer reach the server's port.
    pub secret: SecretString,
    /// Whether other accounts may be made beside the first.
    pub sign_up: bool,
}

/// The header to which proxies append the address that a request came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The cost of Argon2id (RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HashCost {
    /// Memory of one hash in KiB, at least [`HashCost::FLOOR`]'s.
    pub memory_kib: u32,
    /// Passes over it, at least [`HashCost::FLOOR`]'s.
    pub iterations: u32,
}

impl HashCost {
    /// What no setting goes below (OWASP Password Storage Cheat Sheet).
    pub const FLOOR: Self = Self {
        memory_kib: 19 * 1024,
        iterations: 2,
    };
}

impl Default for HashCost {
    fn default() -> Self {
        Self {
            memory_kib: 64 * 1024,
            iterations: 3,
        }
    }
}

/// What a connection may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionLimits {
    /// Seconds for a request's header, from its first byte or the connection's start.
    pub header_seconds: u64,
    /// Seconds for a request's body.
    pub body_seconds: u64,
    /// Seconds that a connection may stay open between requests.
    pub idle_seconds: u64,
    /// Connections from one address at a time. Event streams count.
    pub per_address: u32,
    /// Connections in all at a time.
    pub total: u32,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of a body of sign-in and sign-up.
    pub auth_body_bytes: usize,
    /// Seconds between the signs of life that keep an event stream open through proxies.
    pub heartbeat_seconds: u64,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            header_seconds: 5,
            body_seconds: 15,
            idle_seconds: 60,
            per_address: 100,
            total: 20_000,
            body_bytes: 64 * 1024,
            auth_body_bytes: 4 * 1024,
            heartbeat_seconds: 15,
        }
    }
}

/// How many sign-ins and sign-ups are tried within a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignInLimits {
    /// From one address; of IPv6, one /64.
    pub per_address: u32,
    /// From one network: /24 of IPv4, /48 of IPv6.
    pub per_network: u32,
}

impl Default for SignInLimits {
    fn default() -> Self {
        Self {
            per_address: 20,
            per_network: 200,
        }
    }
}

/// How many links for a forgotten password are asked for within an hour. What one account gets of them is limited beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecoveryLimits {
    /// From one address; of IPv6, one /64.
    pub per_address: u32,
    /// From one network: /24 of IPv4, /48 of IPv6.
    pub per_network: u32,
}

impl Default for RecoveryLimits {
    fn default() -> Self {
        Self {
            per_address: 3,
            per_network: 60,
        }
    }
}

/// How much an account, a session and the whole server may make. What has no setting is in `docs/quotas.md` beside these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quotas {
    /// Sessions of an account that are live at a time. Beyond, a sign-in ends the one that is idle for longest.
    pub sessions: u32,
    /// Edits of an account.
    pub edits_per_day: u32,
    /// What one session changes, edits included.
    pub changes_per_day: u32,
    /// What takes a step-up, of an account.
    pub security_changes_per_day: u32,
    /// Sign-ins on one device that the account knows.
    pub sign_ins_per_day: u32,
    /// Sign-ins on devices that the account does not know.
    pub new_devices_per_day: u32,
    /// Links to addresses that nobody has proven to be theirs, an hour, asked for from one address.
    pub links_per_address: u32,
    /// The same from one network: /24 of IPv4, /48 of IPv6.
    pub links_per_network: u32,
    /// Mails in all, an hour. Half of them at most go to addresses that nobody has proven to be the account's.
    pub mails_per_hour: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            sessions: 25,
            edits_per_day: 1_000,
            changes_per_day: 2_000,
            security_changes_per_day: 50,
            sign_ins_per_day: 100,
            new_devices_per_day: 50,
            links_per_address: 100,
            links_per_network: 400,
            mails_per_hour: 1_000,
        }
    }
}

/// A mail server to hand mails to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    /// Its name, as in its certificate.
    pub host: String,
    /// Its port; `None` for the usual one of [`Smtp::encryption`].
    pub port: Option<u16>,
    /// How the connection is sealed.
    pub encryption: SmtpEncryption,
    /// The name that it is greeted with (EHLO), or an address in brackets; `None` for the host of the public URL when that
    /// is a name, else this machine's name.
    pub hello: Option<String>,
    /// A PEM file with the certificate authority that its certificate is from, beside those that everybody trusts: for a
    /// mail server inside an organisation.
    pub certificate_authority: Option<PathBuf>,
    /// Who signs in there.
    pub username: Option<String>,
    /// With what.
    pub password: Option<SecretString>,
}

impl SmtpEncryption {
    /// Its name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starttls => "starttls",
            Self::Tls => "tls",
            Self::None => "none",
        }
    }
}

/// How the connection to a mail server is sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpEncryption {
    /// TLS after STARTTLS, and no mail without it (port 587).
    #[default]
    Starttls,
    /// TLS from the first byte (port 465).
    Tls,
    /// None; for a mail server on this machine alone (port 25).
    None,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("latchkey-data"),
            database: None,
            database_without_tls: false,
            database_connections: 16,
            public_url: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8470)),
            only_bound_host: false,
            sign_up: true,
            hsts_include_subdomains: true,
            describe_api: false,
            app: None,
            hash: HashCost::default(),
            connections: ConnectionLimits::default(),
            password_policy: PasswordPreset::default(),
            sign_in: SignInLimits::default(),
            recovery: RecoveryLimits::default(),
            quotas: Quotas::default(),
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::default(),
            secret_key: None,
            smtp: None,
            mail_from: None,
            bounce_address: None,
            sources: Sources::default(),
        }
    }
}

/// Without the database's password.
impl std::fmt::Debug for Config {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Config")
            .field("data_dir", &self.data_dir)
            .field("listen", &self.listen)
            .field("public_url", &self.public_url.as_ref().map(Url::as_str))
            .finish_non_exhaustive()
    }
}

impl Config {
    /// The defaults, with all files in `data_dir`, on a free port of this machine alone.
    pub fn for_folder(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            ..Self::default()
        }
    }

    /// The settings of a server inside the app.
    pub fn inside_app(data_dir: impl Into<PathBuf>, app: InsideApp) -> Self {
        // All who could be told apart by these come from this computer; nobody but the app gets as far as a password.
        let (per_address, per_network) = (u32::MAX, u32::MAX);
        Self {
            only_bound_host: true,
            app: Some(app),
            sign_in: SignInLimits {
                per_address,
                per_network,
            },
            recovery: RecoveryLimits {
                per_address,
                per_network,
            },
            ..Self::for_folder(data_dir)
        }
    }

    /// Itself, when every value is within its range and they go together.
    pub fn checked(self) -> Result<Self, ConfigError> {
        if let Some(error) = settings::first_out_of_range(&self) {
            return Err(error);
        }
        let refuse = |setting, reason| Err(ConfigError::Refused { setting, reason });
        if let Some(url) = &self.database
            && !self.database_without_tls
            && database::way_to(url) == Some(Way::Open)
        {
            return refuse(
                "database",
                "passwords and people's data would cross the network in the clear: end the address with \
                 ?sslmode=verify-full&sslrootcert=FILE, or set database_without_tls = true where the network is only yours",
            );
        }
        if self.smtp.as_ref().is_some_and(|smtp| smtp.host.is_empty()) {
            return refuse(
                "smtp.host",
                "it is needed where another setting of smtp is set, like mail.example.org",
            );
        }
        if self
            .smtp
            .as_ref()
            .is_some_and(|smtp| smtp.username.is_some() != smtp.password.is_some())
        {
            return refuse(
                "smtp.username",
                "it goes together with smtp.password: set both, or neither",
            );
        }
        Ok(self)
    }

    /// Where a setting was given, and what it is, unless it is a secret.
    pub fn given(&self, key: &str) -> String {
        let value = Setting::of(key).and_then(|setting| setting.value(self));
        let value = value.map_or_else(String::new, |value| format!(": {}", shown(&value)));
        format!("{}{value}", self.sources.of(key))
    }

    fn secret_key_fits(&self) -> bool {
        self.secret_key
            .as_ref()
            .is_none_or(|key| SecretKey::parse(key.expose_secret()).is_some())
    }

    /// Which database, and how it is reached.
    pub fn database_options(&self) -> Options {
        match &self.database {
            Some(url) => Options::Postgres {
                url: url.clone(),
                connections: self.database_connections,
            },
            None => Options::Sqlite(self.sqlite_file()),
        }
    }

    /// Where SQLite keeps its database when PostgreSQL is not asked for.
    pub fn sqlite_file(&self) -> PathBuf {
        self.data_dir.join("latchkey.sqlite")
    }

    /// Where the server's own secret is when it is not in the settings.
    pub fn secret_key_file(&self) -> PathBuf {
        self.data_dir.join("server.key")
    }

    /// Whether an address is an account's only once its link was followed. Not where one person runs the server for
    /// themselves and its mails are files on their own disk: there is nobody to convince.
    pub fn confirms_addresses(&self) -> bool {
        self.app.is_none() || self.smtp.is_some()
    }

    /// Where mails go when there is no SMTP server.
    pub fn outbox_folder(&self) -> PathBuf {
        self.data_dir.join("outbox")
    }
}

/// Addresses and ranges: a list of them, or one text with commas between them.
fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "expected a list of addresses and ranges, or one text with commas between them"
    )]
    enum Form {
        Text(String),
        List(Vec<String>),
    }
    let texts = match Form::deserialize(deserializer)? {
        Form::Text(text) => vec![text],
        Form::List(texts) => texts,
    };
    texts
        .iter()
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| {
            text.parse()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| {
                    serde::de::Error::custom(format!(
                        "“{text}” is neither an address (like 10.0.0.1) nor a range (like 10.0.0.0/8)"
                    ))
                })
        })
        .collect()
}
