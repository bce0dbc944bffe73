//! Ed25519 (RFC 8032) as it stands on the wire: keys and signatures are base64url without padding.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// The public half of `key`: 43 characters.
pub(crate) fn public_half(key: &SigningKey) -> String {
    URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes())
}

/// `key` over `message`: 86 characters.
pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(key.sign(message).to_bytes())
}

/// Whether `signature` is over `message` by the key whose public half is `public`. False for a malformed key or
/// signature and for a weak key.
pub(crate) fn verifies(public: &str, message: &[u8], signature: &str) -> bool {
    let key = decoded::<32>(public).and_then(|key| VerifyingKey::from_bytes(&key).ok());
    let signature = decoded::<64>(signature).map(|octets| Signature::from_bytes(&octets));
    key.zip(signature)
        .is_some_and(|(key, signature)| key.verify_strict(message, &signature).is_ok())
}

fn decoded<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
