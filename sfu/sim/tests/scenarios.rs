//! What viewers see of a camera over networks good and bad.

use std::time::Duration;

use sfu_core::input::TrackSettings;
use sfu_core::publish::VideoQuality;
use sfu_sim::camera::FRAME_RATE;
use sfu_sim::{Conditions, Loss, Step, World, run};

const SEEDS: [u64; 4] = [1, 2, 3, 4];

fn seconds(count: u64) -> Step {
    Step::Run(Duration::from_secs(count))
}

const fn near() -> Conditions {
    Conditions::clean(Duration::from_millis(25))
}

const fn want(quality: VideoQuality) -> TrackSettings {
    TrackSettings::Quality { quality, fps: 0 }
}

/// Frames of so many seconds.
const fn frames(seconds: u32) -> u32 {
    seconds * FRAME_RATE
}

#[test]
fn over_a_clean_network_every_frame_of_the_highest_layer_is_seen() {
    let seen = run(
        1,
        &[
            Step::Join(1, near()),
            seconds(10),
            Step::Check(1, "nothing was asked for again", |seen| seen.asked_again == 0),
            Step::Check(1, "no frame came late", |seen| {
                seen.longest_gap < Duration::from_millis(100)
            }),
            Step::Check(1, "it is the highest layer", |seen| seen.layer == Some(2)),
        ],
    );
    assert!(seen[0].frames > frames(10) - 15, "{}", seen[0].frames);
}

#[test]
fn a_viewer_gets_the_layer_it_wants_and_sees_one_stream() {
    let mut plan = vec![Step::Join(1, near().jittery(Duration::from_millis(15))), seconds(3)];
    for (quality, layer) in [
        (VideoQuality::Low, 0),
        (VideoQuality::High, 2),
        (VideoQuality::Medium, 1),
    ] {
        plan.push(Step::Want(1, want(quality)));
        plan.push(seconds(3));
        plan.push(match layer {
            0 => Step::Check(1, "it is the lowest layer", |seen| seen.layer == Some(0)),
            1 => Step::Check(1, "it is the middle layer", |seen| seen.layer == Some(1)),
            _ => Step::Check(1, "it is the highest layer", |seen| seen.layer == Some(2)),
        });
    }
    for seed in SEEDS {
        let seen = run(seed, &plan);
        assert_eq!(seen[0].restarts, 0, "seed {seed}");
        assert!(
            seen[0].longest_gap < Duration::from_millis(200),
            "seed {seed}: {:?}",
            seen[0].longest_gap
        );
    }
}

#[test]
fn losses_are_repaired() {
    for (chance, share) in [(0.02, 99), (0.10, 95)] {
        for seed in SEEDS {
            let lossy = near().losing(Loss::Random(chance));
            let seen = run(seed, &[Step::Join(1, lossy), seconds(30)]);
            let seen = &seen[0];
            assert!(
                seen.frames * 100 >= frames(30) * share,
                "seed {seed}, {chance}: {} frames",
                seen.frames
            );
            assert!(seen.asked_again > 0 && seen.repaired > 0);
            assert_eq!(seen.restarts, 0, "seed {seed}, {chance}");
        }
    }
}

#[test]
fn bursts_are_repaired_too() {
    for seed in SEEDS {
        let bursts = near().losing(Loss::Bursts { begin: 0.01, stay: 0.5 });
        let seen = run(seed, &[Step::Join(1, bursts), seconds(30)]);
        assert!(
            seen[0].frames * 100 >= frames(30) * 99,
            "seed {seed}: {} frames",
            seen[0].frames
        );
    }
}

#[test]
fn under_heavy_loss_the_session_stays() {
    for seed in SEEDS {
        let heavy = near().losing(Loss::Random(0.3));
        let plan = [
            Step::Join(1, near()),
            seconds(3),
            Step::Network(1, heavy),
            seconds(20),
            Step::Check(1, "a lower layer is sent", |seen| seen.layer < Some(2)),
            Step::Network(1, near()),
            seconds(20),
            Step::Check(1, "the highest layer is back", |seen| seen.layer == Some(2)),
        ];
        let seen = run(seed, &plan);
        assert!(
            seen[0].frames * 100 >= frames(43) * 85,
            "seed {seed}: {} frames",
            seen[0].frames
        );
    }
}

#[test]
fn a_link_too_narrow_for_a_layer_gets_a_lower_one_and_the_higher_back_when_it_widens() {
    for seed in SEEDS {
        let plan = [
            Step::Join(1, near().limited(5_000_000)),
            seconds(5),
            Step::Check(1, "5 Mbit/s carry the highest layer", |seen| seen.layer == Some(2)),
            Step::Network(1, near().limited(300_000)),
            seconds(30),
            Step::Check(1, "300 kbit/s carry the lowest layer", |seen| seen.layer == Some(0)),
            Step::Network(1, near().limited(5_000_000)),
            seconds(70),
            Step::Check(1, "the highest layer is back", |seen| seen.layer == Some(2)),
        ];
        run(seed, &plan);
    }
}

#[test]
fn when_the_publisher_drops_a_layer_the_next_one_is_sent() {
    let plan = [
        Step::Join(1, near()),
        seconds(3),
        Step::Layers([true, true, false]),
        seconds(3),
        Step::Check(1, "the middle layer stands in", |seen| seen.layer == Some(1)),
        Step::Layers([true, true, true]),
        seconds(3),
        Step::Check(1, "the highest layer is back", |seen| seen.layer == Some(2)),
        Step::Check(1, "the picture stood still for about a second", |seen| {
            seen.longest_gap < Duration::from_millis(1_200)
        }),
    ];
    run(1, &plan);
}

#[test]
fn what_is_muted_or_hidden_is_not_sent_and_goes_on_seamlessly() {
    let plan = [
        Step::Join(1, near()),
        Step::Join(2, near()),
        seconds(3),
        Step::Want(2, TrackSettings::Disabled),
        seconds(3),
        Step::Check(2, "it stopped after three seconds", |seen| seen.frames <= 95),
        Step::Want(2, want(VideoQuality::High)),
        Step::Mute(true),
        seconds(3),
        Step::Check(1, "it stopped after six seconds", |seen| seen.frames <= 185),
        Step::Mute(false),
        seconds(3),
        Step::Check(1, "it goes on", |seen| seen.frames > 260),
        Step::Check(2, "it goes on", |seen| seen.frames > 170),
        Step::Check(1, "nothing was asked for again", |seen| seen.asked_again == 0),
        Step::Check(2, "nothing was asked for again", |seen| seen.asked_again == 0),
    ];
    run(1, &plan);
}

#[test]
fn fewer_frames_are_a_stream_without_gaps() {
    let half = TrackSettings::Quality {
        quality: VideoQuality::High,
        fps: 15,
    };
    let plan = [
        Step::Join(1, near()),
        seconds(3),
        Step::Want(1, half),
        seconds(10),
        Step::Check(1, "nothing was asked for again", |seen| seen.asked_again == 0),
        Step::Want(1, want(VideoQuality::High)),
        seconds(4),
    ];
    let seen = run(1, &plan);
    let expected = frames(3) + frames(10) / 2 + frames(4);
    assert!(
        seen[0].frames.abs_diff(expected) < 20,
        "{} frames, not {expected}",
        seen[0].frames
    );
}

#[test]
fn fewer_frames_survive_losses() {
    let half = TrackSettings::Quality {
        quality: VideoQuality::High,
        fps: 15,
    };
    for seed in SEEDS {
        let lossy = near().losing(Loss::Random(0.05)).jittery(Duration::from_millis(10));
        let seen = run(seed, &[Step::Join(1, lossy), Step::Want(1, half), seconds(30)]);
        let expected = frames(30) / 2;
        assert!(
            seen[0].frames * 100 >= expected * 95,
            "seed {seed}: {} of {expected}",
            seen[0].frames
        );
    }
}

#[test]
fn a_crowd_that_arrives_together_costs_few_key_frames() {
    let mut world = World::new(1);
    world.run(Duration::from_secs(2));
    let before = world.camera().key_frames_asked;
    for viewer in 1..=100 {
        world.join(viewer, near());
        world.run(Duration::from_millis(5));
    }
    world.run(Duration::from_secs(2));
    let asked = world.camera().key_frames_asked - before;
    assert!(asked <= 6, "{asked} key frames for 100 viewers");
    for viewer in 1..=100 {
        let seen = &world.viewer(viewer).expect("it joined").seen;
        assert!(seen.frames > 30 && seen.faults.is_empty(), "viewer {viewer}: {seen:?}");
    }
}

#[test]
fn one_bad_network_is_nobody_elses() {
    let alone = run(5, &[Step::Join(1, near()), seconds(20)]);
    let beside = run(
        5,
        &[
            Step::Join(1, near()),
            Step::Join(2, near().losing(Loss::Random(0.2)).limited(400_000)),
            seconds(20),
        ],
    );
    assert!(beside[0].frames + 5 >= alone[0].frames);
    assert!(beside[0].longest_gap < Duration::from_millis(150));
}

#[test]
fn the_same_seed_gives_the_same_world() {
    let lossy = near().losing(Loss::Random(0.05)).jittery(Duration::from_millis(20));
    let plan = [Step::Join(1, lossy), seconds(10)];
    assert_eq!(run(9, &plan), run(9, &plan));
    assert_ne!(run(9, &plan), run(10, &plan));
}
