//! Opening a database and bringing its schema up to date.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _};

use super::at_hand::AtHand;
use super::{Database, Pools};
use crate::folder;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/server");

/// How long a request may wait for a connection or a lock.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How long an idle connection counts as alive without being asked.
pub(super) const FRESH: Duration = Duration::from_secs(1);

/// How long one that is asked whether it is alive may take.
const ANSWER: Duration = Duration::from_secs(1);

/// Ends a transaction that says nothing for longer than any of this program takes between two statements.
const LET_GO: &str = "SET idle_in_transaction_session_timeout = '15s'";

/// Which database.
#[derive(Clone)]
pub enum Options {
    /// A file; made when absent, its folder must exist.
    Sqlite(PathBuf),
    /// A `postgres://` URL and how many connections at most.
    Postgres {
        /// The URL, with its password.
        url: String,
        /// Connections at most.
        connections: u32,
    },
}

/// Without the URL, which holds a password.
impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(file) => formatter.debug_tuple("Sqlite").field(file).finish(),
            Self::Postgres { connections, .. } => formatter
                .debug_struct("Postgres")
                .field("connections", connections)
                .finish_non_exhaustive(),
        }
    }
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not a `postgres://` URL.
    #[error(
        "it is not a postgres:// URL, like postgres://latchkey:PASSWORD@db.example.org:5432/latchkey"
    )]
    Address,
    /// It does not answer, or refuses.
    #[error("the database can't be reached: {0}")]
    Unreachable(#[source] sqlx::Error),
    /// What answers gives one connection of PostgreSQL to several of its clients by turns.
    #[error(
        "the database is behind a pooler in transaction mode, where LISTEN and prepared statements don't work: use session \
         mode (PgBouncer: pool_mode = session), or connect to PostgreSQL directly"
    )]
    Pooler,
    /// PostgreSQL, and what is wrong with it.
    #[error("{place} (the setting database): {source}")]
    Server {
        /// Where it is, without the password.
        place: String,
        /// What is wrong.
        source: Box<Self>,
    },
    /// SQLite's file, and what is wrong with it.
    #[error("{}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        source: Box<Self>,
    },
    /// A newer version of this program has changed the schema.
    #[error("the database was written by a newer version of this program (schema {0})")]
    NewerSchema(i64),
    /// The schema could not be brought up to date.
    #[error("the database's schema can't be updated: {0}")]
    Schema(#[source] MigrateError),
}

impl From<MigrateError> for OpenError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => Self::NewerSchema(version),
            MigrateError::Execute(error @ (sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut)) => {
                Self::Unreachable(error)
            }
            other => Self::Schema(other),
        }
    }
}

/// The database and where it is, never with its password.
impl std::fmt::Display for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = match self {
            Self::Sqlite(file) => return write!(formatter, "SQLite, {}", file.display()),
            Self::Postgres { url, .. } => url,
        };
        let Ok(options) = PgConnectOptions::from_str(url) else {
            return formatter.write_str("PostgreSQL");
        };
        let database = options.get_database().unwrap_or(options.get_username());
        match options.get_socket() {
            Some(folder) => write!(formatter, "PostgreSQL in {}", folder.display())?,
            None => write!(
                formatter,
                "PostgreSQL at {}:{}",
                options.get_host(),
                options.get_port()
            )?,
        }
        write!(formatter, ", database {database}")
    }
}

/// The migrations of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// All that there are.
    pub total: usize,
    /// Those that this opening applied.
    pub now: usize,
}

impl Migrated {
    fn after(before: i64) -> Self {
        let total = MIGRATIONS.iter().count();
        let before = usize::try_from(before).unwrap_or(0);
        Self {
            total,
            now: total.saturating_sub(before),
        }
    }
}

/// How many migrations were applied; none where there is no table of them yet.
const APPLIED: &str = "SELECT count(*) FROM _sqlx_migrations WHERE success";

impl Database {
    /// Opens it and brings its schema up to date. Nodes that start together on one PostgreSQL take turns.
    pub async fn open(options: &Options) -> Result<Self, OpenError> {
        Ok(Self::open_and_tell(options).await?.0)
    }

    /// The same, and says what was done to the schema.
    pub(crate) async fn open_and_tell(options: &Options) -> Result<(Self, Migrated), OpenError> {
        let (pools, migrated) = match options {
            Options::Sqlite(file) => open_sqlite(file).await.map_err(|source| OpenError::File {
                file: file.clone(),
                source: Box::new(source),
            })?,
            Options::Postgres { url, connections } => open_postgres(url, *connections)
                .await
                .map_err(|source| OpenError::Server {
                    place: options.to_string(),
                    source: Box::new(source),
                })?,
        };
        Ok((Self(Arc::new(pools)), migrated))
    }
}

async fn open_sqlite(file: &Path) -> Result<(Pools, Migrated), OpenError> {
    // SQLite would make it readable for everybody, and the files beside it are made like it. What can't be made is what
    // it says itself.
    let _ = folder::create_new(file);
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What was answered must survive a power cut, or devices would be ahead of their server.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .disable_statement_logging();
    let pool = || {
        SqlitePoolOptions::new()
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
    };
    let writer = pool()
        .max_connections(1)
        // SQLite rolls a transaction back by itself when the disk is full or fails. The ROLLBACK that sqlx sends then
        // finds none and fails, and sqlx counts one open for ever: such a connection is given up for a new one.
        .before_acquire(|connection, _| {
            let usable = !connection.is_in_transaction();
            Box::pin(async move { Ok(usable) })
        })
        .connect_with(options.clone())
        .await
        .map_err(OpenError::Unreachable)?;
    let before = sqlx::query_scalar(APPLIED).fetch_one(&writer).await;
    MIGRATIONS.run(&writer).await?;
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let options = options.pragma("query_only", "ON");
    let reading = || pool().max_connections(u32::try_from(cores.clamp(2, 16)).unwrap_or(2));
    let readers = reading()
        .connect_with(options.clone())
        .await
        .map_err(OpenError::Unreachable)?;
    let pools = Pools::Sqlite {
        writer,
        readers,
        at_hand: AtHand::of(reading().connect_lazy_with(options)),
    };
    Ok((pools, Migrated::after(before.unwrap_or(0))))
}

/// How a database is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// On this machine.
    Here,
    /// With TLS, and a certificate that is checked.
    Proven,
    /// With TLS, with whoever answers.
    Sealed,
    /// Over a network, without TLS or only where the other end offers it.
    Open,
}

/// How PostgreSQL is reached at `url`; `None` where that is no such address.
pub(crate) fn way_to(url: &str) -> Option<Way> {
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return None;
    }
    let options = PgConnectOptions::from_str(url).ok()?;
    let host = options.get_host().trim_matches(['[', ']']);
    let here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    Some(match options.get_ssl_mode() {
        _ if here => Way::Here,
        PgSslMode::VerifyCa | PgSslMode::VerifyFull => Way::Proven,
        PgSslMode::Require => Way::Sealed,
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => Way::Open,
    })
}

async fn open_postgres(url: &str, connections: u32) -> Result<(Pools, Migrated), OpenError> {
    match way_to(url).ok_or(OpenError::Address)? {
        Way::Sealed => {
            tracing::warn!("the database's certificate is not checked: use sslmode=verify-full");
        }
        Way::Open => {
            tracing::warn!(
                "the database may be connected to without TLS: database_without_tls is set"
            );
        }
        Way::Here | Way::Proven => {}
    }
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| OpenError::Address)?
        .application_name("latchkey-server")
        .disable_statement_logging();
    // A pool goes on trying where a connection is refused, and says in the end that it waited too long.
    let first = within(PATIENCE, options.connect()).await;
    let first: PgConnection = first.map_err(OpenError::Unreachable)?;
    let _ = first.close().await;
    let pool = |connections| {
        PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            // A round trip before each statement would cost as much again; a connection that was used just now is
            // alive.
            .test_before_acquire(false)
            .before_acquire(|connection, metadata| {
                Box::pin(async move {
                    if metadata.idle_for > FRESH {
                        ask(connection).await?;
                    }
                    Ok(true)
                })
            })
            // What was locked by a connection that nothing comes through is let go by PostgreSQL itself.
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute(LET_GO).await?;
                    Ok(())
                })
            })
            // sqlx asks too, and waits for ever: a connection that nothing comes through would keep its place.
            .after_release(|connection, _| {
                Box::pin(async move {
                    ask(connection).await?;
                    Ok(true)
                })
            })
    };
    // Two pools, so that transactions that read meanwhile never wait for each other.
    let connections = connections.max(2);
    let reading = connections / 2;
    let readers = pool(reading).connect_lazy_with(options.clone());
    let pool = pool(connections - reading)
        .connect_with(options)
        .await
        .map_err(OpenError::Unreachable)?;
    if share_a_connection(&pool, &readers)
        .await
        .map_err(OpenError::Unreachable)?
    {
        return Err(OpenError::Pooler);
    }
    let at_hand = AtHand::of(readers);
    let before = sqlx::query_scalar(APPLIED).fetch_one(&pool).await;
    MIGRATIONS.run(&pool).await?;
    let pools = Pools::Postgres { pool, at_hand };
    Ok((pools, Migrated::after(before.unwrap_or(0))))
}

/// Whether two connections that are open at the same time reach one process of PostgreSQL: only a pooler that gives its
/// connections from one client to the next between two transactions can do that. Where others use it too, a client may
/// get another connection now and then, so it is tried a few times.
async fn share_a_connection(one: &PgPool, other: &PgPool) -> sqlx::Result<bool> {
    // Without a prepared statement, which such a pooler may not know either.
    let process = async |connection: &mut PgConnection| {
        let row = sqlx::raw_sql("SELECT pg_backend_pid()");
        row.fetch_one(connection).await?.try_get::<i32, _>(0)
    };
    let (mut one, mut other) = (one.acquire().await?, other.acquire().await?);
    for _ in 0..4 {
        if process(&mut one).await? == process(&mut other).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Fails unless the other end of a connection answers in time.
pub(super) async fn ask(connection: &mut impl sqlx::Connection) -> sqlx::Result<()> {
    within(ANSWER, connection.ping()).await
}

/// `work`, or a failure when it takes longer than `limit`. A network that swallows everything breaks no connection:
/// what waits for an answer would wait for a quarter of an hour.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = sqlx::Result<T>>,
) -> sqlx::Result<T> {
    tokio::time::timeout(limit, work)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_do_not_show_a_password() {
        let options = Options::Postgres {
            url: "postgres://latchkey:sesame@db.example.org/latchkey".to_owned(),
            connections: 3,
        };
        assert_eq!(format!("{options:?}"), "Postgres { connections: 3, .. }");
        assert_eq!(
            options.to_string(),
            "PostgreSQL at db.example.org:5432, database latchkey"
        );
    }
}
