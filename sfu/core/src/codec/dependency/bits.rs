//! Bits of a byte string, most significant first, as the AV1 RTP specification counts them (§A.4.1).

/// Reads fields of some bits.
#[derive(Debug)]
pub(super) struct BitReader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> BitReader<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bits were read.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// `f(n)`, n ≤ 32; `None` beyond the end.
    pub(super) fn bits(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            value = value << 1 | u32::from(self.bit()?);
        }
        Some(value)
    }

    /// `f(1)`.
    pub(super) fn bit(&mut self) -> Option<bool> {
        let byte = *self.bytes.get(self.at >> 3)?;
        let bit = byte >> (7 - (self.at & 7)) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// `f(n)` for n ≤ 8.
    pub(super) fn byte(&mut self, count: usize) -> Option<u8> {
        u8::try_from(self.bits(count)?).ok()
    }

    /// `ns(n)`: one of n values, the first of them a bit shorter.
    pub(super) fn one_of(&mut self, values: u32) -> Option<u32> {
        let width = values.checked_ilog2()? + 1;
        let short = (1u32 << width) - values;
        let value = self.bits(width as usize - 1)?;
        if value < short {
            return Some(value);
        }
        Some((value << 1) - short + u32::from(self.bit()?))
    }

    /// Goes past bits that are of no interest.
    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        let end = self.at.checked_add(count)?;
        if end > self.bytes.len() * 8 {
            return None;
        }
        self.at = end;
        Some(())
    }
}

/// Writes fields of some bits into zeroed bytes.
#[derive(Debug)]
pub(super) struct BitWriter<'b> {
    bytes: &'b mut [u8],
    at: usize,
}

impl<'b> BitWriter<'b> {
    pub(super) fn new(bytes: &'b mut [u8]) -> Self {
        bytes.fill(0);
        Self { bytes, at: 0 }
    }

    /// Writes the low `count` bits; `None` when they do not fit.
    pub(super) fn bits(&mut self, value: u32, count: usize) -> Option<()> {
        for place in (0..count).rev() {
            let byte = self.bytes.get_mut(self.at >> 3)?;
            let bit = u8::from(value >> place & 1 == 1);
            *byte |= bit << (7 - (self.at & 7));
            self.at += 1;
        }
        Some(())
    }

    /// Copies bits `from..to` of other bytes.
    pub(super) fn copy(&mut self, other: &[u8], from: usize, to: usize) -> Option<()> {
        let mut reader = BitReader { bytes: other, at: from };
        for _ in from..to {
            let bit = u32::from(reader.bit()?);
            self.bits(bit, 1)?;
        }
        Some(())
    }

    /// How many bytes were begun.
    pub(super) const fn bytes_written(&self) -> usize {
        self.at.div_ceil(8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(fields in prop::collection::vec((any::<u32>(), 1usize..=32), 0..40)) {
            let mut bytes = [0xff; 200];
            let mut writer = BitWriter::new(&mut bytes);
            for (value, count) in &fields {
                writer.bits(*value, *count).expect("room");
            }
            let mut reader = BitReader::new(&bytes);
            for (value, count) in &fields {
                let mask = u32::MAX >> (32 - count);
                prop_assert_eq!(reader.bits(*count), Some(value & mask));
            }
        }
    }

    /// Table of `ns(5)`: 0, 1, 2 in two bits, 3 and 4 in three.
    #[test]
    fn one_of_five_takes_two_or_three_bits() {
        for (byte, value, bits) in [
            (0b0000_0000, 0, 2),
            (0b0100_0000, 1, 2),
            (0b1000_0000, 2, 2),
            (0b1100_0000, 3, 3),
            (0b1110_0000, 4, 3),
        ] {
            let bytes = [byte];
            let mut reader = BitReader::new(&bytes);
            assert_eq!((reader.one_of(5), reader.at()), (Some(value), bits));
        }
        assert_eq!(BitReader::new(&[0]).one_of(1), Some(0), "no choice takes no bits");
    }
}
