//! The server's own secret: what is sealed or signed with it is worth nothing to whoever has the database alone.
//!
//! 32 random bytes, in the setting `secret_key` or in `server.key` beside the database, made at the first start.
//! Nothing is sealed or signed with the key itself: each purpose has a key of its own, derived from it.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use ed25519_dalek::SigningKey;
use hmac::{Hmac, Mac as _};
use secrecy::ExposeSecret as _;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::arguments;
use crate::clock::Randomness;
use crate::config::Config;
use crate::database::{self, Database};

/// Bytes of the nonce in front of what is sealed; long enough to be drawn at random for ever.
const NONCE: usize = 24;

/// The server's own secret.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<[u8; 32]>);

/// Why a server has no key to work with.
#[derive(Debug, thiserror::Error)]
pub enum SecretKeyError {
    /// The file can't be read or made.
    #[error("the server's key {} can't be read or created: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{} is not a server key: 32 bytes as base64url", .0.display())]
    Malformed(PathBuf),
    /// The database belongs to another key.
    #[error(
        "the database belongs to a different server key, which encrypts its secrets and by which apps recognise the server: \
         use the original key, in the setting secret_key or as server.key in the data folder"
    )]
    Another,
    /// The database failed.
    #[error("the database does not respond: {0}")]
    Statement(#[from] database::Error),
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretKey(redacted)")
    }
}

impl SecretKey {
    /// The key of the settings, else of the data folder, where one is made when there is none. The folder's lock is
    /// held.
    pub(crate) fn open(
        config: &Config,
        randomness: &dyn Randomness,
    ) -> Result<Self, SecretKeyError> {
        let path = config.secret_key_file();
        if let Some(setting) = &config.secret_key {
            return Self::parse(setting.expose_secret()).ok_or(SecretKeyError::Malformed(path));
        }
        let failed = |source| SecretKeyError::File {
            path: path.clone(),
            source,
        };
        match std::fs::read_to_string(&path).map(Zeroizing::new) {
            Ok(text) => Self::parse(&text).ok_or(SecretKeyError::Malformed(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut key = Zeroizing::new([0; 32]);
                randomness.fill(&mut *key);
                write(&path, &key).map_err(failed)?;
                Ok(Self(key))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// 32 bytes as base64url without padding; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.trim()).ok()?);
        let key: [u8; 32] = bytes.as_slice().try_into().ok()?;
        Some(Self(Zeroizing::new(key)))
    }

    /// A code that only who has this key can make for `message`: HMAC-SHA-256 under the key of `purpose`. Compare it,
    /// or the part of it that is used, as a whole and not byte by byte.
    pub fn authenticate(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        hmac(&self.derive(purpose), message)
    }

    /// `plain` under the key of `purpose`, with XChaCha20-Poly1305: nonce, text, tag. It opens for the same purpose and
    /// `owner` alone.
    pub fn seal(
        &self,
        purpose: &str,
        owner: &str,
        plain: &[u8],
        randomness: &dyn Randomness,
    ) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        randomness.fill(&mut nonce);
        let payload = Payload {
            msg: plain,
            aad: owner.as_bytes(),
        };
        // Fails for texts of 256 GB alone; what is sealed then does not open, which is noticed.
        let text = self
            .cipher(purpose)
            .encrypt(&XNonce::from(nonce), payload)
            .unwrap_or_default();
        let mut sealed = Vec::with_capacity(NONCE + text.len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        sealed
    }

    /// What [`SecretKey::seal`] sealed; `None` when it was altered, or sealed with another key or for another owner.
    pub fn unseal(&self, purpose: &str, owner: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: text,
            aad: owner.as_bytes(),
        };
        self.cipher(purpose)
            .decrypt(&XNonce::from(*nonce), payload)
            .ok()
            .map(Zeroizing::new)
    }

    /// Binds the database to this key, at its first start; refused when it is bound to another.
    pub(crate) async fn bind(&self, database: &Database) -> Result<(), SecretKeyError> {
        let mut transaction = database.begin().await?;
        let bound = transaction
            .execute(
                "UPDATE server SET secret_key_check = $1 WHERE secret_key_check IS NULL OR secret_key_check = $1",
                arguments![&self.fingerprint()],
            )
            .await?;
        if bound != 1 {
            return Err(SecretKeyError::Another);
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The key by which apps know the server ([`crate::identity`]).
    pub fn identity(&self) -> SigningKey {
        SigningKey::from_bytes(&self.derive("identity"))
    }

    /// By which the key is known again, without telling anything of it.
    fn fingerprint(&self) -> [u8; 32] {
        self.authenticate("fingerprint", &[])
    }

    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.derive(purpose)))
    }

    fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(hmac(&self.0, format!("latchkey/{purpose}/1").as_bytes()))
    }
}

fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac.chain_update(message).finalize().into_bytes().into(),
        Err(never) => unreachable!("a key of HMAC has any length: {never}"),
    }
}

/// Whole or not at all, for its owner's eyes alone: a key that was written by half would lock everybody out.
fn write(path: &Path, key: &[u8; 32]) -> io::Result<()> {
    use std::io::Write as _;

    let half = path.with_extension("key.part");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&half)?;
    let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(key));
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&half, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandomness;

    fn open(folder: &Path) -> Result<SecretKey, SecretKeyError> {
        SecretKey::open(&Config::for_folder(folder), &SystemRandomness)
    }

    #[test]
    fn a_key_is_made_once_and_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path()).unwrap();
        assert_eq!(open(folder.path()).unwrap().0, first.0);
        assert_ne!(*first.0, [0; 32]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let file = folder.path().join("server.key");
            let mode = std::fs::metadata(file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.key");
        for damaged in ["", "short", &"A".repeat(44)] {
            std::fs::write(&file, damaged).unwrap();
            assert!(matches!(
                open(folder.path()),
                Err(SecretKeyError::Malformed(_))
            ));
            assert_eq!(std::fs::read_to_string(&file).unwrap(), damaged);
        }
    }

    #[test]
    fn the_setting_counts_more_than_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::for_folder(folder.path());
        config.secret_key = Some(URL_SAFE_NO_PAD.encode([7; 32]).into());
        let key = SecretKey::open(&config, &SystemRandomness).unwrap();
        assert_eq!(*key.0, [7; 32]);
        assert!(!folder.path().join("server.key").exists());
    }

    #[test]
    fn what_is_sealed_opens_for_its_purpose_owner_and_key_alone() {
        let key = SecretKey(Zeroizing::new([1; 32]));
        let sealed = key.seal("seed", "anna", b"secret", &SystemRandomness);
        let opened = key.unseal("seed", "anna", &sealed).unwrap();
        assert_eq!(*opened, b"secret");
        assert!(key.unseal("seed", "piotr", &sealed).is_none());
        assert!(key.unseal("other", "anna", &sealed).is_none());
        let other = SecretKey(Zeroizing::new([2; 32]));
        assert!(other.unseal("seed", "anna", &sealed).is_none());
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(key.unseal("seed", "anna", &altered).is_none(), "{bit}");
        }
        assert!(key.unseal("seed", "anna", b"short").is_none());
    }

    #[test]
    fn codes_differ_by_purpose_and_message() {
        let key = SecretKey(Zeroizing::new([1; 32]));
        let code = key.authenticate("bounce", b"id");
        assert_eq!(code, key.authenticate("bounce", b"id"));
        assert_ne!(code, key.authenticate("bounce", b"other"));
        assert_ne!(code, key.authenticate("other", b"id"));
        assert_eq!(format!("{key:?}"), "SecretKey(redacted)");
    }
}
