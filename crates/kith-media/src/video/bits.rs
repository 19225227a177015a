//! Reads the bits of a NAL unit.

/// Bits of a NAL unit, without the bytes that keep start codes out of it. Nothing once they are at their end.
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    zeros: u8,
    current: u8,
    left: u8,
}

impl<'a> Bits<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, zeros: 0, current: 0, left: 0 }
    }

    fn byte(&mut self) -> Option<u8> {
        let (mut byte, mut rest) = self.bytes.split_first()?;
        if self.zeros >= 2 && *byte == 3 {
            (byte, rest) = rest.split_first()?;
            self.zeros = 0;
        }
        self.zeros = if *byte == 0 { self.zeros.saturating_add(1) } else { 0 };
        self.bytes = rest;
        Some(*byte)
    }

    pub(crate) fn bit(&mut self) -> Option<bool> {
        if self.left == 0 {
            (self.current, self.left) = (self.byte()?, 8);
        }
        self.left -= 1;
        Some(self.current >> self.left & 1 == 1)
    }

    /// At most 32 of them.
    pub(crate) fn take(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0_u32, |value, _| Some(value << 1 | u32::from(self.bit()?)))
    }

    /// A number in the code of Golomb and Rice that H.264 calls `ue(v)`; at most 32 bits.
    pub(crate) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.bit()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1_u32 << zeros) - 1 + self.take(zeros)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_and_numbers_are_read_past_what_keeps_start_codes_out() {
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        let read: Vec<_> = std::iter::from_fn(|| bits.ue()).take(4).collect();
        assert_eq!(read, [0, 1, 2, 3]);
        let mut bits = Bits::new(&[0, 0, 3, 1, 0, 0, 3]);
        assert_eq!(bits.take(32), Some(0x0000_0100));
        assert_eq!(bits.take(8), Some(0));
        assert_eq!(bits.bit(), None);
        assert_eq!(Bits::new(&[0; 9]).ue(), None, "longer than any number");
    }
}
