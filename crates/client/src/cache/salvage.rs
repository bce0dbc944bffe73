//! What can be saved of a damaged copy: the changes that were made here and are nowhere else.

use std::path::Path;

use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use super::manifest::Manifest;
use super::notes::read;
use super::options;
use super::seal::Seal;
use super::write::outbox_place;

/// What could be saved out of a damaged copy.
#[derive(Debug, Default)]
pub(crate) struct Salvage {
    /// The waiting changes that are whole.
    pub(crate) outbox: Vec<Vec<u8>>,
    /// How many more there were; `None` when the manifest, which alone can tell, is damaged too.
    pub(crate) lost: Option<u32>,
    /// The note that was asked for, when it is whole.
    pub(crate) note: Option<Vec<u8>>,
}

/// Reads what is readable of the copy at `path`, and of its notes the one named `note`. Close all its connections before.
pub(crate) async fn salvage(path: &Path, key: &[u8; 32], account: &str, note: &str) -> Salvage {
    let mut salvage = Salvage::default();
    let seal = Seal::new(key, account.to_owned());
    let Ok(mut connection) = options(path).create_if_missing(false).connect().await else {
        return salvage;
    };
    let expected = Manifest::load(&seal, &mut connection)
        .await
        .ok()
        .map(|manifest| manifest.outbox.rows);
    let mut found = 0;
    for (number, sealed) in rows(&mut connection).await {
        found += 1;
        if let Some(item) = seal.open(outbox_place(&number.to_string()), &sealed) {
            salvage.outbox.push(item);
        }
    }
    salvage.lost = expected.map(|expected| {
        let lost = expected
            .max(found)
            .saturating_sub(salvage.outbox.len() as u64);
        u32::try_from(lost).unwrap_or(u32::MAX)
    });
    salvage.note = read(&seal, &mut connection, note).await.ok().flatten();
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "the damaged copy did not close well");
    }
    salvage
}

/// As many rows as can be read before SQLite gives up.
async fn rows(connection: &mut SqliteConnection) -> Vec<(i64, Vec<u8>)> {
    use futures_util::TryStreamExt as _;

    let mut found = Vec::new();
    let mut rows = sqlx::query("SELECT number, sealed FROM outbox").fetch(connection);
    while let Ok(Some(row)) = rows.try_next().await {
        if let (Ok(number), Ok(sealed)) = (row.try_get(0), row.try_get(1)) {
            found.push((number, sealed));
        }
    }
    found
}
