//! How large a picture a stream says it has, before the decoder makes room for it.

use super::{bits::Bits, picture};

/// What a NAL unit is.
pub(crate) const SLICE: u8 = 1;
pub(crate) const IDR: u8 = 5;
const SPS: u8 = 7;
const SUBSET_SPS: u8 = 15;
/// Profiles whose parameters go on with how colours are kept.
const HIGH: [u32; 4] = [100, 110, 122, 244];
/// The only ones there are in calls: 8 bits, 4:2:0.
const CHROMA_420: u32 = 1;

/// The NAL units of an access unit in Annex B, without start codes.
pub(crate) fn units(mut stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    stream = after_start(stream).unwrap_or_default();
    std::iter::from_fn(move || {
        if stream.is_empty() {
            return None;
        }
        let end = stream.windows(3).position(|three| three == [0, 0, 1]).unwrap_or(stream.len());
        let (unit, rest) = stream.split_at(end);
        stream = after_start(rest).unwrap_or_default();
        Some(unit)
    })
}

fn after_start(stream: &[u8]) -> Option<&[u8]> {
    let start = stream.windows(3).position(|three| three == [0, 0, 1])?;
    stream.get(start + 3..)
}

pub(crate) fn kind(unit: &[u8]) -> Option<u8> {
    unit.first().map(|header| header & 31)
}

/// Whether the decoder may have this: no parameters in it ask for a picture that is larger than ours, and no layers.
pub(crate) fn is_harmless(stream: &[u8]) -> bool {
    units(stream).all(|unit| match kind(unit) {
        Some(SPS) => size(unit).is_some_and(|(width, height)| fits(width, height)),
        Some(SUBSET_SPS) => false,
        _ => true,
    })
}

fn fits(width: u32, height: u32) -> bool {
    width <= picture::MAX_SIDE && height <= picture::MAX_SIDE && width * height <= 1920 * 1088
}

/// Width and height in pixels, in whole blocks of 16.
fn size(unit: &[u8]) -> Option<(u32, u32)> {
    let mut bits = Bits::new(unit.get(1..)?);
    let profile = bits.take(8)?;
    bits.take(16)?;
    bits.ue()?;
    if HIGH.contains(&profile) {
        let (chroma, luma_depth, chroma_depth) = (bits.ue()?, bits.ue()?, bits.ue()?);
        let (lossless, scaling) = (bits.bit()?, bits.bit()?);
        if chroma != CHROMA_420 || luma_depth != 0 || chroma_depth != 0 || lossless || scaling {
            return None;
        }
    }
    bits.ue()?;
    match bits.ue()? {
        0 => drop(bits.ue()?),
        1 => {
            bits.bit()?;
            bits.ue()?;
            bits.ue()?;
            let cycle = bits.ue()?;
            for _ in 0..Some(cycle).filter(|cycle| *cycle < 256)? {
                bits.ue()?;
            }
        }
        2 => {}
        _ => return None,
    }
    // How many pictures are kept, and whether some may be missing.
    Some(bits.ue()?).filter(|kept| *kept <= 16)?;
    bits.bit()?;
    let (width, height) = (bits.ue()?.checked_add(1)?, bits.ue()?.checked_add(1)?);
    let halves = if bits.bit()? { 1 } else { 2 };
    let height = height.checked_mul(halves)?;
    Some((width.checked_mul(16)?, height.checked_mul(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits of an SPS of baseline profile with this size in blocks.
    fn sps(width: u32, height: u32) -> Vec<u8> {
        let mut bits: Vec<bool> = Vec::new();
        let ue = |bits: &mut Vec<bool>, value: u32| {
            let coded = u64::from(value) + 1;
            let length = 64 - coded.leading_zeros();
            bits.extend((1..length).map(|_| false));
            bits.extend((0..length).rev().map(|bit| coded >> bit & 1 == 1));
        };
        for value in [0, 0, 2, 1] {
            ue(&mut bits, value);
        }
        bits.push(false);
        ue(&mut bits, width - 1);
        ue(&mut bits, height - 1);
        bits.extend([true, true, false, false, true]);
        let mut unit = vec![0, 0, 0, 1, 0x67, 66, 0xc0, 31];
        unit.extend(
            bits.chunks(8)
                .map(|byte| byte.iter().enumerate().fold(0_u8, |all, (at, bit)| all | u8::from(*bit) << (7 - at))),
        );
        unit
    }

    #[test]
    fn only_pictures_of_our_size_reach_the_decoder() {
        for (width, height) in [(20, 12), (120, 68), (68, 120)] {
            assert!(is_harmless(&sps(width, height)), "{width} {height}");
        }
        for (width, height) in [(121, 1), (1, 121), (120, 69), (4096, 4096), (u32::MAX / 16, 1), (1 << 30, 1 << 30)] {
            assert!(!is_harmless(&sps(width, height)), "{width} {height}");
        }
        assert!(is_harmless(&[]), "nothing asks for nothing");
        assert!(!is_harmless(&[0, 0, 1, 0x6f, 1, 2, 3]), "layers");
        assert!(!is_harmless(&[0, 0, 1, 0x67]), "half of one");
        let both = [sps(20, 12), sps(4096, 4096)].concat();
        assert!(!is_harmless(&both), "the second one");
    }

    #[test]
    fn units_are_found_between_start_codes() {
        let found: Vec<_> = units(&[9, 0, 0, 0, 1, 5, 6, 0, 0, 1, 7, 0, 0, 1]).collect();
        assert_eq!(found, [&[5, 6][..], &[7][..]]);
    }
}
