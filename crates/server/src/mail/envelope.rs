//! The envelope sender of mails, to which delivery reports are addressed: `bounce+ID.CODE@DOMAIN`.
//!
//! The code is made with the server's key (in the manner of BATV, draft-levine-smtp-batv): a report counts only at an
//! address that this server gave out, so nobody can have a mail called bounced who never received one of it.

use latchkey_protocol::identifiers::MailId;
use lettre::Address;
use uuid::Uuid;

use crate::secret_key::SecretKey;

/// What the key is derived for.
const PURPOSE: &str = "bounce";

/// Bytes of the code: 80 bits, so that the local part stays within the 64 octets of RFC 5321, section 4.5.3.1.1. Hex,
/// since mail servers may change the case of letters.
const CODE: usize = 10;

/// Octets that identifier and code take in the local part, with the sign before each.
pub(super) const SUFFIX: usize = 1 + 32 + 1 + 2 * CODE;

/// Where reports about this mail go, in the mailbox for reports; `None` when its local part is too long.
pub(super) fn sender(key: &SecretKey, mailbox: &Address, id: MailId) -> Option<Address> {
    let local = format!("{}+{}.{}", mailbox.user(), id.0.simple(), code(key, id));
    Address::new(local, mailbox.domain()).ok()
}

/// The mail that an envelope sender was made for; `None` for every address that this server did not make.
pub(super) fn mail_of(key: &SecretKey, address: &str) -> Option<MailId> {
    let (local, _) = address.trim().trim_matches(['<', '>']).rsplit_once('@')?;
    let (_, suffix) = local.rsplit_once('+')?;
    let (id, claimed) = suffix.split_once('.')?;
    // Nothing but the form that `sender` writes.
    if id.len() != 32 {
        return None;
    }
    let id = MailId(Uuid::try_parse(id).ok()?);
    same(
        code(key, id).as_bytes(),
        claimed.to_ascii_lowercase().as_bytes(),
    )
    .then_some(id)
}

fn code(key: &SecretKey, id: MailId) -> String {
    use std::fmt::Write as _;

    let code = key.authenticate(PURPOSE, id.0.as_bytes());
    let mut hex = String::with_capacity(2 * CODE);
    for byte in &code[..CODE] {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Whether two codes are equal, in a time that tells nothing of where they differ.
fn same(expected: &[u8], claimed: &[u8]) -> bool {
    expected.len() == claimed.len()
        && expected
            .iter()
            .zip(claimed)
            .fold(0, |difference, (one, other)| difference | (one ^ other))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(letter: &str) -> SecretKey {
        SecretKey::parse(&letter.repeat(43)).unwrap()
    }

    #[test]
    fn an_address_is_known_again_whatever_a_mail_server_makes_of_its_case() {
        let (key, mailbox) = (key("A"), "bounce@id.example.org".parse().unwrap());
        let id = MailId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001));
        let address = sender(&key, &mailbox, id).unwrap().to_string();
        assert!(address.starts_with("bounce+0192000000007000800000000000000"));
        assert!(address.split('@').next().unwrap().len() <= 64, "{address}");
        for form in [
            address.clone(),
            address.to_uppercase(),
            format!("<{address}>"),
            format!(" {address}\r\n"),
        ] {
            assert_eq!(mail_of(&key, &form), Some(id), "{form}");
        }
    }

    #[test]
    fn an_address_that_the_server_did_not_make_is_nobodys() {
        let (key, mailbox) = (key("A"), "bounce@id.example.org".parse().unwrap());
        let id = MailId(Uuid::from_u128(7));
        let address = sender(&key, &mailbox, id).unwrap().to_string();
        assert_eq!(mail_of(&self::key("E"), &address), None, "another key");
        let other = sender(&key, &mailbox, MailId(Uuid::from_u128(8))).unwrap();
        let other = other.to_string();
        let code = |address: &str| {
            let local = address.split('@').next().unwrap();
            local.split('.').next_back().unwrap().to_owned()
        };
        let swapped = address.replace(&code(&address), &code(&other));
        assert_eq!(mail_of(&key, &swapped), None, "another mail's code");
        for wrong in [
            "",
            "bounce@id.example.org",
            "bounce+@id.example.org",
            "bounce+.@id.example.org",
            &address.replace('.', ""),
            &address[..20],
            &address.replacen(&code(&address), "", 1),
            &address.replacen(&code(&address), &code(&address)[..10], 1),
            &address.replacen(&code(&address), "00000000000000000000", 1),
        ] {
            assert_eq!(mail_of(&key, wrong), None, "{wrong}");
        }
    }
}
