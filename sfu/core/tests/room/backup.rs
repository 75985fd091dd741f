//! A track in two codecs: who gets which, and what its publisher is asked for.

use std::time::Duration;

use sfu_core::codec::Codec;
use sfu_core::forward::SenderStart;
use sfu_core::input::{AddTrack, LeaveReason, TrackSettings};
use sfu_core::limits::{DEMAND_HOLD, REGRESSION_MEMBERS_MAX};
use sfu_core::output::{Refusal, SenderSpec};
use sfu_core::publish::{Backup, BackupPolicy, Source, TrackKind, VideoQuality, Wanted};
use sfu_core::{Input, MemberId, Output, TrackKey};

use crate::world::{ADA, BOB, EVE, World, announce, attached, everything, has_detach, join, told};

const ALL: Wanted = Some(VideoQuality::High);

fn cam(policy: BackupPolicy) -> AddTrack {
    AddTrack {
        backup: Some(Backup {
            codec: Codec::Vp8,
            policy,
        }),
        ..announce("cam", Source::Camera, TrackKind::Video)
    }
}

fn stream(number: u16, cid: &str, codec: Codec) -> Input {
    Input::Stream {
        member: ADA,
        stream: number,
        cid: cid.to_owned(),
        rid: None,
        codec,
    }
}

/// Adds a backup to a track.
fn backup(sid: &str) -> Input {
    let request = Box::new(AddTrack {
        cid: "backup".to_owned(),
        sid: sid.into(),
        backup: None,
        is_backup: true,
        ..announce("cam", Source::Camera, TrackKind::Video)
    });
    Input::AddTrack { member: ADA, request }
}

/// What a member is to get a stream for.
fn given(said: &[Output], to: MemberId) -> Option<(TrackKey, SenderSpec)> {
    said.iter().find_map(|output| match output {
        Output::Attach { member, track, spec } if *member == to => Some((*track, spec.clone())),
        _ => None,
    })
}

/// Who is to get a stream, and in which codec.
fn codecs(said: &[Output]) -> Vec<(u32, Codec)> {
    let of = |output: &Output| match output {
        Output::Attach { member, spec, .. } => Some((member.0, spec.codec)),
        _ => None,
    };
    said.iter().filter_map(of).collect()
}

/// What the publisher was told last.
fn wanted(said: &[Output]) -> Option<Vec<(Codec, Wanted)>> {
    said.iter().rev().find_map(|output| match output {
        Output::Demand { to: ADA, wanted, .. } => Some(wanted.clone()),
        _ => None,
    })
}

/// Ada publishes VP9 to Bob, who cannot decode it, and Eve, who can; the backup that was asked for has come.
struct Pair {
    world: World,
    /// What was said when it came.
    said: Vec<Output>,
}

impl Pair {
    fn new(policy: BackupPolicy) -> Self {
        Self::among(policy, 0)
    }

    fn among(policy: BackupPolicy, others: u32) -> Self {
        let mut world = World::with(&[(ADA, "ada"), (BOB, "bob"), (EVE, "eve")]);
        for number in 0..others {
            world.tell(join(MemberId(10 + number), &format!("i{number}"), everything()));
        }
        let request = Box::new(cam(policy));
        world.tell(Input::AddTrack { member: ADA, request });
        let said = world.tell(stream(0, "cam", Codec::Vp9));
        ready(&mut world, &said, EVE);
        let (track, _) = given(&said, BOB).expect("bob gets it");
        let member = BOB;
        world.tell(Input::SenderRefused { member, track });
        world.tell(backup("TR_cam"));
        let said = world.tell(stream(1, "backup", Codec::Vp8));
        ready(&mut world, &said, BOB);
        ready(&mut world, &said, EVE);
        Self { world, said }
    }

    fn leave(&mut self, member: MemberId) {
        let reason = LeaveReason::ClientInitiated;
        self.world.tell(Input::Leave { member, reason });
    }

    /// What the publisher is told last until less would have been said.
    fn settled(&mut self) -> Option<Vec<(Codec, Wanted)>> {
        wanted(&self.world.wait(DEMAND_HOLD + Duration::from_secs(1)))
    }
}

/// The client has accepted the stream.
fn ready(world: &mut World, said: &[Output], member: MemberId) {
    let Some((track, _)) = given(said, member) else { return };
    let start = SenderStart {
        sequence: 1,
        repair_sequence: None,
        redundancy: false,
    };
    world.tell(Input::SenderReady {
        member,
        track,
        sender: 0,
        start,
    });
}

#[test]
fn a_backup_is_asked_for_and_goes_to_those_who_cannot_decode_the_track() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob"), (EVE, "eve")]);
    let request = Box::new(cam(BackupPolicy::Simulcast));
    world.tell(Input::AddTrack { member: ADA, request });
    let said = world.tell(stream(0, "cam", Codec::Vp9));
    assert_eq!(attached(&said), [BOB.0, EVE.0]);
    let (main, spec) = given(&said, BOB).expect("bob gets it");
    assert_eq!(spec.codec, Codec::Vp9);
    let said = world.tell(Input::SenderRefused {
        member: BOB,
        track: main,
    });
    assert!(has_detach(&said, BOB));
    let both = vec![(Codec::Vp9, ALL), (Codec::Vp8, ALL)];
    assert_eq!(wanted(&said), Some(both.clone()));
    let refused = world.tell(backup("TR_other"));
    assert!(matches!(refused[..], [Output::TrackRefused { .. }]), "{refused:?}");
    world.tell(backup("TR_cam"));
    let said = world.tell(stream(1, "backup", Codec::Vp8));
    assert_eq!(attached(&said), [BOB.0], "and nobody else");
    let (beside, spec) = given(&said, BOB).expect("bob gets it");
    assert_eq!((spec.codec, spec.track.as_str()), (Codec::Vp8, "TR_cam"));
    assert_eq!(
        told(&said).map(|ada| ada.tracks.len()),
        Some(1),
        "one track in two codecs"
    );
    assert_eq!(world.room.wanted(ADA, &"TR_cam".into()), both);
    let again = world.tell(backup("TR_cam"));
    assert!(!again.iter().any(|output| matches!(output, Output::Attach { .. })));

    let said = world.tell(Input::SenderRefused {
        member: BOB,
        track: beside,
    });
    assert!(said.contains(&Output::SubscriptionRefused {
        to: BOB,
        track: "TR_cam".into(),
        refusal: Refusal::CodecUnsupported,
    }));
    let sending = vec![("backup".to_owned(), TrackKind::Video)];
    world.tell(Input::Offered { member: ADA, sending });
    assert_eq!(world.room.track_count(), 0, "a backup goes with its track");
}

#[test]
fn a_codec_that_nobody_takes_any_more_is_not_asked_for() {
    let mut pair = Pair::new(BackupPolicy::Simulcast);
    assert_eq!(pair.settled(), None, "both have somebody");
    pair.leave(BOB);
    assert_eq!(pair.settled(), Some(vec![(Codec::Vp9, ALL), (Codec::Vp8, None)]));

    let mut pair = Pair::new(BackupPolicy::Simulcast);
    pair.leave(EVE);
    assert_eq!(pair.settled(), Some(vec![(Codec::Vp9, None), (Codec::Vp8, ALL)]));
    // How somebody shows the one says nothing of the other.
    for settings in [
        TrackSettings::Disabled,
        TrackSettings::Quality {
            quality: VideoQuality::High,
            fps: 0,
        },
    ] {
        let (member, tracks) = (BOB, vec!["TR_cam".into()]);
        let said = pair.world.tell(Input::TrackSettings {
            member,
            tracks,
            settings,
        });
        assert!(wanted(&said).is_none_or(|wanted| wanted[0] == (Codec::Vp9, None)));
        let later = pair.settled();
        assert!(later.is_none_or(|wanted| wanted[0] == (Codec::Vp9, None)));
    }
    let said = pair.world.tell(join(EVE, "eve", everything()));
    assert_eq!(codecs(&said), [(EVE.0, Codec::Vp9)]);
    assert_eq!(
        wanted(&said),
        Some(vec![(Codec::Vp9, ALL), (Codec::Vp8, ALL)]),
        "at once"
    );
}

#[test]
fn in_a_small_room_the_backup_takes_the_place_of_the_track() {
    for policy in [BackupPolicy::PreferRegression, BackupPolicy::Regression] {
        let mut pair = Pair::new(policy);
        assert_eq!(codecs(&pair.said), [(BOB.0, Codec::Vp8), (EVE.0, Codec::Vp8)]);
        assert!(has_detach(&pair.said, EVE), "of the other");
        assert_eq!(told(&pair.said).map(|ada| ada.tracks.len()), Some(1));
        assert_eq!(pair.settled(), Some(vec![(Codec::Vp9, None), (Codec::Vp8, ALL)]));
        let said = pair.world.tell(join(MemberId(9), "dan", everything()));
        assert_eq!(codecs(&said), [(9, Codec::Vp8)], "and whoever comes later");
        pair.leave(BOB);
        assert_eq!(pair.settled(), None, "for good: it would flicker for everybody");

        let sending = vec![("cam".to_owned(), TrackKind::Video)];
        let said = pair.world.tell(Input::Offered { member: ADA, sending });
        let back = [(EVE.0, Codec::Vp9), (9, Codec::Vp9)];
        assert_eq!(codecs(&said), back, "without its backup it is itself again");
        assert_eq!(wanted(&said), Some(vec![(Codec::Vp9, ALL)]));
    }
}

#[test]
fn in_a_larger_room_the_better_codec_stays_unless_the_publisher_insists() {
    let others = u32::try_from(REGRESSION_MEMBERS_MAX).expect("few") - 2;
    let pair = Pair::among(BackupPolicy::PreferRegression, others);
    assert_eq!(codecs(&pair.said), [(BOB.0, Codec::Vp8)]);
    let pair = Pair::among(BackupPolicy::Regression, others);
    assert_eq!(codecs(&pair.said).len(), REGRESSION_MEMBERS_MAX);
}
