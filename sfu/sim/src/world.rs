//! One room, one camera and microphone, some viewers, and the network between them.

use std::collections::BTreeMap;
use std::time::Duration;

use sfu_core::bwe::{Controller, Due};
use sfu_core::codec::Codec;
use sfu_core::forward::{Destination, Egress, Outgoing, SenderStart};
use sfu_core::input::{By, PublishRight, TrackSettings};
use sfu_core::publish::Carried;
use sfu_core::{Input, MemberId, Output, Packet, Room, StreamKey, Time, TrackSid};

use crate::camera::Camera;
use crate::judging::{Judged, Judging};
use crate::net::{Conditions, Link};
use crate::node::Node;
use crate::sending::{SAMPLE_INTERVAL, SOUND, Sample, Sending, SharedLink};
use crate::tracks::{TRACK, camera_track, join, microphone_track};
use crate::uplink::Uplink;
use crate::viewer::{Computer, FREEZE, Feedback, Viewer};

pub(crate) const PUBLISHER: MemberId = MemberId(0);
/// The shell's number for the microphone's stream; the camera's layers have 0 to 2.
const MICROPHONE_STREAM: u16 = 3;
/// 20 ms of sound at 32 kbit/s.
const SOUND_BYTES: usize = 80;
const SOUND_INTERVAL: Duration = Duration::from_millis(20);
/// The clock's step.
const TICK: Duration = Duration::from_millis(1);

/// Everything, and its clock.
#[derive(Debug)]
pub struct World {
    now: Time,
    started: Time,
    seed: u64,
    room: Room,
    camera: Camera,
    streams: [Option<StreamKey>; 3],
    microphone: Option<StreamKey>,
    sounds: u16,
    next_sound: Time,
    links: Vec<SharedLink>,
    next_sample: Time,
    uplink: Uplink,
    node: Node,
    judging: Judging,
    viewers: BTreeMap<MemberId, Watching>,
    next_report: Time,
}

#[derive(Debug)]
struct Watching {
    viewer: Viewer,
    sending: Sending,
    /// Which of the links leads to them.
    link: usize,
    feedback: Link<Feedback>,
    samples: Vec<Sample>,
}

/// Puts what the room sends onto the viewers' links.
struct Wire<'w> {
    now: Time,
    viewers: &'w mut BTreeMap<MemberId, Watching>,
    links: &'w mut Vec<SharedLink>,
}

impl Egress for Wire<'_> {
    fn send(&mut self, to: Destination, packet: &Outgoing<'_>) {
        let Some(watching) = self.viewers.get_mut(&to.member) else {
            return;
        };
        let link = &mut self.links[watching.link];
        watching.sending.send(self.now, to, packet, link);
    }
}

impl World {
    /// A room with a publisher whose camera has three layers.
    pub fn new(seed: u64) -> Self {
        let now = Time::from_micros(1_700_000_000_000_000);
        let uplink = Uplink::new(Conditions::clean(Duration::from_millis(10)), seed);
        let mut this = Self {
            now,
            started: now,
            seed,
            room: Room::new(),
            camera: Camera::new(now),
            streams: [None; 3],
            microphone: None,
            sounds: 0,
            next_sound: now,
            links: Vec::new(),
            next_sample: now + SAMPLE_INTERVAL,
            uplink,
            node: Node::new(seed),
            judging: Judging::new(now),
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
        this.tell(Input::AddTrack {
            member: PUBLISHER,
            request: Box::new(microphone_track()),
        });
        this.tell(Input::Stream {
            member: PUBLISHER,
            stream: MICROPHONE_STREAM,
            cid: "microphone".to_owned(),
            rid: None,
            codec: Codec::Opus,
        });
        this
    }

    /// Somebody begins to watch, over links of these conditions.
    pub fn join(&mut self, viewer: u32, conditions: Conditions) {
        self.add(viewer, conditions, true);
    }

    /// Somebody whose client sends no transport-wide feedback begins to watch.
    pub fn join_plain(&mut self, viewer: u32, conditions: Conditions) {
        self.add(viewer, conditions, false);
    }

    /// Somebody begins to watch over the same link as another viewer.
    pub fn join_behind(&mut self, viewer: u32, other: u32) {
        let Some(link) = self.viewers.get(&MemberId(other)).map(|other| other.link) else {
            return;
        };
        let conditions = self.links[link].conditions();
        self.add(viewer, conditions, true);
        if let Some(watching) = self.viewers.get_mut(&MemberId(viewer)) {
            watching.link = link;
        }
    }

    fn add(&mut self, viewer: u32, conditions: Conditions, has_feedback: bool) {
        let member = MemberId(viewer);
        let seed = self.seed ^ (u64::from(viewer) << 32);
        let clean = Conditions {
            rate: None,
            ..conditions
        };
        let watching = Watching {
            viewer: Viewer::new(self.now, conditions.delay * 2),
            sending: Sending::new(has_feedback),
            link: self.links.len(),
            feedback: Link::new(clean, seed.rotate_left(17)),
            samples: Vec::new(),
        };
        self.links.push(Link::new(conditions, seed));
        self.viewers.insert(member, watching);
        self.tell(join(member, PublishRight::Nothing));
        let controller = self
            .viewers
            .get(&member)
            .and_then(|watching| watching.sending.controller.as_ref());
        if let Some(path) = controller.map(Controller::path) {
            self.tell(Input::Path { member, path });
        }
        self.tell(Input::Connected(member));
    }

    /// Changes a viewer's link towards them, and so that of all behind it.
    pub fn set_conditions(&mut self, viewer: u32, conditions: Conditions) {
        if let Some(watching) = self.viewers.get(&MemberId(viewer)) {
            self.links[watching.link].set_conditions(conditions);
        }
    }

    /// Changes the publisher's way to the SFU.
    pub fn set_uplink(&mut self, conditions: Conditions) {
        self.uplink.set_conditions(conditions);
    }

    /// What the node makes of what has arrived leaves up to so late, and it comes to nothing else meanwhile.
    pub const fn set_lag(&mut self, lag: Duration) {
        self.node.set_lag(lag);
    }

    /// A viewer's computer becomes slower, or as fast as it was.
    pub fn set_computer(&mut self, viewer: u32, computer: Computer) {
        if let Some(watching) = self.viewers.get_mut(&MemberId(viewer)) {
            watching.viewer.computer = computer;
            let conditions = self.links[watching.link].conditions();
            watching.feedback.set_conditions(Conditions {
                rate: None,
                delay: conditions.delay + computer.late,
                ..conditions
            });
        }
    }

    /// How a connection was judged, each time that it changed; 0 is the publisher's.
    pub fn judged(&self, member: u32) -> &[Judged] {
        self.judging.of(MemberId(member))
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

    /// A viewer's path over time.
    pub fn samples(&self, viewer: u32) -> &[Sample] {
        let watching = self.viewers.get(&MemberId(viewer));
        watching.map_or(&[], |watching| watching.samples.as_slice())
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
            for packet in self.camera.poll(self.now) {
                self.uplink.send(self.now, packet);
            }
            self.uplink.repeat(self.now);
            self.watch();
            if let Some(leaves) = self.node.begin(self.now) {
                self.links.iter_mut().for_each(|link| link.open_at(leaves));
                self.take_turn();
            }
            self.sample();
            self.judge();
        }
    }

    /// What the node does when it has the time.
    fn take_turn(&mut self) {
        self.publish();
        self.speak();
        self.listen();
        self.pace();
        if self.room.poll_timeout().is_some_and(|due| due <= self.now) {
            self.tell(Input::Timeout);
        }
    }

    fn publish(&mut self) {
        while let Some(packet) = self.uplink.receive(self.now) {
            let Some(stream) = self.streams[usize::from(packet.layer)] else {
                continue;
            };
            let mut wire = Wire {
                now: self.now,
                viewers: &mut self.viewers,
                links: &mut self.links,
            };
            self.room
                .forward(self.now, stream, std::iter::once(packet.as_packet()), &mut wire);
        }
        if self.now >= self.next_report {
            self.next_report = self.now + Duration::from_secs(1);
            let member = PUBLISHER;
            let fraction_lost = self.uplink.report();
            self.tell(Input::PublisherLoss { member, fraction_lost });
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

    fn speak(&mut self) {
        while self.next_sound <= self.now {
            self.next_sound = self.next_sound + SOUND_INTERVAL;
            self.sounds = self.sounds.wrapping_add(1);
            let Some(stream) = self.microphone else { continue };
            let packet = Packet {
                codec: Codec::Opus,
                sequence: self.sounds,
                timestamp: u32::from(self.sounds).wrapping_mul(960),
                marker: false,
                audio_level: None,
                carried: Carried::default(),
                dependency: None,
                payload: &[1; SOUND_BYTES],
            };
            let mut wire = Wire {
                now: self.now,
                viewers: &mut self.viewers,
                links: &mut self.links,
            };
            self.room.forward(self.now, stream, std::iter::once(packet), &mut wire);
        }
    }

    /// Probes, and what waits for its turn.
    fn pace(&mut self) {
        let now = self.now;
        let mut due = Vec::new();
        for (member, watching) in &mut self.viewers {
            watching.sending.release(now, &mut self.links[watching.link]);
            let Some(controller) = &mut watching.sending.controller else {
                continue;
            };
            if controller.poll_timeout(now).is_some() {
                due.push((*member, controller.due(now)));
            }
        }
        for (member, Due { padding, news }) in due {
            if padding > 0 {
                let mut wire = Wire {
                    now,
                    viewers: &mut self.viewers,
                    links: &mut self.links,
                };
                self.room.pad(member, padding, &mut wire);
            }
            if let Some(path) = news {
                self.tell(Input::Path { member, path });
            }
        }
    }

    fn sample(&mut self) {
        if self.now < self.next_sample {
            return;
        }
        self.next_sample = self.now + SAMPLE_INTERVAL;
        let at = self.elapsed();
        for watching in self.viewers.values_mut() {
            let bytes = std::mem::take(&mut watching.sending.sent_bytes);
            let seen = &watching.viewer.seen;
            let sample = Sample {
                at,
                sent: bytes * 8 * 10,
                capacity: self.links[watching.link].conditions().rate,
                estimate: watching
                    .sending
                    .controller
                    .as_ref()
                    .map(|controller| controller.path().estimate),
                layer: seen.layer,
                is_paused: seen.is_paused,
                is_frozen: !seen.is_paused && watching.viewer.idle(self.now) > FREEZE,
            };
            watching.samples.push(sample);
        }
    }

    /// Looks at everybody's connection, as the shell does.
    fn judge(&mut self) {
        for (member, watching) in &self.viewers {
            self.judging.hear(self.now, *member, &watching.viewer.seen);
        }
        if let Some(share) = self.judging.due(self.now, self.uplink.reception()) {
            let member = PUBLISHER;
            self.tell(Input::UplinkLoss { member, share });
            self.judging.look(self.now, &mut self.room, share);
        }
    }

    fn watch(&mut self) {
        for link in &mut self.links {
            while let Some((at, (member, packet))) = link.arrive(self.now) {
                if let Some(watching) = self.viewers.get_mut(&member) {
                    watching.viewer.arrive(self.now, at, packet);
                }
            }
        }
        for watching in self.viewers.values_mut() {
            for feedback in watching.viewer.poll(self.now) {
                watching.feedback.send(self.now, 100, feedback);
            }
        }
    }

    fn listen(&mut self) {
        let mut said = Vec::new();
        for (member, watching) in &mut self.viewers {
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
                    links: &mut self.links,
                };
                self.room.repeat(self.now, member, track, lost.into_iter(), &mut wire);
            }
            Feedback::KeyFrame => self.tell(Input::KeyFrameWanted { member, track }),
            Feedback::Loss(fraction_lost) => self.tell(Input::LossReport {
                member,
                track,
                fraction_lost,
            }),
            Feedback::Transport(packets) => {
                let now = self.now;
                let watching = self.viewers.get_mut(&member);
                let Some(controller) = watching.and_then(|watching| watching.sending.controller.as_mut()) else {
                    return;
                };
                if let Some(path) = controller.feedback(now, Duration::ZERO, packets.into_iter()) {
                    self.tell(Input::Path { member, path });
                }
            }
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
            Output::StreamBound {
                stream: MICROPHONE_STREAM,
                key,
                ..
            } => self.microphone = Some(key),
            Output::StreamBound { key, .. } => self.streams[usize::from(key.layer)] = Some(key),
            Output::KeyFrame { stream, .. } => self.camera.ask_key_frame(u8::try_from(stream).unwrap_or_default()),
            Output::Attach { member, track, spec } => {
                let is_sound = !spec.codec.is_video();
                let start = SenderStart {
                    sequence: 0xfff0,
                    repair_sequence: (!is_sound).then_some(0),
                    redundancy: false,
                };
                self.room.handle(
                    self.now,
                    Input::SenderReady {
                        member,
                        track,
                        sender: if is_sound { SOUND } else { 0 },
                        start,
                    },
                );
            }
            Output::Need { member, need } => {
                let watching = self.viewers.get_mut(&member);
                if let Some(controller) = watching.and_then(|watching| watching.sending.controller.as_mut()) {
                    controller.set_need(self.now, need);
                }
            }
            Output::StreamState { to, paused, .. } => {
                let now = self.now;
                if let Some(watching) = self.viewers.get_mut(&to) {
                    watching.viewer.pause(now, paused);
                    if paused {
                        watching.sending.pacer.forget(0);
                    }
                }
            }
            _ => {}
        }
    }
}
