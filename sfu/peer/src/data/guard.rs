//! What the stack cannot be given, as it would panic on it. Found by the property tests beside this.

/// SCTP's common header (RFC 9260 §3.1).
const HEADER_BYTES: usize = 12;
const CHUNK_HEADER_BYTES: usize = 4;
const CAUSE_HEADER_BYTES: usize = 4;
const CHUNK_DATA: u8 = 0;
const CHUNK_INIT: u8 = 1;
const CHUNK_INIT_ACK: u8 = 2;
const CHUNK_SACK: u8 = 3;
const CHUNK_ABORT: u8 = 6;
const CHUNK_SHUTDOWN: u8 = 7;
const CHUNK_SHUTDOWN_ACK: u8 = 8;
const CHUNK_ERROR: u8 = 9;
const CHUNK_COOKIE_ECHO: u8 = 10;
const CHUNK_COOKIE_ACK: u8 = 11;
const CHUNK_SHUTDOWN_COMPLETE: u8 = 14;
const CHUNK_FORWARD_TSN: u8 = 192;
const SACK_HEADER_BYTES: usize = 16;
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
/// lengths they claim, also past the chunk's end, and finds the next chunk by the length of what it made of this one, which
/// for some kinds may be less than the chunk says: then it reads on in the middle of something. Everything else it
/// checks itself.
pub(super) fn is_readable(packet: &[u8]) -> bool {
    let mut rest = packet.get(HEADER_BYTES..).unwrap_or_default();
    while let Some(&[kind, _, high, low]) = rest.first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        if !has_one_length(kind, length, rest) {
            return is_readable_anywhere(rest);
        }
        let Some(after) = rest.get(length.next_multiple_of(4)..) else {
            break;
        };
        rest = after;
    }
    true
}

/// Whether the library takes the chunk at the start of `rest` for as long as it says it is, or for unreadable.
fn has_one_length(kind: u8, length: usize, rest: &[u8]) -> bool {
    match kind {
        CHUNK_DATA | CHUNK_COOKIE_ECHO | CHUNK_FORWARD_TSN => length >= CHUNK_HEADER_BYTES,
        CHUNK_SACK => rest.first_chunk().is_some_and(|head: &[u8; SACK_HEADER_BYTES]| {
            let [.., gaps_high, gaps_low, twice_high, twice_low] = *head;
            let gaps = usize::from(u16::from_be_bytes([gaps_high, gaps_low]));
            let duplicates = usize::from(u16::from_be_bytes([twice_high, twice_low]));
            length == SACK_HEADER_BYTES + 4 * (gaps + duplicates)
        }),
        CHUNK_COOKIE_ACK | CHUNK_SHUTDOWN_ACK | CHUNK_SHUTDOWN_COMPLETE => length == CHUNK_HEADER_BYTES,
        CHUNK_SHUTDOWN => length == CHUNK_HEADER_BYTES + 4,
        _ => false,
    }
}

/// Whether no place at which a chunk may be found, all of them multiples of four, looks like one whose causes overrun it.
fn is_readable_anywhere(rest: &[u8]) -> bool {
    (0..rest.len()).step_by(4).all(|at| {
        let chunk = &rest[at..];
        match chunk.first_chunk() {
            Some(&[CHUNK_ABORT | CHUNK_ERROR, _, high, low]) => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                // One that is longer than the packet is refused as such.
                chunk.get(CHUNK_HEADER_BYTES..length).is_none_or(causes_fit)
            }
            _ => true,
        }
    })
}

/// Whether no cause reaches past the end of what holds it. One that is shorter than its own header ends the reading.
fn causes_fit(mut causes: &[u8]) -> bool {
    while let Some(&[_, _, high, low]) = causes.first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length < CAUSE_HEADER_BYTES {
            return true;
        }
        let Some(after) = causes.get(length..) else {
            return false;
        };
        causes = after;
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

    const DATA: &[u8] = &[0, 3, 0, 17, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 51, 9, 0, 0, 0];
    const ERROR: &[u8] = &[CHUNK_ERROR, 0, 0, 12, 0, 1, 0, 8, 0, 1, 0, 0];
    const OVERRUN: &[u8] = &[CHUNK_ERROR, 0, 0, 12, 0, 1, 0xff, 0xff, 0, 1, 0, 0];

    #[test]
    fn an_error_is_read_if_its_causes_fit() {
        assert!(is_readable(&packet(&[DATA, ERROR])));
        assert!(is_readable(&packet(&[ERROR, DATA])));
        assert!(is_readable(&packet(&[&[CHUNK_ABORT, 0, 0, 4]])));
        assert!(!is_readable(&packet(&[OVERRUN])));
        assert!(!is_readable(&packet(&[DATA, OVERRUN])));
        let beyond: &[u8] = &[CHUNK_ABORT, 0, 0, 8, 0, 1, 0, 8];
        assert!(!is_readable(&packet(&[beyond, DATA])));
    }

    #[test]
    fn nothing_is_hidden_in_what_is_longer_than_it_seems() {
        let hiding = |head: &[u8]| {
            let length = u16::try_from(head.len() + OVERRUN.len()).expect("short");
            let mut chunk = [head, OVERRUN].concat();
            chunk[2..4].copy_from_slice(&length.to_be_bytes());
            is_readable(&packet(&[&chunk]))
        };
        let sack = [&[CHUNK_SACK, 0, 0, 0][..], &[0; 12]].concat();
        let init = [&[CHUNK_INIT, 0, 0, 0][..], &[0; 16]].concat();
        for head in [
            &sack[..],
            &init,
            &[CHUNK_COOKIE_ACK, 0, 0, 0],
            &[CHUNK_SHUTDOWN_ACK, 0, 0, 0],
        ] {
            assert!(!hiding(head), "in {head:?}");
        }
        // What is somebody's text is nobody's chunk.
        assert!(hiding(&[CHUNK_DATA, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 51]));
        assert!(hiding(&[CHUNK_COOKIE_ECHO, 0, 0, 0]));
        assert!(is_readable(&packet(&[
            &[CHUNK_SACK, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 6, 0, 0, 8],
            DATA
        ])));
    }
}
