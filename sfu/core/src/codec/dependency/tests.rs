//! Descriptors written by a plain encoder after the specification's syntax, read and rewritten.

use proptest::prelude::*;

use super::*;

/// A structure as a table of the specification (§A.6) shows it.
struct Table {
    offset: u8,
    targets: u8,
    chains: u8,
    protected_by: &'static [u32],
    templates: &'static [Row],
    resolutions: &'static [(u16, u16)],
}

/// Spatial layer, temporal layer, fdiffs, chain fdiffs, indications.
type Row = (u8, u8, &'static [u32], &'static [u32], &'static str);

/// §A.6.1: one spatial layer with three temporal ones.
const L1T3: Table = Table {
    offset: 60,
    targets: 3,
    chains: 1,
    protected_by: &[0, 0, 0],
    templates: &[
        (0, 0, &[], &[0], "SSS"),
        (0, 0, &[4], &[4], "SSS"),
        (0, 1, &[2], &[2], "SD-"),
        (0, 2, &[1], &[1], "D--"),
        (0, 2, &[1], &[3], "D--"),
    ],
    resolutions: &[],
};

/// §A.6.2, with the resolutions of two layers: HD first, then VGA.
const L2T1: Table = Table {
    offset: 1,
    targets: 2,
    chains: 2,
    protected_by: &[1, 0],
    templates: &[
        (0, 0, &[], &[0, 0], "SS"),
        (0, 0, &[2], &[2, 1], "RS"),
        (0, 0, &[2], &[2, 1], "SS"),
        (1, 0, &[1], &[1, 1], "S-"),
        (1, 0, &[2, 1], &[1, 1], "R-"),
    ],
    resolutions: &[(640, 360), (1280, 720)],
};

#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        self.0.extend((0..count).rev().map(|place| value >> place & 1 == 1));
    }

    /// `ns(n)`, written from its definition.
    fn put_one_of(&mut self, value: u32, values: u32) {
        let width = u32::BITS - values.leading_zeros();
        let short = (1 << width) - values;
        if value < short {
            self.put(value, width - 1);
        } else {
            self.put(value + short, width);
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| {
            (0..8).fold(0, |byte, at| {
                byte << 1 | u8::from(bits.get(at).copied().unwrap_or_default())
            })
        };
        self.0.chunks(8).map(byte).collect()
    }
}

fn indication(letter: char) -> u32 {
    match letter {
        '-' => 0,
        'D' => 1,
        'S' => 2,
        _ => 3,
    }
}

impl Table {
    fn write(&self, bits: &mut Bits) {
        bits.put(u32::from(self.offset), 6);
        bits.put(u32::from(self.targets) - 1, 5);
        for pair in self.templates.windows(2) {
            let same_spatial = pair[0].0 == pair[1].0;
            bits.put(
                if !same_spatial {
                    2
                } else {
                    u32::from(pair[0].1 != pair[1].1)
                },
                2,
            );
        }
        bits.put(3, 2);
        for (.., indications) in self.templates {
            indications.chars().for_each(|letter| bits.put(indication(letter), 2));
        }
        for (_, _, references, ..) in self.templates {
            for difference in *references {
                bits.put(1, 1);
                bits.put(difference - 1, 4);
            }
            bits.put(0, 1);
        }
        bits.put_one_of(u32::from(self.chains), u32::from(self.targets) + 1);
        for chain in self.protected_by {
            bits.put_one_of(*chain, u32::from(self.chains) + 1);
        }
        for (_, _, _, chains, _) in self.templates {
            chains.iter().for_each(|difference| bits.put(*difference, 4));
        }
        bits.put(u32::from(!self.resolutions.is_empty()), 1);
        for (width, height) in self.resolutions {
            bits.put(u32::from(*width) - 1, 16);
            bits.put(u32::from(*height) - 1, 16);
        }
    }
}

/// What a packet says beyond the mandatory fields.
#[derive(Default)]
struct Extended<'t> {
    structure: Option<&'t Table>,
    mask: Option<(u32, u32)>,
    indications: Option<&'static str>,
    references: Option<Vec<u32>>,
    chains: Option<Vec<u32>>,
}

fn packet(template: u8, number: u16, extended: Option<&Extended<'_>>) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0b11, 2);
    bits.put(u32::from(template) & 63, 6);
    bits.put(u32::from(number), 16);
    if let Some(extended) = extended {
        for flag in [
            extended.structure.is_some(),
            extended.mask.is_some(),
            extended.indications.is_some(),
            extended.references.is_some(),
            extended.chains.is_some(),
        ] {
            bits.put(u32::from(flag), 1);
        }
        if let Some(table) = extended.structure {
            table.write(&mut bits);
        }
        if let Some((mask, count)) = extended.mask {
            bits.put(mask, count);
        }
        for letter in extended.indications.unwrap_or_default().chars() {
            bits.put(indication(letter), 2);
        }
        if let Some(references) = &extended.references {
            for difference in references {
                let size = (u32::BITS - (difference - 1).leading_zeros()).div_ceil(4).max(1);
                bits.put(size, 2);
                bits.put(difference - 1, 4 * size);
            }
            bits.put(0, 2);
        }
        for difference in extended.chains.as_deref().unwrap_or_default() {
            bits.put(*difference, 8);
        }
    }
    bits.bytes()
}

fn key(table: &Table, number: u16) -> Vec<u8> {
    let extended = Extended {
        structure: Some(table),
        ..Extended::default()
    };
    packet(table.offset, number, Some(&extended))
}

#[test]
fn the_structure_of_three_temporal_layers_is_read() {
    let mut reader = Reader::default();
    let frame = reader.read(&key(&L1T3, 100)).expect("a key frame");
    assert!(frame.has_structure && frame.start && frame.end);
    assert_eq!((frame.number, frame.spatial, frame.temporal), (100, 0, 0));
    let structure = reader.structure().expect("it came");
    let layers: Vec<_> = (0..3).filter_map(|target| structure.layers(target)).collect();
    assert_eq!(layers, [(0, 2), (0, 1), (0, 0)]);
    // Template 4 is at index 4: its id wraps from 63 to 0.
    let frame = reader
        .read(&packet(L1T3.offset.wrapping_add(4), 101, None))
        .expect("known");
    assert_eq!(frame.temporal, 2);
    assert_eq!(frame.references.iter().collect::<Vec<_>>(), [1]);
    let all: Vec<_> = (0..3).map(|target| frame.indication(target)).collect();
    assert_eq!(
        all,
        [Indication::Discardable, Indication::NotPresent, Indication::NotPresent]
    );
}

#[test]
fn the_best_decode_target_within_limits_is_found() {
    let mut reader = Reader::default();
    reader.read(&key(&L2T1, 7)).expect("a key frame");
    let structure = reader.structure().expect("it came");
    assert_eq!(structure.best(2, u8::MAX), Some(0));
    assert_eq!(structure.best(0, u8::MAX), Some(1));
    assert_eq!((structure.within(0), structure.within(1)), (0b11, 0b10));
    assert!(structure.includes(0, 1));
    assert!(!structure.includes(1, 0));
}

#[test]
fn a_mask_takes_decode_targets_away() {
    let mut reader = Reader::default();
    reader.read(&key(&L2T1, 7)).expect("a key frame");
    let masked = Extended {
        mask: Some((0b10, 2)),
        ..Extended::default()
    };
    reader.read(&packet(2, 8, Some(&masked))).expect("known");
    let structure = reader.structure().expect("it came");
    assert_eq!(
        structure.best(2, u8::MAX),
        Some(1),
        "the larger is not produced any more"
    );
    assert!(!structure.has_spatial(1));
    reader.read(&key(&L2T1, 9)).expect("a key frame");
    assert!(reader.structure().is_some_and(|structure| structure.has_spatial(1)));
}

#[test]
fn a_frame_may_differ_from_its_template() {
    let mut reader = Reader::default();
    reader.read(&key(&L2T1, 7)).expect("a key frame");
    let own = Extended {
        indications: Some("D-"),
        references: Some(vec![3, 200, 4096]),
        chains: Some(vec![9, 255]),
        ..Extended::default()
    };
    let frame = reader.read(&packet(5, 20, Some(&own))).expect("known");
    assert_eq!((frame.spatial, frame.indication(0)), (1, Indication::Discardable));
    assert_eq!(frame.references.iter().collect::<Vec<_>>(), [3, 200, 4096]);
}

#[test]
fn frames_of_another_structure_are_not_read() {
    let mut reader = Reader::default();
    assert_eq!(reader.read(&packet(1, 6, None)), None, "no structure has come");
    reader.read(&key(&L2T1, 7)).expect("a key frame");
    assert_eq!(reader.read(&packet(1, 6, None)), None, "older than the structure");
    assert_eq!(reader.read(&packet(9, 8, None)), None, "no such template");
    assert!(reader.read(&packet(1, 8, None)).is_some());
}

#[test]
fn a_structure_stays_in_force_beyond_the_wrap_of_frame_numbers() {
    let mut reader = Reader::default();
    reader.read(&key(&L1T3, 0)).expect("a key frame");
    for round in 0..200_000u32 {
        let number = u16::try_from((round + 1) & 0xffff).expect("16 bits");
        assert!(
            reader.read(&packet(L1T3.offset + 1, number, None)).is_some(),
            "frame {round}"
        );
    }
}

#[test]
fn the_first_packet_of_a_frame_gets_the_mask_and_the_others_the_number() {
    let mut reader = Reader::default();
    let received = key(&L2T1, 7);
    let frame = reader.read(&received).expect("a key frame");
    let mut buffer = [0; BYTES_MAX];
    let rewritten = frame
        .rewrite(&received, 1000, 0b10, &mut buffer)
        .expect("room")
        .to_vec();
    let mut other = Reader::default();
    let read = other.read(&rewritten).expect("valid");
    assert_eq!((read.number, read.has_structure), (1000, true));
    assert!(other.structure().is_some_and(|structure| !structure.has_spatial(1)));
    let mut later = packet(2, 8, None);
    later[0] &= 0x7f;
    let frame = reader.read(&later).expect("known");
    let rewritten = frame.rewrite(&later, 1001, 0b10, &mut buffer).expect("room");
    assert_eq!(
        rewritten,
        [later[0], 1001u16.to_be_bytes()[0], 1001u16.to_be_bytes()[1]]
    );
}

prop_compose! {
    fn extended()(
        mask in prop::option::of(0u32..4),
        indications in prop::option::of(prop::sample::select(vec!["RS", "D-", "SS"])),
        references in prop::option::of(prop::collection::vec(1u32..=4096, 0..8)),
        chains in prop::option::of(prop::collection::vec(0u32..256, 2)),
    ) -> Extended<'static> {
        Extended { structure: None, mask: mask.map(|mask| (mask, 2)), indications, references, chains }
    }
}

impl std::fmt::Debug for Extended<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Extended")
            .field("mask", &self.mask)
            .field("indications", &self.indications)
            .field("references", &self.references)
            .finish_non_exhaustive()
    }
}

proptest! {
    #[test]
    fn what_is_rewritten_says_the_same_but_for_number_and_mask(
        extended in prop::option::of(extended()),
        with_structure: bool,
        (number, to) in any::<(u16, u16)>(),
        mask in 0u32..4,
    ) {
        let mut reader = Reader::default();
        reader.read(&key(&L2T1, number.wrapping_sub(1))).expect("a key frame");
        let with_table = extended.map(|extended| Extended {
            structure: with_structure.then_some(&L2T1),
            ..extended
        });
        let received = packet(3, number, with_table.as_ref());
        let frame = reader.read(&received).expect("known");
        let mut buffer = [0xff; BYTES_MAX];
        let rewritten = frame.rewrite(&received, to, mask, &mut buffer).expect("room");
        let mut other = Reader::default();
        other.read(&key(&L2T1, to.wrapping_sub(1))).expect("a key frame");
        let read = other.read(rewritten).expect("valid");
        prop_assert_eq!(read.number, to);
        prop_assert_eq!((read.spatial, read.temporal, read.references), (frame.spatial, frame.temporal, frame.references));
        prop_assert_eq!((read.indications, read.has_structure), (frame.indications, frame.has_structure));
        prop_assert_eq!(other.structure().map(|structure| structure.active), Some(mask));
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        head in prop::sample::select(vec![&L1T3, &L2T1].into_iter().map(|table| key(table, 5)).collect::<Vec<_>>()),
        packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..8),
        flips in prop::collection::vec((0usize..60, any::<u8>()), 0..4),
    ) {
        let mut reader = Reader::default();
        let mut damaged = head;
        let len = damaged.len();
        for (at, flip) in flips {
            damaged[at % len] ^= flip;
        }
        let mut buffer = [0; BYTES_MAX];
        for descriptor in std::iter::once(damaged).chain(packets) {
            if let Some(frame) = reader.read(&descriptor) {
                let _ = frame.rewrite(&descriptor, 1, u32::MAX, &mut buffer);
            }
            if let Some(structure) = reader.structure()
                && let Some(best) = structure.best(2, 2)
            {
                prop_assert_ne!(structure.within(best), 0);
            }
        }
    }
}

/// What Chromium sends, each descriptor with its length in two bytes before it.
fn captured(mut bytes: &[u8]) -> Vec<&[u8]> {
    std::iter::from_fn(|| {
        let (length, rest) = bytes.split_first_chunk()?;
        let (descriptor, rest) = rest.split_at(usize::from(u16::from_be_bytes(*length)));
        bytes = rest;
        Some(descriptor)
    })
    .collect()
}

#[test]
fn what_chromium_sends_is_read_and_every_frame_refers_to_earlier_ones() {
    let captures: [(&[u8], u8, u8); 3] = [
        (include_bytes!("../../../../fuzz/corpus/av1/chromium-L1T3"), 3, 0),
        (include_bytes!("../../../../fuzz/corpus/av1/chromium-L3T3"), 9, 2),
        (include_bytes!("../../../../fuzz/corpus/av1/chromium-L3T3_KEY"), 9, 2),
    ];
    for (capture, targets, top) in captures {
        let mut reader = Reader::default();
        let mut first = None;
        for descriptor in captured(capture) {
            let frame = reader.read(descriptor).expect("well formed");
            let since_first = frame.number.wrapping_sub(*first.get_or_insert(frame.number));
            assert!(frame.references.iter().all(|back| back <= since_first), "{frame:?}");
            let mut buffer = [0; BYTES_MAX];
            let rewritten = frame.rewrite(descriptor, 9, 1, &mut buffer).expect("room");
            assert!(rewritten.len() <= descriptor.len() + 4, "two flags more, and the mask");
        }
        let structure = reader.structure().expect("it came");
        assert_eq!(structure.target_count(), targets);
        let best = structure.best(2, u8::MAX).and_then(|best| structure.layers(best));
        assert_eq!(best, Some((top, 2)));
    }
}
