//! Who is told of whom, and how much.

use std::time::Duration;

use sfu_core::input::{LeaveReason, Permissions, PublishRight};
use sfu_core::limits::{COUNT_INTERVAL, LISTED_MAX, LISTENERS_INTERVAL, PARTICIPANTS_PER_UPDATE_MAX};
use sfu_core::output::ParticipantState;
use sfu_core::publish::Source;
use sfu_core::{Input, Listing, MemberId, Output};

use crate::world::{World, everything, join, updates};

const HOST: MemberId = MemberId(0);

fn viewer() -> Permissions {
    Permissions {
        publish: PublishRight::Nothing,
        ..everything()
    }
}

/// A room with an audience: one host, and so many viewers.
fn audience(viewers: u32) -> World {
    let mut world = World::empty(Listing::Audience);
    world.tell(join(HOST, "host", everything()));
    for number in 1..=viewers {
        world.tell(join(MemberId(number), &format!("viewer {number}"), viewer()));
    }
    world.wait(COUNT_INTERVAL * 2);
    world
}

/// Whom a newcomer is told of, in all.
fn listed(said: &[Output]) -> Vec<&str> {
    let others = said.iter().find_map(|output| match output {
        Output::Joined { others, .. } => Some(others),
        _ => None,
    });
    let first = others.expect("let in").iter().map(|other| other.identity.as_str());
    first.collect()
}

/// How many participants a member is told of.
fn told_to(said: &[Output], member: MemberId) -> usize {
    updates(said).iter().filter(|(to, ..)| to.contains(&member.0)).count()
}

fn counts(said: &[Output]) -> Vec<(usize, u32, u32)> {
    said.iter()
        .filter_map(|output| match output {
            Output::Room { to, state } => Some((to.len(), state.participants, state.publishers)),
            _ => None,
        })
        .collect()
}

#[test]
fn viewers_do_not_hear_of_each_other_but_how_many_they_are() {
    let mut world = audience(200);
    let said = world.tell(join(MemberId(500), "late", viewer()));
    assert_eq!(listed(&said), ["host"]);
    assert_eq!(told_to(&said, MemberId(1)), 0);
    let said = world.wait(COUNT_INTERVAL);
    assert_eq!(told_to(&said, MemberId(1)), 0);
    assert_eq!(counts(&said), [(202, 202, 0)]);
    let reason = LeaveReason::ClientInitiated;
    for member in 1..=100 {
        let member = MemberId(member);
        world.tell(Input::Leave { member, reason });
    }
    let said = world.wait(COUNT_INTERVAL * 3);
    assert_eq!(counts(&said), [(102, 102, 0)], "however many left, it is said once");
    assert_eq!(told_to(&said, MemberId(150)), 0);
}

#[test]
fn those_on_stage_hear_of_all_in_bounded_batches() {
    let mut world = audience(1);
    for number in 2..=250 {
        let said = world.tell(join(MemberId(number), &format!("viewer {number}"), viewer()));
        assert_eq!(told_to(&said, HOST), 0, "not one by one");
    }
    let reason = LeaveReason::ClientInitiated;
    world.tell(Input::Leave {
        member: MemberId(2),
        reason,
    });
    let said = world.wait(LISTENERS_INTERVAL * 2);
    let batches: Vec<_> = said
        .iter()
        .filter_map(|output| match output {
            Output::Participants { to, participants } if *to == [HOST] => Some(participants.len()),
            _ => None,
        })
        .collect();
    assert_eq!(batches, [PARTICIPANTS_PER_UPDATE_MAX, PARTICIPANTS_PER_UPDATE_MAX, 49]);
    let gone = updates(&said)
        .iter()
        .filter(|(_, _, state, _)| matches!(state, ParticipantState::Disconnected(_)))
        .count();
    assert_eq!(gone, 1, "who came and went is told of once");
    let said = world.tell(join(MemberId(900), "second host", everything()));
    assert_eq!(listed(&said).len() + told_to(&said, MemberId(900)), 250);
    assert_eq!(told_to(&said, MemberId(7)), 1, "viewers hear of who comes on stage");
}

#[test]
fn who_is_asked_on_stage_sees_and_is_seen_and_stays_so() {
    let mut world = audience(30);
    let permit = |permissions| Input::Permissions {
        member: MemberId(7),
        permissions,
    };
    let said = world.tell(permit(everything()));
    assert_eq!(told_to(&said, MemberId(7)), 29 + 1, "the other viewers, and themselves");
    assert_eq!(told_to(&said, MemberId(8)), 1);
    let said = world.tell(permit(viewer()));
    assert_eq!(updates(&said).len(), 1);
    let said = world.tell(join(MemberId(99), "late", viewer()));
    assert_eq!(listed(&said), ["host", "viewer 7"]);
}

#[test]
fn an_open_room_lists_its_first_hundred_and_whoever_publishes() {
    let mut world = World::empty(Listing::Open);
    let many = u32::try_from(LISTED_MAX).expect("fits");
    for number in 1..=many {
        let said = world.tell(join(MemberId(number), &number.to_string(), everything()));
        assert_eq!(listed(&said).len() + 1, usize::try_from(number).expect("fits"));
    }
    let late = MemberId(many + 1);
    let said = world.tell(join(late, "late", everything()));
    assert!(listed(&said).is_empty());
    assert_eq!(told_to(&said, MemberId(1)), 0);
    assert_eq!(counts(&world.wait(COUNT_INTERVAL * 2)).len(), 1);

    let said = world.publish(MemberId(1), "cam", Source::Camera);
    assert_eq!(
        (told_to(&said, late), told_to(&said, MemberId(1))),
        (1, 2),
        "each is told of the other"
    );
    let said = world.publish(late, "mic", Source::Microphone);
    assert_eq!(told_to(&said, MemberId(50)), 1);
    let reason = LeaveReason::ClientInitiated;
    world.tell(Input::Leave {
        member: MemberId(2),
        reason,
    });
    let said = world.tell(join(MemberId(500), "500", everything()));
    assert_eq!(
        listed(&said).len(),
        LISTED_MAX,
        "there is a place again, and one on stage"
    );
}

#[test]
fn the_hidden_are_gone_for_the_others_and_come_back() {
    let mut world = World::with(&[(MemberId(1), "ada"), (MemberId(2), "bob")]);
    let permit = |hidden| Input::Permissions {
        member: MemberId(1),
        permissions: Permissions { hidden, ..everything() },
    };
    let said = world.tell(permit(true));
    let to_bob: Vec<_> = updates(&said).into_iter().filter(|(to, ..)| to.contains(&2)).collect();
    assert!(
        matches!(to_bob[..], [(_, "ada", ParticipantState::Disconnected(_), 0)]),
        "{to_bob:?}"
    );
    assert_eq!(counts(&world.wait(COUNT_INTERVAL * 2)), [(2, 1, 0)]);
    let said = world.tell(permit(false));
    assert_eq!(told_to(&said, MemberId(2)), 1);
    world.wait(Duration::from_secs(1));
}
