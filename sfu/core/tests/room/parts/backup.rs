//! A track in two codecs, and its viewers on another worker.

use sfu_core::codec::Codec;
use sfu_core::input::AddTrack;
use sfu_core::publish::{Backup, BackupPolicy, Source, TrackKind};
use sfu_core::{Input, MemberId, Output};

use super::world::Parts;
use crate::world::announce;

fn stream(member: MemberId, stream: u16, cid: &str, codec: Codec) -> Input {
    Input::Stream {
        member,
        stream,
        cid: cid.to_owned(),
        rid: None,
        codec,
    }
}

/// What the viewers there get, each in which codec.
fn codecs(said: &[Output]) -> Vec<(MemberId, Codec)> {
    let of = |output: &Output| match output {
        Output::Attach { member, spec, .. } => Some((*member, spec.codec)),
        _ => None,
    };
    said.iter().filter_map(of).collect()
}

/// Ada publishes VP9 on one worker; on another Bob cannot decode it, and Eve can. Answers what those two get then.
fn backed_up(policy: BackupPolicy) -> (Parts, [MemberId; 3], Vec<(MemberId, Codec)>) {
    let mut parts = Parts::new(2);
    let (ada, bob, eve) = (parts.join(0, "ada"), parts.join(1, "bob"), parts.join(1, "eve"));
    let track = announce("cam", Source::Camera, TrackKind::Video);
    let request = Box::new(AddTrack {
        backup: Some(Backup {
            codec: Codec::Vp8,
            policy,
        }),
        ..track.clone()
    });
    parts.tell(0, Input::AddTrack { member: ada, request });
    parts.tell(0, stream(ada, 0, "cam", Codec::Vp9));
    parts.deliver_all();
    let (member, track_there) = (bob, parts.track(1, bob));
    parts.tell(
        1,
        Input::SenderRefused {
            member,
            track: track_there,
        },
    );
    parts.deliver_all();
    let asked = parts.said(0);
    let is_asked = |output: &Output| matches!(output, Output::Demand { wanted, .. } if wanted.len() == 2);
    assert!(asked.iter().any(is_asked), "the wish reaches the publisher");
    parts.said(1);
    let request = Box::new(AddTrack {
        cid: "backup".to_owned(),
        is_backup: true,
        ..track
    });
    parts.tell(0, Input::AddTrack { member: ada, request });
    parts.tell(0, stream(ada, 1, "backup", Codec::Vp8));
    parts.deliver_all();
    let given = codecs(&parts.said(1));
    (parts, [ada, bob, eve], given)
}

#[test]
fn a_backup_goes_to_who_needs_it_on_another_worker() {
    let (_, [_, bob, _], given) = backed_up(BackupPolicy::Simulcast);
    assert_eq!(given, [(bob, Codec::Vp8)]);
}

#[test]
fn a_backup_takes_its_track_s_place_on_all_workers() {
    let (mut parts, [ada, bob, eve], given) = backed_up(BackupPolicy::Regression);
    assert_eq!(given, [(bob, Codec::Vp8), (eve, Codec::Vp8)]);
    let sending = vec![("cam".to_owned(), TrackKind::Video)];
    parts.tell(0, Input::Offered { member: ada, sending });
    parts.deliver_all();
    assert_eq!(codecs(&parts.said(1)), [(eve, Codec::Vp9)], "until it ends");
}
