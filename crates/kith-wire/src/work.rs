//! Work that whoever asks for something has done: hashing until a hash begins with zeros (Back, "Hashcash", 2002). What
//! is hashed says what the work is for, so that it serves for nothing else.

/// The most leading zero bits anybody is asked for: minutes of one core.
pub const WORK_BITS_MAX: u8 = 28;

/// How many zero bits a hash begins with.
pub(crate) fn zero_bits(hash: &[u8; 32]) -> u8 {
    let zeros: u32 = match hash.iter().position(|byte| *byte != 0) {
        Some(at) => u32::try_from(at).unwrap_or(0) * 8 + hash.get(at).map_or(0, |byte| byte.leading_zeros()),
        None => 256,
    };
    u8::try_from(zeros).unwrap_or(u8::MAX)
}

/// A nonce for which `bits_of` gives at least `bits`; takes 2^`bits` tries on average. `None` above [`WORK_BITS_MAX`], or
/// if `stop` says so, which is asked now and then.
pub(crate) fn find(bits: u8, bits_of: impl Fn(u64) -> u8, stop: impl Fn() -> bool) -> Option<u64> {
    if bits > WORK_BITS_MAX {
        return None;
    }
    for nonce in 0..u64::MAX {
        if bits_of(nonce) >= bits {
            return Some(nonce);
        }
        if nonce % 4096 == 0 && stop() {
            return None;
        }
    }
    None
}
