//! Reading the settings from where they are: a file, variables of the environment, options of the command line.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;

use super::Config;
use super::error::ConfigError;
use super::settings::{self, Setting};

/// Characters of a wrong value that are shown.
const SHOWN: usize = 100;

/// Where the settings of a server came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    file: Option<PathBuf>,
    variables: Vec<String>,
    /// Variables that are there and empty, and so count for nothing.
    empty: Vec<String>,
    options: Vec<String>,
}

impl Sources {
    /// The option, the variable or the file that says what a setting is.
    pub(super) fn of(&self, key: &str) -> String {
        let option = option_of(key);
        let variable = format!("LATCHKEY_{}", key.replace('.', "__").to_ascii_uppercase());
        if self.options.contains(&option) {
            option
        } else if self.variables.contains(&variable) {
            variable
        } else {
            self.file.as_ref().map_or_else(
                || "the settings".to_owned(),
                |path| path.display().to_string(),
            )
        }
    }
}

/// The file, then the variables and options by name, never their values.
impl fmt::Display for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.iter().map(|path| path.display().to_string());
        let names = self.variables.iter().chain(&self.options).cloned();
        let all: Vec<String> = file.chain(names).collect();
        if all.is_empty() {
            formatter.write_str("none given")?;
        } else {
            formatter.write_str(&all.join(", "))?;
        }
        if self.empty.is_empty() {
            Ok(())
        } else {
            write!(formatter, "; empty, so not set: {}", self.empty.join(", "))
        }
    }
}

impl Config {
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
        let mut sources = Sources {
            file: file.map(Path::to_owned),
            ..Sources::default()
        };
        for (name, value) in variables {
            let Some(key) = name.strip_prefix("LATCHKEY_") else {
                continue;
            };
            // Not settings: the file's name, the log's filter, and what the tests are told.
            if matches!(key, "CONFIG" | "LOG") || key.starts_with("TEST_") {
                continue;
            }
            if is_of_a_service(key, &value) {
                continue;
            }
            // An empty one is how files for containers leave a setting out.
            if value.is_empty() {
                sources.empty.push(name);
                continue;
            }
            let key = key.to_ascii_lowercase().replace("__", ".");
            set(&mut settings, &key, value, &name)?;
            sources.variables.push(name);
        }
        for (key, value) in options {
            let option = option_of(key);
            set(&mut settings, key, value, &option)?;
            sources.options.push(option);
        }
        sources.variables.sort();
        sources.empty.sort();
        let mut config: Self =
            settings
                .try_into()
                .map_err(|error: toml::de::Error| ConfigError::Malformed {
                    origin: "all settings together".to_owned(),
                    reason: without_values(error.message()),
                })?;
        config.sources = sources;
        config.checked()
    }
}

fn option_of(key: &str) -> String {
    format!("--{}", key.replace('_', "-"))
}

fn read_file(path: &Path) -> Result<toml::Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let table = toml::from_str(&text).map_err(|error: toml::de::Error| ConfigError::Malformed {
        origin: path.display().to_string(),
        reason: reason_without_values(&error, &text),
    })?;
    check_table(&table, "", &|key| match line_of(&text, key) {
        Some(line) => format!("{}, line {line}", path.display()),
        None => path.display().to_string(),
    })?;
    Ok(table)
}

/// Looks at each setting of a file by itself, so that the wrong one can be named.
fn check_table(
    table: &toml::Table,
    section: &str,
    origin: &dyn Fn(&str) -> String,
) -> Result<(), ConfigError> {
    for (name, value) in table {
        let key = format!("{section}{name}");
        match value {
            toml::Value::Table(inner) if section.is_empty() && is_section(&key) => {
                check_table(inner, &format!("{key}."), origin)?;
            }
            value => {
                if let Err(error) = check(&key, value.clone()) {
                    return Err(wrong(&key, value, &error, origin(&key)));
                }
            }
        }
    }
    Ok(())
}

/// The line of a file that sets `key`, as far as it can be told without reading TOML.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let mut section = String::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            section = format!("{}.", header.0.trim());
        } else if let Some((name, _)) = line.split_once('=')
            && format!("{section}{}", name.trim()) == key
        {
            return Some(number + 1);
        }
    }
    None
}

/// What is wrong with a file that is no TOML, with the line and the key. The values are left out: one may be a password.
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
    let typed = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut table| table.remove("value"));
    let text = toml::Value::String(value);
    let Err(mut error) = check(key, text.clone()) else {
        place(settings, key, text);
        return Ok(());
    };
    if let Some(typed) = typed {
        match check(key, typed.clone()) {
            Ok(()) => {
                place(settings, key, typed);
                return Ok(());
            }
            Err(of_typed) => error = of_typed,
        }
    }
    Err(wrong(key, &text, &error, origin.to_owned()))
}

/// Whether `value` is one for the setting, looked at by itself.
fn check(key: &str, value: toml::Value) -> Result<(), toml::de::Error> {
    let mut alone = toml::Table::new();
    place(&mut alone, key, value);
    Config::deserialize(toml::Value::Table(alone)).map(drop)
}

fn is_section(key: &str) -> bool {
    settings::in_section(key).next().is_some()
}

/// Says what is wrong with a value, and what would be right.
fn wrong(key: &str, value: &toml::Value, error: &toml::de::Error, origin: String) -> ConfigError {
    let Some(setting) = Setting::of(key) else {
        let key = key.to_owned();
        return if is_section(&key) {
            let names: Vec<_> = settings::in_section(&key)
                .map(|setting| setting.key)
                .collect();
            ConfigError::Section {
                origin,
                key,
                settings: names.join(", "),
            }
        } else {
            ConfigError::Unknown { origin, key }
        };
    };
    // Of a list, the element that is wrong.
    let message = error.message();
    let element = message
        .strip_prefix('“')
        .and_then(|message| message.split_once('”'));
    let text = match (element, value) {
        (Some((element, _)), _) => element.to_owned(),
        (None, toml::Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    };
    setting.refused(Some(&text), origin)
}

/// A wrong value as it is shown: on one line, and not without end.
pub(super) fn shown(value: &str) -> String {
    let cut: String = value
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(SHOWN)
        .collect();
    let rest = if value.chars().count() > SHOWN {
        "…"
    } else {
        ""
    };
    format!("“{cut}{rest}”")
}

fn place(settings: &mut toml::Table, key: &str, value: toml::Value) {
    match key.split_once('.') {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use latchkey_protocol::password::PasswordPreset;

    use super::super::ForwardedHeader;
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
            (
                "7",
                "“7” is not a valid value for the setting trusted_proxies. It takes a list of addresses",
            ),
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
            error.contains("line 2: “10.0.0” is not a valid value for the setting trusted_proxies"),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_value_is_named_with_its_setting_and_what_would_be_right() {
        for (name, value, said) in [
            (
                "LATCHKEY_LISTEN",
                "localhost",
                "LATCHKEY_LISTEN: “localhost” is not a valid value for the setting listen. It takes an address and a port, like \
                 127.0.0.1:8470 or [::1]:8470",
            ),
            (
                "LATCHKEY_PASSWORD_POLICY",
                "strict",
                "LATCHKEY_PASSWORD_POLICY: “strict” is not a valid value for the setting password_policy. It takes modern, classic, \
                 short or unlimited",
            ),
            (
                "LATCHKEY_PUBLIC_URL",
                "accounts.example.org",
                "LATCHKEY_PUBLIC_URL: “accounts.example.org” is not a valid value for the setting public_url. It takes a URL with \
                 its scheme and without ? and #, like https://accounts.example.org",
            ),
            (
                "LATCHKEY_PUBLIC_URL",
                "accounts.example.org:443",
                "LATCHKEY_PUBLIC_URL: “accounts.example.org:443” is not a valid value",
            ),
            (
                "LATCHKEY_SIGN_UP",
                "maybe",
                "LATCHKEY_SIGN_UP: “maybe” is not a valid value for the setting sign_up. It takes true or false",
            ),
            (
                "LATCHKEY_HASH__MEMORY_KIB",
                "much",
                "“much” is not a valid value for the setting hash.memory_kib. It takes a whole number from 19456",
            ),
            (
                "LATCHKEY_HASH__MEMORY_KIB",
                "1024",
                "LATCHKEY_HASH__MEMORY_KIB: “1024” is not a valid value for the setting hash.memory_kib. It takes a whole number \
                 from 19456",
            ),
            (
                "LATCHKEY_SMTP__ENCRYPTION",
                "ssl\nforged line",
                "“ssl forged line” is not a valid value for the setting smtp.encryption. It takes starttls, tls or none",
            ),
            (
                "LATCHKEY_SMTP",
                "se\"sa`me",
                "LATCHKEY_SMTP: smtp is a section. Its settings are smtp.host, smtp.port",
            ),
            (
                "LATCHKEY_LISTNE",
                "127.0.0.1:0",
                "LATCHKEY_LISTNE: there is no setting listne. `latchkey-server serve --help` lists all of them",
            ),
        ] {
            let error = from_variables(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let options = [("listen", "8470".to_owned())];
        let error = Config::load(None, [], options).unwrap_err().to_string();
        assert!(
            error.starts_with("--listen: “8470” is not a valid value for the setting listen."),
            "{error}"
        );
        let long = "x".repeat(5_000);
        let error = from_variables(&[("LATCHKEY_LISTEN", &long)]).unwrap_err();
        assert!(error.to_string().len() < 400, "{error}");
    }

    #[test]
    fn a_wrong_value_in_a_file_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("latchkey.toml");
        let said = |text: &str| {
            std::fs::write(&file, text).unwrap();
            let error = Config::load(Some(&file), [], []).unwrap_err();
            error
                .to_string()
                .replace(&file.display().to_string(), "FILE")
        };
        for (text, expected) in [
            (
                "sign_up = true\n\n[hash]\nmemory_kib = \"much\"\n",
                "FILE, line 4: “much” is not a valid value for the setting hash.memory_kib. It takes",
            ),
            (
                "hash.iterations = true",
                "FILE, line 1: “true” is not a valid value for the setting hash.iterations. It takes a whole number from 2 to 100",
            ),
            (
                "[hash]\niterations = 1",
                "FILE: “1” is not a valid value for the setting hash.iterations. It takes a whole number from 2 to 100",
            ),
            (
                "public_url = \"\"",
                "FILE, line 1: “” is not a valid value for the setting public_url. It takes a URL with its scheme",
            ),
            ("listne = 7", "FILE, line 1: there is no setting listne"),
            ("[hsah]\niterations = 2", "FILE: there is no setting hsah"),
            ("smtp = \"sesame\"", "FILE, line 1: smtp is a section"),
            (
                "[smtp]\npassword = 12345",
                "FILE, line 2: the value (not shown) is not a valid value for the setting smtp.password. It takes text, in \
                 quotation marks",
            ),
            (
                "sign_up = true\n[smtp]\npassword = \"sesame",
                "FILE is not TOML: line 3 (password)",
            ),
        ] {
            let said = said(text);
            assert!(said.starts_with(expected), "{said}");
            assert!(
                !said.contains("12345") && !said.contains("sesame"),
                "{said}"
            );
        }
    }

    #[test]
    fn it_is_known_where_the_settings_came_from() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("latchkey.toml");
        std::fs::write(&file, "sign_up = false").unwrap();
        let variables = [
            ("LATCHKEY_SMTP__PASSWORD", "hidden"),
            ("LATCHKEY_SMTP__USERNAME", "latchkey"),
            ("LATCHKEY_SMTP__HOST", "mail.example.org"),
            ("LATCHKEY_PUBLIC_URL", ""),
            ("PATH", "/bin"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let options = [("data_dir", "/srv/latchkey".to_owned())];
        let config = Config::load(Some(&file), variables, options).unwrap();
        assert_eq!(
            config.sources.to_string(),
            format!(
                "{}, LATCHKEY_SMTP__HOST, LATCHKEY_SMTP__PASSWORD, LATCHKEY_SMTP__USERNAME, --data-dir; empty, so not set: \
                 LATCHKEY_PUBLIC_URL",
                file.display()
            )
        );
        let config = Config::load(None, [], []).unwrap();
        assert_eq!(config.sources.to_string(), "none given");
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
    fn a_database_across_a_network_is_reached_with_tls() {
        let with = |url: &str, without_tls: &str| {
            let variables = [
                ("LATCHKEY_DATABASE", url),
                ("LATCHKEY_DATABASE_WITHOUT_TLS", without_tls),
            ];
            from_variables(&variables)
        };
        for far in [
            "postgres://u:hidden@db.example.org/d",
            "postgres://u:hidden@10.0.0.7/d",
            "postgres://u:hidden@db.example.org/d?sslmode=prefer",
            "postgres://u:hidden@db.example.org/d?sslmode=allow",
            "postgres://u:hidden@db.example.org/d?sslmode=disable",
            "postgres://u:hidden@localhost.example.org/d",
            "postgres://u:hidden@x/d?host=db.example.org",
        ] {
            let error = with(far, "").unwrap_err().to_string();
            assert!(error.contains("sslmode=verify-full"), "{error}");
            assert!(error.contains("database_without_tls"), "{error}");
            assert!(!error.contains("hidden"), "{error}");
            assert!(with(far, "true").is_ok(), "{far}");
        }
        for fine in [
            "postgres://u:hidden@localhost/d",
            "postgres://u:hidden@127.0.0.1:5433/d",
            "postgres://u:hidden@127.9.9.9/d?sslmode=disable",
            "postgres://u:hidden@[::1]/d",
            "postgres:///d?host=/run/postgresql",
            "postgres://u:hidden@%2Frun%2Fpostgresql/d",
            "postgres://u:hidden@db.example.org/d?sslmode=require",
            "postgres://u:hidden@db.example.org/d?sslmode=verify-ca",
            "postgres://u:hidden@db.example.org/d?sslmode=verify-full",
        ] {
            assert!(with(fine, "").is_ok(), "{fine}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let config = from_variables(&[
            ("LATCHKEY_DATABASE", "postgres://u:hidden@localhost/d"),
            ("LATCHKEY_SMTP__HOST", "h"),
            ("LATCHKEY_SMTP__USERNAME", "latchkey"),
            ("LATCHKEY_SMTP__PASSWORD", "hidden"),
        ])
        .unwrap();
        assert!(!format!("{config:?} {:?}", config.smtp).contains("hidden"));
        for (name, value) in [
            ("LATCHKEY_DATABSE", "hidden"),
            ("LATCHKEY_DATABASE", "mysql://latchkey:hidden@h/d"),
            ("LATCHKEY_SECRET_KEY", "hidden"),
        ] {
            let error = from_variables(&[(name, value)]).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
        }
    }
}
