//! A subscriber sees one stream without gaps, and each number it names translates back, whatever is left out, switched,
//! late or lost on the way.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sfu_core::codec::identifiers::Offsets;
use sfu_core::forward::Munger;

/// What the publisher's packet train and the selector do next.
#[derive(Debug, Clone)]
enum Step {
    Forward,
    Skip,
    Switch(u8),
    /// The packet does not arrive now; it comes that many steps later.
    Delay(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => Just(Step::Forward),
        2 => Just(Step::Skip),
        1 => (0u8..3).prop_map(Step::Switch),
        1 => (1usize..20).prop_map(Step::Delay),
    ];
    proptest::collection::vec(step, 1..300)
}

/// A stream of layers whose packets are numbered on from where each was.
struct Publisher {
    layer: u8,
    next: [u64; 3],
}

impl Publisher {
    fn packet(&mut self) -> u64 {
        let next = &mut self.next[usize::from(self.layer)];
        *next += 1;
        *next
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn delivered_numbers_have_no_gap_but_the_networks(first: u16, begin in 70_000u64..1 << 40, steps in steps()) {
        let mut munger = Munger::new(first);
        let mut publisher = Publisher { layer: 0, next: [begin, begin / 3, begin / 7] };
        // Outgoing number → what it stands for; `None` for one that is only reserved.
        let mut delivered: BTreeMap<u64, Option<(u8, u64)>> = BTreeMap::new();
        let mut late: Vec<(usize, u8, u64)> = Vec::new();
        let start = publisher.packet();
        munger.switch(0, start, 0, Offsets::default());
        let opening = munger.map(0, start).expect("a switch opens").sequence;
        delivered.insert(opening, Some((0, start)));
        for (number, step) in steps.iter().enumerate() {
            match step {
                Step::Forward => {
                    let packet = publisher.packet();
                    let out = munger.map(publisher.layer, packet).expect("the current layer has a place").sequence;
                    prop_assert_eq!(delivered.insert(out, Some((publisher.layer, packet))), None);
                }
                Step::Skip => {
                    let packet = publisher.packet();
                    prop_assert_eq!(munger.skip(publisher.layer, packet, 0), None, "a new packet just falls out");
                }
                Step::Switch(layer) => {
                    publisher.layer = *layer;
                    let packet = publisher.packet();
                    munger.switch(*layer, packet, 0, Offsets::default());
                    let out = munger.map(*layer, packet).expect("a switch opens").sequence;
                    prop_assert_eq!(delivered.insert(out, Some((*layer, packet))), None);
                }
                Step::Delay(steps) => late.push((number + steps, publisher.layer, publisher.packet())),
            }
            let (due, later) = late.into_iter().partition::<Vec<_>, _>(|(at, ..)| *at <= number);
            late = later;
            for (_, layer, packet) in due {
                if let Some(place) = munger.place(layer, packet) {
                    prop_assert_eq!(delivered.insert(place.sequence, Some((layer, packet))), None);
                }
            }
        }
        // A number that was never filled was reserved for a packet that never came: at most one for each such packet.
        let (low, high) = (*delivered.keys().next().expect("not empty"), *delivered.keys().last().expect("not empty"));
        prop_assert_eq!(low & 0xffff, u64::from(first));
        let holes = (high - low + 1) - delivered.len() as u64;
        prop_assert!(holes <= steps.iter().filter(|step| matches!(step, Step::Delay(_))).count() as u64);
        let lossless = !steps.iter().any(|step| matches!(step, Step::Delay(_)));
        prop_assert!(!lossless || holes == 0);
    }

    #[test]
    fn unmapping_undoes_mapping(first: u16, begin in 70_000u64..1 << 40, steps in steps()) {
        let mut munger = Munger::new(first);
        let mut publisher = Publisher { layer: 0, next: [begin, begin / 3, begin / 7] };
        let mut sent: Vec<(u64, u8, u64)> = Vec::new();
        let start = publisher.packet();
        munger.switch(0, start, 0, Offsets::default());
        for step in &steps {
            let packet = publisher.packet();
            match step {
                Step::Skip => drop(munger.skip(publisher.layer, packet, 1)),
                Step::Switch(layer) => {
                    publisher.layer = *layer;
                    let packet = publisher.packet();
                    munger.switch(*layer, packet, 0, Offsets::default());
                }
                Step::Forward | Step::Delay(_) => {
                    let out = munger.map(publisher.layer, packet).expect("in the current layer").sequence;
                    sent.push((out, publisher.layer, packet));
                }
            }
        }
        // The list of mappings is bounded: what fell out of it is not found, and never found wrong.
        let recent = sent.len().saturating_sub(60);
        for (index, (out, layer, packet)) in sent.iter().enumerate() {
            let found = munger.unmap((out & 0xffff) as u16).map(|(original, mapping)| (mapping.layer, original));
            prop_assert!(found == Some((*layer, *packet)) || (found.is_none() && index < recent));
        }
    }
}
