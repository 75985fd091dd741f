//! Who gets how much of a subscriber's bandwidth: a pure function of the budget and of what is wanted.
//!
//! Sound comes first and is always granted. Pictures get it layer by layer: each class of importance is one layer ahead
//! of the next, and within a class the larger comes first. What does not fit is left out and the next is asked, so a
//! screen too big for the path does not take the cameras with it.
//!
//! Pictures are paused where the estimate is one to trust ([`Trust`]): a first guess pauses none, and until a path is
//! known to be choked the cheapest picture is granted at its least where nothing would be.
//!
//! What holds (see the tests): the grants of pictures never exceed the budget that sound leaves, those apart; with more budget,
//! nobody loses a layer to somebody less important; less important demands take nothing from the more important ones'
//! lowest layers; asking again with what was granted grants the same. A layer above the one that is being sent needs
//! head-room, one below it is taken at once.

use smallvec::SmallVec;

use crate::bwe::Trust;
use crate::limits::{ESTIMATE_START, LAYERS};

/// How important a picture is, the most important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Importance {
    /// A shared screen, or who speaks.
    Stage,
    /// What the subscriber put in an order of its own, 1 first.
    Pinned(u32),
    /// One of many.
    Grid,
}

/// A picture that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Its class.
    pub importance: Importance,
    /// Pixels that it is shown with; more comes first within a class.
    pub pixels: u64,
    /// Bits a second of each of its layers, the lowest first; not empty.
    pub layers: SmallVec<[u64; LAYERS]>,
    /// How many of them it has now: the next need head-room.
    pub current: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allocation {
    /// For each demand, in their order: how many of its layers are granted; 0 pauses it.
    pub layers: SmallVec<[usize; 8]>,
    /// Bits a second of all that is granted, sound included.
    pub granted: u64,
    /// A budget of this much grants more; 0 when everything is granted.
    pub next: u64,
    /// A budget of this much grants everything.
    pub wanted: u64,
    /// Sound, and the lowest layer of every picture.
    pub least: u64,
    /// Sound, and the cheapest picture at its lowest layer; 0 without a picture.
    pub floor: u64,
}

/// A layer above the present one has to fit this many percent of its rate.
const HEAD_ROOM_PERCENT: u64 = 115;

/// A picture costs no more than this at its least to be granted whatever the estimate says, in bits a second.
const SURE_MAX: u64 = ESTIMATE_START;

/// Shares `budget` bits a second out among pictures, after `sound`.
pub fn allocate(budget: u64, trust: Trust, sound: u64, demands: &[Demand]) -> Allocation {
    let mut layers: SmallVec<[usize; 8]> = smallvec::smallvec![0; demands.len()];
    let mut granted = sound;
    let mut next = 0;
    for (demand, layer) in steps(demands) {
        let has = layers[demand];
        if has != layer {
            continue; // a lower layer of it did not fit
        }
        let cost = demands[demand].step(layer);
        let needed = granted.saturating_add(demands[demand].needed(layer));
        if needed <= budget {
            layers[demand] = layer + 1;
            granted += cost;
        } else if next == 0 || needed < next {
            next = needed;
        }
    }
    for sure in sure(trust, &layers, demands) {
        layers[sure] = 1;
        granted += demands[sure].layers[0];
    }
    let full = |demand: &Demand| {
        let top = demand.layers.len();
        let has = demand.layers[demand.current.min(top).saturating_sub(1)];
        let above = demand.layers[top - 1].saturating_sub(if demand.current == 0 { 0 } else { has });
        demand.layers[top - 1] + above * (HEAD_ROOM_PERCENT - 100) / 100
    };
    Allocation {
        layers,
        granted,
        next,
        wanted: sound + demands.iter().map(full).sum::<u64>(),
        least: sound + demands.iter().map(|demand| demand.layers[0]).sum::<u64>(),
        floor: demands
            .iter()
            .map(|demand| demand.layers[0])
            .min()
            .map_or(0, |least| sound + least),
    }
}

/// Who gets a lowest layer though the budget granted them nothing.
fn sure(trust: Trust, granted: &[usize], demands: &[Demand]) -> SmallVec<[usize; 8]> {
    let without = (0..demands.len()).filter(|index| granted[*index] == 0);
    match trust {
        Trust::Guess => without.collect(),
        Trust::Measured if granted.iter().all(|layers| *layers == 0) => without
            .min_by_key(|index| demands[*index].layers[0])
            .filter(|index| demands[*index].layers[0] <= SURE_MAX)
            .into_iter()
            .collect(),
        Trust::Measured | Trust::Choked => SmallVec::new(),
    }
}

/// All layers of all demands in the order in which they are granted: (demand, layer).
fn steps(demands: &[Demand]) -> SmallVec<[(usize, usize); 24]> {
    let mut steps: SmallVec<[(usize, usize); 24]> = demands
        .iter()
        .enumerate()
        .flat_map(|(index, demand)| (0..demand.layers.len()).map(move |layer| (index, layer)))
        .collect();
    steps.sort_by_key(|(index, layer)| {
        let demand = &demands[*index];
        let round = layer + usize::from(demand.importance != Importance::Stage);
        (round, demand.importance, std::cmp::Reverse(demand.pixels), *index)
    });
    steps
}

impl Demand {
    /// What this layer costs beyond the one below it.
    fn step(&self, layer: usize) -> u64 {
        let below = layer.checked_sub(1).map_or(0, |below| self.layers[below]);
        self.layers[layer].saturating_sub(below)
    }

    /// What has to be free for this layer: with head-room if it is not sent yet.
    fn needed(&self, layer: usize) -> u64 {
        let step = self.step(layer);
        if layer < self.current {
            step
        } else {
            step * HEAD_ROOM_PERCENT / 100
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use smallvec::smallvec;

    fn camera(importance: Importance, current: usize) -> Demand {
        Demand {
            importance,
            pixels: 100,
            layers: smallvec![150, 500, 1_700],
            current,
        }
    }

    fn granted(budget: u64, demands: &[Demand]) -> Vec<usize> {
        allocate(budget, Trust::Choked, 50, demands).layers.to_vec()
    }

    #[test]
    fn the_important_is_one_layer_ahead() {
        let demands = [
            camera(Importance::Grid, 0),
            camera(Importance::Stage, 0),
            camera(Importance::Pinned(1), 0),
        ];
        for (budget, layers) in [
            (60, [0, 0, 0]),
            (230, [0, 1, 0]),
            (640, [0, 2, 0]),
            (780, [0, 2, 1]),
            (900, [1, 2, 1]),
            (2_300, [1, 3, 1]),
            (9_000, [3, 3, 3]),
        ] {
            assert_eq!(granted(budget, &demands), layers, "{budget}");
        }
    }

    #[test]
    fn up_needs_head_room_and_down_is_at_once() {
        assert_eq!(granted(50 + 150 + 350, &[camera(Importance::Grid, 1)]), [1]);
        assert_eq!(granted(50 + 150 + 403, &[camera(Importance::Grid, 1)]), [2]);
        assert_eq!(granted(50 + 150 + 350, &[camera(Importance::Grid, 2)]), [2]);
        assert_eq!(granted(50 + 150 + 349, &[camera(Importance::Grid, 2)]), [1]);
    }

    #[test]
    fn what_is_too_big_does_not_take_the_rest_with_it() {
        let screen = Demand {
            layers: smallvec![2_500],
            ..camera(Importance::Stage, 0)
        };
        assert_eq!(granted(1_000, &[screen, camera(Importance::Grid, 0)]), [0, 2]);
    }

    #[test]
    fn an_only_picture_is_paused_for_a_choked_path_alone() {
        let small = Demand {
            layers: smallvec![120, 500],
            ..camera(Importance::Grid, 1)
        };
        let demands = [camera(Importance::Stage, 1), small];
        for (trust, budget, layers, cost) in [
            (Trust::Choked, 100, [0, 0], 50),
            (Trust::Measured, 100, [0, 1], 170),
            (Trust::Measured, 210, [1, 0], 200),
            (Trust::Guess, 100, [1, 1], 320),
            (Trust::Guess, 210, [1, 1], 320),
        ] {
            let allocation = allocate(budget, trust, 50, &demands);
            assert_eq!(allocation.layers.to_vec(), layers, "{trust:?} of {budget}");
            assert_eq!(
                (allocation.granted, allocation.floor),
                (cost, 170),
                "{trust:?} of {budget}"
            );
        }
        let screen = Demand {
            layers: smallvec![2_500_000],
            ..camera(Importance::Stage, 1)
        };
        assert_eq!(allocate(2_000_000, Trust::Measured, 50, &[screen]).layers.to_vec(), [0]);
    }

    #[test]
    fn it_says_what_more_would_need() {
        let allocation = allocate(300, Trust::Choked, 50, &[camera(Importance::Grid, 1)]);
        assert_eq!((allocation.granted, allocation.least), (200, 200));
        assert_eq!(allocation.next, 50 + 150 + 402);
        let next = allocate(allocation.next, Trust::Choked, 50, &[camera(Importance::Grid, 1)]);
        assert_eq!(next.layers.to_vec(), [2]);
        let all = allocate(
            allocation.wanted + 60,
            Trust::Choked,
            50,
            &[camera(Importance::Grid, 1)],
        );
        assert_eq!((all.layers.to_vec(), all.next), (vec![3], 0));
    }

    fn demand() -> impl Strategy<Value = Demand> {
        let importance = prop::sample::select(vec![
            Importance::Stage,
            Importance::Pinned(1),
            Importance::Pinned(2),
            Importance::Grid,
        ]);
        (
            importance,
            0u64..4,
            prop::collection::vec(1u64..2_000, 1..=LAYERS),
            0usize..=LAYERS,
        )
            .prop_map(|(importance, pixels, mut layers, current)| {
                layers.sort_unstable();
                Demand {
                    importance,
                    pixels,
                    current: current.min(layers.len()),
                    layers: layers.into(),
                }
            })
    }

    /// Which steps are granted, in the order of importance.
    fn in_order(demands: &[Demand], allocation: &Allocation) -> Vec<bool> {
        let is_granted = |(demand, layer): (usize, usize)| allocation.layers[demand] > layer;
        steps(demands).into_iter().map(is_granted).collect()
    }

    proptest! {
        #[test]
        fn grants_fit_the_budget_and_are_what_was_counted(
            budget in 0u64..20_000, sound in 0u64..500, demands in prop::collection::vec(demand(), 0..9),
        ) {
            let allocation = allocate(budget, Trust::Choked, sound, &demands);
            let sum: u64 = demands.iter().zip(&allocation.layers)
                .map(|(demand, count)| count.checked_sub(1).map_or(0, |top| demand.layers[top]))
                .sum();
            prop_assert_eq!(allocation.granted, sound + sum);
            prop_assert!(sum == 0 || allocation.granted <= budget);
            prop_assert_eq!(allocation.next > 0, demands.iter().zip(&allocation.layers).any(|(d, c)| d.layers.len() > *c));
        }

        #[test]
        fn with_more_budget_nobody_loses_to_the_less_important(
            budget in 0u64..10_000, more in 0u64..5_000, demands in prop::collection::vec(demand(), 0..9),
        ) {
            let less = in_order(&demands, &allocate(budget, Trust::Choked, 0, &demands));
            let more = in_order(&demands, &allocate(budget + more, Trust::Choked, 0, &demands));
            prop_assert!(more >= less, "the first difference is a gain: {:?} {:?}", less, more);
        }

        #[test]
        fn the_less_important_takes_nothing_from_the_more_important_ones_first_layers(
            budget in 0u64..10_000, demands in prop::collection::vec(demand(), 1..9),
        ) {
            let lowest = demands.iter().map(|demand| demand.importance).max().expect("one");
            let important: Vec<Demand> = demands.iter().filter(|demand| demand.importance < lowest).cloned().collect();
            let alone = allocate(budget, Trust::Choked, 0, &important);
            let beside = allocate(budget, Trust::Choked, 0, &demands);
            let mut beside = demands.iter().zip(&beside.layers).filter(|(demand, _)| demand.importance < lowest);
            for (alone, demand) in alone.layers.iter().zip(&important) {
                let (_, beside) = beside.next().expect("as many");
                // Its second layer the stage has before others have one; pinned and grid take turns from there on.
                let sure = 1 + usize::from(demand.importance == Importance::Stage);
                prop_assert!(*beside >= (*alone).min(sure));
            }
        }

        #[test]
        fn asking_again_grants_the_same(budget in 0u64..10_000, demands in prop::collection::vec(demand(), 0..9)) {
            let first = allocate(budget, Trust::Choked, 0, &demands);
            let again: Vec<Demand> = demands.iter().zip(&first.layers)
                .map(|(demand, layers)| Demand { current: *layers, ..demand.clone() })
                .collect();
            prop_assert_eq!(allocate(budget, Trust::Choked, 0, &again).layers, first.layers);
        }
    }
}
