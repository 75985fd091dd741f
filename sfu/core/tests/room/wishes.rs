//! What subscribers want, publishers hear of, and publishers allow.

use std::time::Duration;

use sfu_core::bwe::{Path, Trust};
use sfu_core::codec::Codec;
use sfu_core::forward::{Destination, Egress, Outgoing, SenderStart};
use sfu_core::input::{Allowance, Allowed, Subscriber, TrackChange, TrackSettings};
use sfu_core::limits::DEMAND_HOLD;
use sfu_core::publish::{AudioFeature, Carried, Source, TrackKind, VideoLayer, VideoQuality};
use sfu_core::{Input, MemberId, Output, Packet, StreamKey, TrackKey};

use crate::world::{ADA, BOB, EVE, World, announce, attached, has_detach, told};

fn layer(quality: VideoQuality, width: u32, height: u32) -> VideoLayer {
    VideoLayer {
        quality,
        width,
        height,
        bitrate: 0,
    }
}

/// Ada publishes a camera in three layers. Answers what was said, and the track.
fn publish_camera(world: &mut World) -> (Vec<Output>, Option<TrackKey>) {
    let mut request = announce("cam", Source::Camera, TrackKind::Video);
    request.layers = vec![
        layer(VideoQuality::Low, 320, 180),
        layer(VideoQuality::Medium, 640, 360),
        layer(VideoQuality::High, 1280, 720),
    ];
    let request = Box::new(request);
    world.tell(Input::AddTrack { member: ADA, request });
    let said = world.publish(ADA, "cam", Source::Camera);
    let track = said.iter().find_map(|output| match output {
        Output::StreamBound { key, .. } => Some(key.track),
        _ => None,
    });
    (said, track)
}

pub(crate) fn ready(member: MemberId, track: TrackKey) -> Input {
    let start = SenderStart {
        sequence: 1,
        repair_sequence: Some(1),
        redundancy: false,
    };
    Input::SenderReady {
        member,
        track,
        sender: 0,
        start,
    }
}

fn show(member: MemberId, quality: Option<VideoQuality>) -> Input {
    Input::TrackSettings {
        member,
        tracks: vec!["TR_cam".into()],
        settings: quality.map_or(TrackSettings::Disabled, |quality| TrackSettings::Quality {
            quality,
            fps: 0,
        }),
    }
}

/// What Ada is told that others want of her camera.
fn demands(said: &[Output]) -> Vec<Option<VideoQuality>> {
    said.iter()
        .filter_map(|output| match output {
            Output::Demand { to: ADA, wanted, .. } => Some(wanted[0].1),
            _ => None,
        })
        .collect()
}

fn permissions(said: &[Output]) -> Vec<(u32, bool)> {
    said.iter()
        .filter_map(|output| match output {
            Output::SubscriptionPermission { to, allowed, .. } => Some((to.0, *allowed)),
            _ => None,
        })
        .collect()
}

const HELD: Duration = Duration::from_secs(6);

#[test]
fn a_publisher_is_asked_for_what_somebody_shows_and_no_more() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob"), (EVE, "eve")]);
    let (_, track) = publish_camera(&mut world);
    let track = track.expect("published");
    assert!(
        demands(&world.tell(ready(BOB, track))).is_empty(),
        "it sends all it has"
    );
    world.tell(ready(EVE, track));
    world.tell(show(BOB, Some(VideoQuality::Low)));
    assert!(demands(&world.wait(HELD)).is_empty(), "eve wants the highest");
    world.tell(show(EVE, None));
    assert!(demands(&world.wait(DEMAND_HOLD / 2)).is_empty(), "she may turn back");
    assert_eq!(demands(&world.wait(HELD)), [Some(VideoQuality::Low)]);
    assert_eq!(
        demands(&world.tell(show(EVE, Some(VideoQuality::Medium)))),
        [Some(VideoQuality::Medium)],
        "more is told at once"
    );
    world.tell(show(BOB, None));
    world.tell(show(EVE, None));
    assert_eq!(demands(&world.wait(HELD)), [None]);
    assert_eq!(
        demands(&world.tell(show(BOB, Some(VideoQuality::Low)))),
        [Some(VideoQuality::Low)]
    );
}

#[test]
fn a_track_in_one_layer_is_wanted_or_not() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    let track = world.show_camera(ADA);
    world.tell(ready(BOB, track));
    world.tell(show(BOB, Some(VideoQuality::Low)));
    assert!(demands(&world.wait(HELD)).is_empty(), "there is nothing less to send");
    world.tell(show(BOB, None));
    assert_eq!(demands(&world.wait(HELD)), [None]);
    let said = world.tell(show(BOB, Some(VideoQuality::Low)));
    assert_eq!(demands(&said), [Some(VideoQuality::High)]);
}

#[test]
fn nobody_to_watch_means_nothing_to_send_until_somebody_comes() {
    let mut world = World::with(&[(ADA, "ada")]);
    publish_camera(&mut world);
    assert_eq!(demands(&world.wait(HELD)), [None]);
    let said = world.tell(crate::world::join(BOB, "bob", crate::world::everything()));
    assert_eq!(demands(&said), [Some(VideoQuality::High)], "before his transport is up");
    let said = world.tell(Input::Sync {
        member: ADA,
        state: Box::default(),
    });
    assert_eq!(
        demands(&said),
        [Some(VideoQuality::High)],
        "and again to who comes back"
    );
}

#[test]
fn the_first_subscriber_is_news_to_the_publisher() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob"), (EVE, "eve")]);
    let (_, track) = publish_camera(&mut world);
    let track = track.expect("published");
    let first = Output::Subscribed {
        to: ADA,
        track: "TR_cam".into(),
    };
    assert!(world.tell(ready(BOB, track)).contains(&first));
    assert!(!world.tell(ready(EVE, track)).contains(&first));
}

#[test]
fn a_publisher_says_who_may_subscribe() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob"), (EVE, "eve")]);
    let (said, _) = publish_camera(&mut world);
    assert_eq!(attached(&said), [2, 3]);
    let allow = |allowance| Input::Allow {
        member: ADA,
        allowance: Box::new(allowance),
    };
    let only = |who, tracks: Option<&[&str]>| {
        let tracks = tracks.map(|tracks| tracks.iter().map(|sid| (*sid).into()).collect());
        Allowance::These(vec![Allowed { who, tracks }])
    };
    let bob = || Subscriber::Identity("bob".into());
    let said = world.tell(allow(only(bob(), None)));
    assert!(has_detach(&said, EVE) && !has_detach(&said, BOB), "{said:?}");
    assert_eq!(permissions(&said), [(3, false)]);
    assert!(
        world.tell(allow(only(bob(), Some(&["TR_cam"])))).is_empty(),
        "the same in other words"
    );

    let said = world.tell(allow(only(Subscriber::Sid("PA_3".into()), None)));
    assert_eq!(permissions(&said), [(2, false), (3, true)]);
    assert_eq!(attached(&said), [3]);
    let wish = |wanted| Input::Subscribe {
        member: BOB,
        tracks: vec!["TR_cam".into()],
        wanted,
    };
    assert!(world.tell(wish(false)).is_empty());
    assert_eq!(
        permissions(&world.tell(wish(true))),
        [(2, false)],
        "wanted again, denied again"
    );

    let said = world.tell(allow(Allowance::Everybody));
    assert_eq!((permissions(&said), attached(&said)), (vec![(2, true)], vec![2]));
}

#[test]
fn a_track_that_is_made_otherwise_is_told_of() {
    let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
    world.publish(ADA, "mic", Source::Microphone);
    let change = |member, features: &[AudioFeature]| Input::UpdateTrack {
        member,
        track: "TR_mic".into(),
        change: TrackChange::Audio {
            features: features.to_vec(),
        },
    };
    let said = world.tell(change(ADA, &[AudioFeature::NoiseSuppression, AudioFeature::NoDtx]));
    let track = &told(&said).expect("everybody is told").tracks[0];
    assert!(track.disable_dtx && !track.stereo && track.features.len() == 2);
    let again = change(ADA, &[AudioFeature::NoDtx, AudioFeature::NoiseSuppression]);
    assert!(world.tell(again).is_empty(), "that is no news");
    assert!(world.tell(change(BOB, &[])).is_empty(), "it is not his");
    let size = TrackChange::Video { width: 1, height: 1 };
    let wrong = Input::UpdateTrack {
        member: ADA,
        track: "TR_mic".into(),
        change: size,
    };
    assert!(world.tell(wrong).is_empty(), "sound has no size");
}

/// Where nothing arrives.
struct Nowhere;

impl Egress for Nowhere {
    fn send(&mut self, _to: Destination, _packet: &Outgoing<'_>) {}
}

/// Half a second of a camera's key frames at 500 kbit/s.
fn film(world: &mut World, streams: &[StreamKey], from: u16) -> Vec<Output> {
    let mut said = Vec::new();
    for number in 0..25 {
        film_picture(world, streams, from + number);
        said.extend(world.wait(Duration::from_millis(20)));
    }
    said
}

/// One key frame of 10,000 bits.
pub(crate) fn film_picture(world: &mut World, streams: &[StreamKey], number: u16) {
    let mut payload = [0; 1_250];
    payload[..9].copy_from_slice(&[0x90, 0xf0, 0x80, 1, 42, 0x65, 0, 0, 0]);
    for stream in streams {
        let packet = Packet {
            codec: Codec::Vp8,
            sequence: number,
            timestamp: u32::from(number) * 1_800,
            marker: true,
            audio_level: None,
            carried: Carried::default(),
            dependency: None,
            payload: &payload,
        };
        world
            .room
            .forward(world.now, *stream, std::iter::once(packet), &mut Nowhere);
    }
}

#[test]
fn what_a_subscriber_puts_first_is_kept_when_bandwidth_is_short() {
    for (first, dropped) in [("TR_one", "TR_two"), ("TR_two", "TR_one")] {
        let mut world = World::with(&[(ADA, "ada"), (BOB, "bob")]);
        let mut streams = Vec::new();
        for cid in ["one", "two"] {
            for output in world.publish(ADA, cid, Source::Camera) {
                match output {
                    Output::StreamBound { key, .. } => streams.push(key),
                    Output::Attach { member, track, .. } => drop(world.tell(ready(member, track))),
                    _ => {}
                }
            }
        }
        world.tell(Input::Prioritize {
            member: BOB,
            tracks: vec![first.into()],
            priority: 1,
        });
        let path = Path {
            estimate: 5_000_000,
            trust: Trust::Choked,
            acknowledged: 1_000_000,
            loss: 0.0,
            round_trip: None,
            latest_round_trip: None,
        };
        world.tell(Input::Path { member: BOB, path });
        for second in 0..6 {
            film(&mut world, &streams, second * 25);
        }
        let path = Path {
            estimate: 800_000,
            ..path
        };
        let mut said = world.tell(Input::Path { member: BOB, path });
        said.extend(film(&mut world, &streams, 150));
        let paused: Vec<_> = said
            .iter()
            .filter_map(|output| match output {
                Output::StreamState { sid, paused: true, .. } => Some(sid.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(paused, [dropped]);
    }
}
