//! Media payloads and descriptors, by themselves and on their whole way through a room.

use std::collections::BTreeMap;
use std::time::Duration;

use sfu_core::codec::dependency::{BYTES_MAX, Reader};
use sfu_core::codec::identifiers::Offsets;
use sfu_core::codec::{Codec, Descriptor, Payload};
use sfu_core::forward::{Destination, Egress, Outgoing, SenderStart};
use sfu_core::input::{AddTrack, Join, Permissions, PublishRight, TrackSettings};
use sfu_core::publish::{Carried, Source, TrackKind, VideoQuality};
use sfu_core::{Input, MemberId, Output, Packet, Room, StreamKey, Time};

use crate::pieces;

const BY: Offsets = Offsets {
    picture: 0x4321,
    tl0: 200,
    key_index: 17,
};

/// Reads a payload and writes its identifiers anew.
fn parse(codec: Codec, input: &[u8]) {
    let Some(about) = Payload::parse(codec, input) else {
        return;
    };
    let moved = about.identifiers().moved(BY);
    let mut copy = input.to_vec();
    moved.write(&mut copy);
    let again = Payload::parse(codec, &copy).map(|payload| payload.identifiers());
    assert_eq!(again, Some(moved), "what was rewritten reads back");
}

pub(crate) fn vp8(input: &[u8]) {
    parse(Codec::Vp8, input);
}

pub(crate) fn vp9(input: &[u8]) {
    parse(Codec::Vp9, input);
}

pub(crate) fn h264(input: &[u8]) {
    parse(Codec::H264, input);
}

/// The payload's header; and dependency descriptors, each a piece, that follow each other in one stream.
pub(crate) fn av1(input: &[u8]) {
    parse(Codec::Av1, input);
    let mut reader = Reader::default();
    let mut buffer = [0; BYTES_MAX];
    for descriptor in pieces(input) {
        let Some(frame) = reader.read(descriptor) else { continue };
        let best = reader.structure().and_then(|structure| structure.best(1, 1));
        let within = |target| reader.structure().map(|structure| structure.within(target));
        let mask = best.and_then(within).unwrap_or(u32::MAX);
        if let Some(rewritten) = frame.rewrite(descriptor, 0x1234, mask, &mut buffer) {
            // It may bring a structure, which another reader understands; or else it needs the one of before.
            let read = Reader::default().read(rewritten);
            assert!(read.is_none_or(|read| read.number == 0x1234 && read.spatial == frame.spatial));
        }
    }
}

pub(crate) fn red(input: &[u8]) {
    if let Some(Payload {
        descriptor: Descriptor::Red(layout),
        ..
    }) = Payload::parse(Codec::Red, input)
    {
        assert!(!layout.primary(input).is_empty());
        layout.copies(input).for_each(|copy| assert!(copy.frame.len() < 1024));
    }
}

/// Egress to nowhere, that reads what it would send.
#[derive(Default)]
struct Sink(Vec<u16>);

impl Egress for Sink {
    fn send(&mut self, _: Destination, packet: &Outgoing<'_>) {
        self.0.push(packet.sequence);
        if let Some(dependency) = &packet.dependency {
            let _ = dependency.write(&mut [0; BYTES_MAX]);
        }
        assert!(packet.prefix.len() + packet.rest.len() <= usize::from(u16::MAX));
    }
}

const PUBLISHER: MemberId = MemberId(1);
const VIEWER: MemberId = MemberId(2);

/// A room with a publisher and a viewer. The first byte chooses the codec; each piece is a packet: sequence number,
/// marker and wishes, length of a dependency descriptor, descriptor, payload.
pub(crate) fn forward(input: &[u8]) {
    const CODECS: [Codec; 6] = [Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::H264, Codec::Opus, Codec::Red];
    let Some((choice, rest)) = input.split_first() else {
        return;
    };
    let codec = CODECS[usize::from(*choice) % CODECS.len()];
    let mut now = Time::from_micros(1_000_000);
    let mut room = Room::new();
    let Some(stream) = published(&mut room, now, codec) else {
        return;
    };
    let mut sink = Sink::default();
    for piece in pieces(rest).take(64) {
        let Some(([high, low, flags, length], body)) = piece.split_first_chunk() else {
            continue;
        };
        let Some((dependency, payload)) = body.split_at_checked(usize::from(*length)) else {
            continue;
        };
        now = now + Duration::from_millis(u64::from(flags >> 4) * 20);
        let packet = Packet {
            codec,
            sequence: u16::from_be_bytes([*high, *low]),
            timestamp: u32::from(*flags) * 3_000,
            marker: flags & 1 == 1,
            audio_level: None,
            carried: Carried::default(),
            dependency: (!dependency.is_empty()).then_some(dependency),
            payload,
        };
        room.forward(now, stream, std::iter::once(packet), &mut sink);
        if flags & 2 != 0 {
            let settings = TrackSettings::Quality {
                quality: [VideoQuality::Low, VideoQuality::Medium, VideoQuality::High][usize::from(flags >> 2 & 3) % 3],
                fps: u32::from(flags & 4) * 2,
            };
            let tracks = vec!["TR_1".into()];
            room.handle(
                now,
                Input::TrackSettings {
                    member: VIEWER,
                    tracks,
                    settings,
                },
            );
        }
        room.handle(now, Input::Timeout);
        while room.poll().is_some() {}
    }
    let sent = std::mem::take(&mut sink.0);
    room.repeat(now, VIEWER, stream.track, sent.into_iter(), &mut sink);
}

/// The key under which the packets of the room's one track go in.
fn published(room: &mut Room, now: Time, codec: Codec) -> Option<StreamKey> {
    let mut stream = None;
    let kind = if codec.is_video() {
        TrackKind::Video
    } else {
        TrackKind::Audio
    };
    let inputs = [
        join(PUBLISHER),
        join(VIEWER),
        Input::AddTrack {
            member: PUBLISHER,
            request: Box::new(track(kind)),
        },
        Input::Stream {
            member: PUBLISHER,
            stream: 0,
            cid: "c".to_owned(),
            rid: None,
            codec,
        },
    ];
    for input in inputs {
        room.handle(now, input);
        while let Some(output) = room.poll() {
            if let Output::StreamBound { key, .. } = output {
                stream = Some(key);
            }
        }
    }
    let stream = stream?;
    let start = SenderStart {
        sequence: 0,
        repair_sequence: Some(0),
        redundancy: false,
    };
    room.handle(
        now,
        Input::SenderReady {
            member: VIEWER,
            track: stream.track,
            sender: 0,
            start,
        },
    );
    while room.poll().is_some() {}
    Some(stream)
}

fn join(member: MemberId) -> Input {
    Input::Join(Box::new(Join {
        member,
        sid: format!("PA_{}", member.0).into(),
        identity: format!("member {}", member.0).into(),
        name: String::new(),
        metadata: String::new(),
        attributes: BTreeMap::new(),
        permissions: Permissions {
            publish: PublishRight::Everything,
            subscribe: true,
            publish_data: true,
            update_metadata: false,
            hidden: false,
        },
        auto_subscribe: true,
        order: 0,
    }))
}

fn track(kind: TrackKind) -> AddTrack {
    AddTrack {
        cid: "c".to_owned(),
        sid: "TR_1".into(),
        kind,
        source: Source::Camera,
        name: String::new(),
        stream: String::new(),
        width: 1280,
        height: 720,
        muted: false,
        layers: Vec::new(),
        stereo: false,
        disable_dtx: false,
        disable_red: false,
        backup: None,
        is_backup: false,
    }
}
