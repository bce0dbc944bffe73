//! Every setting, once: for `serve --help`, for errors about a wrong value, and for the documentation, which a test
//! compares with this list.

use std::fmt::Write as _;

use serde::Serialize;

use super::error::ConfigError;
use super::load::shown;
use super::{Config, HashCost, Smtp};

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its key, after a section's name and a dot where it is in one.
    pub key: &'static str,
    /// What it is.
    pub what: &'static str,
    /// The values it takes, for the error about a wrong one.
    pub takes: &'static str,
    /// The default, where [`Setting::value`] can't give it.
    pub unset: &'static str,
    /// Whether its value is never shown.
    is_secret: bool,
    value: fn(&Config) -> Option<String>,
    fits: fn(&Config) -> bool,
}

impl Setting {
    /// The one with a key.
    pub fn of(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }

    /// What it is in `config`; `None` where it is not set, or a secret.
    pub fn value(&self, config: &Config) -> Option<String> {
        (self.value)(config)
    }

    /// The value in force when it is not set.
    pub fn default(&self) -> String {
        self.value(&Config::default())
            .unwrap_or_else(|| self.unset.to_owned())
    }

    /// The error that `value` is not valid for this setting.
    pub(super) fn refused(&self, value: Option<&str>, origin: String) -> ConfigError {
        let value = match value {
            Some(value) if !self.is_secret => shown(value),
            _ => "the value (not shown)".to_owned(),
        };
        ConfigError::Wrong {
            origin,
            setting: self.key,
            value,
            takes: self.takes,
        }
    }
}

/// The settings of a section.
pub(super) fn in_section(section: &str) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| {
        setting
            .key
            .split_once('.')
            .is_some_and(|(name, _)| name == section)
    })
}

/// The first setting of `config` whose value is out of its range, as an error.
pub(super) fn first_out_of_range(config: &Config) -> Option<ConfigError> {
    let setting = SETTINGS.iter().find(|setting| !(setting.fits)(config))?;
    let value = setting.value(config);
    Some(setting.refused(value.as_deref(), config.sources.of(setting.key)))
}

/// All settings with their defaults, below the options that `serve --help` shows.
pub fn help() -> String {
    let mut text = String::from(
        "Settings, as you write them in the TOML file. As an environment variable, each is LATCHKEY_ and the key in \
         capitals, with __ instead of the dot:\n",
    );
    for setting in SETTINGS {
        let _ = write!(
            text,
            "\n  {}\n          {}\n          [default: {}]\n",
            setting.key,
            setting.what,
            setting.default()
        );
    }
    text
}

/// A name as it is on the wire.
fn name(value: impl Serialize) -> Option<String> {
    Some(serde_json::to_value(value).ok()?.as_str()?.to_owned())
}

fn smtp(config: &Config) -> Smtp {
    config.smtp.clone().unwrap_or_default()
}

const SECONDS: &str = "a whole number of seconds from 1 to 3600";
const ONE_OR_MORE: &str = "a whole number, at least 1";
const YES_OR_NO: &str = "true or false";

/// All settings.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "data_dir",
        what: "folder for the database (unless database is set), the lock, the key and e-mails that are saved as files",
        takes: "a folder",
        unset: "",
        is_secret: false,
        value: |config| Some(config.data_dir.display().to_string()),
        fits: |config| !config.data_dir.as_os_str().is_empty(),
    },
    Setting {
        key: "database",
        what: "a postgres:// URL",
        takes: "a URL like postgres://latchkey:PASSWORD@db.example.org:5432/latchkey",
        unset: "SQLite in data_dir",
        is_secret: true,
        value: |_| None,
        fits: |config| {
            config.database.as_ref().is_none_or(|url| {
                url.starts_with("postgres://") || url.starts_with("postgresql://")
            })
        },
    },
    Setting {
        key: "database_connections",
        what: "maximum number of connections to PostgreSQL; half of them are for read-only statements",
        takes: "a whole number from 2 to 1000",
        unset: "",
        is_secret: false,
        value: |config| Some(config.database_connections.to_string()),
        fits: |config| (2..=1000).contains(&config.database_connections),
    },
    Setting {
        key: "database_without_tls",
        what: "whether to allow a connection to PostgreSQL across a network without TLS",
        takes: YES_OR_NO,
        unset: "",
        is_secret: false,
        value: |config| Some(config.database_without_tls.to_string()),
        fits: |_| true,
    },
    Setting {
        key: "public_url",
        what: "address that links in e-mails start with, that passkeys belong to, and that the page at / tells people to enter in the app; never taken from a request",
        takes: "a URL with its scheme and without ? and #, like https://accounts.example.org",
        unset: "the address the server listens on",
        is_secret: false,
        value: |config| config.public_url.as_ref().map(ToString::to_string),
        fits: |config| {
            config.public_url.as_ref().is_none_or(|url| {
                matches!(url.scheme(), "http" | "https")
                    && url.host_str().is_some()
                    && url.query().is_none()
                    && url.fragment().is_none()
            })
        },
    },
    Setting {
        key: "listen",
        what: "address and port; with port 0, the server picks a free one",
        takes: "an address and a port, like 127.0.0.1:8470 or [::1]:8470",
        unset: "",
        is_secret: false,
        value: |config| Some(config.listen.to_string()),
        fits: |_| true,
    },
    Setting {
        key: "only_bound_host",
        what: "whether to reject requests whose Host is not the address and port the server listens on, or localhost with \
               that port; protects the server inside the app against DNS rebinding",
        takes: YES_OR_NO,
        unset: "",
        is_secret: false,
        value: |config| Some(config.only_bound_host.to_string()),
        fits: |_| true,
    },
    Setting {
        key: "sign_up",
        what: "whether anyone may create an account",
        takes: YES_OR_NO,
        unset: "",
        is_secret: false,
        value: |config| Some(config.sign_up.to_string()),
        fits: |_| true,
    },
    Setting {
        key: "hsts_include_subdomains",
        what: "whether browsers that have opened a page of the server use https for its subdomains too, for a year",
        takes: YES_OR_NO,
        unset: "",
        is_secret: false,
        value: |config| Some(config.hsts_include_subdomains.to_string()),
        fits: |_| true,
    },
    Setting {
        key: "describe_api",
        what: "whether /v1/openapi.json describes the API, to anyone",
        takes: YES_OR_NO,
        unset: "",
        is_secret: false,
        value: |config| Some(config.describe_api.to_string()),
        fits: |_| true,
    },
    Setting {
        key: "hash.memory_kib",
        what: "memory for hashing a password, in KiB",
        takes: "a whole number from 19456 (19 MiB) to 4194304 (4 GiB)",
        unset: "",
        is_secret: false,
        value: |config| Some(config.hash.memory_kib.to_string()),
        fits: |config| {
            (HashCost::FLOOR.memory_kib..=4 * 1024 * 1024).contains(&config.hash.memory_kib)
        },
    },
    Setting {
        key: "hash.iterations",
        what: "passes over that memory",
        takes: "a whole number from 2 to 100",
        unset: "",
        is_secret: false,
        value: |config| Some(config.hash.iterations.to_string()),
        fits: |config| (HashCost::FLOOR.iterations..=100).contains(&config.hash.iterations),
    },
    Setting {
        key: "connections.header_seconds",
        what: "time limit for receiving the header of a request",
        takes: SECONDS,
        unset: "",
        is_secret: false,
        value: |config| Some(config.connections.header_seconds.to_string()),
        fits: |config| (1..=3600).contains(&config.connections.header_seconds),
    },
    Setting {
        key: "connections.body_seconds",
        what: "time limit for receiving the body of a request",
        takes: SECONDS,
        unset: "",
        is_secret: false,
        value: |config| Some(config.connections.body_seconds.to_string()),
        fits: |config| (1..=3600).contains(&config.connections.body_seconds),
    },
    Setting {
        key: "connections.idle_seconds",
        what: "how long a connection may stay idle between requests",
        takes: SECONDS,
        unset: "",
        is_secret: false,
        value: |config| Some(config.connections.idle_seconds.to_string()),
        fits: |config| (1..=3600).contains(&config.connections.idle_seconds),
    },
    Setting {
        key: "connections.per_address",
        what: "maximum number of simultaneous connections from one IPv4 address or IPv6 /64, event streams included",
        takes: ONE_OR_MORE,
        unset: "",
        is_secret: false,
        value: |config| Some(config.connections.per_address.to_string()),
        fits: |config| config.connections.per_address > 0,
    },
    Setting {
        key: "connections.total",
        what: "maximum number of simultaneous connections in total",
        takes: ONE_OR_MORE,
        unset: "",
        is_secret: false,
        value: |config| Some(config.connections.total.to_string()),
        fits: |config| config.connections.total > 0,
    },
    Setting {
        key: "connections.body_bytes",
        what: "maximum size of a request body",
        takes: "a whole number of bytes from 4096 (4 KiB) to 1048576 (1 MiB)",
        unset: "",
        is_secret: false,
        value: |config| Some(config.connections.body_bytes.to_string()),
        fits: |config| (4096..=1024 * 1024).contains(&config.connections.body_bytes),
    },
    Setting {
        key: "connections.auth_body_bytes",
        what: "maximum size of the body of a sign-in or sign-up",
        takes: "a whole number of bytes from 4096 (4 KiB) to 65536 (64 KiB)",
        unset: "",
        is_secret: false,
        value: |config| Some(config.connections.auth_body_bytes.to_string()),
        fits: |config| (4096..=64 * 1024).contains(&config.connections.auth_body_bytes),
    },
    Setting {
        key: "connections.heartbeat_seconds",
        what: "interval of heartbeats on idle event streams, which keep proxies from closing them",
        takes: SECONDS,
        unset: "",
        is_secret: false,
        value: |config| Some(config.connections.heartbeat_seconds.to_string()),
        fits: |config| (1..=3600).contains(&config.connections.heartbeat_seconds),
    },
    Setting {
        key: "password_policy",
        what: "what a new password must satisfy: modern (15 to 256 characters, 8 with two-step sign-in), classic (12 to 30 \
               with upper case, lower case, a digit and another character), short (8 to 256), unlimited (at least 8, at \
               most 1,024 bytes); all reject passwords that are easy to guess, have leaked, or are based on names",
        takes: "modern, classic, short or unlimited",
        unset: "",
        is_secret: false,
        value: |config| name(config.password_policy),
        fits: |_| true,
    },
    Setting {
        key: "recovery.per_address",
        what: "password reset links that one address may request per hour",
        takes: ONE_OR_MORE,
        unset: "",
        is_secret: false,
        value: |config| Some(config.recovery.per_address.to_string()),
        fits: |config| config.recovery.per_address > 0,
    },
    Setting {
        key: "recovery.per_network",
        what: "password reset links that one /24 or /48 may request per hour",
        takes: ONE_OR_MORE,
        unset: "",
        is_secret: false,
        value: |config| Some(config.recovery.per_network.to_string()),
        fits: |config| config.recovery.per_network > 0,
    },
    Setting {
        key: "sign_in.per_address",
        what: "sign-ins and sign-ups per minute from one address",
        takes: ONE_OR_MORE,
        unset: "",
        is_secret: false,
        value: |config| Some(config.sign_in.per_address.to_string()),
        fits: |config| config.sign_in.per_address > 0,
    },
    Setting {
        key: "sign_in.per_network",
        what: "sign-ins and sign-ups per minute from one /24 or /48",
        takes: ONE_OR_MORE,
        unset: "",
        is_secret: false,
        value: |config| Some(config.sign_in.per_network.to_string()),
        fits: |config| config.sign_in.per_network > 0,
    },
    Setting {
        key: "quotas.sessions",
        what: "devices that can be signed in to an account at the same time",
        takes: "a whole number from 2 to 1000000",
        unset: "",
        is_secret: false,
        value: |config| Some(config.quotas.sessions.to_string()),
        fits: |config| (2..=1_000_000).contains(&config.quotas.sessions),
    },
    Setting {
        key: "quotas.edits_per_day",
        what: "edits per account per day",
        takes: "a whole number from 10 to 1000000",
        unset: "",
        is_secret: false,
        value: |config| Some(config.quotas.edits_per_day.to_string()),
        fits: |config| (10..=1_000_000).contains(&config.quotas.edits_per_day),
    },
    Setting {
        key: "quotas.changes_per_day",
        what: "changes per session per day, edits included",
        takes: "a whole number from 10 to 1000000",
        unset: "",
        is_secret: false,
        value: |config| Some(config.quotas.changes_per_day.to_string()),
        fits: |config| (10..=1_000_000).contains(&config.quotas.changes_per_day),
    },
    Setting {
        key: "quotas.security_changes_per_day",
        what: "changes per account per day to addresses, username, passkeys, two-step sign-in and recovery codes",
        takes: "a whole number from 5 to 1000000",
        unset: "",
        is_secret: false,
        value: |config| Some(config.quotas.security_changes_per_day.to_string()),
        fits: |config| (5..=1_000_000).contains(&config.quotas.security_changes_per_day),
    },
    Setting {
        key: "quotas.sign_ins_per_day",
        what: "sign-ins per day on one known device",
        takes: "a whole number from 5 to 1000000",
        unset: "",
        is_secret: false,
        value: |config| Some(config.quotas.sign_ins_per_day.to_string()),
        fits: |config| (5..=1_000_000).contains(&config.quotas.sign_ins_per_day),
    },
    Setting {
        key: "quotas.new_devices_per_day",
        what: "sign-ins per account per day on new devices",
        takes: "a whole number from 2 to 1000000",
        unset: "",
        is_secret: false,
        value: |config| Some(config.quotas.new_devices_per_day.to_string()),
        fits: |config| (2..=1_000_000).contains(&config.quotas.new_devices_per_day),
    },
    Setting {
        key: "quotas.links_per_address",
        what: "confirmation links to unconfirmed addresses that one client address may request per hour",
        takes: "a whole number from 1 to 1000000",
        unset: "",
        is_secret: false,
        value: |config| Some(config.quotas.links_per_address.to_string()),
        fits: |config| (1..=1_000_000).contains(&config.quotas.links_per_address),
    },
    Setting {
        key: "quotas.links_per_network",
        what: "confirmation links to unconfirmed addresses that one /24 or /48 may request per hour",
        takes: "a whole number from 1 to 1000000",
        unset: "",
        is_secret: false,
        value: |config| Some(config.quotas.links_per_network.to_string()),
        fits: |config| (1..=1_000_000).contains(&config.quotas.links_per_network),
    },
    Setting {
        key: "quotas.mails_per_hour",
        what: "e-mails that the whole server may send per hour; further ones wait, and the log has an ERROR",
        takes: "a whole number from 2 to 1000000",
        unset: "",
        is_secret: false,
        value: |config| Some(config.quotas.mails_per_hour.to_string()),
        fits: |config| (2..=1_000_000).contains(&config.quotas.mails_per_hour),
    },
    Setting {
        key: "trusted_proxies",
        what: "addresses and ranges of proxies that the server trusts to name a client's address: [\"10.0.0.7\", \"fd00::/8\"], or \
               text with commas, 10.0.0.7,fd00::/8",
        takes: "a list of addresses and ranges, like 10.0.0.7,fd00::/8",
        unset: "none",
        is_secret: false,
        value: |config| {
            let networks = config.trusted_proxies.iter().map(ToString::to_string);
            (!config.trusted_proxies.is_empty()).then(|| networks.collect::<Vec<_>>().join(","))
        },
        fits: |_| true,
    },
    Setting {
        key: "forwarded_header",
        what: "header in which trusted proxies give the client's address; the other one is ignored",
        takes: "x-forwarded-for or forwarded",
        unset: "",
        is_secret: false,
        value: |config| name(config.forwarded_header),
        fits: |_| true,
    },
    Setting {
        key: "secret_key",
        what: "the server's own secret, created at the first start; all nodes on one database need the same one",
        takes: "32 random bytes as base64url, 43 characters, which `openssl rand 32 | basenc --base64url | tr -d '='` makes",
        unset: "server.key in data_dir",
        is_secret: true,
        value: |_| None,
        fits: Config::secret_key_fits,
    },
    Setting {
        key: "smtp.host",
        what: "name of the mail server, as in its certificate",
        takes: "a host name, like mail.example.org",
        unset: "none: e-mails are saved as files in data_dir/outbox",
        is_secret: false,
        value: |config| config.smtp.as_ref().map(|smtp| smtp.host.clone()),
        fits: |_| true,
    },
    Setting {
        key: "smtp.port",
        what: "port of the mail server",
        takes: "a whole number from 1 to 65535",
        unset: "587, with tls 465, with none 25",
        is_secret: false,
        value: |config| smtp(config).port.map(|port| port.to_string()),
        fits: |config| smtp(config).port != Some(0),
    },
    Setting {
        key: "smtp.encryption",
        what: "encryption of the connection to the mail server",
        takes: "starttls, tls or none",
        unset: "",
        is_secret: false,
        value: |config| Some(smtp(config).encryption.name().to_owned()),
        fits: |_| true,
    },
    Setting {
        key: "smtp.username",
        what: "user name for the mail server",
        takes: "text",
        unset: "none",
        is_secret: false,
        value: |config| smtp(config).username,
        fits: |_| true,
    },
    Setting {
        key: "smtp.password",
        what: "password for the mail server",
        takes: "text, in quotation marks in the file",
        unset: "none",
        is_secret: true,
        value: |_| None,
        fits: |_| true,
    },
    Setting {
        key: "smtp.certificate_authority",
        what: "PEM file with the certificate authority of the mail server, in addition to the public ones",
        takes: "a file",
        unset: "none",
        is_secret: false,
        value: |config| {
            let file = smtp(config).certificate_authority;
            file.map(|file| file.display().to_string())
        },
        fits: |_| true,
    },
    Setting {
        key: "smtp.hello",
        what: "name for greeting the mail server (EHLO), or an address in brackets, [192.0.2.7]; some mail servers reject a \
               name that does not resolve",
        takes: "a host name, or an address in brackets",
        unset: "the host of public_url, or this machine's name",
        is_secret: false,
        value: |config| smtp(config).hello,
        fits: |_| true,
    },
    Setting {
        key: "bounce_address",
        what: "mailbox whose messages your mail server passes to latchkey-server bounce",
        takes: "an e-mail address with at most 10 characters before the @ and no +",
        unset: "none: delivery reports are ignored",
        is_secret: false,
        value: |config| config.bounce_address.clone(),
        fits: |_| true,
    },
    Setting {
        key: "mail_from",
        what: "sender of e-mails, Accounts <accounts@example.org>; a name with a comma needs its own quotation marks, '\"Example, Inc.\" <accounts@example.org>'; the domain may have non-ASCII letters, the part before \
               the @ may not",
        takes: "an e-mail address, like accounts@example.org or Accounts <accounts@example.org>",
        unset: "no-reply@ the host of public_url",
        is_secret: false,
        value: |config| config.mail_from.clone(),
        fits: |_| true,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize as _;

    use super::*;

    const MANUAL: &str = include_str!("../../../../docs/administration.md");

    /// The keys that are read, by what the reader of them says of one that there can't be.
    fn read_keys(section: Option<&str>) -> Vec<String> {
        let mut table = toml::Table::new();
        table.insert("no such key".to_owned(), toml::Value::Boolean(true));
        if let Some(section) = section {
            let inner = std::mem::take(&mut table);
            table.insert(section.to_owned(), toml::Value::Table(inner));
        }
        let error = Config::deserialize(toml::Value::Table(table)).unwrap_err();
        let message = error.message();
        let (_, names) = message.split_once("expected").unwrap();
        names
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_setting_is_listed_once() {
        let mut read = Vec::new();
        for key in read_keys(None) {
            let inner: Vec<_> = in_section(&key).collect();
            if inner.is_empty() {
                read.push(key);
            } else {
                let keys = read_keys(Some(&key)).into_iter();
                read.extend(keys.map(|name| format!("{key}.{name}")));
            }
        }
        let mut listed: Vec<_> = SETTINGS
            .iter()
            .map(|setting| setting.key.to_owned())
            .collect();
        read.sort();
        listed.sort();
        assert_eq!(listed, read);
    }

    #[test]
    fn help_and_manual_have_every_setting_with_its_default() {
        let (_, table) = MANUAL
            .split_once("| key | default | what |\n|---|---|---|\n")
            .unwrap();
        let (table, _) = table.split_once("\n\n").unwrap();
        let rows: BTreeMap<&str, String> = table
            .lines()
            .map(|row| {
                let mut cells = row.split(" | ");
                let key = cells.next().unwrap().trim_start_matches("| ");
                let default = cells.next().unwrap();
                (key.trim_matches('`'), default.replace('`', ""))
            })
            .collect();
        let help = help();
        for setting in SETTINGS {
            let default = setting.default();
            assert!(!default.is_empty(), "{}", setting.key);
            assert_eq!(rows.get(setting.key), Some(&default), "{}", setting.key);
            let shown = format!("\n  {}\n          {}", setting.key, setting.what);
            let (_, rest) = help.split_once(&shown).unwrap();
            assert!(rest.starts_with(&format!("\n          [default: {default}]\n")));
        }
        assert_eq!(rows.len(), SETTINGS.len());
    }

    #[test]
    fn defaults_are_in_range() {
        assert!(first_out_of_range(&Config::default()).is_none());
    }
}
