//! One room, one camera, some viewers, and the network between them.

use std::collections::BTreeMap;
use std::time::Duration;

use sfu_core::codec::Codec;
use sfu_core::forward::{Destination, Egress, Outgoing, SenderStart};
use sfu_core::input::{AddTrack, By, Join, Permissions, PublishRight, TrackSettings};
use sfu_core::publish::{Source, TrackKind, VideoLayer, VideoQuality};
use sfu_core::{Input, MemberId, Output, Room, StreamKey, Time, TrackSid};

use crate::camera::{Camera, CameraPacket};
use crate::net::{Conditions, Link};
use crate::viewer::{Delivered, Feedback, Viewer};

const PUBLISHER: MemberId = MemberId(0);
const TRACK: &str = "TR_camera";
/// The clock's step.
const TICK: Duration = Duration::from_millis(1);
/// What a packet weighs beyond its payload: IP, UDP, RTP with extensions, SRTP tag.
const OVERHEAD_BYTES: usize = 70;

/// Everything, and its clock.
#[derive(Debug)]
pub struct World {
    now: Time,
    started: Time,
    seed: u64,
    room: Room,
    camera: Camera,
    streams: [Option<StreamKey>; 3],
    uplink: Link<CameraPacket>,
    viewers: BTreeMap<MemberId, Watching>,
    next_report: Time,
}

#[derive(Debug)]
struct Watching {
    viewer: Viewer,
    downlink: Link<Delivered>,
    feedback: Link<Feedback>,
}

/// Puts what the room sends onto the viewers' links.
struct Wire<'w> {
    now: Time,
    viewers: &'w mut BTreeMap<MemberId, Watching>,
}

impl Egress for Wire<'_> {
    fn send(&mut self, to: Destination, packet: &Outgoing<'_>) {
        let Some(watching) = self.viewers.get_mut(&to.member) else {
            return;
        };
        let payload = [&packet.prefix[..], packet.rest].concat();
        let bytes = payload.len() + OVERHEAD_BYTES;
        let delivered = Delivered {
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            marker: packet.marker,
            payload,
            is_repair: packet.repair.is_some(),
        };
        watching.downlink.send(self.now, bytes, delivered);
    }
}

impl World {
    /// A room with a publisher whose camera has three layers.
    pub fn new(seed: u64) -> Self {
        let now = Time::from_micros(1_700_000_000_000_000);
        let uplink = Link::new(Conditions::clean(Duration::from_millis(10)), seed);
        let mut this = Self {
            now,
            started: now,
            seed,
            room: Room::new(),
            camera: Camera::new(now),
            streams: [None; 3],
            uplink,
            viewers: BTreeMap::new(),
            next_report: now,
        };
        this.tell(join(PUBLISHER, PublishRight::Everything));
        this.tell(Input::AddTrack {
            member: PUBLISHER,
            request: Box::new(camera_track()),
        });
        for (stream, rid) in (0u16..).zip(["q", "h", "f"]) {
            let (cid, rid) = ("camera".to_owned(), Some(rid.to_owned()));
            this.tell(Input::Stream {
                member: PUBLISHER,
                stream,
                cid,
                rid,
                codec: Codec::Vp8,
            });
        }
        this
    }

    /// Somebody begins to watch, over links of these conditions.
    pub fn join(&mut self, viewer: u32, conditions: Conditions) {
        let member = MemberId(viewer);
        let seed = self.seed ^ (u64::from(viewer) << 32);
        let clean = Conditions {
            rate: None,
            ..conditions
        };
        let watching = Watching {
            viewer: Viewer::new(self.now, conditions.delay * 2),
            downlink: Link::new(conditions, seed),
            feedback: Link::new(clean, seed.rotate_left(17)),
        };
        self.viewers.insert(member, watching);
        self.tell(join(member, PublishRight::Nothing));
        self.tell(Input::Connected(member));
    }

    /// Changes a viewer's link towards them.
    pub fn set_conditions(&mut self, viewer: u32, conditions: Conditions) {
        if let Some(watching) = self.viewers.get_mut(&MemberId(viewer)) {
            watching.downlink.set_conditions(conditions);
        }
    }

    /// A viewer says how it shows the camera.
    pub fn want(&mut self, viewer: u32, settings: TrackSettings) {
        let (now, member) = (self.now, MemberId(viewer));
        if let Some(watching) = self.viewers.get_mut(&member) {
            watching.viewer.resume(now);
        }
        self.tell(Input::TrackSettings {
            member,
            tracks: vec![TRACK.into()],
            settings,
        });
    }

    /// The publisher mutes or unmutes.
    pub fn mute(&mut self, muted: bool) {
        let track = TrackSid::from(TRACK);
        self.tell(Input::Mute {
            member: PUBLISHER,
            track,
            muted,
            by: By::Themselves,
        });
        let now = self.now;
        self.viewers
            .values_mut()
            .for_each(|watching| watching.viewer.resume(now));
    }

    /// The camera.
    pub const fn camera(&mut self) -> &mut Camera {
        &mut self.camera
    }

    /// A viewer.
    pub fn viewer(&self, viewer: u32) -> Option<&Viewer> {
        self.viewers.get(&MemberId(viewer)).map(|watching| &watching.viewer)
    }

    /// How long it has run.
    pub const fn elapsed(&self) -> Duration {
        self.now.since(self.started)
    }

    /// Lets time pass.
    pub fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        while self.now < end {
            self.now = self.now + TICK;
            self.publish();
            self.watch();
            if self.room.poll_timeout().is_some_and(|due| due <= self.now) {
                self.tell(Input::Timeout);
            }
        }
    }

    fn publish(&mut self) {
        for packet in self.camera.poll(self.now) {
            self.uplink.send(self.now, packet.payload.len(), packet);
        }
        while let Some(packet) = self.uplink.receive(self.now) {
            let Some(stream) = self.streams[usize::from(packet.layer)] else {
                continue;
            };
            let mut wire = Wire {
                now: self.now,
                viewers: &mut self.viewers,
            };
            self.room
                .forward(self.now, stream, std::iter::once(packet.as_packet()), &mut wire);
        }
        if self.now >= self.next_report {
            self.next_report = self.now + Duration::from_secs(1);
            for stream in self.streams.into_iter().flatten() {
                let (ntp, rtp) = self.camera.clocks(self.now, stream.layer);
                self.tell(Input::SenderClock {
                    track: stream.track,
                    layer: stream.layer,
                    ntp,
                    rtp,
                });
            }
        }
    }

    fn watch(&mut self) {
        let mut said = Vec::new();
        for (member, watching) in &mut self.viewers {
            while let Some(packet) = watching.downlink.receive(self.now) {
                watching.viewer.receive(self.now, packet);
            }
            for feedback in watching.viewer.poll(self.now) {
                watching.feedback.send(self.now, 100, feedback);
            }
            while let Some(feedback) = watching.feedback.receive(self.now) {
                said.push((*member, feedback));
            }
        }
        for (member, feedback) in said {
            self.hear(member, feedback);
        }
    }

    fn hear(&mut self, member: MemberId, feedback: Feedback) {
        let Some(track) = self.streams[0].map(|stream| stream.track) else {
            return;
        };
        match feedback {
            Feedback::Nack(lost) => {
                let mut wire = Wire {
                    now: self.now,
                    viewers: &mut self.viewers,
                };
                self.room.repeat(self.now, member, track, lost.into_iter(), &mut wire);
            }
            Feedback::KeyFrame => self.tell(Input::KeyFrameWanted { member, track }),
            Feedback::Loss(fraction_lost) => self.tell(Input::LossReport {
                member,
                track,
                fraction_lost,
            }),
        }
    }

    fn tell(&mut self, input: Input) {
        self.room.handle(self.now, input);
        while let Some(output) = self.room.poll() {
            self.do_output(output);
        }
    }

    /// The shell's part, as far as it touches media.
    fn do_output(&mut self, output: Output) {
        match output {
            Output::StreamBound { key, .. } => self.streams[usize::from(key.layer)] = Some(key),
            Output::KeyFrame { stream, .. } => self.camera.ask_key_frame(u8::try_from(stream).unwrap_or_default()),
            Output::Attach { member, track, .. } => {
                let start = SenderStart {
                    sequence: 0xfff0,
                    repair_sequence: Some(0),
                    redundancy: false,
                };
                self.room.handle(
                    self.now,
                    Input::SenderReady {
                        member,
                        track,
                        sender: 0,
                        start,
                    },
                );
            }
            _ => {}
        }
    }
}

fn join(member: MemberId, publish: PublishRight) -> Input {
    let permissions = Permissions {
        publish,
        subscribe: true,
        publish_data: true,
        update_metadata: false,
        hidden: false,
    };
    Input::Join(Box::new(Join {
        member,
        sid: format!("PA_{}", member.0).into(),
        identity: format!("member {}", member.0).into(),
        name: String::new(),
        metadata: String::new(),
        attributes: BTreeMap::new(),
        permissions,
        auto_subscribe: true,
    }))
}

fn camera_track() -> AddTrack {
    let layer = |quality, width, height| VideoLayer {
        quality,
        width,
        height,
        bitrate: 0,
    };
    AddTrack {
        cid: "camera".to_owned(),
        sid: TRACK.into(),
        kind: TrackKind::Video,
        source: Source::Camera,
        name: String::new(),
        stream: "camera".to_owned(),
        width: 1280,
        height: 720,
        muted: false,
        layers: vec![
            layer(VideoQuality::Low, 320, 180),
            layer(VideoQuality::Medium, 640, 360),
            layer(VideoQuality::High, 1280, 720),
        ],
        stereo: false,
        disable_dtx: false,
        disable_red: false,
    }
}
