//! Hostile SCTP. Data channels against a real client are tested end to end.

use proptest::prelude::*;

use super::hostile::{init, packet, tag_of};
use super::*;

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

#[test]
fn a_repeated_init_has_the_same_answer() {
    let now = start();
    let mut transport = DataTransport::new(true);
    transport.handle_packet(now, init(), &mut Vec::new());
    let tag = tag_of(&mut transport, now);
    assert_ne!(tag, 0);
    transport.handle_packet(now, init(), &mut Vec::new());
    assert_eq!(tag_of(&mut transport, now), tag, "the answer to the first was lost");
    assert_eq!(tag_of(&mut transport, now), 0, "each is answered once");
}

/// The cookie in an INIT ACK (RFC 9260 §3.3.3): parameter 7, after the fixed part.
fn cookie_of(greeting: &[u8]) -> Vec<u8> {
    let mut parameters = &greeting[32..];
    loop {
        let [_, kind, high, low, ..] = *parameters else {
            panic!("no cookie")
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if kind == 7 {
            return parameters[4..length].to_vec();
        }
        parameters = &parameters[length.next_multiple_of(4)..];
    }
}

/// The streams on which channels are opened once the association stands.
fn opened_streams(role: DtlsRole) -> Vec<u16> {
    let now = start();
    let mut transport = DataTransport::new(true);
    transport.note_role(role);
    transport.handle_packet(now, init(), &mut Vec::new());
    let mut greeting = Vec::new();
    transport.transmit(now, |packet| greeting = packet.to_vec());
    let tag = u32::from_be_bytes(greeting[16..20].try_into().expect("four bytes"));
    let echo = packet(tag, &[(10, 0, cookie_of(&greeting))]);
    transport.handle_packet(now, echo, &mut Vec::new());
    let mut streams = Vec::new();
    transport.transmit(now, |packet| {
        let mut chunks = &packet[12..];
        while let [kind, _, high, low, rest @ ..] = chunks {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if *kind == 0 {
                streams.push(u16::from_be_bytes([rest[4], rest[5]]));
            }
            chunks = chunks.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
    });
    streams
}

#[test]
fn channels_are_numbered_by_the_end_of_dtls() {
    assert_eq!(opened_streams(DtlsRole::Server), [1, 3]);
    assert_eq!(opened_streams(DtlsRole::Client), [0, 2]);
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
