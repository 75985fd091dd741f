//! How well members are connected, and who is told.

use sfu_core::limits::QUALITY_INTERVAL;
use sfu_core::publish::Source;
use sfu_core::quality::Quality;
use sfu_core::{Input, Listing, MemberId, Output};

use crate::world::{ADA, BOB, World, everything, join};

/// Who is told of whom.
fn told(said: &[Output]) -> Vec<(u32, String, Quality)> {
    let mut told = Vec::new();
    for output in said {
        let Output::Connections { to, connections } = output else {
            continue;
        };
        for connection in connections {
            told.extend(
                to.iter()
                    .map(|to| (to.0, connection.sid.to_string(), connection.quality)),
            );
        }
    }
    told.sort_unstable();
    told
}

#[test]
fn a_change_is_told_to_who_has_it_and_who_sees_them() {
    let mut world = World::empty(Listing::Open);
    world.tell(join(ADA, "ada", everything()));
    world.tell(join(BOB, "bob", everything()));
    let track = world.show_camera(ADA);
    let first = told(&world.wait(QUALITY_INTERVAL * 2));
    assert_eq!(first.len(), 4, "each of each: {first:?}");
    assert!(told(&world.wait(QUALITY_INTERVAL * 3)).is_empty(), "nothing changes");
    for _ in 0..3 {
        world.tell(Input::LossReport {
            member: BOB,
            track,
            fraction_lost: 100,
        });
    }
    let bad = told(&world.wait(QUALITY_INTERVAL));
    assert_eq!(
        bad,
        [
            (1, "PA_2".to_owned(), Quality::Poor),
            (2, "PA_2".to_owned(), Quality::Poor)
        ]
    );
}

#[test]
fn viewers_are_not_told_of_each_other() {
    let mut world = World::empty(Listing::Audience);
    world.tell(join(ADA, "host", everything()));
    world.publish(ADA, "mic", Source::Microphone);
    let viewer = sfu_core::input::Permissions {
        publish: sfu_core::input::PublishRight::Nothing,
        ..everything()
    };
    for number in 10..20 {
        world.tell(join(MemberId(number), &number.to_string(), viewer.clone()));
    }
    let told = told(&world.wait(QUALITY_INTERVAL * 2));
    for number in 10..20 {
        let heard: Vec<_> = told
            .iter()
            .filter(|(to, ..)| *to == number)
            .map(|(_, sid, _)| sid.as_str())
            .collect();
        assert_eq!(heard, ["PA_1", &format!("PA_{number}")]);
    }
    assert_eq!(
        told.iter().filter(|(to, ..)| *to == 1).count(),
        1,
        "nor is the stage of each of them"
    );
}

#[test]
fn who_is_away_is_lost_to_the_others_until_they_are_back() {
    let mut world = World::empty(Listing::Open);
    world.tell(join(ADA, "ada", everything()));
    world.tell(join(BOB, "bob", everything()));
    world.publish(ADA, "cam", Source::Camera);
    world.wait(QUALITY_INTERVAL * 2);
    world.tell(Input::Away(BOB));
    let lost = told(&world.wait(QUALITY_INTERVAL));
    assert!(lost.contains(&(1, "PA_2".to_owned(), Quality::Lost)), "{lost:?}");
    world.tell(Input::Resume(BOB));
    let state = Box::default();
    let back = told(&world.tell(Input::Sync { member: BOB, state }));
    let excellent = |to: u32, of: &str| (to, of.to_owned(), Quality::Excellent);
    for news in [excellent(1, "PA_2"), excellent(2, "PA_2"), excellent(2, "PA_1")] {
        assert!(back.contains(&news), "{back:?}");
    }
}

#[test]
fn what_a_publisher_loses_on_the_way_here_counts() {
    let mut world = World::empty(Listing::Open);
    world.tell(join(ADA, "ada", everything()));
    world.publish(ADA, "cam", Source::Camera);
    world.wait(QUALITY_INTERVAL * 2);
    world.tell(Input::PublisherLoss {
        member: ADA,
        fraction_lost: 100,
    });
    let bad = told(&world.wait(QUALITY_INTERVAL));
    assert_eq!(bad, [(1, "PA_1".to_owned(), Quality::Poor)]);
}

#[test]
fn many_changes_at_once_are_one_message_to_each() {
    let mut world = World::empty(Listing::Open);
    world.tell(join(ADA, "ada", everything()));
    world.tell(join(BOB, "bob", everything()));
    world.wait(QUALITY_INTERVAL * 2);
    for number in 10..60 {
        world.tell(join(MemberId(number), &number.to_string(), everything()));
    }
    let said = world.wait(QUALITY_INTERVAL);
    let to_ada = said.iter().filter_map(|output| match output {
        Output::Connections { to, connections } if to.contains(&ADA) => Some(connections.len()),
        _ => None,
    });
    assert_eq!(to_ada.collect::<Vec<_>>(), [50], "all who came");
    let others = told(&said).iter().filter(|(to, ..)| *to != ADA.0).count();
    assert_eq!(
        others,
        50 + 50 * 52,
        "Bob of all who came, and they of all and each other"
    );
}
