//! What the stack cannot be given, as it would panic on it. Found by the property tests beside this.

/// SCTP's common header (RFC 9260 §3.1).
const HEADER_BYTES: usize = 12;
const CHUNK_HEADER_BYTES: usize = 4;
const CAUSE_HEADER_BYTES: usize = 4;
const CHUNK_INIT: u8 = 1;
const CHUNK_INIT_ACK: u8 = 2;
const CHUNK_ABORT: u8 = 6;
const CHUNK_ERROR: u8 = 9;
const DCEP_ACK: u8 = 2;
const DCEP_OPEN: u8 = 3;

/// Whether a packet asks for an association; an INIT comes alone (RFC 9260 §3).
pub(super) fn is_init(packet: &[u8]) -> bool {
    packet.get(HEADER_BYTES) == Some(&CHUNK_INIT)
}

/// Whether a packet answers such.
pub(super) fn is_init_ack(packet: &[u8]) -> bool {
    packet.get(HEADER_BYTES) == Some(&CHUNK_INIT_ACK)
}

/// Whether an SCTP packet may be given to `rtc-sctp` 0.21.1. It slices the error causes of ABORT and ERROR by the
/// lengths they claim, and reads on into whatever follows the chunk; so the causes have to fill their chunk, and the
/// chunk the packet. Everything else it checks itself.
pub(super) fn is_readable(packet: &[u8]) -> bool {
    let mut rest = packet.get(HEADER_BYTES..).unwrap_or_default();
    while let Some(&[kind, _, high, low]) = rest.first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        if matches!(kind, CHUNK_ABORT | CHUNK_ERROR) && !causes_fill(rest, length) {
            return false;
        }
        let Some(after) = rest.get(length.max(CHUNK_HEADER_BYTES).next_multiple_of(4)..) else {
            break;
        };
        rest = after;
    }
    true
}

/// Whether the causes of the chunk at the start of `rest` end where it ends, and nothing but padding follows.
fn causes_fill(rest: &[u8], length: usize) -> bool {
    let mut offset = CHUNK_HEADER_BYTES;
    while offset + CAUSE_HEADER_BYTES <= rest.len() {
        let cause = usize::from(u16::from_be_bytes([rest[offset + 2], rest[offset + 3]]));
        if cause < CAUSE_HEADER_BYTES || offset + cause > length.min(rest.len()) {
            return false;
        }
        offset += cause;
    }
    true
}

/// Whether a DCEP message may be given to `rtc-datachannel` 0.21.1, which reads types of its own invention from the wire.
pub(super) fn is_dcep(message: &[u8]) -> bool {
    matches!(message.first(), Some(&DCEP_ACK | &DCEP_OPEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(chunks: &[&[u8]]) -> Vec<u8> {
        [&[0; HEADER_BYTES][..], &chunks.concat()].concat()
    }

    #[test]
    fn an_error_is_read_if_it_is_whole_and_last() {
        let data: &[u8] = &[0, 3, 0, 17, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 51, 9, 0, 0, 0];
        let error: &[u8] = &[CHUNK_ERROR, 0, 0, 12, 0, 1, 0, 8, 0, 1, 0, 0];
        assert!(is_readable(&packet(&[data, error])));
        assert!(is_readable(&packet(&[&[CHUNK_ABORT, 0, 0, 4]])));
        assert!(
            !is_readable(&packet(&[error, data])),
            "what follows would be taken for causes"
        );
        let long: &[u8] = &[CHUNK_ERROR, 0, 0, 12, 0, 1, 0xff, 0xff, 0, 1, 0, 0];
        assert!(!is_readable(&packet(&[long])));
        let empty: &[u8] = &[CHUNK_ABORT, 0, 0, 8, 0, 1, 0, 0];
        assert!(!is_readable(&packet(&[empty])));
    }
}
