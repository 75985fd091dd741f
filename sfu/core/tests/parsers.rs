//! Packets come from strangers: reading and rewriting any bytes must not panic, and what is rewritten reads back.

use proptest::prelude::*;
use sfu_core::codec::identifiers::Offsets;
use sfu_core::codec::{Codec, Payload, vp8, vp9};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn no_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..64)) {
        for codec in [Codec::Opus, Codec::Red, Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1] {
            let _ = Payload::parse(codec, &payload);
        }
    }

    #[test]
    fn rewritten_identifiers_read_back_and_nothing_else_changed(
        payload in proptest::collection::vec(any::<u8>(), 1..32),
        codec in proptest::sample::select(vec![Codec::Vp8, Codec::Vp9]),
        (picture, tl0, key_index) in any::<(u16, u8, u8)>(),
    ) {
        let Some(before) = Payload::parse(codec, &payload) else { return Ok(()) };
        let moved = before.identifiers().moved(Offsets { picture, tl0, key_index });
        prop_assert!(moved.bytes() <= vp8::DESCRIPTOR_BYTES_MAX);
        let mut copy = payload.clone();
        moved.write(&mut copy);
        let after = Payload::parse(codec, &copy).expect("rewriting keeps the form");
        prop_assert_eq!(after.identifiers(), moved);
        prop_assert_eq!((after.spatial, after.temporal), (before.spatial, before.temporal));
        prop_assert_eq!(&copy[moved.bytes()..], &payload[moved.bytes()..]);
        // Moving back restores every byte.
        before.identifiers().write(&mut copy);
        prop_assert_eq!(copy, payload);
    }

    #[test]
    fn descriptors_are_never_read_beyond_the_payload(payload in proptest::collection::vec(any::<u8>(), 0..300)) {
        for len in 0..payload.len() {
            let cut = &payload[..len];
            if let Some(descriptor) = vp8::Descriptor::parse(cut) {
                prop_assert!(usize::from(descriptor.len) < len);
            }
            if let Some(descriptor) = vp9::Descriptor::parse(cut) {
                prop_assert!(descriptor.identifiers.bytes() < len);
            }
        }
    }
}
