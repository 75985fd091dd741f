//! What a room knows of each connection.

use std::time::Duration;

use sfu_core::bwe::{Path, Trust};
use sfu_core::forward::{Destination, Egress, Outgoing, SenderStart};
use sfu_core::publish::Carried;
use sfu_core::seeing::Measured;
use sfu_core::{Input, MemberId, Packet, StreamKey, TrackKey};

use crate::world::{ADA, BOB, EVE, World};

/// Three members; Ada's camera, which Bob's client has accepted.
fn watching() -> (World, TrackKey) {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob"), (EVE, "eve")]);
    let track = world.show_camera(ADA);
    world.tell(Input::SenderReady {
        member: BOB,
        track,
        sender: 0,
        start: SenderStart {
            sequence: 1,
            repair_sequence: Some(1),
            redundancy: false,
        },
    });
    (world, track)
}

fn measured(world: &mut World, member: MemberId, ada_loses: f32) -> Measured {
    world.tell(Input::UplinkLoss {
        member: ADA,
        share: ada_loses,
    });
    let all = world.room.measure(world.now);
    assert_eq!(all.len(), 3);
    let found = all.into_iter().find(|(id, _)| *id == member);
    found.expect("a member").1
}

struct Nowhere;

impl Egress for Nowhere {
    fn send(&mut self, _: Destination, _: &Outgoing<'_>) {}
}

/// A key frame of VP8 in one packet (RFC 7741 §4.3).
fn send(world: &mut World, track: TrackKey, sequence: u16) {
    let packet = Packet {
        codec: sfu_core::codec::Codec::Vp8,
        sequence,
        timestamp: u32::from(sequence) * 3_000,
        marker: true,
        audio_level: None,
        carried: Carried::default(),
        dependency: None,
        payload: &[0x10, 0x00, 0x00, 0x00, 0x9d, 0x01, 0x2a],
    };
    let at = StreamKey { track, layer: 0 };
    world.room.forward(world.now, at, [packet].into_iter(), &mut Nowhere);
}

#[test]
fn a_picture_that_goes_through_is_counted() {
    let (mut world, track) = watching();
    send(&mut world, track, 1);
    let bob = measured(&mut world, BOB, 0.0);
    assert_eq!((bob.pictures_wanted, bob.layer), (1, Some((0, 0))));
    assert_eq!(bob.sent_bytes, 7);
    assert!(!bob.publisher_silent && !bob.publisher_loses);
    let (ada, eve) = (measured(&mut world, ADA, 0.0), measured(&mut world, EVE, 0.0));
    assert!(ada.received > 0);
    assert_eq!(eve, Measured::default(), "her client has accepted nothing yet");
}

#[test]
fn what_does_not_arrive_here_is_the_publishers() {
    let (mut world, track) = watching();
    send(&mut world, track, 1);
    world.wait(Duration::from_secs(2));
    assert!(measured(&mut world, BOB, 0.0).publisher_silent);
    assert!(measured(&mut world, BOB, 0.2).publisher_loses);
    world.tell(Input::Mute {
        member: ADA,
        track: "TR_cam".into(),
        muted: true,
        by: sfu_core::input::By::Themselves,
    });
    let muted = measured(&mut world, BOB, 0.2);
    assert!(!muted.publisher_silent && !muted.publisher_loses, "on purpose");
}

#[test]
fn losses_are_those_of_the_path_or_else_of_the_reports() {
    let (mut world, track) = watching();
    for fraction_lost in [64, 10] {
        world.tell(Input::LossReport {
            member: BOB,
            track,
            fraction_lost,
        });
    }
    assert_eq!(measured(&mut world, BOB, 0.0).loss_down, 0.25);
    assert_eq!(measured(&mut world, BOB, 0.0).loss_down, 0.0, "asked already");
    let path = Path {
        estimate: 40_000,
        trust: Trust::Choked,
        acknowledged: 40_000,
        loss: 0.125,
        round_trip: Some(Duration::from_millis(80)),
        latest_round_trip: None,
    };
    world.tell(Input::Path { member: BOB, path });
    assert_eq!(measured(&mut world, BOB, 0.0).loss_down, 0.125);
}

#[test]
fn a_picture_held_back_is_seen() {
    let (mut world, track) = watching();
    let send_for_seconds = |world: &mut World, first: u16| {
        for sequence in first..first + 150 {
            send(world, track, sequence);
            world.wait(Duration::from_millis(20));
        }
    };
    send_for_seconds(&mut world, 1);
    let path = Path {
        estimate: 1_000,
        trust: Trust::Choked,
        acknowledged: 1_000,
        loss: 0.0,
        round_trip: None,
        latest_round_trip: None,
    };
    world.tell(Input::Path { member: BOB, path });
    send_for_seconds(&mut world, 151);
    assert_eq!(measured(&mut world, BOB, 0.0).pictures_held_back, 1);
}
