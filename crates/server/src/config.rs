//! The settings: safe defaults, a TOML file, `LATCHKEY_*` variables, the command line; the later one counts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use latchkey_protocol::password::PasswordPreset;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::database::Options;
use crate::secret_key::SecretKey;

/// All settings of a server.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server keeps its files: the database unless one is named, the lock, mails that nobody sends.
    pub data_dir: PathBuf,
    /// A `postgres://` URL; `None` for SQLite at `data_dir/latchkey.sqlite`.
    pub database: Option<String>,
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
    /// Whether the first account administers the server: for one that one person runs for themselves, inside the app. No
    /// setting of a served one: there, the first account may be anybody's.
    #[serde(skip)]
    pub first_account_administers: bool,
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
}

/// The header to which proxies append the address that a request came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
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
    /// From one address.
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
    /// From one address.
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
            database_connections: 16,
            public_url: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8470)),
            only_bound_host: false,
            sign_up: true,
            first_account_administers: false,
            hash: HashCost::default(),
            connections: ConnectionLimits::default(),
            password_policy: PasswordPreset::default(),
            sign_in: SignInLimits::default(),
            recovery: RecoveryLimits::default(),
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::default(),
            secret_key: None,
            smtp: None,
            mail_from: None,
            bounce_address: None,
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

/// Settings that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("the settings file {} can't be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, a wrong type.
    #[error("the settings in {origin} are wrong: {reason}")]
    Malformed {
        /// The file, the variable or the option.
        origin: String,
        /// What is wrong, with the key. Never with the value of a variable, which may be a password.
        reason: String,
    },
    /// A value outside its range.
    #[error("the setting {setting} is refused: {reason}")]
    Refused {
        /// The key.
        setting: &'static str,
        /// The rule.
        reason: &'static str,
    },
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

    /// Reads the settings: the file when there is one, over it `variables` (only `LATCHKEY_*` count, `__` enters a
    /// section: `LATCHKEY_HASH__MEMORY_KIB`), over those `options` (keys as in the file).
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        options: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Self, ConfigError> {
        let mut settings = match file {
            Some(path) => read_file(path)?,
            None => toml::Table::new(),
        };
        for (name, value) in variables {
            let Some(key) = name.strip_prefix("LATCHKEY_") else {
                continue;
            };
            // Not settings: the file's name, the log's filter, and what the tests are told.
            if matches!(key, "CONFIG" | "LOG") || key.starts_with("TEST_") {
                continue;
            }
            // An empty one is how files for containers leave a setting out.
            if value.is_empty() || is_of_a_service(key, &value) {
                continue;
            }
            set(&mut settings, &key.to_ascii_lowercase(), value, &name)?;
        }
        for (key, value) in options {
            set(&mut settings, key, value, key)?;
        }
        let config: Self =
            settings
                .try_into()
                .map_err(|error: toml::de::Error| ConfigError::Malformed {
                    origin: "all places together".to_owned(),
                    reason: error.message().to_owned(),
                })?;
        config.checked()
    }

    /// Itself, when every value is within its range.
    pub fn checked(self) -> Result<Self, ConfigError> {
        let refuse = |setting, reason| Err(ConfigError::Refused { setting, reason });
        if self.hash.memory_kib < HashCost::FLOOR.memory_kib
            || self.hash.memory_kib > 4 * 1024 * 1024
        {
            return refuse("hash.memory_kib", "at least 19456 (19 MiB), at most 4 GiB");
        }
        if self.hash.iterations < HashCost::FLOOR.iterations || self.hash.iterations > 100 {
            return refuse("hash.iterations", "2 to 100");
        }
        let limits = &self.connections;
        if [
            limits.header_seconds,
            limits.body_seconds,
            limits.idle_seconds,
            limits.heartbeat_seconds,
        ]
        .iter()
        .any(|seconds| !(1..=3600).contains(seconds))
        {
            return refuse("connections", "times are 1 to 3600 seconds");
        }
        if limits.per_address == 0 || limits.total == 0 {
            return refuse("connections", "at least one connection");
        }
        if !(4096..=1024 * 1024).contains(&limits.body_bytes)
            || !(4096..=64 * 1024).contains(&limits.auth_body_bytes)
        {
            return refuse(
                "connections",
                "bodies are 4 KiB to 1 MiB, of sign-in to 64 KiB",
            );
        }
        if self.sign_in.per_address == 0 || self.sign_in.per_network == 0 {
            return refuse("sign_in", "at least one try a minute");
        }
        if self.recovery.per_address == 0 || self.recovery.per_network == 0 {
            return refuse("recovery", "at least one link an hour");
        }
        if let Some(url) = &self.public_url
            && (!matches!(url.scheme(), "http" | "https")
                || url.host_str().is_none()
                || url.query().is_some()
                || url.fragment().is_some())
        {
            return refuse("public_url", "an http or https address without ? and #");
        }
        if self
            .secret_key
            .as_ref()
            .is_some_and(|key| SecretKey::parse(key.expose_secret()).is_none())
        {
            return refuse("secret_key", "32 bytes as base64url, 43 characters");
        }
        if self.smtp.as_ref().is_some_and(|smtp| smtp.host.is_empty()) {
            return refuse("smtp.host", "needed when there is an smtp section");
        }
        if self
            .smtp
            .as_ref()
            .is_some_and(|smtp| smtp.username.is_some() != smtp.password.is_some())
        {
            return refuse("smtp", "username and password go together");
        }
        Ok(self)
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
        !self.first_account_administers || self.smtp.is_some()
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

/// Whether Kubernetes made this variable, as it does for every Service of the namespace, here one whose name begins with
/// `latchkey`; a link between containers of Docker is told by the same ones. None of them is a setting.
fn is_of_a_service(key: &str, value: &str) -> bool {
    if key.contains("__") {
        return false;
    }
    // What is before it is the rest of the name: `DB_SERVICE_HOST` is of `latchkey-db`.
    let key = format!("_{key}");
    let is_of_a_port = |rest: &str| {
        let mut parts = rest.split('_');
        parts
            .next()
            .is_some_and(|number| number.parse::<u16>().is_ok())
            && matches!(parts.next(), Some("TCP" | "UDP" | "SCTP"))
            && matches!(parts.next(), None | Some("PROTO" | "PORT" | "ADDR"))
            && parts.next().is_none()
    };
    key.ends_with("_SERVICE_HOST")
        || key.ends_with("_SERVICE_PORT")
        || key.contains("_SERVICE_PORT_")
        || key.ends_with("_PORT")
            && ["tcp://", "udp://", "sctp://"]
                .iter()
                .any(|scheme| value.starts_with(scheme))
        || key
            .match_indices("_PORT_")
            .any(|(at, found)| is_of_a_port(&key[at + found.len()..]))
}

fn read_file(path: &Path) -> Result<toml::Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let malformed = |error: toml::de::Error| ConfigError::Malformed {
        origin: path.display().to_string(),
        reason: reason_without_values(&error, &text),
    };
    toml::from_str::<Config>(&text).map_err(malformed)?;
    toml::from_str(&text).map_err(malformed)
}

/// What is wrong with a file, with the line and the key. The values are left out: one may be a password.
fn reason_without_values(error: &toml::de::Error, text: &str) -> String {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let key = text.lines().nth(line - 1).unwrap_or_default();
    let key = key.split_once('=').map_or("no key", |(key, _)| key.trim());
    format!("line {line} ({key}): {}", without_values(error.message()))
}

/// A message of the reader of TOML without the values that it quotes.
fn without_values(message: &str) -> String {
    // The names of unknown keys are no values; everything else that serde and toml quote is.
    if message.starts_with("unknown field") {
        return message.to_owned();
    }
    let mut parts = message.split(['`', '"']);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    while let (Some(_), outside) = (parts.next(), parts.next()) {
        kept.push('…');
        kept.push_str(outside.unwrap_or_default());
    }
    kept
}

/// Puts one value that came as text: as the text where the setting is one, else as TOML.
fn set(
    settings: &mut toml::Table,
    key: &str,
    value: String,
    origin: &str,
) -> Result<(), ConfigError> {
    let check = |value: toml::Value| {
        let mut alone = toml::Table::new();
        place(&mut alone, key, value);
        Config::deserialize(toml::Value::Table(alone)).map(drop)
    };
    let typed = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut table| table.remove("value"));
    let is_quoting = value.contains(['`', '"']);
    let text = toml::Value::String(value);
    let Err(mut wrong) = check(text.clone()) else {
        place(settings, key, text);
        return Ok(());
    };
    if let Some(typed) = typed {
        match check(typed.clone()) {
            Ok(()) => {
                place(settings, key, typed);
                return Ok(());
            }
            Err(error) => wrong = error,
        }
    }
    let message = wrong.message();
    let reason = if message.starts_with("unknown field") {
        "no such setting".to_owned()
    } else if is_quoting && message.contains(['`', '"']) {
        // Where the quoted value ends can't be told.
        "not a value for it".to_owned()
    } else {
        without_values(message)
    };
    Err(ConfigError::Malformed {
        origin: origin.to_owned(),
        reason,
    })
}

fn place(settings: &mut toml::Table, key: &str, value: toml::Value) {
    match key.split_once("__") {
        None => {
            settings.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let entry = settings
                .entry(section)
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let toml::Value::Table(table) = entry {
                place(table, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_variables(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(None, variables, [])
    }

    #[test]
    fn variables_reach_every_kind_of_setting() {
        let config = from_variables(&[
            ("LATCHKEY_DATA_DIR", "2026"),
            ("LATCHKEY_LISTEN", "0.0.0.0:80"),
            ("LATCHKEY_SIGN_UP", "false"),
            ("LATCHKEY_HASH__MEMORY_KIB", "32768"),
            ("LATCHKEY_TRUSTED_PROXIES", "[\"10.0.0.0/8\"]"),
            ("LATCHKEY_FORWARDED_HEADER", "forwarded"),
            ("LATCHKEY_PASSWORD_POLICY", "classic"),
            ("LATCHKEY_RECOVERY__PER_ADDRESS", "5"),
            ("LATCHKEY_SMTP__HOST", "mail.example.org"),
            ("LATCHKEY_SMTP__HELLO", "mail.example.org"),
            ("LATCHKEY_SMTP__USERNAME", "latchkey"),
            ("LATCHKEY_SMTP__PASSWORD", "12345"),
            (
                "LATCHKEY_SECRET_KEY",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
            ("LATCHKEY_PUBLIC_URL", "https://id.example.org"),
            ("LATCHKEY_TEST_POSTGRES", "ignored"),
            ("PATH", "/bin"),
        ])
        .unwrap();
        assert_eq!(config.data_dir, Path::new("2026"));
        assert_eq!(config.listen.port(), 80);
        assert!(!config.sign_up);
        assert_eq!(config.forwarded_header, ForwardedHeader::Forwarded);
        assert_eq!(config.hash.memory_kib, 32_768);
        assert_eq!(config.password_policy, PasswordPreset::Classic);
        assert_eq!(config.recovery.per_address, 5);
        assert_eq!(config.trusted_proxies.len(), 1);
        assert!(config.smtp.unwrap().password.is_some());
    }

    #[test]
    fn proxies_are_listed_in_every_form() {
        let listed = |text: &str| {
            let config = from_variables(&[("LATCHKEY_TRUSTED_PROXIES", text)]).unwrap();
            let networks = config.trusted_proxies.iter().map(ToString::to_string);
            networks.collect::<Vec<_>>()
        };
        for (text, expected) in [
            ("10.0.0.1", ["10.0.0.1/32"].as_slice()),
            ("2001:db8::7", &["2001:db8::7/128"]),
            ("10.0.0.0/8", &["10.0.0.0/8"]),
            (
                "10.0.0.0/8,192.168.0.1, ::1 ,",
                &["10.0.0.0/8", "192.168.0.1/32", "::1/128"],
            ),
            ("[\"10.0.0.1\"]", &["10.0.0.1/32"]),
            (
                "[\"10.0.0.1/32\", \"fd00::/8\"]",
                &["10.0.0.1/32", "fd00::/8"],
            ),
            ("[]", &[]),
        ] {
            assert_eq!(listed(text), expected, "{text}");
        }
        for (text, named) in [
            ("10.0.0.0/8,10.0.0.1x", "“10.0.0.1x”"),
            ("[\"10.0.0.0/33\"]", "“10.0.0.0/33”"),
            ("proxy.example.org", "“proxy.example.org”"),
            ("7", "a list of addresses and ranges"),
        ] {
            let error = from_variables(&[("LATCHKEY_TRUSTED_PROXIES", text)]).unwrap_err();
            let error = error.to_string();
            assert!(
                error.contains("LATCHKEY_TRUSTED_PROXIES") && error.contains(named),
                "{error}"
            );
        }
    }

    #[test]
    fn a_file_lists_proxies_in_every_form() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("latchkey.toml");
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            Config::load(Some(&file), [], [])
        };
        for text in [
            "trusted_proxies = [\"10.0.0.1\"]",
            "trusted_proxies = \"10.0.0.1\"",
        ] {
            let config = read(text).unwrap();
            assert_eq!(config.trusted_proxies[0].to_string(), "10.0.0.1/32");
        }
        let error = read("listen = \"0.0.0.0:80\"\ntrusted_proxies = [\"10.0.0\"]").unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("line 2 (trusted_proxies)") && error.contains("“10.0.0”"),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_variable_is_told_from_an_unknown_one() {
        for (name, value, said) in [
            ("LATCHKEY_LISTNE", "127.0.0.1:0", "no such setting"),
            ("LATCHKEY_SIGN_UP", "maybe", "expected a boolean"),
            ("LATCHKEY_HASH__MEMORY_KIB", "much", "expected u32"),
            ("LATCHKEY_SMTP", "se\"sa`me", "not a value for it"),
        ] {
            let error = from_variables(&[(name, value)]).unwrap_err().to_string();
            assert!(
                error.contains(name) && error.contains(said) && !error.contains(value),
                "{error}"
            );
        }
    }

    #[test]
    fn what_kubernetes_sets_for_a_service_is_no_setting() {
        for (name, value) in [
            ("SERVICE_HOST", "10.96.0.7"),
            ("SERVICE_PORT", "8470"),
            ("SERVICE_PORT_HTTP", "8470"),
            ("PORT", "tcp://10.96.0.7:8470"),
            ("PORT_8470_TCP", "tcp://10.96.0.7:8470"),
            ("PORT_8470_TCP_PROTO", "tcp"),
            ("PORT_8470_TCP_PORT", "8470"),
            ("PORT_8470_TCP_ADDR", "10.96.0.7"),
            ("PORT_53_UDP", "udp://10.96.0.7:53"),
            // Of one called latchkey-db.
            ("DB_SERVICE_HOST", "10.96.0.8"),
            ("DB_PORT", "tcp://10.96.0.8:5432"),
            ("DB_PORT_5432_TCP_ADDR", "10.96.0.8"),
        ] {
            let name = format!("LATCHKEY_{name}");
            assert!(from_variables(&[(&name, value)]).is_ok(), "{name}");
        }
        for (name, value) in [
            ("PORT", "8470"),
            ("SMTP__PORT", "tcp://10.96.0.8:25"),
            ("DB_PORT", "5432"),
            ("PORT_TCP", "tcp://10.96.0.7:8470"),
            ("PORT_8470_TCP_NAME", "x"),
            ("SERVICE", "x"),
            ("MYSERVICE_HOSTS", "x"),
        ] {
            let name = format!("LATCHKEY_{name}");
            assert!(from_variables(&[(&name, value)]).is_err(), "{name}");
        }
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        let config = from_variables(&[
            ("LATCHKEY_PUBLIC_URL", ""),
            ("LATCHKEY_LISTEN", ""),
            ("LATCHKEY_SMTP__HOST", ""),
            ("LATCHKEY_SMTP__PASSWORD", ""),
            ("LATCHKEY_DATABASE", ""),
        ])
        .unwrap();
        assert!(config.public_url.is_none() && config.database.is_none());
        assert!(config.smtp.is_none());
        assert_eq!(config.listen.port(), 8470);
    }

    #[test]
    fn the_command_line_counts_more_than_a_variable() {
        let variables = [("LATCHKEY_LISTEN".to_owned(), "0.0.0.0:80".to_owned())];
        let config = Config::load(None, variables, [("listen", "127.0.0.1:0".to_owned())]).unwrap();
        assert_eq!(config.listen.port(), 0);
    }

    #[test]
    fn what_is_unknown_wrong_or_unsafe_is_refused() {
        for bad in [
            ("LATCHKEY_LISTNE", "127.0.0.1:0"),
            ("LATCHKEY_SIGN_UP", "maybe"),
            ("LATCHKEY_HASH__MEMORY_KIB", "1024"),
            ("LATCHKEY_HASH__ITERATIONS", "1"),
            ("LATCHKEY_CONNECTIONS__HEADER_SECONDS", "0"),
            ("LATCHKEY_PASSWORD_POLICY", "none"),
            ("LATCHKEY_RECOVERY__PER_NETWORK", "0"),
            ("LATCHKEY_PUBLIC_URL", "ftp://example.org"),
            ("LATCHKEY_SMTP__USERNAME", "no host"),
            ("LATCHKEY_SECRET_KEY", "too short"),
        ] {
            assert!(from_variables(&[bad]).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_mail_server_is_signed_in_to_with_both_or_not_at_all() {
        let host = ("LATCHKEY_SMTP__HOST", "mail.example.org");
        assert!(from_variables(&[host]).is_ok());
        for alone in ["LATCHKEY_SMTP__USERNAME", "LATCHKEY_SMTP__PASSWORD"] {
            assert!(from_variables(&[host, (alone, "half")]).is_err(), "{alone}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let config = from_variables(&[
            ("LATCHKEY_DATABASE", "postgres://u:hidden@h/d"),
            ("LATCHKEY_SMTP__HOST", "h"),
            ("LATCHKEY_SMTP__USERNAME", "latchkey"),
            ("LATCHKEY_SMTP__PASSWORD", "hidden"),
        ])
        .unwrap();
        assert!(!format!("{config:?} {:?}", config.smtp).contains("hidden"));
        let error = from_variables(&[("LATCHKEY_DATABSE", "hidden")]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hidden"));
    }
}
