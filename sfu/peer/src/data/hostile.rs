//! SCTP packets that get as far as the chunks, for tests and fuzzing.

use std::time::Instant;

use bytes::Bytes;

use super::{DataTransport, SCTP_PORT};

/// RFC 9260 appendix A, bit by bit: only packets with the right checksum get anywhere.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
        }
    }
    !crc
}

/// A packet of these chunks: kind, flags, body.
pub(crate) fn packet(tag: u32, chunks: &[(u8, u8, Vec<u8>)]) -> Bytes {
    let mut packet = Vec::new();
    packet.extend(SCTP_PORT.to_be_bytes());
    packet.extend(SCTP_PORT.to_be_bytes());
    packet.extend(tag.to_be_bytes());
    packet.extend([0; 4]);
    for (kind, flags, body) in chunks {
        packet.extend([*kind, *flags]);
        packet.extend(u16::try_from(body.len() + 4).unwrap_or(u16::MAX).to_be_bytes());
        packet.extend(body);
        packet.resize(packet.len().next_multiple_of(4), 0);
    }
    let checksum = crc32c(&packet);
    packet[8..12].copy_from_slice(&checksum.to_le_bytes());
    packet.into()
}

/// Initiate tag, window, streams either way, first TSN.
pub(crate) fn init() -> Bytes {
    let body = [0, 0, 0, 7, 0, 1, 0, 0, 0, 10, 0, 10, 0, 0, 0, 1].to_vec();
    packet(0, &[(1, 0, body)])
}

/// The server's verification tag, from its INIT ACK.
pub(crate) fn tag_of(transport: &mut DataTransport, now: Instant) -> u32 {
    let mut tag = 0;
    transport.transmit(now, |packet| {
        if let Some([2, _, _, _, a, b, c, d, ..]) = packet.get(12..) {
            tag = u32::from_be_bytes([*a, *b, *c, *d]);
        }
    });
    tag
}
