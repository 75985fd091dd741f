//! JPEG (ISO/IEC 10918-1, annex B): markers with lengths, of which one "start of frame" has the size.

use super::u16_be;

const START_OF_IMAGE: &[u8] = b"\xff\xd8";
const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;
/// A picture of many scans has a few hundred segments: this bounds the walk.
const SEGMENTS_MAX: usize = 4_096;

pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    Segments::of(bytes)?.find_map(|segment| match segment.marker {
        // Start of frame, of each kind: tables and arithmetic conditioning share its range (table B.1).
        0xc0..=0xcf if !matches!(segment.marker, 0xc4 | 0xc8 | 0xcc) => {
            let (height, width) = (u16_be(segment.data, 1)?, u16_be(segment.data, 3)?);
            Some((width.into(), height.into()))
        }
        _ => None,
    })
}

/// Without comments and application data, save what colours need (JFIF, ICC profile, Adobe's transform) and, in a
/// segment of our own, which side is up. Ends with the picture: cameras append previews and films.
pub(super) fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut clean = START_OF_IMAGE.to_vec();
    let (mut orientation, mut is_complete) = (None, false);
    for segment in Segments::of(bytes)? {
        match segment.marker {
            0xe1 => orientation = orientation.or_else(|| exif_orientation(segment.data)),
            0xe2 if !segment.data.starts_with(b"ICC_PROFILE\0") => {}
            0xe3..=0xed | 0xef | 0xfe => {}
            _ => clean.extend_from_slice(segment.whole),
        }
        is_complete = segment.marker == END_OF_IMAGE;
    }
    if let Some(side @ 2..=8) = orientation {
        clean.splice(START_OF_IMAGE.len()..START_OF_IMAGE.len(), exif(side));
    }
    is_complete.then_some(clean)
}

/// One marker with what belongs to it.
struct Segment<'a> {
    marker: u8,
    /// From the marker up to the next one, with the entropy-coded data behind a start of scan.
    whole: &'a [u8],
    /// Behind the length.
    data: &'a [u8],
}

/// The segments behind the start of the image; ends where the image does, or where it is broken.
struct Segments<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Segments<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        Some(Self {
            rest: bytes.strip_prefix(START_OF_IMAGE)?,
            left: SEGMENTS_MAX,
        })
    }

    fn split(&mut self) -> Option<Segment<'a>> {
        self.left = self.left.checked_sub(1)?;
        // Any number of fill bytes may stand in front of a marker (B.1.1.2).
        let fill = self.rest.iter().take_while(|byte| **byte == 0xff).count();
        let rest = self.rest.get(fill.checked_sub(1)?..)?;
        let marker = *rest.get(1)?;
        let length = match marker {
            END_OF_IMAGE => 2,
            // These have no length, and no business between segments.
            0x00 | 0x01 | 0xd0..=0xd8 => return None,
            _ => 2 + usize::from(u16_be(rest, 2)?.max(2)),
        };
        let data = rest.get(4..length).unwrap_or_default();
        let coded = if marker == START_OF_SCAN {
            entropy_coded(rest.get(length..)?)
        } else {
            0
        };
        let (whole, behind) = rest.split_at_checked(length + coded)?;
        self.rest = if marker == END_OF_IMAGE { &[] } else { behind };
        Some(Segment { marker, whole, data })
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        self.split()
    }
}

/// Bytes up to the next marker: within the data `FF` is followed by a zero or is a restart marker (B.1.1.5).
fn entropy_coded(data: &[u8]) -> usize {
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7);
    data.windows(2).position(ends).unwrap_or(data.len())
}

/// The orientation (1 to 8) in the first directory of an Exif segment: tag 0x0112, type SHORT (Exif 2.32, 4.6.4).
fn exif_orientation(data: &[u8]) -> Option<u8> {
    let tiff = data.strip_prefix(b"Exif\0\0")?;
    let is_big = match tiff.get(..2)? {
        b"MM" => true,
        b"II" => false,
        _ => return None,
    };
    let short = |at: usize| u16_be(tiff, at).map(|value| if is_big { value } else { value.swap_bytes() });
    let word = |at: usize| {
        let (first, second) = (u32::from(short(at)?), u32::from(short(at + 2)?));
        usize::try_from(if is_big {
            first << 16 | second
        } else {
            second << 16 | first
        })
        .ok()
    };
    let directory = word(4)?.checked_add(2)?;
    let count = usize::from(short(directory - 2)?);
    let entry = (0..count)
        .map(|entry| directory.saturating_add(entry * 12))
        .find(|&at| short(at) == Some(0x0112))?;
    (short(entry + 2)? == 3)
        .then(|| short(entry + 8))
        .flatten()
        .and_then(|side| u8::try_from(side).ok())
}

/// An Exif segment that holds nothing but the orientation.
fn exif(side: u8) -> Vec<u8> {
    let head: &[u8] = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
    [head, &[side], b"\0\0\0\0\0\0"].concat()
}
