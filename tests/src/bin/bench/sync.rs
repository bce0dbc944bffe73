//! What a change costs on a large account, and what a first sync costs.

use std::time::Instant;

use latchkey_client::changes::Topic;
use latchkey_protocol::profile::ProfileEdit;
use latchkey_protocol::sync::SyncPage;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

use crate::device::{self, LocalServer};
use crate::figure::{Figure, Target, percentile};
use crate::{Arguments, Outcome, person};

/// One change from one device to another, on a large and a small account; and a whole first sync.
pub async fn changes(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let records = if arguments.quick { 10_000 } else { 100_000 };
    let folder = tempfile::tempdir()?;
    let large = Pair::open(&folder.path().join("large"), records).await?;
    let small = Pair::open(&folder.path().join("small"), 10).await?;
    let (mut on_large, mut on_small) = (Vec::new(), Vec::new());
    for round in 0..if arguments.quick { 10 } else { 100 } {
        on_large.push(large.change(round).await?);
        on_small.push(small.change(round).await?);
    }
    small.server.stop().await?;
    let mut figures = vec![Figure {
        name: "one change from device to device, 100,000 against 10 records",
        unit: "ms",
        value: percentile(&mut on_large, 0.5),
        floor: Some(percentile(&mut on_small, 0.5)),
        target: Target::RatioAtMost(1.2),
    }];
    figures.push(first_sync(arguments, &large.server, folder.path()).await?);
    large.server.stop().await?;
    Ok(figures)
}

struct Pair {
    server: LocalServer,
    here: std::sync::Arc<latchkey_client::client::Client>,
    there: std::sync::Arc<latchkey_client::client::Client>,
}

impl Pair {
    async fn open(folder: &std::path::Path, records: u64) -> Outcome<Self> {
        let server = LocalServer::seeded(&folder.join("server"), records).await?;
        let here = device::open(&folder.join("here")).await?;
        let there = device::open(&folder.join("there")).await?;
        for client in [&here, &there] {
            device::sign_in(client, &server, true).await?;
            device::until_current(client).await?;
        }
        device::until_current(&here).await?;
        Ok(Self {
            server,
            here,
            there,
        })
    }

    /// Milliseconds from the edit on one device to its record on the other.
    async fn change(&self, round: u32) -> Outcome<f64> {
        let mut changes = self.there.subscribe();
        let name = format!("Anna {round}");
        let begun = Instant::now();
        self.here
            .edit_profile(
                ProfileEdit {
                    display_name: Some(name.clone()),
                    ..ProfileEdit::default()
                }
                .into(),
            )
            .await?;
        while self.there.profile().await?.display_name != name {
            device::until_changed(&mut changes, Topic::Profile).await?;
        }
        let milliseconds = begun.elapsed().as_secs_f64() * 1_000.0;
        device::until_current(&self.here).await?;
        Ok(milliseconds)
    }
}

async fn first_sync(
    arguments: &Arguments,
    server: &LocalServer,
    folder: &std::path::Path,
) -> Outcome<Figure> {
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..arguments.rounds() {
        let client = device::open(&folder.join(format!("first{round}"))).await?;
        let begun = Instant::now();
        device::sign_in(&client, server, true).await?;
        device::until_current(&client).await?;
        ours.push(begun.elapsed().as_secs_f64());
        client.sign_out().await?;
        bare.push(
            transfer_and_insert(server, &folder.join(format!("bare{round}.sqlite")), round).await?,
        );
    }
    Ok(Figure {
        name: "first sync of 100,000 records, sign-in included",
        unit: "s",
        value: percentile(&mut ours, 0.5),
        floor: Some(percentile(&mut bare, 0.5)),
        target: Target::RatioAtMost(2.0),
    })
}

/// Seconds for the same bytes over HTTP and bare inserts, a transaction a page; with the same sign-in before it.
async fn transfer_and_insert(
    server: &LocalServer,
    file: &std::path::Path,
    round: usize,
) -> Outcome<f64> {
    let http = reqwest::Client::new();
    let server_id = person::server_id(&server.url).await?;
    let begun = Instant::now();
    let body = person::sign_in(server_id, device::USERNAME, u8::try_from(100 + round)?)?;
    let answer = http
        .post(format!("{}/v1/sessions", server.url))
        .header("content-type", "application/json")
        .body(body);
    let signed_in: latchkey_protocol::sessions::SignedIn =
        answer.send().await?.error_for_status()?.json().await?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    sqlx::query("CREATE TABLE records (collection TEXT, id TEXT, revision BIGINT, body BLOB, PRIMARY KEY (collection, id)) WITHOUT ROWID")
        .execute(&pool)
        .await?;
    let mut after = 0;
    loop {
        let address = format!(
            "{}/v1/sync?after={after}&limit={}",
            server.url,
            latchkey_protocol::sync::PAGE_MAXIMUM
        );
        let page: SyncPage = http
            .get(address)
            .bearer_auth(&signed_in.token)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let mut transaction = pool.begin().await?;
        for record in &page.records {
            sqlx::query("INSERT OR REPLACE INTO records VALUES ($1, $2, $3, $4)")
                .bind(&record.collection)
                .bind(&record.id)
                .bind(i64::try_from(record.revision)?)
                .bind(serde_json::to_vec(&record.body)?)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        after = page.next;
        if page.next >= page.revision {
            break;
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    pool.close().await;
    Ok(seconds)
}
