//! Which database a server under test keeps its data in.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use url::Url;
use uuid::Uuid;

/// The databases a server can run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file in the data folder.
    Sqlite,
    /// A fresh database on the PostgreSQL that `LATCHKEY_TEST_POSTGRES` names.
    Postgres,
}

impl Database {
    /// Makes a place for one server's data.
    pub async fn create(self) -> DatabaseOfTest {
        match self {
            Self::Sqlite => DatabaseOfTest {
                url: None,
                admin: None,
            },
            Self::Postgres => {
                let admin = std::env::var("LATCHKEY_TEST_POSTGRES").expect(
                    "LATCHKEY_TEST_POSTGRES must hold the postgres:// URL of a PostgreSQL role that may create \
                     databases",
                );
                DatabaseOfTest::fresh_on(&admin).await
            }
        }
    }
}

/// A database that lives as long as its test.
#[derive(Debug)]
pub struct DatabaseOfTest {
    url: Option<String>,
    admin: Option<(String, String)>,
}

impl DatabaseOfTest {
    /// A fresh database on the PostgreSQL at `admin`, dropped with the value.
    pub async fn fresh_on(admin: &str) -> Self {
        let name = format!("latchkey_test_{}", Uuid::from_u128(rand::random()).simple());
        let mut connection = PgConnection::connect(admin)
            .await
            .expect("the PostgreSQL for tests answers");
        connection
            .execute(AssertSqlSafe(format!(
                "CREATE DATABASE {name} TEMPLATE template0"
            )))
            .await
            .expect("the role may create databases");
        let _ = connection.close().await;
        let mut url = Url::parse(admin).expect("LATCHKEY_TEST_POSTGRES is a URL");
        url.set_path(&name);
        Self {
            url: Some(url.into()),
            admin: Some((admin.to_owned(), name)),
        }
    }

    /// A copy of the data of a server that is stopped and keeps SQLite in `data_dir`, and of that folder in `into`.
    pub async fn copied(&self, data_dir: &Path, into: &Path) -> Self {
        copy_folder(data_dir, into);
        let Some((admin, name)) = &self.admin else {
            return Self {
                url: None,
                admin: None,
            };
        };
        let copy = format!("latchkey_test_{}", Uuid::from_u128(rand::random()).simple());
        let mut connection = PgConnection::connect(admin).await.expect("PostgreSQL");
        connection
            .execute(AssertSqlSafe(format!(
                "CREATE DATABASE {copy} TEMPLATE {name}"
            )))
            .await
            .expect("nobody is connected to what is copied");
        let mut url = Url::parse(admin).expect("a URL");
        url.set_path(&copy);
        Self {
            url: Some(url.into()),
            admin: Some((admin.clone(), copy)),
        }
    }

    /// Runs one statement on the data of a server, which keeps SQLite in `data_dir`; the number of rows it changed.
    pub async fn statement(&self, data_dir: &Path, sql: impl Into<String>) -> u64 {
        let sql = AssertSqlSafe(sql.into());
        let ran = if let Some(url) = &self.url {
            let mut connection = PgConnection::connect(url).await.expect("PostgreSQL");
            connection
                .execute(sql)
                .await
                .map(|done| done.rows_affected())
        } else {
            let file = data_dir.join("latchkey.sqlite");
            let options = SqliteConnectOptions::new().filename(file);
            let mut connection = options.connect().await.expect("the file opens");
            connection
                .execute(sql)
                .await
                .map(|done| done.rows_affected())
        };
        ran.expect("the statement runs")
    }

    /// The `postgres://` URL, or `None` where the server keeps SQLite in its data folder.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

fn copy_folder(from: &Path, into: &Path) {
    std::fs::create_dir_all(into).expect("the folder is made");
    for entry in std::fs::read_dir(from).expect("the folder is read") {
        let entry = entry.expect("an entry");
        let copy = into.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &copy);
        } else {
            std::fs::copy(entry.path(), &copy).expect("the file is copied");
        }
    }
}

impl Drop for DatabaseOfTest {
    fn drop(&mut self) {
        let Some((admin, name)) = self.admin.take() else {
            return;
        };
        // A thread of its own, for dropping is not async and the test's runtime may be ending.
        let dropping = std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
            else {
                return;
            };
            runtime.block_on(async {
                if let Ok(mut connection) = PgConnection::connect(&admin).await {
                    let _ = connection
                        .execute(AssertSqlSafe(format!(
                            "DROP DATABASE IF EXISTS {name} WITH (FORCE)"
                        )))
                        .await;
                }
            });
        });
        let _ = dropping.join();
    }
}
