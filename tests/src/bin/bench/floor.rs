//! The floor of a session check: an axum handler that makes one bare sqlx read by primary key, in a process of its own.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};

use crate::Outcome;

const KEY: &str = "0198f000-0000-7000-8000-000000000001";
const SCHEMA: &str =
    "CREATE TABLE IF NOT EXISTS floor (id TEXT PRIMARY KEY, value BIGINT NOT NULL)";
const READ: &str = "SELECT value FROM floor WHERE id = $1";

/// Serves `GET /` on a free port and prints `listening on http://ADDR:PORT` first. `database` is a `postgres://` URL or
/// the path of an SQLite file.
pub async fn serve(database: &str) -> Outcome<()> {
    let router = if database.starts_with("postgres://") {
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .test_before_acquire(false)
            .connect(database)
            .await?;
        sqlx::query(SCHEMA).execute(&pool).await?;
        sqlx::query("INSERT INTO floor VALUES ($1, 7) ON CONFLICT DO NOTHING")
            .bind(KEY)
            .execute(&pool)
            .await?;
        Router::new()
            .route("/", get(read_postgres))
            .with_state(pool)
    } else {
        let options = SqliteConnectOptions::new()
            .filename(database)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = SqlitePoolOptions::new()
            .max_connections(2)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        sqlx::query(SCHEMA).execute(&pool).await?;
        sqlx::query("INSERT INTO floor VALUES ($1, 7) ON CONFLICT DO NOTHING")
            .bind(KEY)
            .execute(&pool)
            .await?;
        Router::new().route("/", get(read_sqlite)).with_state(pool)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

async fn read_sqlite(State(pool): State<SqlitePool>) -> Result<String, StatusCode> {
    let value: i64 = sqlx::query_scalar(READ)
        .bind(KEY)
        .fetch_one(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(value.to_string())
}

async fn read_postgres(State(pool): State<PgPool>) -> Result<String, StatusCode> {
    let value: i64 = sqlx::query_scalar(READ)
        .bind(KEY)
        .fetch_one(&pool)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(value.to_string())
}
