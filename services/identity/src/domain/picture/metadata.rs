//! Takes out of a picture what is not the picture: where and when it was taken, by which camera, with which thumbnail.
//!
//! Phones write their position into every photograph, and profile pictures are for everybody. Whole segments and chunks
//! are left out; what remains is copied as it is, so nothing is decoded and no quality is lost. Colour profiles stay, and
//! of a photograph's EXIF data only which way is up.

use super::Format;

/// The file without metadata; `None` when its structure is broken.
pub(super) fn strip(format: Format, file: &[u8]) -> Option<Vec<u8>> {
    match format {
        Format::Png => png(file),
        Format::Jpeg => jpeg(file),
        Format::Webp => webp(file),
    }
}

/// Chunks until IEND (ISO/IEC 15948 section 5.3): length, type, data, checksum. What follows the end is dropped.
fn png(file: &[u8]) -> Option<Vec<u8>> {
    let (signature, mut rest) = file.split_at_checked(8)?;
    let mut out = signature.to_vec();
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?);
        let (chunk, after) = rest.split_at_checked(usize::try_from(length).ok()?.checked_add(12)?)?;
        let kind = &chunk[4..8];
        if !matches!(kind, b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf" | b"tIME") {
            out.extend(chunk);
        }
        if kind == b"IEND" {
            return Some(out);
        }
        rest = after;
    }
}

/// Marker segments and the coded data between them, until the end of the image (ISO/IEC 10918-1 annex B). What follows
/// is dropped: some phones append a film there.
fn jpeg(file: &[u8]) -> Option<Vec<u8>> {
    const END: [u8; 2] = [0xff, 0xd9];
    let (start, mut rest) = file.split_at_checked(2)?;
    let mut out = start.to_vec();
    loop {
        // A file that was cut off ends where it ends.
        let Some((&0xff, after)) = rest.split_first() else {
            return rest.is_empty().then(|| [out.as_slice(), &END].concat());
        };
        let marker = *after.first()?;
        match marker {
            // Any number of fill bytes may stand before a marker.
            0xff => rest = after,
            0xd9 => {
                out.extend(END);
                return Some(out);
            }
            0x01 | 0xd0..=0xd7 => {
                out.extend([0xff, marker]);
                rest = &after[1..];
            }
            _ => {
                let length = u16::from_be_bytes(*after[1..].first_chunk()?);
                let (segment, behind) = rest.split_at_checked(2 + usize::from(length.max(2)))?;
                out.extend(kept(marker, segment));
                let coded = if marker == 0xda { coded_length(behind) } else { 0 };
                out.extend(&behind[..coded]);
                rest = &behind[coded..];
            }
        }
    }
}

/// What stays of a segment.
fn kept(marker: u8, segment: &[u8]) -> Vec<u8> {
    let data = &segment[4..];
    match marker {
        0xe0 if data.starts_with(b"JFIF\0") => segment.to_vec(),
        0xe1 => orientation(data).map(exif).unwrap_or_default(),
        0xe2 if data.starts_with(b"ICC_PROFILE\0") => segment.to_vec(),
        0xee if data.starts_with(b"Adobe") => segment.to_vec(),
        // Other application data, and comments.
        0xe0..=0xef | 0xfe => Vec::new(),
        _ => segment.to_vec(),
    }
}

/// Coded data lasts until a marker; in it, 0xff is followed by a zero, a restart marker or a fill byte.
fn coded_length(data: &[u8]) -> usize {
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
    data.windows(2).position(is_marker).unwrap_or(data.len())
}

/// Which way is up, from EXIF data: a TIFF header, whose first directory has the tag 0x0112 (TIFF 6.0 section 8).
fn orientation(data: &[u8]) -> Option<u8> {
    let tiff = data.strip_prefix(b"Exif\0\0")?;
    let is_little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = |at: usize| -> Option<u16> {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(if is_little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let offset = *tiff.get(4..)?.first_chunk()?;
    let offset = if is_little {
        u32::from_le_bytes(offset)
    } else {
        u32::from_be_bytes(offset)
    };
    let directory = usize::try_from(offset).ok()?;
    let entries = directory.checked_add(2)?;
    let count = usize::from(u16_at(directory)?);
    let entry = (0..count)
        .map(|index| entries + index * 12)
        .find(|&at| u16_at(at) == Some(0x0112))?;
    u8::try_from(u16_at(entry + 8)?)
        .ok()
        .filter(|value| (2..=8).contains(value))
}

/// EXIF data that says which way is up, and nothing else.
fn exif(orientation: u8) -> Vec<u8> {
    let mut segment = b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    segment.extend([orientation, 0, 0, 0, 0, 0, 0]);
    segment
}

/// RIFF chunks (RFC 9649 section 2.3), each padded to an even length.
fn webp(file: &[u8]) -> Option<Vec<u8>> {
    let (header, rest) = file.split_at_checked(12)?;
    let size = usize::try_from(u32::from_le_bytes(*header[4..].first_chunk()?)).ok()?;
    let mut rest = rest.get(..size.checked_sub(4)?)?;
    let mut out = header.to_vec();
    while !rest.is_empty() {
        let (kind, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*after.first_chunk()?)).ok()?;
        let padded = length.checked_add(length % 2)?.checked_add(8)?;
        let (chunk, behind) = rest.split_at_checked(padded.min(rest.len()))?;
        if chunk.len() < length.checked_add(8)? {
            return None;
        }
        match kind {
            b"EXIF" | b"XMP " => {}
            b"VP8X" => {
                let mut chunk = chunk.to_vec();
                // The flags that announce what was left out (section 2.7).
                *chunk.get_mut(8)? &= !0x0c;
                out.extend(chunk);
            }
            _ => out.extend(chunk),
        }
        rest = behind;
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in chunks {
            let length = u32::try_from(data.len()).expect("short");
            file.extend([&length.to_be_bytes(), kind.as_slice(), data, b"crc."].concat());
        }
        file
    }

    fn webp_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut body = b"WEBP".to_vec();
        for (kind, data) in chunks {
            let length = u32::try_from(data.len()).expect("short");
            body.extend([kind.as_slice(), &length.to_le_bytes(), data, &b"\0"[..data.len() % 2]].concat());
        }
        let size = u32::try_from(body.len()).expect("short");
        [b"RIFF", size.to_le_bytes().as_slice(), &body].concat()
    }

    fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len() + 2).expect("short");
        [&[0xff, marker], length.to_be_bytes().as_slice(), data].concat()
    }

    /// EXIF data with a camera, an orientation and a position, in the byte order of most phones.
    fn photographed(orientation: u8) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x04\0\0\0Acme\x12\x01\x03\0\x01\0\0\0".to_vec();
        tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        [b"Exif\0\0".as_slice(), &tiff, b"GPS 52.52 N 13.40 E"].concat()
    }

    #[test]
    fn a_photograph_loses_its_place_and_keeps_its_colours_and_which_way_is_up() {
        let (tables, scan) = (
            segment(0xdb, b"\xff\xd9 inside"),
            b"\x12\xff\x00\x34\xff\xd0\x56".as_slice(),
        );
        let profile = segment(0xe2, b"ICC_PROFILE\0colours");
        let before = [
            segment(0xe1, &photographed(6)),
            segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0GPS"),
        ]
        .concat();
        let file = [
            b"\xff\xd8".as_slice(),
            &before,
            &profile,
            &segment(0xfe, b"GPS"),
            &segment(0xe2, b"MPF\0GPS"),
            &tables,
            b"\xff",
            &segment(0xda, b"head"),
            scan,
            b"\xff\xd9",
            b"a film with GPS",
        ];
        let expected = [
            b"\xff\xd8".as_slice(),
            &exif(6),
            &profile,
            &tables,
            &segment(0xda, b"head"),
            scan,
            b"\xff\xd9",
        ]
        .concat();
        assert_eq!(jpeg(&file.concat()), Some(expected.clone()));
        assert_eq!(jpeg(&expected), Some(expected), "what is clean stays as it is");
        let upright = [b"\xff\xd8".as_slice(), &segment(0xe1, &photographed(1)), b"\xff\xd9"].concat();
        assert_eq!(jpeg(&upright), Some(b"\xff\xd8\xff\xd9".to_vec()));
    }

    #[test]
    fn drawings_lose_their_texts() {
        let kept: [(&[u8; 4], &[u8]); 3] = [(b"IHDR", b"size"), (b"IDAT", b"pixels"), (b"IEND", b"")];
        let texts: [(&[u8; 4], &[u8]); 2] = [(b"tEXt", b"Author\0Ada"), (b"eXIf", b"GPS")];
        let file = png_of(&[kept[0], texts[0], kept[1], texts[1], kept[2]]);
        assert_eq!(png(&[file.as_slice(), b"GPS"].concat()), Some(png_of(&kept)));
        assert_eq!(png(&file[..file.len() - 1]), None, "cut off");

        let file = webp_of(&[
            (b"VP8X", b"\x2c123456789"),
            (b"VP8 ", b"odd"),
            (b"EXIF", b"GPS"),
            (b"XMP ", b"GPS!"),
        ]);
        let expected = webp_of(&[(b"VP8X", b"\x20123456789"), (b"VP8 ", b"odd")]);
        assert_eq!(webp(&[file.as_slice(), b"GPS"].concat()), Some(expected));
        assert_eq!(webp(&file[..file.len() - 1]), None, "cut off");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(format in 0_usize..3, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let (format, prefix) = [
                (Format::Png, b"\x89PNG\r\n\x1a\n".as_slice()),
                (Format::Jpeg, b"\xff\xd8\xff\xe1\x00\x20Exif\0\0II*\0"),
                (Format::Webp, b"RIFF\x40\0\0\0WEBPVP8X"),
            ][format];
            for file in [[prefix, &bytes].concat(), bytes] {
                if let Some(out) = strip(format, &file) {
                    prop_assert!(out.len() <= file.len() + 40);
                }
            }
        }
    }
}
