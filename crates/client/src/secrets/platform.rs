//! The system's keyring on macOS (the Keychain) and Windows (the Credential Manager). The stores are named explicitly,
//! because a front that picks one by feature forgets silently where the feature is missing.

use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

use super::{SERVICE, SecretError, SecretStore};

/// The system's keyring.
#[derive(Default)]
pub struct PlatformSecretStore {
    /// Kept between calls because connecting costs a key exchange; dropped after a failure, so that a keyring that was
    /// started meanwhile is found.
    store: Mutex<Option<Arc<CredentialStore>>>,
}

impl PlatformSecretStore {
    fn entry(&self, name: &str) -> Result<Entry, Error> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let connected = match store.as_ref() {
            Some(connected) => Arc::clone(connected),
            None => Arc::clone(store.insert(connect()?)),
        };
        drop(store);
        connected.build(SERVICE, name, None)
    }

    fn explain(&self, error: &Error) -> SecretError {
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // Some variants carry the secret itself, so only those that can't are printed.
        match error {
            Error::NoStorageAccess(cause) => {
                tracing::warn!(%cause, "the keyring is locked");
                SecretError::Locked
            }
            Error::PlatformFailure(cause) => {
                tracing::warn!(%cause, "the keyring failed");
                SecretError::Absent
            }
            _ => {
                tracing::warn!("the keyring could not do what was asked");
                SecretError::Absent
            }
        }
    }
}

#[cfg(target_os = "macos")]
fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

impl SecretStore for PlatformSecretStore {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
        match self.entry(name).and_then(|entry| entry.get_secret()) {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(self.explain(&error)),
        }
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretError> {
        self.entry(name)
            .and_then(|entry| entry.set_secret(secret))
            .map_err(|error| self.explain(&error))
    }

    fn delete(&self, name: &str) -> Result<(), SecretError> {
        match self.entry(name).and_then(|entry| entry.delete_credential()) {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(self.explain(&error)),
        }
    }
}
