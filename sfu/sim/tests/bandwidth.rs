//! What subscribers' bandwidth does to what they see: every scenario, over several seeds.

use std::time::Duration;

use sfu_sim::{Conditions, Step, play, scenario};

const SEEDS: [u64; 2] = [1, 2];

#[test]
fn every_scenario_ends_as_it_must() {
    let mut failures = Vec::new();
    for scenario in scenario::all() {
        for seed in SEEDS {
            let played = play(seed, &scenario.plan);
            let named = |failure: &String| format!("{}, seed {seed}: {failure}", scenario.name);
            failures.extend(played.failures.iter().map(named));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Three viewers behind one link, who come one after the other.
fn three_behind(link: u64, jitter_ms: u64, gap_ms: u64) -> Vec<Step> {
    let link = Conditions::clean(Duration::from_millis(25))
        .limited(link)
        .jittery(Duration::from_millis(jitter_ms));
    vec![
        Step::Join(1, link),
        Step::Run(Duration::from_millis(10_000 + gap_ms)),
        Step::JoinBehind(2, 1),
        Step::Run(Duration::from_millis(gap_ms)),
        Step::JoinBehind(3, 1),
        Step::Run(Duration::from_secs(50)),
    ]
}

#[test]
fn a_shared_link_that_carries_everybodys_least_pauses_nobody() {
    for link in (1_500_000..=2_900_000).step_by(200_000) {
        for (seed, jitter_ms, gap_ms) in [(1, 0, 0), (2, 2, 137), (3, 2, 850)] {
            for viewed in play(seed, &three_behind(link, jitter_ms, gap_ms)).viewers {
                let (viewer, pauses) = (viewed.viewer, viewed.seen.pauses);
                assert_eq!(pauses, 0, "viewer {viewer} behind {link} bit/s, seed {seed}");
            }
        }
    }
}
