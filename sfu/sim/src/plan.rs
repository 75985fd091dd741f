//! Plans: what happens, and what must have been seen.

use std::time::Duration;

use sfu_core::input::TrackSettings;

use crate::net::Conditions;
use crate::viewer::Seen;
use crate::world::World;

/// One step of a plan.
#[derive(Debug, Clone)]
pub enum Step {
    /// A viewer joins over a link.
    Join(u32, Conditions),
    /// A viewer's link changes.
    Network(u32, Conditions),
    /// A viewer says how it shows the camera.
    Want(u32, TrackSettings),
    /// The publisher mutes or unmutes.
    Mute(bool),
    /// The publisher sends these layers only.
    Layers([bool; 3]),
    /// Time passes.
    Run(Duration),
    /// Holds for what a viewer has seen so far; the sentence says what it means.
    Check(u32, &'static str, fn(&Seen) -> bool),
}

/// Runs a plan and answers what each viewer of it has seen, in the order of their joins.
///
/// # Panics
/// When a check does not hold, or anything happened that never may.
pub fn run(seed: u64, plan: &[Step]) -> Vec<Seen> {
    let mut world = World::new(seed);
    let mut viewers = Vec::new();
    for step in plan {
        match step {
            Step::Join(viewer, conditions) => {
                viewers.push(*viewer);
                world.join(*viewer, *conditions);
            }
            Step::Network(viewer, conditions) => world.set_conditions(*viewer, *conditions),
            Step::Want(viewer, settings) => world.want(*viewer, *settings),
            Step::Mute(muted) => world.mute(*muted),
            Step::Layers(layers) => world.camera().active = *layers,
            Step::Run(duration) => world.run(*duration),
            Step::Check(viewer, meaning, holds) => {
                let seen = &world.viewer(*viewer).expect("a viewer of the plan").seen;
                let elapsed = world.elapsed();
                assert!(
                    holds(seen),
                    "seed {seed}, {elapsed:?}, viewer {viewer}: not true that {meaning}\n{seen:#?}"
                );
            }
        }
    }
    let seen = |viewer: &u32| world.viewer(*viewer).expect("a viewer of the plan").seen.clone();
    let all: Vec<_> = viewers.iter().map(seen).collect();
    for (viewer, seen) in viewers.iter().zip(&all) {
        assert!(
            seen.faults.is_empty(),
            "seed {seed}, viewer {viewer}: {:#?}",
            seen.faults
        );
    }
    all
}
