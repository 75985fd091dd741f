//! Members who come back after their signalling connection broke.

use std::time::Duration;

use bytes::Bytes;
use sfu_core::input::{By, DataKind, LeaveReason, SyncState};
use sfu_core::limits::DEPARTURE_AGE_MAX;
use sfu_core::output::ParticipantState;
use sfu_core::publish::Source;
use sfu_core::{Input, MemberId, Output};

use crate::world::{ADA, BOB, EVE, World, everything, has_detach, join, updates};

/// Whom somebody who comes back is told of, and whether they are here.
fn told(said: &[Output]) -> Vec<(&str, bool)> {
    let [others @ .., Output::Resumed { participant, .. }] = said else {
        panic!("{said:?}")
    };
    let is_here = |state| !matches!(state, ParticipantState::Disconnected(_));
    let others = updates(others)
        .into_iter()
        .map(|(_, identity, state, _)| (identity, state));
    std::iter::once((participant.identity.as_str(), participant.state))
        .chain(others)
        .map(|(identity, state)| (identity, is_here(state)))
        .collect()
}

fn leave(member: MemberId) -> Input {
    let reason = LeaveReason::ClientInitiated;
    Input::Leave { member, reason }
}

fn sync(member: MemberId, state: SyncState) -> Input {
    let state = Box::new(state);
    Input::Sync { member, state }
}

/// What is said beside how well connections are.
fn said(mut said: Vec<Output>) -> Vec<Output> {
    said.retain(|output| !matches!(output, Output::Connections { .. }));
    said
}

#[test]
fn who_comes_back_is_told_of_all_who_are_here_or_left_lately() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob"), (EVE, "eve")]);
    world.tell(leave(BOB));
    world.tell(leave(EVE));
    world.tell(join(MemberId(4), "eve", everything()));
    let said = world.tell(Input::Resume(ADA));
    assert_eq!(told(&said), [("ada", true), ("bob", false), ("eve", true)]);
    world.wait(DEPARTURE_AGE_MAX + Duration::from_secs(1));
    let said = world.tell(Input::Resume(ADA));
    assert_eq!(told(&said), [("ada", true), ("eve", true)]);
    assert!(world.tell(Input::Resume(BOB)).is_empty(), "he has left");
}

#[test]
fn choices_made_while_away_are_followed() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    world.publish(ADA, "cam", Source::Camera);
    let declined = SyncState {
        chosen: vec!["TR_cam".into(), "TR_gone".into()],
        wanted: false,
        ..SyncState::default()
    };
    let said = world.tell(sync(BOB, declined));
    assert!(has_detach(&said, BOB));
    assert!(
        !said
            .iter()
            .any(|output| matches!(output, Output::SubscriptionRefused { .. })),
        "what is gone meanwhile is no error"
    );
    let said = world.tell(sync(BOB, SyncState::default()));
    assert!(
        said.iter().any(|output| matches!(output, Output::Attach { .. })),
        "{said:?}"
    );
}

#[test]
fn what_the_organizer_did_to_a_publisher_who_was_away_is_told_again() {
    let mut world = World::with(&[(ADA, "ada")]);
    world.publish(ADA, "mic", Source::Microphone);
    world.tell(Input::Mute {
        member: ADA,
        track: "TR_mic".into(),
        muted: true,
        by: By::Organizer,
    });
    let believed = |published: &[(&str, bool)]| SyncState {
        published: published.iter().map(|(sid, muted)| ((*sid).into(), *muted)).collect(),
        ..SyncState::default()
    };
    let said = world.tell(sync(ADA, believed(&[("TR_mic", false), ("TR_cam", false)])));
    let mute = Output::Mute {
        to: ADA,
        track: "TR_mic".into(),
        muted: true,
    };
    let unpublished = Output::TrackUnpublished {
        to: ADA,
        track: "TR_cam".into(),
    };
    assert_eq!(self::said(said), [mute, unpublished]);
    assert!(self::said(world.tell(sync(ADA, believed(&[("TR_mic", true)])))).is_empty());
}

#[test]
fn reliable_messages_after_the_last_received_are_sent_again() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob"), (EVE, "eve")]);
    let mut send = |kind, to: &[&str], sequence, payload: &'static str| {
        world.tell(Input::Data {
            member: ADA,
            kind,
            to: to.iter().map(|name| (*name).into()).collect(),
            sequence,
            payload: Bytes::from_static(payload.as_bytes()),
        });
    };
    send(DataKind::Reliable, &[], 1, "one");
    send(DataKind::Lossy, &[], 2, "lossy");
    send(DataKind::Reliable, &["eve"], 2, "for eve");
    send(DataKind::Reliable, &[], 0, "unnumbered");
    send(DataKind::Reliable, &["bob"], 3, "three");
    let said = world.tell(sync(
        BOB,
        SyncState {
            received: vec![("PA_1".into(), 1)],
            ..SyncState::default()
        },
    ));
    let again = Output::Data {
        to: vec![BOB],
        kind: DataKind::Reliable,
        payload: Bytes::from_static(b"three"),
    };
    assert_eq!(self::said(said), [again]);
}

#[test]
fn what_a_subscriber_cannot_have_is_told_again() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    let track = world.show_camera(ADA);
    world.tell(Input::SenderRefused { member: BOB, track });
    world.publish(ADA, "screen", Source::ScreenShare);
    let allowance = Box::new(sfu_core::input::Allowance::These(Vec::new()));
    world.tell(Input::Allow { member: ADA, allowance });
    world.tell(Input::Away(BOB));
    world.tell(Input::Resume(BOB));
    let said = world.tell(sync(BOB, SyncState::default()));
    assert!(said.contains(&Output::SubscriptionRefused {
        to: BOB,
        track: "TR_cam".into(),
        refusal: sfu_core::output::Refusal::CodecUnsupported,
    }));
    assert!(said.contains(&Output::SubscriptionPermission {
        to: BOB,
        publisher: "PA_1".into(),
        track: "TR_screen".into(),
        allowed: false,
    }));
}
