//! JPEG (ISO/IEC 10918-1, annex B): markers with lengths, of which one "start of frame" has the size.

use super::u16_be;

const START_OF_IMAGE: &[u8] = b"\xff\xd8\xff";
/// Markers stand in front of the frame in any number, but their segments are never empty: this bounds the walk.
const SEGMENTS_MAX: usize = 512;

pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    if !bytes.starts_with(START_OF_IMAGE) {
        return None;
    }
    let mut at = 2;
    for _ in 0..SEGMENTS_MAX {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        // Any number of fill bytes may stand in front of a marker (B.1.1.2).
        while *bytes.get(at)? == 0xff {
            at += 1;
        }
        let marker = bytes[at];
        at += 1;
        match marker {
            // Start of frame, of each kind: tables and arithmetic conditioning share its range (table B.1).
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let (height, width) = (u16_be(bytes, at + 3)?, u16_be(bytes, at + 5)?);
                return Some((width.into(), height.into()));
            }
            // Markers that stand alone have no business before the frame; start of scan and end come after it.
            0x00 | 0x01 | 0xd0..=0xda => return None,
            _ => at += usize::from(u16_be(bytes, at)?.max(2)),
        }
    }
    None
}
