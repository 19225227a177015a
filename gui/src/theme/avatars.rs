//! The colours of generated avatars and of names, chosen by key.

use egui::Color32;

/// Two shades of one hue; white initials stand on the gradient between them.
pub(crate) struct Pair {
    pub(crate) dark: Color32,
    pub(crate) bright: Color32,
}

const fn pair(dark: u32, bright: u32) -> Pair {
    const fn rgb(hex: u32) -> Color32 {
        let [_, r, g, b] = hex.to_be_bytes();
        Color32::from_rgb(r, g, b)
    }
    Pair { dark: rgb(dark), bright: rgb(bright) }
}

/// Twelve hues, far enough apart to tell people from each other in a list.
pub(crate) const PAIRS: [Pair; 12] = [
    pair(0x6a45e8, 0x9575f5),
    pair(0x0b7f70, 0x1f9e8e),
    pair(0xb84a12, 0xd9702f),
    pair(0x1d63b8, 0x3d86dc),
    pair(0xa82b66, 0xd2558f),
    pair(0x4a7717, 0x659a2b),
    pair(0x8a3fb5, 0xb066d8),
    pair(0xa33a3a, 0xd06161),
    pair(0x226f8f, 0x3f95b5),
    pair(0x8a6508, 0xa8842a),
    pair(0x3d51b8, 0x6a7de0),
    pair(0x27723b, 0x449a5a),
];

/// The pair for a key; the same on every machine, because everybody has the key.
pub(crate) fn pair_of(key: &[u8]) -> &'static Pair {
    let sum = key.iter().fold(0usize, |sum, byte| (sum * 31 + usize::from(*byte)) % 65_521);
    &PAIRS[sum % PAIRS.len()]
}
