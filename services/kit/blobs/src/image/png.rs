//! PNG (ISO/IEC 15948): a signature, then chunks, of which the first is `IHDR` with the size in front.

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Length 13 and the type, as section 11.2.2 has them.
const HEADER: &[u8] = b"\0\0\0\x0dIHDR";

pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(SIGNATURE)?.strip_prefix(HEADER)?;
    let (width, rest) = rest.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}
