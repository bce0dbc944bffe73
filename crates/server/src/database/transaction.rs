//! A transaction: all of it or nothing.

use sqlx::{Postgres, Sqlite};

use super::arguments::{bind_postgres, bind_sqlite};
use super::{Argument, Result, Row, in_time};

/// An open transaction. Dropped without [`Transaction::commit`], it leaves nothing behind.
#[derive(Debug)]
pub enum Transaction {
    /// On SQLite.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Transaction {
    /// Runs a statement and says how many rows it changed.
    pub async fn execute(&mut self, sql: &'static str, values: &[Argument<'_>]) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(transaction) => sqlx::query_with::<Sqlite, _>(sql, bind_sqlite(values)?)
                .execute(&mut **transaction)
                .await?
                .rows_affected(),
            Self::Postgres(transaction) => {
                let query = sqlx::query_with::<Postgres, _>(sql, bind_postgres(values)?);
                let done = in_time(query.execute(&mut **transaction)).await?;
                done.rows_affected()
            }
        })
    }

    /// All rows that a statement answers with.
    pub async fn fetch_all(
        &mut self,
        sql: &'static str,
        values: &[Argument<'_>],
    ) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(transaction) => sqlx::query_with::<Sqlite, _>(sql, bind_sqlite(values)?)
                .fetch_all(&mut **transaction)
                .await?
                .into_iter()
                .map(Row::Sqlite)
                .collect(),
            Self::Postgres(transaction) => {
                let query = sqlx::query_with::<Postgres, _>(sql, bind_postgres(values)?);
                let rows = in_time(query.fetch_all(&mut **transaction)).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row that a statement answers with.
    pub async fn fetch_optional(
        &mut self,
        sql: &'static str,
        values: &[Argument<'_>],
    ) -> Result<Option<Row>> {
        Ok(match self {
            Self::Sqlite(transaction) => sqlx::query_with::<Sqlite, _>(sql, bind_sqlite(values)?)
                .fetch_optional(&mut **transaction)
                .await?
                .map(Row::Sqlite),
            Self::Postgres(transaction) => {
                let query = sqlx::query_with::<Postgres, _>(sql, bind_postgres(values)?);
                let row = in_time(query.fetch_optional(&mut **transaction)).await?;
                row.map(Row::Postgres)
            }
        })
    }

    /// Has the other nodes told `payload` (under 8,000 bytes) at the moment of the commit; nothing where there is one
    /// node alone.
    pub(crate) async fn notify(&mut self, channel: &'static str, payload: &str) -> Result<()> {
        if let Self::Postgres(transaction) = self {
            let query = sqlx::query("SELECT pg_notify($1, $2)")
                .bind(channel)
                .bind(payload);
            in_time(query.execute(&mut **transaction)).await?;
        }
        Ok(())
    }

    /// Makes it last. Once this returns `Ok`, a crash loses none of it.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => in_time(transaction.commit()).await?,
        }
        Ok(())
    }
}
