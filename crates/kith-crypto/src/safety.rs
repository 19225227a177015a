//! Safety numbers: what two people compare to know that nobody sits between them.
//!
//! Per account: `h₀ = SHA-512(label ‖ 0x00 ‖ key)`, then 5200 times `h = SHA-512(h ‖ key)`.
//! The first 30 bytes of the result give six groups of five digits (each five bytes, big
//! endian, modulo 100,000). The two halves of 30 digits stand in ascending order, so both
//! people see the same 60.

use sha2::{Digest as _, Sha512};

use crate::domain::HashLabel;
use crate::sign::PublicKey;

mod emoji;
#[cfg(test)]
mod tests;

/// Rounds of hashing: makes searching for a look-alike key that much slower.
const ROUNDS: u32 = 5200;
/// Bytes of the hash that turn into digits: six groups of five.
const DIGIT_BYTES: usize = 30;
const GROUP_BYTES: usize = 5;
const GROUP_MODULUS: u64 = 100_000;
/// Pictures shown, six bits each.
const EMOJI_SHOWN: usize = 7;

/// The 60 digits for two accounts, without spaces; the order of the two does not matter.
pub fn safety_number(a: &PublicKey, b: &PublicKey) -> String {
    let mut halves = [digits(&fingerprint(a)), digits(&fingerprint(b))];
    halves.sort();
    halves.concat()
}

/// Seven pictures with their English names for two accounts, in any order.
///
/// 42 bits: a quick look for people who know each other's voices. Comparing the 60 digits is
/// the real check, because with enough computing somebody can find a key with the same pictures.
pub fn safety_emoji(a: &PublicKey, b: &PublicKey) -> Vec<(&'static str, &'static str)> {
    let mut prints = [fingerprint(a), fingerprint(b)];
    prints.sort();
    let mut bytes = [0; 8];
    let hash = HashLabel::SAFETY_EMOJI.hash(&prints.concat());
    for (to, from) in bytes.iter_mut().zip(hash) {
        *to = from;
    }
    let bits = u64::from_be_bytes(bytes);
    (0..EMOJI_SHOWN)
        .filter_map(|place| {
            let index = (bits >> (58 - 6 * place)) & 0x3f;
            usize::try_from(index).ok().and_then(|index| emoji::EMOJI.get(index)).copied()
        })
        .collect()
}

fn fingerprint(key: &PublicKey) -> [u8; 64] {
    let mut hash: [u8; 64] = Sha512::new()
        .chain_update(HashLabel::SAFETY_NUMBER.as_str())
        .chain_update([0])
        .chain_update(key.as_bytes())
        .finalize()
        .into();
    for _ in 0..ROUNDS {
        hash = Sha512::new().chain_update(hash).chain_update(key.as_bytes()).finalize().into();
    }
    hash
}

fn digits(fingerprint: &[u8; 64]) -> String {
    let used = fingerprint.iter().take(DIGIT_BYTES).copied();
    let (mut text, mut group, mut taken) = (String::with_capacity(DIGIT_BYTES), 0_u64, 0);
    for byte in used {
        group = (group << 8) | u64::from(byte);
        taken += 1;
        if taken == GROUP_BYTES {
            text.push_str(&format!("{:05}", group % GROUP_MODULUS));
            (group, taken) = (0, 0);
        }
    }
    text
}
