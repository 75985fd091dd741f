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
