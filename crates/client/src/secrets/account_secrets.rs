//! The two kinds of keyring entries, and what they are called.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use rand::RngExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Secrets;
use crate::app::LocalAccountId;
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

/// The name of the entry that holds the device's private key. Each account has its own, so that no server can tell by it
/// who has an account on another, and none is given a proof that counts elsewhere.
fn device_key_name(here: LocalAccountId) -> String {
    format!("{here}/device")
}

/// Deletes the device's key of an account that is forgotten.
pub(crate) async fn delete_device_key(
    secrets: &Secrets,
    here: LocalAccountId,
) -> Result<(), KeyringProblem> {
    secrets.delete(&device_key_name(here)).await
}

/// The device's key, when there is one.
pub(crate) async fn known_device_key(
    secrets: &Secrets,
    here: LocalAccountId,
) -> Result<Option<SigningKey>, KeyringProblem> {
    let stored = secrets.get(&device_key_name(here)).await?;
    Ok(decode_device_key(stored))
}

/// The device's key, made and stored when there is none. The person waits for it, and may have a prompt of the keyring's to
/// answer.
pub(crate) async fn device_key(
    secrets: &Secrets,
    here: LocalAccountId,
) -> Result<SigningKey, KeyringProblem> {
    let name = device_key_name(here);
    if let Some(key) = decode_device_key(secrets.get_or_prompt(&name).await?) {
        return Ok(key);
    }
    let key = new_device_key();
    secrets
        .set(&name, Zeroizing::new(key.to_bytes().to_vec()))
        .await?;
    Ok(key)
}

/// The device's key for a person who does not stay signed in: a new one, which lasts as long as the program, where there
/// is none or the keyring would have to be unlocked for it.
pub(crate) async fn temporary_device_key(secrets: &Secrets, here: LocalAccountId) -> SigningKey {
    if !secrets.is_locked().await
        && let Ok(Some(key)) = known_device_key(secrets, here).await
    {
        return key;
    }
    new_device_key()
}

fn new_device_key() -> SigningKey {
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(rand::rng().random());
    SigningKey::from_bytes(&bytes)
}

fn decode_device_key(stored: Option<Zeroizing<Vec<u8>>>) -> Option<SigningKey> {
    let bytes = <[u8; 32]>::try_from(stored?.as_slice()).ok()?;
    Some(SigningKey::from_bytes(&Zeroizing::new(bytes)))
}
