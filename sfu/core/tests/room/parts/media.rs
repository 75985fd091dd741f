//! Media that cross from one part to another, and what publishers hear of it.

use std::time::Duration;

use sfu_core::forward::{Destination, Egress, Outgoing};
use sfu_core::input::{Allowance, By, LeaveReason, TrackSettings};
use sfu_core::limits::DEMAND_HOLD;
use sfu_core::output::ParticipantState;
use sfu_core::publish::{Source, VideoQuality};
use sfu_core::{Input, MemberId, Output, Packet, StreamKey, TrackSid};

use super::world::{Parts, part};

/// Counts what is sent.
#[derive(Default)]
pub(super) struct Sent(pub(super) Vec<(Destination, u16)>);

impl Egress for Sent {
    fn send(&mut self, to: Destination, packet: &Outgoing<'_>) {
        self.0.push((to, packet.sequence));
    }
}

/// A VP8 payload descriptor of one byte, and the first byte of a key frame (RFC 7741 §4.2, §4.3).
pub(super) const KEY_FRAME: [u8; 4] = [0x10, 0x00, 1, 2];
pub(super) const FRAME: [u8; 4] = [0x10, 0x01, 1, 2];

pub(super) fn packet(sequence: u16, payload: &[u8]) -> Packet<'_> {
    Packet {
        codec: sfu_core::codec::Codec::Vp8,
        sequence,
        timestamp: u32::from(sequence) * 3000,
        marker: true,
        audio_level: None,
        carried: sfu_core::publish::Carried::default(),
        dependency: None,
        payload,
    }
}

/// A packet of a stream in part 0, which only a viewer in part 1 may get; answers how many copies they got.
pub(super) fn send(parts: &mut Parts, stream: StreamKey, viewer: MemberId, packet: Packet<'_>) -> usize {
    let (now, mut sent) = (parts.now, Sent::default());
    let takers = parts.rooms[0].takers(stream.track);
    parts.rooms[0].forward(now, stream, std::iter::once(packet), &mut sent);
    assert!(sent.0.is_empty(), "nobody there gets it");
    for taker in takers {
        assert_eq!(taker, part(1));
        parts.rooms[1].forward_from(now, part(0), stream, std::iter::once(packet), &mut sent);
    }
    assert!(sent.0.iter().all(|(to, _)| to.member == viewer));
    sent.0.len()
}

/// A publisher in part 0, whose picture somebody in part 1 gets.
struct Watched {
    parts: Parts,
    ada: MemberId,
    bob: MemberId,
    stream: StreamKey,
}

impl Watched {
    fn new() -> Self {
        let mut parts = Parts::new(2);
        let ada = parts.join(0, "ada");
        let bob = parts.join(1, "bob");
        parts.deliver_all();
        parts.publish(0, ada, "camera", Source::Camera);
        parts.deliver_all();
        parts.take_only_track(1, bob);
        let stream = parts.shells[0].bound[&ada];
        Self {
            parts,
            ada,
            bob,
            stream,
        }
    }

    /// A packet of the publisher, handed over if it is wanted there.
    fn send(&mut self, sequence: u16, payload: &[u8]) -> usize {
        send(&mut self.parts, self.stream, self.bob, packet(sequence, payload))
    }

    /// Key frames that the publisher is asked for.
    fn asked(&mut self) -> usize {
        let said = self.parts.said(0);
        let is_asked = |output: &&Output| matches!(output, Output::KeyFrame { stream: 4, .. });
        said.iter().filter(is_asked).count()
    }
}

#[test]
fn media_cross_and_the_publisher_hears_what_is_needed() {
    let mut room = Watched::new();
    let subscribed = |said: &[Output]| said.iter().any(|output| matches!(output, Output::Subscribed { .. }));
    let said = room.parts.said(0);
    assert!(subscribed(&said), "the publisher knows of the first subscriber");
    assert_eq!(room.send(1, &KEY_FRAME), 1);
    assert_eq!(room.send(2, &FRAME), 1);
    // The gap between two requests, while the layer is still being sent.
    room.parts.wait(Duration::from_millis(600));
    room.asked();

    let (member, track) = (room.bob, room.parts.track(1, room.bob));
    room.parts.tell(1, Input::KeyFrameWanted { member, track });
    room.parts.deliver_all();
    assert_eq!(room.asked(), 1, "their decoder's wish reaches the publisher");
    room.parts.tell(1, Input::KeyFrameWanted { member, track });
    room.parts.deliver_all();
    assert_eq!(room.asked(), 0, "but not every wish");
    assert_eq!(room.send(3, &KEY_FRAME), 1);

    let (sid, by) = (TrackSid::from("TR_camera"), By::Themselves);
    let mute = |muted| Input::Mute {
        member: room.ada,
        track: sid.clone(),
        muted,
        by,
    };
    let (muting, unmuting) = (mute(true), mute(false));
    room.parts.tell(0, muting);
    room.parts.deliver_all();
    assert_eq!(room.send(4, &FRAME), 0, "muted");
    room.parts.tell(0, unmuting);
    room.parts.deliver_all();
    assert_eq!(room.send(5, &FRAME), 0, "not before a key frame");
    assert_eq!(room.send(6, &KEY_FRAME), 1);
}

#[test]
fn what_nobody_there_wants_is_not_handed_over_and_begins_anew_when_somebody_does() {
    let mut room = Watched::new();
    assert_eq!(room.send(1, &KEY_FRAME), 1);
    let (member, tracks) = (room.bob, vec![TrackSid::from("TR_camera")]);
    let settings = |settings| Input::TrackSettings {
        member,
        tracks: tracks.clone(),
        settings,
    };
    room.parts.said(0);
    room.parts.tell(1, settings(TrackSettings::Disabled));
    room.parts.wait(DEMAND_HOLD * 2 + Duration::from_secs(1));
    assert!(room.parts.rooms[0].takers(room.stream.track).is_empty());
    let wanted = |said: &[Output]| {
        said.iter()
            .filter_map(|output| match output {
                Output::Demand { wanted, .. } => Some(wanted[0].1),
                _ => None,
            })
            .next_back()
    };
    assert_eq!(wanted(&room.parts.said(0)), Some(None), "dynacast sees all parts");
    assert_eq!(room.send(2, &FRAME), 0);

    room.parts.tell(
        1,
        settings(TrackSettings::Quality {
            quality: VideoQuality::High,
            fps: 0,
        }),
    );
    room.parts.deliver_all();
    assert_eq!(
        wanted(&room.parts.said(0)),
        Some(Some(VideoQuality::High)),
        "more at once"
    );
    // More packets went by than a sequence number can tell from old ones.
    assert_eq!(room.send(50_000, &FRAME), 0);
    assert_eq!(room.send(50_001, &KEY_FRAME), 1);
    assert_eq!(room.send(50_002, &FRAME), 1);
}

#[test]
fn a_part_that_is_gone_takes_its_members_along() {
    let mut room = Watched::new();
    room.parts.tell(1, Input::PartClosed(part(0)));
    assert_eq!(room.parts.rooms[1].member_count(), 1);
    assert!(
        room.parts.shells[1].attached[&room.bob].is_empty(),
        "and what they published"
    );
    room.parts.tell(0, Input::PartClosed(part(1)));
    assert!(room.parts.rooms[0].takers(room.stream.track).is_empty());
    let said = room.parts.said(1);
    let is_departure = |output: &Output| {
        matches!(output, Output::Participants { participants, .. }
            if matches!(participants[0].state, ParticipantState::Disconnected(_)))
    };
    assert!(said.iter().any(is_departure));
    room.parts.deliver_all();
    assert_eq!(room.parts.rooms[1].member_count(), 1, "its last words change nothing");
}

#[test]
fn closing_and_allowing_hold_in_all_parts() {
    let mut room = Watched::new();
    let (member, nobody) = (room.ada, Box::new(Allowance::These(Vec::new())));
    room.parts.tell(
        0,
        Input::Allow {
            member,
            allowance: nobody,
        },
    );
    room.parts.deliver_all();
    assert!(
        room.parts.shells[1].attached[&room.bob].is_empty(),
        "denied elsewhere, too"
    );
    room.parts.tell(0, Input::Close(LeaveReason::RoomDeleted));
    room.parts.deliver_all();
    assert!(room.parts.shells.iter().all(|shell| shell.present.is_empty()));
    for at in 0..2 {
        assert!(room.parts.said(at).contains(&Output::Closed), "each part is over");
    }
}

#[test]
fn whose_picture_arrives_broken_is_known_wherever_it_is_watched() {
    let mut room = Watched::new();
    room.send(1, &KEY_FRAME);
    let member = room.ada;
    for (share, shows) in [(0.0, false), (0.2, true), (0.3, true), (0.01, false)] {
        room.parts.tell(0, Input::UplinkLoss { member, share });
        room.parts.deliver_all();
        let now = room.parts.now;
        let measured = room.parts.rooms[1].measure(now);
        let blamed: Vec<_> = measured.iter().map(|(id, of)| (*id, of.publisher_loses)).collect();
        assert_eq!(blamed, [(room.bob, shows)], "{share}");
    }
}
