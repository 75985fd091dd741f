//! The life of a room, told and heard through its one door.

use std::time::Duration;

use sfu_core::codec::Codec;
use sfu_core::input::{By, DataKind, LeaveReason, Permissions, PublishRight, TrackSettings};
use sfu_core::limits::{COUNT_INTERVAL, TRACKS_PER_MEMBER_MAX};
use sfu_core::output::{ParticipantState, Refusal};
use sfu_core::publish::{Source, TrackKind, VideoQuality};
use sfu_core::{Input, Output};

use crate::world::{ADA, BOB, EVE, World, announce, attached, everything, has_detach, join, updates};

#[test]
fn a_track_is_everybodys_from_its_first_packet_on() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    let request = Box::new(announce("c", Source::Camera, TrackKind::Video));
    let said = world.tell(Input::AddTrack { member: ADA, request });
    assert!(
        matches!(&said[..], [Output::TrackPublished { to: ADA, cid, .. }] if cid == "c"),
        "{said:?}"
    );
    let (cid, codec) = ("c".to_owned(), Codec::Vp8);
    let said = world.tell(Input::Stream {
        member: ADA,
        stream: 7,
        cid,
        rid: None,
        codec,
    });
    assert!(matches!(
        said[0],
        Output::StreamBound {
            member: ADA,
            stream: 7,
            ..
        }
    ));
    assert_eq!(updates(&said), [(vec![1, 2], "ada", ParticipantState::Joined, 1)]);
    assert_eq!(attached(&said), [2]);
    let said = world.tell(join(EVE, "eve", everything()));
    assert_eq!(attached(&said), [3], "who comes later gets it too");
}

#[test]
fn what_is_no_longer_offered_is_no_longer_published() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    world.publish(ADA, "c", Source::Camera);
    let still = vec![("c".to_owned(), TrackKind::Video)];
    assert!(
        world
            .tell(Input::Offered {
                member: ADA,
                sending: still
            })
            .is_empty()
    );
    let said = world.tell(Input::Offered {
        member: ADA,
        sending: Vec::new(),
    });
    assert!(has_detach(&said, BOB));
    assert_eq!(updates(&said), [(vec![1, 2], "ada", ParticipantState::Joined, 0)]);
    assert_eq!(world.room.track_count(), 0);
}

#[test]
fn leaving_takes_tracks_along_and_the_last_one_closes_the_room() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    world.publish(ADA, "c", Source::Camera);
    let reason = LeaveReason::ClientInitiated;
    let said = world.tell(Input::Leave { member: ADA, reason });
    assert!(has_detach(&said, BOB));
    assert_eq!(
        updates(&said),
        [(vec![2], "ada", ParticipantState::Disconnected(reason), 0)]
    );
    assert!(said.contains(&Output::Left { member: ADA, reason }));
    assert!(!said.contains(&Output::Closed));
    let said = world.tell(Input::Leave { member: BOB, reason });
    assert_eq!(said.last(), Some(&Output::Closed));
    assert!(
        world.tell(Input::Leave { member: BOB, reason }).is_empty(),
        "once is enough"
    );
}

#[test]
fn an_identity_that_comes_again_keeps_its_room_open() {
    let mut world = World::with(&[(ADA, "ada")]);
    let said = world.tell(join(BOB, "ada", everything()));
    let reason = LeaveReason::DuplicateIdentity;
    assert!(said.contains(&Output::Left { member: ADA, reason }));
    assert!(
        said.iter()
            .any(|output| matches!(output, Output::Joined { to: BOB, .. }))
    );
    assert!(!said.contains(&Output::Closed));
    assert_eq!(world.room.member_count(), 1);
}

#[test]
fn a_right_taken_away_ends_what_it_allowed() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    world.publish(ADA, "cam", Source::Camera);
    world.publish(ADA, "mic", Source::Microphone);
    let publish = PublishRight::Sources(vec![Source::Microphone]);
    let said = world.tell(Input::Permissions {
        member: ADA,
        permissions: Permissions {
            publish,
            ..everything()
        },
    });
    assert!(said.contains(&Output::TrackUnpublished {
        to: ADA,
        track: "TR_cam".into()
    }));
    assert_eq!(world.room.track_count(), 1);
    let said = world.tell(Input::Permissions {
        member: BOB,
        permissions: Permissions {
            subscribe: false,
            ..everything()
        },
    });
    assert!(has_detach(&said, BOB));
    let tracks = vec!["TR_mic".into()];
    let said = world.tell(Input::Subscribe {
        member: BOB,
        tracks,
        wanted: true,
    });
    let refused = Output::SubscriptionRefused {
        to: BOB,
        track: "TR_mic".into(),
        refusal: Refusal::NotAllowed,
    };
    assert_eq!(said, [refused]);
}

#[test]
fn the_organizers_mute_is_told_to_the_publisher_too() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    world.publish(ADA, "mic", Source::Microphone);
    let mute = |by| Input::Mute {
        member: ADA,
        track: "TR_mic".into(),
        muted: true,
        by,
    };
    let said = world.tell(mute(By::Organizer));
    assert_eq!(
        said[0],
        Output::Mute {
            to: ADA,
            track: "TR_mic".into(),
            muted: true
        }
    );
    assert_eq!(updates(&said).len(), 1);
    assert!(world.tell(mute(By::Themselves)).is_empty(), "it is muted already");
}

#[test]
fn announcements_have_their_limits() {
    let mut world = World::with(&[(ADA, "ada")]);
    let mut add = |cid: &str| {
        let request = Box::new(announce(cid, Source::Camera, TrackKind::Video));
        world.tell(Input::AddTrack { member: ADA, request })
    };
    for number in 0..TRACKS_PER_MEMBER_MAX {
        assert!(matches!(add(&number.to_string())[0], Output::TrackPublished { .. }));
    }
    let refusal = |said: &[Output]| match &said[0] {
        Output::TrackRefused { refusal, .. } => *refusal,
        other => panic!("{other:?}"),
    };
    assert!(
        matches!(add("0")[0], Output::TrackPublished { .. }),
        "the same again is no new one"
    );
    assert_eq!(refusal(&add("one more")), Refusal::LimitExceeded);
    assert_eq!(refusal(&add("")), Refusal::Invalid);
    assert_eq!(refusal(&add(&"x".repeat(1000))), Refusal::Invalid);
}

#[test]
fn data_goes_to_the_others_or_to_those_named() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob"), (EVE, "eve")]);
    let mut send = |to: &[&str]| {
        let to = to.iter().map(|name| (*name).into()).collect();
        let (kind, payload) = (DataKind::Reliable, b"hello".as_slice().into());
        match &world.tell(Input::Data {
            member: ADA,
            kind,
            to,
            sequence: 0,
            payload,
        })[..]
        {
            [Output::Data { to, .. }] => to.iter().map(|member| member.0).collect::<Vec<_>>(),
            [] => Vec::new(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(send(&[]), [2, 3]);
    assert_eq!(send(&["eve", "nobody"]), [3]);
    assert!(send(&["ada"]).is_empty());
}

#[test]
fn settings_before_and_after_the_stream_is_there_mean_the_same() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    let track = world.show_camera(ADA);
    let tracks = vec!["TR_cam".into()];
    world.tell(Input::TrackSettings {
        member: BOB,
        tracks: tracks.clone(),
        settings: TrackSettings::Disabled,
    });
    let start = sfu_core::forward::SenderStart {
        sequence: 1,
        repair_sequence: None,
        redundancy: false,
    };
    world.tell(Input::SenderReady {
        member: BOB,
        track,
        sender: 0,
        start,
    });
    let state = |world: &World| world.room.track(track).expect("published").downs()[0].state();
    assert_eq!(state(&world), sfu_core::forward::DownState::Paused);
    let settings = TrackSettings::Quality {
        quality: VideoQuality::High,
        fps: 0,
    };
    world.tell(Input::TrackSettings {
        member: BOB,
        tracks,
        settings,
    });
    assert_eq!(state(&world), sfu_core::forward::DownState::Awaiting);
}

#[test]
fn a_track_that_a_client_cannot_decode_is_refused_with_the_reason() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    let track = world.show_camera(ADA);
    let refused = Output::SubscriptionRefused {
        to: BOB,
        track: "TR_cam".into(),
        refusal: Refusal::CodecUnsupported,
    };
    let said = world.tell(Input::SenderRefused { member: BOB, track });
    assert_eq!(said, [refused.clone(), Output::Detach { member: BOB, track }]);
    let again = Input::Subscribe {
        member: BOB,
        tracks: vec!["TR_cam".into()],
        wanted: true,
    };
    assert_eq!(world.tell(again), [refused], "not offered again");
    let said = world.tell(Input::SenderRefused { member: BOB, track });
    assert_eq!(said, [], "it has none");
}

#[test]
fn an_idle_room_asks_for_no_time() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    assert_eq!(world.room.poll_timeout(), None);
    world.publish(ADA, "mic", Source::Microphone);
    assert!(world.room.poll_timeout().is_some());
    world.wait(COUNT_INTERVAL * 2);
    assert!(world.wait(Duration::from_secs(2)).is_empty(), "silence is no news");
    world.tell(Input::Offered {
        member: ADA,
        sending: Vec::new(),
    });
    world.wait(COUNT_INTERVAL * 2);
    assert_eq!(world.room.poll_timeout(), None);
}
