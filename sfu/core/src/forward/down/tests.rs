//! Streams of layered encoders, forwarded to somebody who changes their mind: what arrives is numbered without a gap and
//! can be decoded, whatever was left out.

mod encoder;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::codec::dependency;
use crate::codec::{Payload, red};
use crate::forward::Stacking;
use crate::ids::MemberId;
use crate::limits::VIDEO_HISTORY;
use crate::publish::Layer;
use encoder::{Coding, Encoder, Packet, Wire};

const CLOCKS: [Option<SenderClock>; LAYERS] = [None; LAYERS];

fn down(codec: Codec, redundancy: bool) -> Down {
    let to = Destination {
        member: MemberId(1),
        sender: 0,
    };
    let start = SenderStart {
        sequence: 0xfff0,
        repair_sequence: Some(0),
        redundancy,
    };
    Down::new(to, codec, start)
}

fn spatial(layers: u8) -> Ladder {
    Ladder {
        active: std::array::from_fn(|rank| rank < usize::from(layers)),
        stacking: if layers > 1 {
            Stacking::Spatial
        } else {
            Stacking::Simulcast
        },
    }
}

/// One subscriber of a layered stream, and what they got.
struct Scene {
    encoder: Encoder,
    layer: Layer,
    down: Down,
    now: Time,
    next_out: Option<u16>,
    /// Frames that went out, by the encoder's count.
    sent: BTreeSet<u32>,
}

/// What went out of one picture.
#[derive(Debug, Default)]
struct Picture {
    frames: Vec<(u8, u8)>,
    markers: usize,
}

impl Scene {
    fn new(wire: Wire, coding: Coding) -> Self {
        let codec = match wire {
            Wire::Vp9 => Codec::Vp9,
            Wire::Av1 => Codec::Av1,
        };
        let mut down = down(codec, false);
        down.aim(spatial(coding.spatial));
        Self {
            encoder: Encoder::new(wire, coding),
            layer: Layer::new(0, VIDEO_HISTORY),
            down,
            now: Time::from_micros(1_000_000),
            next_out: None,
            sent: BTreeSet::new(),
        }
    }

    fn want(&mut self, layer: u8, temporal: u8) {
        self.down.set_target(Some(Target { layer, temporal }));
        self.down.aim(spatial(self.encoder.coding.spatial));
    }

    /// Encodes and forwards the next picture; checks what a decoder would.
    fn picture(&mut self, key: bool) -> Result<Picture, TestCaseError> {
        let mut picture = Picture::default();
        self.now = self.now + std::time::Duration::from_millis(33);
        for packet in self.encoder.picture(key) {
            self.packet(&packet, &mut picture)?;
        }
        Ok(picture)
    }

    fn packet(&mut self, packet: &Packet, picture: &mut Picture) -> Result<(), TestCaseError> {
        let codec = self.down.codec;
        let sequence = self.layer.accept(self.now, packet.sequence, 1).expect("new");
        let dependency = packet.dependency.as_deref();
        let about = self.layer.describe(self.now, codec, &packet.payload, dependency);
        let inbound = Inbound {
            sequence,
            timestamp: packet.timestamp,
            marker: packet.marker,
            carried: Carried::default(),
            dependency,
            recovered: false,
            about: about.expect("well formed"),
            payload: &packet.payload,
        };
        let structure = self.layer.structure();
        let Some(outgoing) = self.down.forward(self.now, 0, &inbound, &CLOCKS, structure) else {
            return Ok(());
        };
        if let Some(expected) = self.next_out {
            prop_assert_eq!(outgoing.sequence, expected, "a gap");
        }
        self.next_out = Some(outgoing.sequence.wrapping_add(1));
        for reference in &packet.references {
            prop_assert!(
                self.sent.contains(reference),
                "frame {} needs {reference}",
                packet.frame
            );
        }
        if packet.begins_frame {
            picture.frames.push((packet.spatial, packet.temporal));
        }
        self.sent.insert(packet.frame);
        picture.markers += usize::from(outgoing.marker);
        if let Some(dependency) = outgoing.dependency {
            let mut buffer = [0; dependency::BYTES_MAX];
            let written = dependency.write(&mut buffer).expect("room");
            prop_assert_eq!(Encoder::frame_number(written), packet.frame_number);
        }
        Ok(())
    }

    /// Pictures until the stream is what is wanted, with a key picture as soon as one is asked for.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..12 {
            let key = self.down.awaited().is_some();
            self.picture(key)?;
        }
        prop_assert_eq!(self.down.awaited(), None);
        Ok(())
    }
}

fn codings() -> impl Strategy<Value = (Wire, Coding)> {
    let wire = prop::sample::select(vec![Wire::Vp9, Wire::Av1]);
    let coding = (1u8..=3, any::<bool>()).prop_map(|(spatial, key_only)| Coding { spatial, key_only });
    (wire, coding)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_is_left_out_the_rest_can_be_decoded(
        (wire, coding) in codings(),
        wishes in prop::collection::vec((0u8..3, 0u8..3, 1usize..12, any::<bool>()), 1..12),
    ) {
        let mut scene = Scene::new(wire, coding);
        scene.picture(true)?;
        for (layer, temporal, pictures, answers) in wishes {
            scene.want(layer, temporal);
            for _ in 0..pictures {
                let key = answers && scene.down.awaited().is_some();
                let picture = scene.picture(key)?;
                prop_assert_eq!(picture.markers, usize::from(!picture.frames.is_empty()), "one end of {:?}", picture);
            }
        }
    }

    #[test]
    fn what_is_wanted_is_sent_in_the_end_and_no_more(
        (wire, coding) in codings(),
        wishes in prop::collection::vec((0u8..3, 0u8..3), 1..6),
    ) {
        let mut scene = Scene::new(wire, coding);
        scene.picture(true)?;
        for (layer, temporal) in wishes {
            scene.want(layer, temporal);
            scene.settle()?;
            let top = layer.min(coding.spatial - 1);
            let mut seen = BTreeSet::new();
            for _ in 0..4 {
                seen.extend(scene.picture(false)?.frames);
            }
            let lowest = if coding.key_only { top } else { 0 };
            let wanted: BTreeSet<_> =
                (lowest..=top).flat_map(|spatial| (0..=temporal).map(move |temporal| (spatial, temporal))).collect();
            prop_assert_eq!(seen, wanted);
        }
    }
}

/// A packet of sound, or of padding.
fn sound(sequence: u64, payload: &[u8]) -> Inbound<'_> {
    Inbound {
        sequence,
        timestamp: 0,
        marker: false,
        carried: Carried::default(),
        dependency: None,
        recovered: false,
        about: Payload::parse(Codec::Opus, payload).unwrap_or(Payload::PADDING),
        payload,
    }
}

#[test]
fn padding_leaves_no_gap() {
    let mut down = down(Codec::Opus, false);
    down.aim(spatial(1));
    let mut send = |sequence, payload: &[u8]| {
        let sent = down.forward(Time::from_micros(1), 0, &sound(sequence, payload), &CLOCKS, None)?;
        Some((sent.sequence, sent.rest.len()))
    };
    assert_eq!(send(70_000, &[]), None, "before there was anything");
    assert_eq!(send(70_001, b"a"), Some((0xfff0, 1)));
    assert_eq!(send(70_002, &[]), None);
    assert_eq!(send(70_003, &[]), None);
    assert_eq!(send(70_005, b"b"), Some((0xfff2, 1)), "one is missing");
    assert_eq!(send(70_004, &[]), Some((0xfff1, 0)), "and turns out to be padding");
}

/// A packet of redundant audio with copies of the frames before it.
fn redundant(number: u8) -> Vec<u8> {
    let frame = |number: u8| [number, 0xaa];
    let mut packet = vec![0x80 | 111, 0x1e, 0x00, 2, 0x80 | 111, 0x0f, 0x00, 2, 111];
    for copy in [number - 2, number - 1, number] {
        packet.extend(frame(copy));
    }
    packet
}

#[test]
fn redundant_audio_goes_on_to_those_who_take_it_and_is_stripped_for_the_others() {
    let payload = redundant(7);
    let about = Payload::parse(Codec::Red, &payload).expect("redundant");
    assert!(matches!(about.descriptor, Descriptor::Red(layout) if layout == red::Layout::parse(&payload).expect("it")));
    let packet = Inbound {
        sequence: 70_000,
        timestamp: 9_600,
        marker: true,
        carried: Carried::default(),
        dependency: None,
        recovered: false,
        about,
        payload: &payload,
    };
    let ladder = spatial(1);
    for (redundancy, expected) in [(true, payload.clone()), (false, vec![7, 0xaa])] {
        let mut down = down(Codec::Red, redundancy);
        down.aim(ladder);
        let outgoing = down
            .forward(Time::from_micros(1), 0, &packet, &CLOCKS, None)
            .expect("sent");
        assert_eq!((outgoing.rest, outgoing.redundant), (&expected[..], redundancy));
        assert!(outgoing.marker);
    }
}
