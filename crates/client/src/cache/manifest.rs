//! What the tables must hold.

use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnection;

use super::CacheError;
use super::seal::{Place, Seal, Tag, toggle};
use crate::sync::Position;

const PLACE: Place<'static> = Place {
    collection: "state",
    id: "manifest",
    revision: 0,
};

/// The sealed row by which a missing or foreign row is noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) position: Position,
    pub(super) records: Sum,
    pub(super) outbox: Sum,
}

/// How many rows a table has, and the XOR of their tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sum {
    pub(super) rows: u64,
    tags: Tag,
}

impl Sum {
    pub(super) fn add(&mut self, tag: Tag) {
        self.rows += 1;
        toggle(&mut self.tags, tag);
    }

    /// A row that is not there any more. False when there can't have been one, which is damage.
    pub(super) fn take(&mut self, tag: Tag) -> bool {
        toggle(&mut self.tags, tag);
        let possible = self.rows > 0;
        self.rows = self.rows.saturating_sub(1);
        possible
    }
}

impl Manifest {
    pub(super) async fn load(
        seal: &Seal,
        connection: &mut SqliteConnection,
    ) -> Result<Self, CacheError> {
        let sealed: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT sealed FROM state WHERE name = 'manifest'")
                .fetch_optional(connection)
                .await?;
        sealed
            .and_then(|sealed| seal.open(PLACE, &sealed))
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(|| CacheError::damaged("the manifest does not open"))
    }

    pub(super) async fn store(
        &self,
        seal: &Seal,
        connection: &mut SqliteConnection,
    ) -> Result<(), CacheError> {
        let plain = serde_json::to_vec(self).unwrap_or_default();
        sqlx::query("INSERT OR REPLACE INTO state (name, sealed) VALUES ('manifest', ?)")
            .bind(seal.seal(PLACE, &plain))
            .execute(connection)
            .await?;
        Ok(())
    }
}
