//! Sealing of rows: a stolen disk reads nothing, and a flipped bit is noticed.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand::RngExt as _;

/// Octets of the nonce, which stands in front of the sealed text. Long enough to be drawn at random for ever.
const NONCE: usize = 24;

/// Octets of the authentication tag at the end of the sealed text.
pub(super) const TAG: usize = 16;

/// The tag of a sealed row, by which the manifest knows it.
pub(super) type Tag = [u8; TAG];

/// What a row is, apart from its text. All of it is authenticated.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) collection: &'a str,
    pub(super) id: &'a str,
    pub(super) revision: u64,
}

/// Seals and opens the rows of one account.
pub(super) struct Seal {
    cipher: XChaCha20Poly1305,
    account: String,
}

impl Seal {
    pub(super) fn new(key: &[u8; 32], account: String) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(&Key::from(*key)),
            account,
        }
    }

    /// The nonce, the sealed text and the tag.
    pub(super) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = rand::rng().random();
        let aad = self.associated_data(place);
        let payload = Payload {
            msg: plain,
            aad: &aad,
        };
        // Fails for texts of 256 GB alone; such a row would not open again, which is noticed.
        let text = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .unwrap_or_default();
        let mut sealed = Vec::with_capacity(NONCE + text.len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        sealed
    }

    /// The text, when nothing about it or its place has changed since it was sealed.
    pub(super) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
        let aad = self.associated_data(place);
        let payload = Payload {
            msg: text,
            aad: &aad,
        };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }

    /// Each part behind its length, so that no two places read alike.
    fn associated_data(&self, place: Place<'_>) -> Vec<u8> {
        let parts = [self.account.as_str(), place.collection, place.id];
        let mut data =
            Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum::<usize>() + 8);
        for part in parts {
            data.extend_from_slice(&(part.len() as u64).to_le_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data.extend_from_slice(&place.revision.to_le_bytes());
        data
    }
}

/// The last octets of a sealed row.
pub(super) fn tag_of(sealed: &[u8]) -> Tag {
    sealed.last_chunk::<TAG>().copied().unwrap_or_default()
}

/// Adds a tag to a running sum, or takes it out again.
pub(super) fn toggle(sum: &mut Tag, tag: Tag) {
    for (octet, other) in sum.iter_mut().zip(tag) {
        *octet ^= other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place {
        collection: "profile",
        id: "1",
        revision: 7,
    };

    #[test]
    fn a_row_opens_in_its_own_place_alone() {
        let seal = Seal::new(&[1; 32], "account".into());
        let sealed = seal.seal(PLACE, b"text");
        assert_eq!(seal.open(PLACE, &sealed).as_deref(), Some(&b"text"[..]));
        for elsewhere in [
            Place { id: "2", ..PLACE },
            Place {
                revision: 8,
                ..PLACE
            },
            Place {
                collection: "emails",
                ..PLACE
            },
            Place {
                collection: "profil",
                id: "e1",
                ..PLACE
            },
        ] {
            assert_eq!(seal.open(elsewhere, &sealed), None);
        }
        assert_eq!(
            Seal::new(&[2; 32], "account".into()).open(PLACE, &sealed),
            None
        );
        assert_eq!(
            Seal::new(&[1; 32], "other".into()).open(PLACE, &sealed),
            None
        );
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let seal = Seal::new(&[1; 32], "account".into());
        let sealed = seal.seal(PLACE, b"text");
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(seal.open(PLACE, &flipped), None, "bit {bit}");
        }
        assert_eq!(seal.open(PLACE, &[]), None);
    }

    #[test]
    fn the_same_text_is_never_sealed_to_the_same_octets() {
        let seal = Seal::new(&[1; 32], "account".into());
        assert_ne!(seal.seal(PLACE, b"text"), seal.seal(PLACE, b"text"));
    }
}
