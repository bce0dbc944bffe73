//! The passwords that are tried first, as a filter: for each of 135,000 a bucket and 24 bits, 421 kB in all. One password
//! in two million that is not among them is taken for one of them; with 16 bits it would be one in 8,000, which people would
//! meet.
//!
//! `build.rs` makes it from the package `passablewords`: every password of 15 characters or more among the million most
//! frequent, 9,728 of them, and the most frequent of 8 and more (ASVS V6.2.4, V6.2.12).

include!("common_hash.rs");

const FILTER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/common_passwords.bin"));
const BUCKETS: usize = 1 << BUCKET_BITS;

/// Whether a password is among them, in whatever case.
pub fn contains(password: &str) -> bool {
    let (bucket, kept) = place(&password.to_lowercase());
    let Some((counts, all)) = FILTER.split_at_checked(BUCKETS) else {
        return true;
    };
    let before: usize = counts[..bucket]
        .iter()
        .map(|count| usize::from(*count))
        .sum();
    let count = usize::from(counts[bucket]);
    // A filter that is cut off would refuse everything, not nothing.
    all.get(before * KEPT..(before + count) * KEPT)
        .is_none_or(|own| own.chunks_exact(KEPT).any(|one| one == kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_known_in_any_case() {
        for common in [
            "password",
            "12345678",
            "PassWord1",
            "qwertyuiop",
            "1qaz2wsx3edc4rfv",
            "unbelievable",
        ] {
            assert!(contains(common), "{common}");
        }
        for other in [
            "four brass kettles on a shelf",
            "kv9-Tq2x",
            "x7Fqm-Wv3tR-9kHdp-Bs2Yc",
        ] {
            assert!(!contains(other), "{other}");
        }
    }

    #[test]
    fn few_others_are_taken_for_one_of_them() {
        let taken = (0..200_000)
            .filter(|number| contains(&format!("nobody chose this {number}")))
            .count();
        assert!(taken <= 1, "{taken} of 200,000");
    }

    #[test]
    fn it_stays_small() {
        assert!(FILTER.len() < 450_000, "{}", FILTER.len());
    }
}
