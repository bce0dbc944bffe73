//! Passwords by chance.

use super::{BYTES_MAXIMUM, PasswordPolicy, common};

/// The characters of generated passwords: none that looks like another, in three classes.
const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";

/// Characters between the hyphens of a generated password, and groups of them: 20 characters of 56 are 116 bits.
const GROUP: usize = 5;
const GROUPS: usize = 4;

/// A new password by chance, which `policy` admits: groups that can be read out and typed, like
/// `x7Fqm-Wv3tR-9kHdp-Bs2Yc`. `fill` fills octets with chance that nobody can guess.
pub fn generate(policy: &PasswordPolicy, mut fill: impl FnMut(&mut [u8])) -> String {
    let wanted = policy.minimum.min(BYTES_MAXIMUM / 2) as usize;
    let groups = GROUPS.max((wanted + 1).div_ceil(GROUP + 1));
    let most = policy.maximum.map_or(usize::MAX, |most| most as usize);
    let mut password = String::new();
    // One in twenty lacks a digit, one in thousands is taken for a common one. That many in a row are refused only
    // where chance is none.
    for _ in 0..64 {
        password = draw(groups, &mut fill);
        password.truncate(most);
        let has = |class: &[u8]| password.bytes().any(|byte| class.contains(&byte));
        if has(LOWER) && has(UPPER) && has(DIGITS) && !common::contains(&password) {
            break;
        }
    }
    password
}

fn draw(groups: usize, fill: &mut impl FnMut(&mut [u8])) -> String {
    let alphabet = [LOWER, UPPER, DIGITS].concat();
    let mut password = String::with_capacity(groups * (GROUP + 1));
    for place in 0..groups * GROUP {
        if place > 0 && place % GROUP == 0 {
            password.push('-');
        }
        let mut chance = [0; 8];
        fill(&mut chance);
        // 64 bits over 56 characters: no character is likelier than another by more than 2^-58.
        let chosen = u64::from_be_bytes(chance) % alphabet.len() as u64;
        password.push(char::from(alphabet[usize::try_from(chosen).unwrap_or(0)]));
    }
    password
}

#[cfg(test)]
mod tests {
    use super::super::{PasswordPreset, check};
    use super::*;

    /// Chance from a counter: only its spread matters here.
    fn counting() -> impl FnMut(&mut [u8]) {
        let mut next = 0_u64;
        move |bytes: &mut [u8]| {
            for byte in bytes {
                next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *byte = next.to_be_bytes()[0];
            }
        }
    }

    #[test]
    fn a_generated_password_satisfies_every_policy() {
        let mut chance = counting();
        for preset in [
            PasswordPreset::Modern,
            PasswordPreset::Classic,
            PasswordPreset::Short,
            PasswordPreset::Unlimited,
        ] {
            let policy = preset.policy();
            let mut before = String::new();
            for _ in 0..20 {
                let password = generate(&policy, &mut chance);
                assert_eq!(
                    check(&password, &policy, &["Anna Kowalska", "annak"]),
                    Ok(()),
                    "{password}"
                );
                assert_ne!(password, before);
                before = password;
            }
        }
        for (minimum, maximum) in [(40, None), (8, Some(12)), (u32::MAX, Some(u32::MAX))] {
            let policy = PasswordPolicy {
                minimum,
                maximum,
                ..PasswordPolicy::SHORT
            };
            let length = generate(&policy, &mut chance).chars().count();
            assert!(
                length >= minimum.min(BYTES_MAXIMUM / 2) as usize,
                "{length}"
            );
            assert!(length <= maximum.unwrap_or(u32::MAX) as usize, "{length}");
        }
        // Chance that is none must not keep it busy for ever.
        assert!(!generate(&PasswordPolicy::MODERN, |bytes| bytes.fill(0)).is_empty());
    }
}
