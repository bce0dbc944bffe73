//! What codes are made from: 160 bits for each account, sealed.

use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::second_factor::STEP_SECONDS;
use latchkey_protocol::time::Timestamp;
use totp_rs::{Builder, Totp};
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::database::{Error, Result};
use crate::state::ServerState;

/// Bytes of a seed: what RFC 4226, section 4, recommends (ASVS V11.2.3).
const SEED: usize = 20;

/// What the key for seeds is derived for.
const PURPOSE: &str = "second-factor-seed";

/// The name of this service in authenticator apps: with its server's, for somebody may have an account of one name on two,
/// and some apps put the second in the place of the first. A server inside the app has none that lasts.
pub(super) fn issuer(public_url: Option<&Url>) -> String {
    let named = public_url.filter(|url| match url.host() {
        Some(Host::Domain(name)) => name != "localhost",
        Some(Host::Ipv4(address)) => !address.is_loopback(),
        Some(Host::Ipv6(address)) => !address.is_loopback(),
        None => false,
    });
    let Some(url) = named else {
        return "Latchkey".to_owned();
    };
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(" {port}"));
    let path = url.path().trim_end_matches('/');
    // No colon: there the name of the account begins.
    format!("Latchkey {host}{path}{}", port.unwrap_or_default()).replace(':', ".")
}

/// Draws a seed.
pub(super) fn draw(state: &ServerState) -> Zeroizing<Vec<u8>> {
    let mut seed = Zeroizing::new(vec![0; SEED]);
    state.randomness.fill(&mut seed);
    seed
}

/// As it is stored.
pub(super) fn seal(state: &ServerState, account_id: AccountId, seed: &[u8]) -> Vec<u8> {
    let owner = account_id.to_string();
    state
        .secret_key()
        .seal(PURPOSE, &owner, seed, &*state.randomness)
}

/// Opens a stored seed. One that does not open was sealed with another key, for another account, or was altered.
pub(super) fn unseal(
    state: &ServerState,
    account_id: AccountId,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    state
        .secret_key()
        .unseal(PURPOSE, &account_id.to_string(), sealed)
        .ok_or_else(|| Error::inconsistent("second_factors", "seed", account_id))
}

/// The generator of codes; `issuer` and `username` are what the authenticator app calls it by.
pub(super) fn generator(
    account_id: AccountId,
    seed: &[u8],
    issuer: &str,
    username: &str,
) -> Result<Totp> {
    Builder::new()
        .with_skew(0)
        .with_step_duration(STEP_SECONDS)
        .with_secret(seed.to_vec())
        .with_issuer(Some(issuer))
        .with_account_name(username)
        .build()
        .map_err(|_| Error::inconsistent("second_factors", "seed", account_id))
}

/// The step of `code`: the current one, the one before, so that a code may be typed while it runs out (RFC 6238,
/// section 5.2), or the next, which a phone shows whose clock is ahead (section 6); and later than `last_step`, so that
/// none counts twice.
pub(super) fn step_of(totp: &Totp, code: &str, now: Timestamp, last_step: i64) -> Option<i64> {
    let seconds = u64::try_from(now.0.div_euclid(Timestamp::SECOND)).unwrap_or(0);
    let current = seconds / STEP_SECONDS;
    [current.saturating_sub(1), current, current + 1]
        .into_iter()
        .filter_map(|step| totp.check(code, step * STEP_SECONDS))
        .filter_map(|step| i64::try_from(step).ok())
        .find(|step| *step > last_step)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// The secret of RFC 6238, appendix B.
    const SEED: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * Timestamp::SECOND)
    }

    #[test]
    fn codes_are_those_of_the_rfc_for_the_current_step_and_its_neighbours() {
        let totp = generator(AccountId(Uuid::nil()), SEED, "Latchkey", "anna").unwrap();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let step = seconds / 30;
            let begins = step * 30;
            let found = |now: i64, last| step_of(&totp, code, at(now), last);
            assert_eq!(found(begins, -1), Some(step));
            assert_eq!(found(begins + 29, -1), Some(step));
            assert_eq!(found(begins + 59, -1), Some(step), "the next step");
            assert_eq!(found(begins + 60, -1), None, "the step after that");
            assert_eq!(found(begins - 1, -1), Some(step), "the step before");
            assert_eq!(found(begins - 30, -1), Some(step), "a phone that is ahead");
            if step > 1 {
                assert_eq!(found(begins - 31, -1), None, "the step before that");
            }
            assert_eq!(found(begins - 1, step), None, "taken before its time");
            assert_eq!(found(begins, step), None, "taken before");
        }
    }

    #[test]
    fn entries_of_two_servers_can_be_told_apart() {
        for (public_url, name) in [
            (
                "https://accounts.example.org/",
                "Latchkey accounts.example.org",
            ),
            ("https://example.org:8443", "Latchkey example.org 8443"),
            ("https://example.org/id/", "Latchkey example.org/id"),
            ("http://192.0.2.7/", "Latchkey 192.0.2.7"),
            ("http://127.0.0.1:4711/", "Latchkey"),
        ] {
            assert_eq!(issuer(Some(&Url::parse(public_url).unwrap())), name);
        }
        assert_eq!(issuer(None), "Latchkey");
    }

    #[test]
    fn the_address_for_the_authenticator_app_says_all_it_needs() {
        let issuer = issuer(Some(&Url::parse("https://accounts.example.org").unwrap()));
        let totp = generator(AccountId(Uuid::nil()), SEED, &issuer, "anna.k").unwrap();
        let address = totp.to_url().unwrap();
        assert!(
            address.starts_with("otpauth://totp/Latchkey%20accounts.example.org:anna.k?"),
            "{address}"
        );
        assert!(address.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
        assert!(
            address.contains("issuer=Latchkey%20accounts.example.org"),
            "{address}"
        );
        assert_eq!(totp.secret().to_base32().len(), 32);
    }
}
