//! A row of an answer.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};

use super::Error;

/// A row of an answer; columns are numbered from 0.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    fn get<'r, T>(&'r self, column: usize) -> Result<T, Error>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A TEXT.
    pub fn text(&self, column: usize) -> Result<String, Error> {
        self.get(column)
    }

    /// A TEXT, without a copy.
    pub fn text_ref(&self, column: usize) -> Result<&str, Error> {
        self.get(column)
    }

    /// A TEXT or nothing.
    pub fn optional_text(&self, column: usize) -> Result<Option<String>, Error> {
        self.get(column)
    }

    /// A BIGINT.
    pub fn integer(&self, column: usize) -> Result<i64, Error> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(column)?),
            Self::Postgres(row) => match row.try_get(column) {
                Ok(number) => Ok(number),
                Err(sqlx::Error::ColumnDecode { .. }) => {
                    Ok(i64::from(row.try_get::<i32, _>(column)?))
                }
                Err(error) => Err(error.into()),
            },
        }
    }

    /// A BIGINT that counts: a revision, a number of things.
    pub fn count(&self, column: usize) -> Result<u64, Error> {
        Ok(u64::try_from(self.integer(column)?).unwrap_or(0))
    }

    /// A BIGINT or nothing.
    pub fn optional_integer(&self, column: usize) -> Result<Option<i64>, Error> {
        self.get(column)
    }

    /// Bytes.
    pub fn bytes(&self, column: usize) -> Result<Vec<u8>, Error> {
        self.get(column)
    }

    /// Bytes or nothing.
    pub fn optional_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, Error> {
        self.get(column)
    }

    /// A TEXT that holds an identifier or anything else that is parsed; `table` and `name` are for the error.
    pub fn parsed<T: std::str::FromStr>(
        &self,
        column: usize,
        table: &'static str,
        name: &'static str,
    ) -> Result<T, Error> {
        let text = self.text_ref(column)?;
        text.parse()
            .map_err(|_| Error::inconsistent(table, name, text))
    }
}
