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
mod link;
mod openapi;
mod outbox;
mod passkey;
mod person;
mod postfix;
mod postgres;
mod process;
mod proxy;
mod raw;
mod small_disk;
mod under_test;

pub use authenticator::{Authenticator, Protected};
pub use database::{Database, DatabaseOfTest};
pub use dovecot::{Dovecot, SMTP_PASSWORD, SMTP_USERNAME};
pub use events::EventStream;
pub use http::{Answer, Http, Observable};
pub use link::Link;
pub use openapi::{Operation, operations};
pub use outbox::{Mail, Outbox};
pub use passkey::{PasskeyPage, SoftwareKey};
pub use person::{Device, Person, edit_of};
pub use postfix::{MAILBOX, Postfix, REFUSED, REPORTS, REPORTS_USER};
pub use postgres::PostgresCluster;
pub use process::{ServerProcess, administrator, server_program};
pub use proxy::{Proxy, Swallows};
pub use raw::{RawConnection, exchange};
pub use small_disk::SmallDisk;
pub use under_test::{InProcess, ServerUnderTest, Settings};

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
                if $crate::server::Database::Postgres.is_wanted() {
                    super::$name($crate::server::Database::Postgres).await;
                }
            })+
        }
    };
}

/// How often each race of [`races`](crate::races) is run: `LATCHKEY_TEST_RACES`, or once.
pub fn races() -> u32 {
    std::env::var("LATCHKEY_TEST_RACES").map_or(1, |rounds| {
        rounds.parse().expect("LATCHKEY_TEST_RACES is a number")
    })
}

/// The one of a race's `answers` that has `status`, by its place. Where it is none or several, all statuses are shown.
#[track_caller]
pub fn the_one_with(status: u16, answers: &[Answer]) -> usize {
    let statuses: Vec<u16> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    let won: Vec<usize> = (0..statuses.len())
        .filter(|place| statuses[*place] == status)
        .collect();
    assert_eq!(won.len(), 1, "{statuses:?}");
    won[0]
}

/// As [`on_both_databases`](crate::on_both_databases), in a module `race` and as often as [`races`] says, each time on a
/// server of its own: whether two at the same moment can both use what counts once is seen by many tries alone.
#[macro_export]
macro_rules! races {
    ($($name:ident),+ $(,)?) => {
        mod race {
            mod sqlite {
                $(#[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    for _ in 0..$crate::server::races() {
                        super::super::$name($crate::server::Database::Sqlite).await;
                    }
                })+
            }
            mod postgres {
                $(#[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    if $crate::server::Database::Postgres.is_wanted() {
                        for _ in 0..$crate::server::races() {
                            super::super::$name($crate::server::Database::Postgres).await;
                        }
                    }
                })+
            }
        }
    };
}
