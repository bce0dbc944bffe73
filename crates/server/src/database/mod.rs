//! The one place that knows which database is below: SQLite or PostgreSQL behind one set of calls.
//!
//! A statement is written once, with `$1…$n`, and serves both. What makes that possible: columns are TEXT, BIGINT and
//! BYTEA alone, instants are integer microseconds, identifiers are UUIDs as text. Pitfalls: an integer literal in a
//! select list is `int4` in PostgreSQL ([`Row::integer`] takes both), `sum` of BIGINT is `numeric` there (don't), and
//! `FOR UPDATE` does not exist in SQLite (lock by an `UPDATE`).

mod arguments;
mod at_hand;
mod error;
mod open;
mod row;
mod transaction;

use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool};

pub use self::arguments::Argument;
use self::at_hand::AtHand;
pub use self::error::Error;
pub use self::open::{Migrated, OpenError, Options};
pub(crate) use self::open::{Way, way_to};
pub use self::row::Row;
pub use self::transaction::Transaction;

/// How long PostgreSQL may take for one statement, locks that it waits for included.
const STATEMENT: Duration = Duration::from_secs(10);

/// What every call here answers with.
pub type Result<T> = std::result::Result<T, Error>;

/// An open database. Cloning is cheap and shares the connections.
#[derive(Clone, Debug)]
pub struct Database(Arc<Pools>);

#[derive(Debug)]
enum Pools {
    /// One connection that writes, so that writers queue here and not on the file's lock, and several that read.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        at_hand: AtHand<Sqlite>,
    },
    Postgres {
        pool: PgPool,
        at_hand: AtHand<Postgres>,
    },
}

impl Database {
    /// Begins a transaction that may write. In SQLite it is the only one until it ends.
    pub async fn begin(&self) -> Result<Transaction> {
        match &*self.0 {
            Pools::Sqlite { writer, .. } => Ok(Transaction::Sqlite(
                writer.begin_with("BEGIN IMMEDIATE").await?,
            )),
            Pools::Postgres { pool, .. } => Ok(Transaction::Postgres(in_time(pool.begin()).await?)),
        }
    }

    /// Begins a transaction that only reads, beside the one that writes. Nothing is to be committed.
    pub async fn begin_reading(&self) -> Result<Transaction> {
        match &*self.0 {
            Pools::Sqlite { readers, .. } => Ok(Transaction::Sqlite(readers.begin().await?)),
            Pools::Postgres { pool, .. } => Ok(Transaction::Postgres(in_time(pool.begin()).await?)),
        }
    }

    /// All rows of a statement that only reads.
    pub async fn fetch_all(&self, sql: &'static str, values: &[Argument<'_>]) -> Result<Vec<Row>> {
        Ok(match &*self.0 {
            Pools::Sqlite { at_hand, .. } => {
                let query = sqlx::query_with::<Sqlite, _>(sql, arguments::bind_sqlite(values)?);
                let mut connection = at_hand.take().await?;
                let rows = query.fetch_all(&mut *connection).await?;
                connection.put_back();
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Pools::Postgres { at_hand, .. } => {
                let query = sqlx::query_with::<Postgres, _>(sql, arguments::bind_postgres(values)?);
                let mut connection = at_hand.take().await?;
                let rows = in_time(query.fetch_all(&mut *connection)).await?;
                connection.put_back();
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of a statement that only reads.
    pub async fn fetch_optional(
        &self,
        sql: &'static str,
        values: &[Argument<'_>],
    ) -> Result<Option<Row>> {
        Ok(match &*self.0 {
            Pools::Sqlite { at_hand, .. } => {
                let query = sqlx::query_with::<Sqlite, _>(sql, arguments::bind_sqlite(values)?);
                let mut connection = at_hand.take().await?;
                let row = query.fetch_optional(&mut *connection).await?;
                connection.put_back();
                row.map(Row::Sqlite)
            }
            Pools::Postgres { at_hand, .. } => {
                let query = sqlx::query_with::<Postgres, _>(sql, arguments::bind_postgres(values)?);
                let mut connection = at_hand.take().await?;
                let row = in_time(query.fetch_optional(&mut *connection)).await?;
                connection.put_back();
                row.map(Row::Postgres)
            }
        })
    }

    /// The pool with which several nodes can tell each other things; `None` where there is one node alone.
    pub(crate) fn shared(&self) -> Option<&PgPool> {
        match &*self.0 {
            Pools::Sqlite { .. } => None,
            Pools::Postgres { pool, .. } => Some(pool),
        }
    }

    /// Waits for the connections in use and closes all.
    pub async fn close(&self) {
        match &*self.0 {
            Pools::Sqlite {
                writer,
                readers,
                at_hand,
            } => {
                at_hand.close().await;
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool, at_hand } => {
                at_hand.close().await;
                pool.close().await;
            }
        }
    }
}

/// A statement of PostgreSQL, given up after [`STATEMENT`].
async fn in_time<T>(statement: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    open::within(STATEMENT, statement).await
}
