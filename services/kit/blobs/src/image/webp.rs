//! WebP (RFC 9649): a RIFF file, whose first chunk is a lossy frame, a lossless one, or a header for more.

pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WEBP")?;
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    let data = rest.get(4..)?;
    match kind {
        b"VP8 " => lossy(data),
        b"VP8L" => lossless(data),
        b"VP8X" => extended(data),
        _ => None,
    }
}

/// Chunks that a viewer needs: frames, transparency, animation and colours. The others are about the picture.
const NEEDED: [&[u8; 4]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// Flags of the extended header that announce Exif and XMP chunks (section 2.7).
const METADATA_FLAGS: u8 = 0b0000_1100;
/// Type and length of a chunk.
const HEADER_BYTES: usize = 8;

/// The needed chunks, with a header that announces no others.
pub(super) fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let (size, rest) = bytes.strip_prefix(b"RIFF")?.split_first_chunk()?;
    let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
    let mut rest = rest.get(..size)?.strip_prefix(b"WEBP")?;
    let mut chunks = b"WEBP".to_vec();
    while !rest.is_empty() {
        let (kind, tail) = rest.split_first_chunk::<4>()?;
        let (length, _) = tail.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        // Chunks are padded to an even length (section 2.3).
        let (chunk, behind) = rest.split_at_checked(length.checked_next_multiple_of(2)?.checked_add(HEADER_BYTES)?)?;
        if NEEDED.contains(&kind) {
            let flags = chunks.len() + HEADER_BYTES;
            chunks.extend_from_slice(chunk);
            if kind == b"VP8X" {
                *chunks.get_mut(flags)? &= !METADATA_FLAGS;
            }
        }
        rest = behind;
    }
    let size = u32::try_from(chunks.len()).ok()?;
    Some([b"RIFF".as_slice(), &size.to_le_bytes(), &chunks].concat())
}

/// RFC 6386, section 9.1: a frame tag of three bytes whose lowest bit is 0 for a key frame, the start code, and 14 bits
/// each for width and height below 2 bits for scaling.
fn lossy(data: &[u8]) -> Option<(u32, u32)> {
    let (tag, rest) = data.split_first_chunk::<3>()?;
    let rest = rest.strip_prefix(b"\x9d\x01\x2a")?;
    let (&[width_low, width_high, height_low, height_high], _) = rest.split_first_chunk()?;
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    (tag[0] & 1 == 0).then(|| (side(width_low, width_high), side(height_low, height_high)))
}

/// RFC 9649, section 3.4: a signature byte, then 14 bits each for width and height less one.
fn lossless(data: &[u8]) -> Option<(u32, u32)> {
    let (bits, _) = data.strip_prefix(b"\x2f")?.split_first_chunk()?;
    let bits = u32::from_le_bytes(*bits);
    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

/// RFC 9649, section 2.7: flags, three reserved bytes, then 24 bits each for width and height less one.
fn extended(data: &[u8]) -> Option<(u32, u32)> {
    let (size, _) = data.get(4..)?.split_first_chunk::<6>()?;
    let side = |low, middle, high| u32::from_le_bytes([low, middle, high, 0]) + 1;
    Some((side(size[0], size[1], size[2]), side(size[3], size[4], size[5])))
}
