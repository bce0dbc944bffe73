//! The local copy against whatever can happen to its file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use latchkey_client::cache::{Batch, Cache, CacheError, OutboxChange};
use latchkey_client::sync::Position;
use latchkey_protocol::sync::{Collection, Record};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;

const KEY: [u8; 32] = [7; 32];
const ACCOUNT: &str = "server/account";

fn id(number: u32) -> String {
    format!("0192f0c1-0000-7000-8000-{number:012}")
}

fn record(number: u32, revision: u64) -> Record {
    Record {
        collection: Collection::Activity.name().to_owned(),
        id: id(number),
        revision,
        body: Some(json!({ "number": number, "revision": revision, "subject": "x".repeat(120) })),
    }
}

fn batch(numbers: impl Iterator<Item = u32>) -> Batch {
    let records: Vec<Record> = numbers
        .map(|number| record(number, u64::from(number)))
        .collect();
    let cursor = records.last().map_or(0, |record| record.revision);
    Batch {
        records,
        position: Some(Position {
            cursor,
            revision: cursor,
            current_at: None,
            ..Position::default()
        }),
        ..Batch::default()
    }
}

fn waiting(number: u64) -> OutboxChange {
    OutboxChange {
        number,
        item: Some(format!("item {number}").into_bytes()),
    }
}

/// A copy with `records` records and three waiting changes, closed.
async fn filled(records: u32) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.sqlite");
    let cache = Cache::create(&path, &KEY, ACCOUNT).await.unwrap();
    cache.write(batch(1..=records)).await.unwrap();
    let outbox = Batch {
        outbox: (1..=3).map(waiting).collect(),
        ..Batch::default()
    };
    cache.write(outbox).await.unwrap();
    cache.verify().await.unwrap();
    cache.close().await;
    (folder, path)
}

async fn by_hand(path: &Path, statement: &'static str) {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .connect()
        .await
        .unwrap();
    let done = sqlx::query(statement)
        .execute(&mut connection)
        .await
        .unwrap();
    assert!(done.rows_affected() > 0);
    connection.close().await.unwrap();
}

async fn noticed(path: &Path) -> bool {
    match Cache::open(path, &KEY, ACCOUNT).await {
        Err(error) => error.is_damage(),
        Ok(cache) => cache.verify().await.is_err_and(|error| error.is_damage()),
    }
}

#[tokio::test]
async fn what_is_written_is_read_in_pages_from_the_newest() {
    let (_folder, path) = filled(250).await;
    let cache = Cache::open(&path, &KEY, ACCOUNT).await.unwrap();
    assert_eq!(cache.position().await.cursor, 250);
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = cache
            .newest(Collection::Activity, before.as_deref(), 100)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id.clone());
        seen.extend(page.into_iter().map(|record| record.id));
    }
    let expected: Vec<String> = (1..=250).rev().map(id).collect();
    assert_eq!(seen, expected);
    assert_eq!(cache.outbox().await.unwrap().len(), 3);
}

#[tokio::test]
async fn changes_and_deletions_keep_the_manifest_right() {
    let (_folder, path) = filled(300).await;
    let cache = Cache::open(&path, &KEY, ACCOUNT).await.unwrap();
    let mut random = SmallRng::seed_from_u64(1);
    let mut model: BTreeMap<String, u64> = (1..=300)
        .map(|number| (id(number), u64::from(number)))
        .collect();
    for round in 1_000..1_040 {
        let mut changes = Batch::default();
        for step in 0..random.random_range(1..80) {
            let mut update = record(random.random_range(1..=400), round * 100 + step);
            if random.random_bool(0.3) {
                update.body = None;
                model.remove(&update.id);
            } else {
                model.insert(update.id.clone(), update.revision);
            }
            changes.records.push(update);
        }
        changes.outbox.push(OutboxChange {
            number: random.random_range(1..6),
            item: random.random_bool(0.5).then(|| b"item".to_vec()),
        });
        cache.write(changes).await.unwrap();
        cache.verify().await.unwrap();
    }
    let held: BTreeMap<String, u64> = cache
        .records(Collection::Activity)
        .await
        .unwrap()
        .into_iter()
        .map(|record| (record.id, record.revision))
        .collect();
    assert_eq!(held, model);
    let forgotten = Batch {
        forget_all_records: true,
        ..batch(1..=2)
    };
    cache.write(forgotten).await.unwrap();
    cache.verify().await.unwrap();
    assert_eq!(cache.records(Collection::Activity).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_row_that_vanished_or_came_back_is_noticed() {
    for statement in [
        "DELETE FROM records WHERE id LIKE '%000000000007'",
        "DELETE FROM outbox WHERE number = 2",
        "DELETE FROM state",
        "UPDATE records SET revision = revision + 1 WHERE id LIKE '%000000000007'",
        "UPDATE records SET collection = 'emails' WHERE id LIKE '%000000000007'",
        "UPDATE outbox SET number = 9 WHERE number = 2",
        "UPDATE records SET sealed = (SELECT sealed FROM records WHERE id LIKE '%000000000008') WHERE id LIKE '%000000000007'",
        "INSERT INTO records SELECT 'emails', id, revision, sealed FROM records WHERE id LIKE '%000000000007'",
    ] {
        let (_folder, path) = filled(20).await;
        by_hand(&path, statement).await;
        assert!(noticed(&path).await, "{statement}");
    }
}

#[tokio::test]
async fn an_old_row_in_the_place_of_a_new_one_is_noticed() {
    let (folder, path) = filled(20).await;
    let old = folder.path().join("old.sqlite");
    std::fs::copy(&path, &old).unwrap();
    let cache = Cache::open(&path, &KEY, ACCOUNT).await.unwrap();
    let newer = Batch {
        records: vec![record(7, 99)],
        ..Batch::default()
    };
    cache.write(newer).await.unwrap();
    cache.close().await;
    assert!(!noticed(&path).await);
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    sqlx::query("ATTACH ? AS old")
        .bind(old.to_str().unwrap())
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("INSERT OR REPLACE INTO main.records SELECT * FROM old.records")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    assert!(noticed(&path).await);
}

#[tokio::test]
async fn another_key_or_account_opens_nothing() {
    let (_folder, path) = filled(3).await;
    assert!(
        Cache::open(&path, &[8; 32], ACCOUNT)
            .await
            .is_err_and(|error| error.is_damage())
    );
    assert!(
        Cache::open(&path, &KEY, "server/other")
            .await
            .is_err_and(|error| error.is_damage())
    );
}

#[tokio::test]
async fn nothing_of_a_record_is_in_the_file() {
    let (_folder, path) = filled(50).await;
    let content = std::fs::read(&path).unwrap();
    for text in [&b"xxxxxxxx"[..], b"subject", b"item 1"] {
        assert!(!content.windows(text.len()).any(|window| window == text));
    }
}

/// What may be said of a file with one bit flipped: whoever reads it gets the truth or an error, and the walk notices
/// whatever a read can't.
#[tokio::test]
async fn a_thousand_flipped_bits_are_noticed_or_without_effect() {
    let (_folder, path) = filled(60).await;
    let whole = std::fs::read(&path).unwrap();
    let truth: BTreeMap<String, Vec<u8>> = (1..=60)
        .map(|number| {
            let body = record(number, u64::from(number)).body.unwrap();
            (id(number), serde_json::to_vec(&body).unwrap())
        })
        .collect();
    let mut random = SmallRng::seed_from_u64(20_261_121);
    let (mut noticed, mut without_effect) = (0, 0);
    for flip in 0..1_000 {
        let bit = random.random_range(0..whole.len() * 8);
        let mut content = whole.clone();
        content[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, content).unwrap();
        let cache = match Cache::open(&path, &KEY, ACCOUNT).await {
            Ok(cache) => cache,
            Err(error) => {
                assert!(error.is_damage(), "flip {flip} of bit {bit}: {error:?}");
                noticed += 1;
                continue;
            }
        };
        let shown = cache.records(Collection::Activity).await;
        let waiting = cache.outbox().await;
        let verified = cache.verify().await;
        cache.close().await;
        if let Ok(shown) = &shown {
            for record in shown {
                assert_eq!(
                    truth.get(&record.id),
                    Some(&record.body),
                    "flip {flip} of bit {bit}"
                );
            }
        }
        let all_there = shown.as_ref().is_ok_and(|shown| shown.len() == truth.len())
            && waiting.as_ref().is_ok_and(|waiting| waiting.len() == 3);
        match verified {
            Ok(()) => {
                assert!(all_there, "flip {flip} of bit {bit}: {shown:?} {waiting:?}");
                without_effect += 1;
            }
            Err(error) => {
                assert!(error.is_damage(), "flip {flip} of bit {bit}: {error:?}");
                noticed += 1;
            }
        }
    }
    println!("{noticed} noticed, {without_effect} without effect");
    // The rest is unused room in the pages.
    assert!(
        noticed > 300,
        "{noticed} noticed, {without_effect} without effect"
    );
}

/// The header decides how SQLite takes the whole file (sqlite.org/fileformat2.html, section 1.3).
#[tokio::test]
async fn no_flipped_bit_of_the_header_is_taken_for_another_trouble() {
    let (_folder, path) = filled(10).await;
    let whole = std::fs::read(&path).unwrap();
    for bit in 0..100 * 8 {
        let mut content = whole.clone();
        content[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, content).unwrap();
        for beside in ["-wal", "-shm", "-journal"] {
            let _ = std::fs::remove_file(format!("{}{beside}", path.display()));
        }
        match Cache::open(&path, &KEY, ACCOUNT).await {
            Ok(cache) => {
                let verified = cache.verify().await;
                let read = cache.records(Collection::Activity).await;
                cache.close().await;
                assert!(
                    verified
                        .as_ref()
                        .is_ok_and(|()| read.as_ref().is_ok_and(|read| read.len() == 10))
                        || verified.as_ref().is_err_and(CacheError::is_damage),
                    "bit {bit}: {verified:?} {read:?}"
                );
            }
            Err(error) => assert!(error.is_damage(), "bit {bit}: {error:?}"),
        }
    }
}
