//! PNG (ISO/IEC 15948): a signature, then chunks, of which the first is `IHDR` with the size in front.

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Length 13 and the type, as section 11.2.2 has them.
const HEADER: &[u8] = b"\0\0\0\x0dIHDR";
/// Bytes of a chunk besides its data: length, type and check sum.
const FRAME_BYTES: usize = 12;
/// Chunks that a viewer may need besides the critical ones: colours, transparency, and frames of an animation.
const NEEDED: [&[u8; 4]; 12] = [
    b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"pHYs", b"bKGD", b"acTL", b"fcTL", b"fdAT",
];

pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(SIGNATURE)?.strip_prefix(HEADER)?;
    let (width, rest) = rest.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// Critical chunks (section 5.4: the first letter is a capital) and the needed ones, up to the end of the picture.
pub(super) fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    let mut clean = SIGNATURE.to_vec();
    loop {
        let (length, _) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length))
            .ok()?
            .checked_add(FRAME_BYTES)?;
        let (chunk, behind) = rest.split_at_checked(length)?;
        let kind: &[u8; 4] = chunk.get(4..)?.first_chunk()?;
        if kind[0].is_ascii_uppercase() || NEEDED.contains(&kind) {
            clean.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Some(clean);
        }
        rest = behind;
    }
}
