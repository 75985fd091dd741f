//! Plans: what happens, and what must have been seen.

use std::time::Duration;

use sfu_core::input::TrackSettings;

use crate::net::Conditions;
use crate::sending::Sample;
use crate::viewer::{Computer, Seen};
use crate::world::World;

/// One step of a plan.
#[derive(Debug, Clone)]
pub enum Step {
    /// A viewer joins over a link.
    Join(u32, Conditions),
    /// A viewer whose client sends no transport-wide feedback joins over a link.
    JoinPlain(u32, Conditions),
    /// A viewer joins over the same link as another.
    JoinBehind(u32, u32),
    /// A viewer's link changes, and that of all behind it.
    Network(u32, Conditions),
    /// The publisher's way to the SFU changes.
    Uplink(Conditions),
    /// The node is late by up to so much in all that it does.
    Lag(Duration),
    /// A viewer's computer becomes slower, or as fast as it was.
    Computer(u32, Computer),
    /// A viewer says how it shows the camera.
    Want(u32, TrackSettings),
    /// The publisher mutes or unmutes.
    Mute(bool),
    /// The publisher sends these layers only.
    Layers([bool; 3]),
    /// Time passes.
    Run(Duration),
    /// A part of the plan begins, with this name.
    Phase(&'static str),
    /// Holds for what a viewer has seen so far; the sentence says what it means. Of the publisher, 0, there is only how their
    /// connection was judged.
    Check(u32, &'static str, fn(&Seen) -> bool),
}

/// What came of a plan.
#[derive(Debug)]
pub struct Played {
    /// Each viewer in the order of their joins: what they saw in all, and their path over time.
    pub viewers: Vec<Viewed>,
    /// The parts of the plan, each with its beginning.
    pub phases: Vec<(&'static str, Duration)>,
    /// How long it took.
    pub elapsed: Duration,
    /// What did not hold, in words.
    pub failures: Vec<String>,
}

/// What came of one viewer.
#[derive(Debug)]
pub struct Viewed {
    /// The viewer's number.
    pub viewer: u32,
    /// What they saw in all.
    pub seen: Seen,
    /// What they had seen at the beginning of each part of the plan.
    pub before: Vec<Seen>,
    /// Their path over time.
    pub samples: Vec<Sample>,
}

/// Runs a plan and answers what each viewer of it has seen, in the order of their joins.
///
/// # Panics
/// When a check does not hold, or anything happened that never may.
pub fn run(seed: u64, plan: &[Step]) -> Vec<Seen> {
    let played = play(seed, plan);
    assert!(played.failures.is_empty(), "seed {seed}: {:#?}", played.failures);
    played.viewers.into_iter().map(|viewed| viewed.seen).collect()
}

/// Runs a plan to its end, whatever holds.
pub fn play(seed: u64, plan: &[Step]) -> Played {
    let mut world = World::new(seed);
    let mut viewers: Vec<Viewed> = Vec::new();
    let mut phases = Vec::new();
    let mut failures = Vec::new();
    for step in plan {
        match step {
            Step::Join(viewer, conditions) => world.join(*viewer, *conditions),
            Step::JoinPlain(viewer, conditions) => world.join_plain(*viewer, *conditions),
            Step::JoinBehind(viewer, other) => world.join_behind(*viewer, *other),
            Step::Network(viewer, conditions) => world.set_conditions(*viewer, *conditions),
            Step::Lag(lag) => world.set_lag(*lag),
            Step::Uplink(conditions) => world.set_uplink(*conditions),
            Step::Computer(viewer, computer) => world.set_computer(*viewer, *computer),
            Step::Want(viewer, settings) => world.want(*viewer, *settings),
            Step::Mute(muted) => world.mute(*muted),
            Step::Layers(layers) => world.camera().active = *layers,
            Step::Run(duration) => world.run(*duration),
            Step::Phase(name) => {
                phases.push((*name, world.elapsed()));
                for viewed in &mut viewers {
                    viewed.before.push(seen(&world, viewed.viewer));
                }
            }
            Step::Check(viewer, meaning, holds) => {
                let seen = seen(&world, *viewer);
                if !holds(&seen) {
                    let elapsed = world.elapsed();
                    failures.push(format!(
                        "{elapsed:?}, viewer {viewer}: not true that {meaning}: {seen:?}"
                    ));
                }
            }
        }
        if let Step::Join(viewer, _) | Step::JoinPlain(viewer, _) | Step::JoinBehind(viewer, _) = step {
            viewers.push(Viewed {
                viewer: *viewer,
                seen: Seen::default(),
                before: vec![Seen::default(); phases.len()],
                samples: Vec::new(),
            });
        }
    }
    for viewed in &mut viewers {
        viewed.seen = seen(&world, viewed.viewer);
        viewed.samples = world.samples(viewed.viewer).to_vec();
        failures.extend(
            viewed
                .seen
                .faults
                .iter()
                .map(|fault| format!("viewer {}: {fault}", viewed.viewer)),
        );
    }
    Played {
        viewers,
        phases,
        elapsed: world.elapsed(),
        failures,
    }
}

fn seen(world: &World, viewer: u32) -> Seen {
    let seen = world.viewer(viewer).map(|viewer| viewer.seen.clone());
    Seen {
        judged: world.judged(viewer).to_vec(),
        ..seen.unwrap_or_default()
    }
}
