//! The two kinds of keyring entries, and what they are called.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use rand::RngExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Secrets;
use crate::stage::KeyringProblem;

/// What one account needs to be read and to speak to its server. One keyring entry, so that both are there or neither.
#[derive(Clone)]
pub(crate) struct AccountSecrets {
    /// Seals the local database.
    pub(crate) cache_key: Zeroizing<[u8; 32]>,
    /// For `Authorization: Bearer`.
    pub(crate) token: SecretString,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    cache_key: String,
    token: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.cache_key);
        zeroize::Zeroize::zeroize(&mut self.token);
    }
}

impl AccountSecrets {
    /// A fresh key beside the token of a new session.
    pub(crate) fn new(token: SecretString) -> Self {
        Self {
            cache_key: Zeroizing::new(rand::rng().random()),
            token,
        }
    }

    pub(crate) async fn load(secrets: &Secrets, name: &str) -> Result<Self, KeyringProblem> {
        let stored = secrets.get(name).await?.ok_or(KeyringProblem::KeyMissing)?;
        Self::decode(&stored).ok_or(KeyringProblem::KeyMissing)
    }

    pub(crate) async fn save(&self, secrets: &Secrets, name: &str) -> Result<(), KeyringProblem> {
        let entry = Entry {
            cache_key: STANDARD.encode(self.cache_key.as_slice()),
            token: self.token.expose_secret().to_owned(),
        };
        let encoded = Zeroizing::new(serde_json::to_vec(&entry).unwrap_or_default());
        secrets.set(name, encoded).await
    }

    fn decode(stored: &[u8]) -> Option<Self> {
        let entry: Entry = serde_json::from_slice(stored).ok()?;
        let key = Zeroizing::new(STANDARD.decode(&entry.cache_key).ok()?);
        Some(Self {
            cache_key: Zeroizing::new(key.as_slice().try_into().ok()?),
            token: SecretString::from(entry.token.clone()),
        })
    }
}

/// The name of the entry that holds the device's private key. The installation stands in it because one keyring serves
/// all data folders of a person.
fn device_key_name(installation: Uuid) -> String {
    format!("{installation}/device")
}

/// The device's key, when there is one.
pub(crate) async fn known_device_key(
    secrets: &Secrets,
    installation: Uuid,
) -> Result<Option<SigningKey>, KeyringProblem> {
    let stored = secrets.get(&device_key_name(installation)).await?;
    Ok(stored
        .and_then(|stored| <[u8; 32]>::try_from(stored.as_slice()).ok())
        .map(|bytes| SigningKey::from_bytes(&Zeroizing::new(bytes))))
}

/// The device's key, made and stored when there is none. `store` is false for a person who does not stay signed in:
/// then a new key lasts as long as the program.
pub(crate) async fn device_key(
    secrets: &Secrets,
    installation: Uuid,
    store: bool,
) -> Result<SigningKey, KeyringProblem> {
    match known_device_key(secrets, installation).await {
        Ok(Some(key)) => return Ok(key),
        Err(problem) if store => return Err(problem),
        Ok(None) | Err(_) => {}
    }
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(rand::rng().random());
    if store {
        let name = device_key_name(installation);
        secrets.set(&name, Zeroizing::new(bytes.to_vec())).await?;
    }
    Ok(SigningKey::from_bytes(&bytes))
}
