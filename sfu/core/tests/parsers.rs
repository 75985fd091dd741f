//! Payloads come from strangers: reading and rewriting any bytes must not panic, and what is rewritten reads back.

use proptest::prelude::*;
use sfu_core::codec::vp8::{DESCRIPTOR_BYTES_MAX, Descriptor, Offsets};
use sfu_core::codec::{Codec, Payload};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn no_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..64)) {
        for codec in [Codec::Opus, Codec::Vp8, Codec::H264] {
            let _ = Payload::parse(codec, &payload);
        }
    }

    #[test]
    fn a_rewritten_descriptor_reads_back_and_nothing_else_changed(
        payload in proptest::collection::vec(any::<u8>(), 1..32),
        picture: u16,
        tl0: u8,
        key_index: u8,
    ) {
        let Some(before) = Descriptor::parse(&payload) else { return Ok(()) };
        prop_assert!(usize::from(before.len) <= DESCRIPTOR_BYTES_MAX);
        let mut copy = payload.clone();
        let rewrite = Offsets { picture, tl0, key_index }.apply(&before);
        rewrite.write(&mut copy);
        let after = Descriptor::parse(&copy).expect("rewriting keeps the form");
        prop_assert_eq!(after.picture.map(|picture| picture.id), rewrite.picture_id());
        prop_assert_eq!(after.tl0.map(|field| field.value), rewrite.tl0());
        prop_assert_eq!(after.key_index.map(|field| field.value), rewrite.key_index());
        prop_assert_eq!((after.temporal, after.layer_sync, after.len), (before.temporal, before.layer_sync, before.len));
        let body = usize::from(before.len);
        prop_assert_eq!(&copy[body..], &payload[body..]);
    }
}
