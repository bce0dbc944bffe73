//! What can go wrong with the local database.

use crate::failure::FailureCode;

/// Why the local copy could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It is not what was written: a bit flipped, a row vanished, a file was cut. It has to be rebuilt.
    #[error("the local copy is damaged: {0}")]
    Damaged(String),
    /// There is no space left. Nothing was changed.
    #[error("the disk is full")]
    Full,
    /// It can't be written. Nothing was changed.
    #[error("the local copy can't be written")]
    ReadOnly,
    /// Something else.
    #[error("the local copy failed")]
    Failed(#[source] sqlx::Error),
}

impl CacheError {
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }

    /// Whether the file has to be rebuilt.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged(_))
    }

    /// Whether another connection could not be opened at this moment (CANTOPEN). Seen now and then right after a write,
    /// with no system call that failed; the cause is not known, and the next try a few milliseconds later gets it.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Failed(sqlx::Error::Database(database))
            if database.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 14))
    }

    /// How a command says it.
    pub fn code(&self) -> FailureCode {
        match self {
            Self::Full => FailureCode::DiskFull,
            Self::ReadOnly => FailureCode::ReadOnly,
            Self::Damaged(_) | Self::Failed(_) => FailureCode::Internal,
        }
    }
}

impl From<sqlx::Error> for CacheError {
    /// By SQLite's result codes (sqlite.org/rescode.html). Our statements are constant, so a statement that SQLite no
    /// longer understands, or a value of another type, means that the file has changed.
    fn from(error: sqlx::Error) -> Self {
        let code = match &error {
            sqlx::Error::Database(database) => database
                .code()
                .and_then(|code| code.parse::<u32>().ok())
                .unwrap_or_default(),
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. } => {
                return Self::Damaged(error.to_string());
            }
            _ => return Self::Failed(error),
        };
        match (code & 0xff, code) {
            // ERROR, CORRUPT, CONSTRAINT, MISMATCH, NOTADB, TOOBIG, FORMAT; IOERR_SHORT_READ, _DATA and _CORRUPTFS.
            (1 | 11 | 18 | 19 | 20 | 24 | 26, _) | (10, 522 | 8202 | 8458) => {
                Self::Damaged(error.to_string())
            }
            // FULL, and IOERR_SHMSIZE: no room for the index of the log.
            (13, _) | (10, 4874) => Self::Full,
            (8, _) => Self::ReadOnly,
            _ => Self::Failed(error),
        }
    }
}
