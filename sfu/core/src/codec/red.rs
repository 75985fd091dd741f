//! Redundant audio (RFC 2198): a packet with its own frame and copies of some before it, each in a block.

/// Blocks of one packet; encoders send one or two copies.
const BLOCKS_MAX: usize = 8;

/// A copy of an earlier frame, oldest first in the packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copy<'a> {
    /// How far its timestamp lies before the packet's.
    pub before: u32,
    /// The frame.
    pub frame: &'a [u8],
}

/// Where the parts of a packet are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    copies: u8,
    /// Offset of the packet's own frame, the last block.
    primary: u16,
}

impl Layout {
    /// Reads the block headers; `None` when they do not fit the payload or its own frame is missing.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let mut copies = 0u8;
        let mut headers = payload;
        let mut bytes = 0u16;
        // §3: F set means that another header follows: 7 bits of payload type, 14 of offset, 10 of length.
        while headers.first()? & 0x80 != 0 {
            let (head, rest) = headers.split_first_chunk::<4>()?;
            bytes += u16::from_be_bytes([head[2], head[3]]) & 0x03ff;
            copies += 1;
            headers = rest;
            if usize::from(copies) == BLOCKS_MAX {
                return None;
            }
        }
        let primary = u16::from(copies) * 4 + 1 + bytes;
        payload.get(usize::from(primary)..).filter(|frame| !frame.is_empty())?;
        Some(Self { copies, primary })
    }

    /// The packet's own frame in `payload`, the one that this was read from.
    pub fn primary<'a>(&self, payload: &'a [u8]) -> &'a [u8] {
        payload.get(usize::from(self.primary)..).unwrap_or_default()
    }

    /// The copies in `payload`, newest first. Senders copy the frames of the packets right before, one each.
    pub fn copies<'a>(&self, payload: &'a [u8]) -> impl Iterator<Item = Copy<'a>> + use<'a> {
        let headers = payload.get(..usize::from(self.copies) * 4).unwrap_or_default();
        let mut end = usize::from(self.primary);
        headers.as_chunks::<4>().0.iter().rev().map_while(move |head| {
            let [_, offset, middle, low] = *head;
            let start = end.checked_sub(usize::from(u16::from_be_bytes([middle, low]) & 0x03ff))?;
            let frame = payload.get(start..end)?;
            end = start;
            let before = u32::from(offset) << 6 | u32::from(middle >> 2);
            Some(Copy { before, frame })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A packet as an encoder writes it; copies oldest first.
    fn written(copies: &[(u16, Vec<u8>)], primary: &[u8]) -> Vec<u8> {
        let mut packet = Vec::new();
        for (before, frame) in copies {
            let length = u16::try_from(frame.len()).expect("short");
            let word = u32::from(*before) << 10 | u32::from(length);
            packet.push(0x80 | 111);
            packet.extend_from_slice(&word.to_be_bytes()[1..]);
        }
        packet.push(111);
        copies.iter().for_each(|(_, frame)| packet.extend_from_slice(frame));
        packet.extend_from_slice(primary);
        packet
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            copies in prop::collection::vec((0u16..1 << 14, prop::collection::vec(any::<u8>(), 0..300)), 0..4),
            primary in prop::collection::vec(any::<u8>(), 1..300),
        ) {
            let packet = written(&copies, &primary);
            let layout = Layout::parse(&packet).expect("whole");
            prop_assert_eq!(layout.primary(&packet), &primary[..]);
            let read: Vec<_> = layout.copies(&packet).collect();
            prop_assert_eq!(read.len(), copies.len());
            for (read, (before, frame)) in read.iter().rev().zip(&copies) {
                prop_assert_eq!((read.before, read.frame), (u32::from(*before), &frame[..]));
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(packet: Vec<u8>) {
            if let Some(layout) = Layout::parse(&packet) {
                prop_assert!(!layout.primary(&packet).is_empty());
                prop_assert_eq!(layout.copies(&packet).count(), usize::from(layout.copies));
            }
        }
    }

    #[test]
    fn a_packet_without_a_frame_of_its_own_is_refused() {
        assert_eq!(Layout::parse(&[111]), None);
        assert_eq!(Layout::parse(&written(&[(960, vec![1, 2])], &[])), None);
        assert_eq!(Layout::parse(&[]), None);
    }
}
