//! The local copy of one account: one SQLite file whose rows are sealed with a key that is not in it.
//!
//! Every row is checked when it is read. What no single row can tell, that another one vanished or was put back, the
//! manifest tells: a sealed row with the number of rows and the sum (XOR) of their tags, written in the transaction of
//! every change. [`Cache::verify`] compares it with what is there.

mod error;
mod manifest;
mod notes;
mod read;
mod salvage;
mod seal;
mod write;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::Mutex;

pub use error::CacheError;
pub use read::StoredRecord;
pub(crate) use salvage::salvage;
pub use write::{Batch, OutboxChange};

use crate::sync::Position;
use manifest::Manifest;
use seal::Seal;

/// Connections that read at the same time.
const READERS: u32 = 4;

/// The newest migration; `PRAGMA user_version` of a file that has it.
const VERSION: i64 = 1;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/client");

/// The open local copy of one account.
pub struct Cache {
    path: PathBuf,
    seal: std::sync::Arc<Seal>,
    readers: SqlitePool,
    writer: Mutex<Writer>,
}

/// The one connection that writes, with what the manifest row holds.
struct Writer {
    connection: SqliteConnection,
    manifest: Manifest,
    /// Whether a commit waits for the disk.
    durable: bool,
    /// Whether the last write failed. sqlx then takes for open a transaction that SQLite may have rolled back on its
    /// own, as it does when there is no room for a commit, and begins no other: the connection is replaced.
    failed: bool,
}

impl Cache {
    /// A new, empty copy at `path`, over whatever is there. `account` is bound into every row.
    pub async fn create(path: &Path, key: &[u8; 32], account: &str) -> Result<Self, CacheError> {
        destroy_files(path).map_err(|error| CacheError::Failed(sqlx::Error::Io(error)))?;
        let seal = Seal::new(key, account.to_owned());
        let mut connection = writing(path).create_if_missing(true).connect().await?;
        MIGRATIONS
            .run_direct(None, &mut connection, false)
            .await
            .map_err(migration_error)?;
        let manifest = Manifest::default();
        manifest.store(&seal, &mut connection).await?;
        Ok(Self::with(path, seal, connection, manifest))
    }

    /// The copy at `path`. Reads the manifest alone, so that it takes the same time whatever it holds: call
    /// [`Self::verify`] once the first content is shown.
    pub async fn open(path: &Path, key: &[u8; 32], account: &str) -> Result<Self, CacheError> {
        if !path.exists() {
            return Err(CacheError::damaged("the file is gone"));
        }
        let seal = Seal::new(key, account.to_owned());
        let mut connection = writing(path).connect().await?;
        let version: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&mut connection)
            .await?;
        if version != VERSION {
            MIGRATIONS
                .run_direct(None, &mut connection, false)
                .await
                .map_err(migration_error)?;
        }
        let manifest = Manifest::load(&seal, &mut connection).await?;
        Ok(Self::with(path, seal, connection, manifest))
    }

    fn with(path: &Path, seal: Seal, connection: SqliteConnection, manifest: Manifest) -> Self {
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options(path).read_only(true));
        Self {
            path: path.to_owned(),
            seal: std::sync::Arc::new(seal),
            readers,
            writer: Mutex::new(Writer {
                connection,
                manifest,
                durable: true,
                failed: false,
            }),
        }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What has been reached, as of the last write.
    pub async fn position(&self) -> Position {
        self.writer.lock().await.manifest.position.clone()
    }

    /// All connections that read, so that nobody else reads.
    #[cfg(test)]
    pub(crate) async fn all_readers(&self) -> Vec<sqlx::pool::PoolConnection<sqlx::Sqlite>> {
        let mut readers = Vec::new();
        for _ in 0..READERS {
            readers.push(self.readers.acquire().await.unwrap());
        }
        readers
    }

    /// Closes all connections, after which the file may be moved or deleted.
    pub async fn close(self) {
        self.readers.close().await;
        let writer = self.writer.into_inner();
        if let Err(error) = writer.connection.close().await {
            tracing::warn!(%error, "the local copy did not close well");
        }
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(5))
        .log_statements(tracing::log::LevelFilter::Off)
        .log_slow_statements(tracing::log::LevelFilter::Off, Duration::ZERO)
}

fn writing(path: &Path) -> SqliteConnectOptions {
    options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
}

fn migration_error(error: sqlx::migrate::MigrateError) -> CacheError {
    match error {
        sqlx::migrate::MigrateError::Execute(error)
        | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => error.into(),
        other => CacheError::damaged(other.to_string()),
    }
}

/// The database file and those that SQLite keeps beside it.
fn files(path: &Path) -> [PathBuf; 4] {
    ["", "-wal", "-shm", "-journal"].map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    })
}

/// Deletes the database at `path` and makes sure that nothing of it is left. That there is none is a success.
pub(crate) fn destroy_files(path: &Path) -> std::io::Result<()> {
    for file in files(path) {
        match std::fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    if files(path)
        .iter()
        .any(|file| file.symlink_metadata().is_ok())
    {
        return Err(std::io::Error::other(
            "a file of the local copy is still there",
        ));
    }
    // The deletion itself must reach the disk, or a power cut brings the file back.
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| folder.exists()) {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
