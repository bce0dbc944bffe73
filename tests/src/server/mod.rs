//! A real server to play against, and the people who use it or attack it.
//!
//! [`ServerUnderTest`] is either the built `latchkey-server` program in a process of its own, or the same code inside
//! the test with a clock that the test moves. Both listen on a real socket and write a real database; nothing here is
//! a stand-in. [`Person`] speaks the protocol with a device key of its own, as the app does.
//!
//! Every server gets a fresh data folder and, on PostgreSQL, a fresh database, so tests need no order.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "this is the tests' own ground: what fails here fails the test that uses it"
)]

mod authenticator;
mod database;
mod dovecot;
mod events;
mod http;
mod impostor;
mod link;
mod mail_server;
mod openapi;
mod outbox;
mod overload;
mod passkey;
mod person;
mod pgbouncer;
mod postfix;
mod postgres;
mod process;
mod proxy;
mod race;
mod raw;
mod small_disk;
mod tls;
mod under_test;
mod web_server;

pub use authenticator::{Authenticator, Protected};
pub use database::{Database, DatabaseOfTest};
pub use dovecot::{Dovecot, SMTP_PASSWORD, SMTP_USERNAME};
pub use events::EventStream;
pub use http::{Answer, Http, Observable};
pub use impostor::{Impostor, Imposture};
pub use link::Link;
pub use mail_server::{FALLS_SILENT, MailServer, bounce_report};
pub use openapi::{Operation, operations};
pub use outbox::{Mail, Outbox};
pub use overload::Overload;
pub use passkey::{PasskeyPage, SoftwareKey};
pub use person::{Device, Person, edit_of};
pub use pgbouncer::PgBouncer;
pub use postfix::{MAILBOX, Postfix, REFUSED, REPORTS, REPORTS_USER};
pub use postgres::PostgresCluster;
pub use process::{ServerProcess, refused, run_command, serve, server_program};
pub use proxy::{Proxy, Swallows};
pub use race::{Race, the_one_with};
pub use raw::{RawConnection, exchange};
pub use small_disk::SmallDisk;
pub use tls::{Authority, Certificate, OfficeProxy, Validity, old_tls, socks_proxy, tls_front};
pub use under_test::{Backup, InProcess, ServerUnderTest, Settings};
pub use web_server::{NAME, Program, WebServer};

use std::time::{Duration, Instant};

/// How long a condition may take before a test gives up on it. Generous, for a loaded machine: it bounds failures, not
/// successes.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until `condition` gives something, asking again and again, and fails with `what` after [`PATIENCE`].
pub async fn eventually<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    loop {
        ticks.tick().await;
        if let Some(value) = condition().await {
            return value;
        }
        assert!(started.elapsed() < PATIENCE, "never happened: {what}");
    }
}

/// Runs each of the named `async fn(Database)` as two tests, one on SQLite and one on PostgreSQL.
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::server::Database::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::server::Database::Postgres).await;
            })+
        }
    };
}
