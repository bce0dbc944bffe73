//! What this device alone knows of the account: sealed as everything else, and of so little weight that the manifest
//! does not count it. A copy that is rebuilt begins without, but for what is to be said of that.

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteExecutor;

use super::seal::{Place, Seal};
use super::{Cache, CacheError, writing};

impl Cache {
    /// What was noted under this name; `None` when there is nothing that opens.
    pub async fn note(&self, name: &str) -> Result<Option<Vec<u8>>, CacheError> {
        read(&self.seal, &self.readers, name).await
    }

    /// Notes it, over what was there.
    pub async fn put_note(&self, name: &str, note: &[u8]) -> Result<(), CacheError> {
        let sealed = self.seal.seal(place(name), note);
        let mut writer = self.writer.lock().await;
        if writer.failed {
            writer.connection = writing(&self.path).connect().await?;
        }
        sqlx::query("INSERT OR REPLACE INTO state (name, sealed) VALUES (?, ?)")
            .bind(row(name))
            .bind(sealed)
            .execute(&mut writer.connection)
            .await?;
        Ok(())
    }
}

pub(super) async fn read(
    seal: &Seal,
    reader: impl SqliteExecutor<'_>,
    name: &str,
) -> Result<Option<Vec<u8>>, CacheError> {
    let sealed: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM state WHERE name = ?")
        .bind(row(name))
        .fetch_optional(reader)
        .await?;
    Ok(sealed.and_then(|sealed| seal.open(place(name), &sealed)))
}

/// Apart from the manifest.
fn row(name: &str) -> String {
    format!("note/{name}")
}

const fn place(name: &str) -> Place<'_> {
    Place {
        collection: "note",
        id: name,
        revision: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_note_comes_back_and_opens_under_its_own_name_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.sqlite");
        let cache = Cache::create(&path, &[1; 32], "account").await.unwrap();
        assert_eq!(cache.note("one").await.unwrap(), None);
        cache.put_note("one", b"first").await.unwrap();
        cache.put_note("one", b"second").await.unwrap();
        let note = cache.note("one").await.unwrap();
        assert_eq!(note.as_deref(), Some(&b"second"[..]));
        sqlx::query("UPDATE state SET name = 'note/two' WHERE name = 'note/one'")
            .execute(&mut cache.writer.lock().await.connection)
            .await
            .unwrap();
        assert_eq!(cache.note("two").await.unwrap(), None);
        cache.verify().await.unwrap();
        cache.close().await;
        let content = std::fs::read(&path).unwrap();
        assert!(!content.windows(6).any(|octets| octets == b"second"));
    }
}
