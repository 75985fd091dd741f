//! What subscribers' bandwidth does to what they see: every scenario, over several seeds.

use sfu_sim::{play, scenario};

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
