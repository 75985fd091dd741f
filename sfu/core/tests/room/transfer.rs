//! From one room to another, with what is published.

use sfu_core::input::{By, LeaveReason};
use sfu_core::output::{Participant, ParticipantState};
use sfu_core::publish::Source;
use sfu_core::{Input, Output, Traveller};

use crate::world::{ADA, BOB, EVE, World, attached, everything, has_detach, join, updates};

fn departed(said: &[Output]) -> Traveller {
    let traveller = said.iter().find_map(|output| match output {
        Output::Departed(traveller) => Some((**traveller).clone()),
        _ => None,
    });
    traveller.expect("somebody on the way")
}

fn arrived(said: &[Output]) -> (&Participant, Vec<&str>) {
    let arrived = said.iter().find_map(|output| match output {
        Output::Arrived {
            participant, others, ..
        } => Some((
            &**participant,
            others.iter().map(|other| other.identity.as_str()).collect(),
        )),
        _ => None,
    });
    arrived.expect("somebody who came")
}

#[test]
fn who_is_moved_leaves_the_one_and_joins_the_other_with_what_they_publish() {
    let mut backstage = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    backstage.publish(ADA, "cam", Source::Camera);
    let mut stage = World::with(&[(EVE, "eve")]);
    stage.publish(EVE, "mic", Source::Microphone);

    let said = backstage.tell(Input::Depart(ADA));
    let gone = ParticipantState::Disconnected(LeaveReason::Moved);
    assert_eq!(updates(&said), [(vec![BOB.0], "ada", gone, 0)]);
    assert!(has_detach(&said, BOB));
    assert!(
        !said.iter().any(|output| matches!(output, Output::Left { .. })),
        "their transports stay"
    );
    assert_eq!(backstage.room.track_count(), 0);

    let said = stage.tell(Input::Arrive(Box::new(departed(&said))));
    let (ada, others) = arrived(&said);
    assert_eq!((ada.identity.as_str(), others), ("ada", vec!["eve"]));
    assert_eq!(ada.tracks[0].sid.as_str(), "TR_cam", "known by the same name");
    assert_eq!(updates(&said), [(vec![EVE.0], "ada", ParticipantState::Joined, 1)]);
    let mut attached = attached(&said);
    attached.sort_unstable();
    assert_eq!(attached, [ADA.0, EVE.0], "each gets what the other publishes");
}

#[test]
fn what_a_client_knows_of_them_is_older() {
    let mut backstage = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    let said = backstage.tell(Input::Depart(ADA));
    let farewell = said.iter().find_map(|output| match output {
        Output::Participants { participants, .. } => Some(participants[0].version),
        _ => None,
    });
    let mut stage = World::with(&[]);
    let said = stage.tell(Input::Arrive(Box::new(departed(&said))));
    assert!(Some(arrived(&said).0.version) > farewell);
}

#[test]
fn media_goes_on_in_the_other_room_without_a_new_announcement() {
    let mut backstage = World::with(&[(ADA, "ada")]);
    backstage.publish(ADA, "cam", Source::Camera);
    let said = backstage.tell(Input::Depart(ADA));
    assert!(said.contains(&Output::Closed), "nobody is left");
    let mut stage = World::with(&[(EVE, "eve")]);
    stage.tell(Input::Arrive(Box::new(departed(&said))));
    let said = stage.tell(Input::Stream {
        member: ADA,
        stream: 0,
        cid: "cam".to_owned(),
        rid: None,
        codec: sfu_core::codec::Codec::Vp8,
    });
    assert!(matches!(said[..], [Output::StreamBound { .. }]), "{said:?}");
    assert_eq!(stage.room.track_count(), 1);
}

#[test]
fn a_muted_track_is_there_muted() {
    let mut backstage = World::with(&[(ADA, "ada")]);
    backstage.publish(ADA, "mic", Source::Microphone);
    backstage.tell(Input::Mute {
        member: ADA,
        track: "TR_mic".into(),
        muted: true,
        by: By::Themselves,
    });
    let traveller = departed(&backstage.tell(Input::Depart(ADA)));
    let mut stage = World::with(&[]);
    let said = stage.tell(Input::Arrive(Box::new(traveller)));
    assert!(arrived(&said).0.tracks[0].muted);
}

#[test]
fn the_same_identity_there_has_to_go() {
    let mut backstage = World::with(&[(ADA, "ada")]);
    let traveller = departed(&backstage.tell(Input::Depart(ADA)));
    let mut stage = World::with(&[(EVE, "eve")]);
    stage.tell(join(BOB, "ada", everything()));
    let said = stage.tell(Input::Arrive(Box::new(traveller)));
    assert!(said.contains(&Output::Left {
        member: BOB,
        reason: LeaveReason::DuplicateIdentity
    }));
    assert_eq!(stage.room.member_count(), 2);
}
