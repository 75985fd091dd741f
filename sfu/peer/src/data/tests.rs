//! Hostile SCTP. Data channels against a real client are tested end to end.

use proptest::prelude::*;

use super::*;

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

fn packet(tag: u32, chunks: &[(u8, u8, Vec<u8>)]) -> Bytes {
    let mut packet = Vec::new();
    packet.extend(SCTP_PORT.to_be_bytes());
    packet.extend(SCTP_PORT.to_be_bytes());
    packet.extend(tag.to_be_bytes());
    packet.extend([0; 4]);
    for (kind, flags, body) in chunks {
        packet.extend([*kind, *flags]);
        packet.extend(u16::try_from(body.len() + 4).expect("short").to_be_bytes());
        packet.extend(body);
        packet.resize(packet.len().next_multiple_of(4), 0);
    }
    let checksum = crc32c(&packet);
    packet[8..12].copy_from_slice(&checksum.to_le_bytes());
    packet.into()
}

/// Initiate tag, window, streams either way, first TSN.
fn init() -> Bytes {
    let body = [0, 0, 0, 7, 0, 1, 0, 0, 0, 10, 0, 10, 0, 0, 0, 1].to_vec();
    packet(0, &[(1, 0, body)])
}

/// The server's verification tag, from its INIT ACK.
fn tag_of(transport: &mut DataTransport, now: Instant) -> u32 {
    let mut tag = 0;
    transport.transmit(now, |packet| {
        if let Some([2, _, _, _, a, b, c, d, ..]) = packet.get(12..) {
            tag = u32::from_be_bytes([*a, *b, *c, *d]);
        }
    });
    tag
}

#[expect(
    clippy::disallowed_methods,
    reason = "an instant to start from; the transport is told the time"
)]
fn start() -> Instant {
    Instant::now()
}

#[test]
fn an_init_is_answered() {
    let now = start();
    let mut transport = DataTransport::new(true);
    transport.handle_packet(now, init(), &mut Vec::new());
    assert_ne!(
        tag_of(&mut transport, now),
        0,
        "so the checksum and shape of these packets are right"
    );
}

proptest! {
    #[test]
    fn arbitrary_chunks_never_panic(
        first: Vec<u8>,
        packets in prop::collection::vec(
            prop::collection::vec(
                (prop::sample::select(vec![0u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 130, 192]), any::<u8>(),
                 prop::collection::vec(any::<u8>(), 0..40)),
                1..4,
            ),
            1..6,
        ),
    ) {
        let now = start();
        let mut transport = DataTransport::new(true);
        let mut events = Vec::new();
        transport.handle_packet(now, first.into(), &mut events);
        transport.handle_packet(now, init(), &mut events);
        let tag = tag_of(&mut transport, now);
        for chunks in packets {
            transport.handle_packet(now, packet(tag, &chunks), &mut events);
            transport.transmit(now, |_| {});
        }
        transport.handle_timeout(now + std::time::Duration::from_secs(5), &mut events);
    }

    #[test]
    fn arbitrary_dcep_never_panics(bytes: Vec<u8>, kind in 0u8..4) {
        let mut transport = DataTransport::new(false);
        let payload: Vec<u8> = std::iter::once(kind).chain(bytes).collect();
        transport.control(start(), 1, payload.into(), &mut Vec::new());
    }
}
