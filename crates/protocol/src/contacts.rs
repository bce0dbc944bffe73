//! E-mail addresses of an account.

use serde::{Deserialize, Serialize};

use crate::identifiers::EmailId;
use crate::problem::FieldCode;
use crate::text;
use crate::time::Timestamp;

/// The most octets an address may have: the path limit of RFC 5321, section 4.5.3.1.3, less its angle brackets.
pub const ADDRESS_MAXIMUM: usize = 254;

/// The most addresses one account may hold, confirmed and pending together.
pub const ADDRESSES_PER_ACCOUNT: usize = 10;

/// The body of a record of [`crate::sync::Collection::Emails`]; its id is an [`EmailId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Email {
    /// As [`normalize_address`] made it.
    pub address: String,
    /// The address that mails go to first. At most one of an account, always confirmed, except the first while nothing
    /// is confirmed yet.
    pub primary: bool,
    /// When it was added.
    pub added_at: Timestamp,
    /// When its owner followed the link; `None` while that is pending.
    pub confirmed_at: Option<Timestamp>,
    /// When the last link was asked for; `None` once confirmed.
    pub confirmation_sent_at: Option<Timestamp>,
    /// Since when it has no effect ([`crate::trust`]). Never of the primary one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Timestamp>,
}

/// The body of `POST /v1/emails` (step-up), which answers 202 with [`EmailAccepted`] even if another account has the
/// address.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddEmail {
    /// The address to add.
    pub address: String,
}

/// The answer to [`AddEmail`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EmailAccepted {
    /// The new, pending address.
    pub email_id: EmailId,
    /// The account's revision with it.
    pub revision: u64,
}

/// The answer of `POST /v1/emails/{id}/primary` (200, after step-up).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EmailMadePrimary {
    /// Whether it is the primary address; false while the current one has yet to approve it ([`crate::email_change`]).
    pub primary: bool,
    /// The account's revision with the change.
    pub revision: u64,
}

/// The answer of `POST /v1/emails/{id}/resend` (202) and `/remove` (200, after step-up).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EmailChanged {
    /// The account's revision with the change.
    pub revision: u64,
}

/// The body of `POST /v1/emails/confirm`. It needs no session: who holds the token from the e-mail has the mailbox.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmEmail {
    /// The token of the link in the e-mail.
    pub token: String,
}

impl std::fmt::Debug for ConfirmEmail {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ConfirmEmail(redacted)")
    }
}

/// The answer to [`ConfirmEmail`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EmailConfirmed {
    /// The address that is confirmed now.
    pub address: String,
}

/// A domain in its ASCII form (UTS 46), without a trailing dot; `None` when it is none.
pub fn domain_to_ascii(domain: &str) -> Option<String> {
    idna::domain_to_ascii_strict(domain.trim_end_matches('.')).ok()
}

/// The form in which an address is stored and compared, or why it is none.
///
/// The domain goes through UTS 46 to its ASCII form, so that case, full-width letters and Unicode against punycode make
/// no second address, and a trailing dot falls. The local part keeps its characters but is lower-cased: RFC 5321 lets a
/// server tell `Anna@` from `anna@`, none of note does, and two accounts that differ in case alone are an attack.
/// Quoted local parts, comments and address literals are refused; so is anything outside ASCII in the local part, which
/// few mail servers take (RFC 6531) and many a look-alike uses.
pub fn normalize_address(address: &str) -> Result<String, FieldCode> {
    let address = text::trim(address);
    if address.is_empty() {
        return Err(FieldCode::Required);
    }
    if address.len() > ADDRESS_MAXIMUM {
        return Err(FieldCode::TooLong);
    }
    let (local, domain) = address
        .rsplit_once('@')
        .ok_or(FieldCode::NotAnEmailAddress)?;
    let atom = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    if local.len() > 64 || !local.split('.').all(atom) {
        return Err(FieldCode::NotAnEmailAddress);
    }
    let domain = domain_to_ascii(domain).ok_or(FieldCode::NotAnEmailAddress)?;
    let has_a_dot_inside =
        domain.split('.').count() >= 2 && domain.split('.').all(|label| !label.is_empty());
    let ends_in_a_name = domain
        .rsplit('.')
        .next()
        .is_some_and(|label| !label.bytes().all(|byte| byte.is_ascii_digit()));
    if !has_a_dot_inside || !ends_in_a_name {
        return Err(FieldCode::NotAnEmailAddress);
    }
    let normal = format!("{}@{domain}", local.to_ascii_lowercase());
    if normal.len() > ADDRESS_MAXIMUM {
        Err(FieldCode::TooLong)
    } else {
        Ok(normal)
    }
}

/// What is searched for as it stands in addresses, whose domains are stored in their ASCII form.
pub fn in_addresses(search: &str) -> String {
    let search = text::trim(search);
    let (local, domain) = match search.rsplit_once('@') {
        Some((local, domain)) => (format!("{local}@"), domain),
        None => (String::new(), search),
    };
    match idna::domain_to_ascii(domain) {
        Ok(ascii) if !domain.is_ascii() && !domain.contains(char::is_whitespace) => {
            local.to_lowercase() + &ascii
        }
        _ => search.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_read_alike_are_one() {
        for same in [
            "anna@example.org",
            " Anna@Example.ORG ",
            "anna@example.org.",
            "anna@ｅxample.org",
            "\u{200B}anna@example.org",
            "\u{202A}anna@example.org\u{202C}",
            "\u{FEFF}anna@example.org\u{200B}",
        ] {
            assert_eq!(
                normalize_address(same).as_deref(),
                Ok("anna@example.org"),
                "{same}"
            );
        }
        assert_eq!(
            normalize_address("anna@münchen.de"),
            normalize_address("anna@xn--mnchen-3ya.de")
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "anna",
            "@example.org",
            "anna@",
            "anna@localhost",
            "anna@[127.0.0.1]",
            "anna@127.0.0.1",
            "a b@example.org",
            "\"a b\"@example.org",
            "anna@exa mple.org",
            "anna@example..org",
            ".anna@example.org",
            "anna@-x.org",
            "anna@example.org\r\nBcc: x@example.org",
            "аnna@example.org",
            "anna@evil.org,anna@example.org",
        ] {
            assert_eq!(
                normalize_address(bad),
                Err(FieldCode::NotAnEmailAddress),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn addresses_are_searched_by_the_form_that_they_are_stored_in() {
        for (search, sought) in [
            ("München", "xn--mnchen-3ya"),
            ("Mu\u{308}nchen", "xn--mnchen-3ya"),
            (" Anna@München.example ", "anna@xn--mnchen-3ya.example"),
            ("Anna.K", "anna.k"),
            ("50%", "50%"),
            ("a b ü", "a b ü"),
        ] {
            assert_eq!(in_addresses(search), sought, "{search}");
        }
    }

    proptest::proptest! {
        #[test]
        fn normal_addresses_stay_as_they_are(address in "\\PC{0,80}") {
            if let Ok(normal) = normalize_address(&address) {
                proptest::prop_assert_eq!(normalize_address(&normal), Ok(normal.clone()));
                proptest::prop_assert!(normal.is_ascii() && !normal.contains(char::is_whitespace));
            }
        }
    }
}
