//! A screen's read against the same rows by bare sqlx.

use std::time::Instant;

use latchkey_client::activity::ActivityFilter;
use latchkey_protocol::sync::Collection;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::device::{self, LocalServer};
use crate::figure::{Figure, Target, percentile};
use crate::{Arguments, Outcome};

/// A page of 100 activity entries from 100,000 records.
pub async fn read(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let records = if arguments.quick { 10_000 } else { 100_000 };
    let server = LocalServer::seeded(&folder.path().join("server"), records).await?;
    let client = device::open(&folder.path().join("device")).await?;
    device::sign_in(&client, &server, true).await?;
    device::until_current(&client).await?;

    let file = database(&folder.path().join("device"))?;
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let (mut older, mut before) = (None, "g".to_owned());
    for _ in 0..if arguments.quick { 90 } else { 2_000 } {
        let begun = Instant::now();
        let page = client.activity(older, ActivityFilter::default()).await?;
        ours.push(begun.elapsed().as_secs_f64() * 1_000.0);
        older = page.older;

        let begun = Instant::now();
        let rows = sqlx::query("SELECT id, sealed FROM records WHERE collection = $1 AND id < $2 ORDER BY id DESC LIMIT 100")
            .bind(Collection::Activity.name())
            .bind(&before)
            .fetch_all(&pool)
            .await?;
        let octets: usize = rows.iter().map(|row| row.get::<Vec<u8>, _>(1).len()).sum();
        bare.push(begun.elapsed().as_secs_f64() * 1_000.0);
        if octets == 0 {
            return Err("the floor read nothing".into());
        }
        before = if rows.len() < 100 {
            "g".to_owned()
        } else {
            rows.last().map_or("g".to_owned(), |row| row.get(0))
        };
    }
    pool.close().await;
    server.stop().await?;
    Ok(vec![Figure {
        name: "page of 100 from 100,000 records in the client, p99",
        unit: "ms",
        value: percentile(&mut ours, 0.99),
        floor: Some(percentile(&mut bare, 0.99)),
        target: Target::AtMostAndRatio(2.0, 3.0),
    }])
}

fn database(data: &std::path::Path) -> Outcome<std::path::PathBuf> {
    std::fs::read_dir(data.join("accounts"))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "sqlite")
        })
        .ok_or_else(|| "the device has no database".into())
}
