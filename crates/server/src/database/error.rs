//! What can go wrong with a statement, in terms that a caller can act on.

/// A statement that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row with this unique value exists; nobody has to know which.
    #[error("a unique value is already taken: {0}")]
    Taken(#[source] sqlx::Error),
    /// The database is away, locked, full or overloaded: trying later may help.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// What is stored is not what the code put there.
    #[error("inconsistent data in {table}.{column} of row {row}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
    /// A statement that does not fit its table, and all else: a fault of this program.
    #[error("a statement failed: {0}")]
    Fault(#[source] sqlx::Error),
}

impl Error {
    /// That `table.column` of the row with this key can't be what it is.
    pub fn inconsistent(
        table: &'static str,
        column: &'static str,
        row: impl std::fmt::Display,
    ) -> Self {
        Self::Inconsistent {
            table,
            column,
            row: row.to_string(),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(answer) if answer.is_unique_violation() => Self::Taken(error),
            sqlx::Error::Database(answer) => {
                let code = answer.code().unwrap_or_default();
                if is_passing(&code) {
                    Self::Unavailable(error)
                } else {
                    Self::Fault(error)
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            _ => Self::Fault(error),
        }
    }
}

/// Whether an error code speaks of the database's condition and not of the statement.
///
/// PostgreSQL: five characters (appendix A of its manual); classes 08 (connection), 40 (rolled back: deadlock), 53
/// (resources), 55 (not in the right state), 57 (operator intervention), 58 (system). SQLite: the extended result code
/// in decimal, whose low byte is the primary one: 5 busy, 6 locked, 8 read-only, 10 I/O error, 13 full, 14 can't open.
fn is_passing(code: &str) -> bool {
    if code.len() == 5 {
        return ["08", "40", "53", "55", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class));
    }
    code.parse::<i32>()
        .is_ok_and(|code| matches!(code & 0xFF, 5 | 6 | 8 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use super::is_passing;

    #[test]
    fn a_full_or_absent_database_is_told_from_a_wrong_statement() {
        for code in ["5", "13", "778", "08006", "57P01", "53300"] {
            assert!(is_passing(code), "{code}");
        }
        for code in ["1", "19", "42601", "22P02", ""] {
            assert!(!is_passing(code), "{code}");
        }
    }
}
