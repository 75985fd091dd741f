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
