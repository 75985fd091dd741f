//! A client that watches: it reorders packets, asks for what is missing, reports its losses, and decodes in order.

use std::collections::BTreeMap;
use std::time::Duration;

use sfu_core::Time;

use crate::camera::Mark;
use crate::judging::Judged;

/// A packet as it left the SFU.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// Sequence number of the media stream.
    pub sequence: u16,
    /// Timestamp.
    pub timestamp: u32,
    /// Marker bit.
    pub marker: bool,
    /// Payload; empty for padding.
    pub payload: Vec<u8>,
    /// It repeats a lost packet.
    pub is_repair: bool,
    /// Its number among all packets to this viewer; `None` when the client did not negotiate one.
    pub transport: Option<u16>,
    /// What it carries.
    pub content: Content,
}

/// What a packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A piece of a picture.
    Picture,
    /// 20 ms of sound.
    Sound,
    /// Nothing: a probe's padding.
    Padding,
}

/// What a viewer asks of the SFU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feedback {
    /// These are missing.
    Nack(Vec<u16>),
    /// The decoder cannot go on.
    KeyFrame,
    /// Share lost since the last report, in 1/256.
    Loss(u8),
    /// Transport-wide feedback: each packet's number and, if it came, when in µs.
    Transport(Vec<(u16, Option<i64>)>),
}

/// What keeps a viewer's computer from showing what arrives.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Computer {
    /// Share of the pictures that it throws away, since it is late.
    pub thrown: f64,
    /// What it has to say is so much later.
    pub late: Duration,
}

/// What a viewer has seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// Frames decoded.
    pub frames: u32,
    /// Of these, thrown away by a slow computer.
    pub thrown: u32,
    /// Frames decoded of each layer.
    pub by_layer: [u32; 3],
    /// Layer of the last frame.
    pub layer: Option<u8>,
    /// Layers of the decoded frames, each time that it changed, and when.
    pub changes: Vec<(Time, u8)>,
    /// Longest time between two decoded frames.
    pub longest_gap: Duration,
    /// Times that the decoder had to give up and begin anew.
    pub restarts: u32,
    /// Times that it went on with a later key frame, since a packet before was missing.
    pub skips: u32,
    /// Packets asked for again.
    pub asked_again: u32,
    /// Repaired packets that came.
    pub repaired: u32,
    /// Bytes that came.
    pub bytes: u64,
    /// Times that the picture stood still, not counting what was paused.
    pub freezes: u32,
    /// For how long in all.
    pub frozen: Duration,
    /// Times that the picture was paused for want of bandwidth.
    pub pauses: u32,
    /// The picture is paused at present.
    pub is_paused: bool,
    /// Packets of sound that came.
    pub sounds: u32,
    /// Longest time between two of them.
    pub longest_silence: Duration,
    /// How the connection was judged, each time that it changed.
    pub judged: Vec<Judged>,
    /// What must never happen, in words.
    pub faults: Vec<String>,
}

/// A picture that is older than this stands still.
pub const FREEZE: Duration = Duration::from_millis(250);

#[derive(Debug)]
struct Missing {
    asked: u32,
    next_ask: Time,
    since: Time,
}

/// After this long without a missing packet, the decoder begins anew.
const PATIENCE: Duration = Duration::from_millis(800);
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// Between two pleas for a first key frame.
const PLEA_INTERVAL: Duration = Duration::from_millis(500);
/// Asks for one packet (libwebrtc: 10).
const ASKS_MAX: u32 = 10;

/// A viewer.
#[derive(Debug)]
pub struct Viewer {
    round_trip: Duration,
    received: BTreeMap<u64, Delivered>,
    missing: BTreeMap<u64, Missing>,
    highest: Option<u64>,
    /// The next number to decode; `None` before a key frame.
    next: Option<u64>,
    last_frame: Option<(Time, u32, Mark)>,
    frame_began: bool,
    has_skipped: bool,
    /// When to ask for a key frame, while there is nothing to begin with.
    next_plea: Option<Time>,
    report: Report,
    last_sound: Option<Time>,
    transport: Transport,
    /// What it has to show the pictures with.
    pub computer: Computer,
    /// Pictures that are to be thrown away.
    to_throw: f64,
    /// What it has seen.
    pub seen: Seen,
}

/// What transport-wide feedback is due.
#[derive(Debug, Default)]
struct Transport {
    /// Numbers below have been reported on.
    next: u64,
    highest: Option<u64>,
    arrived: BTreeMap<u64, i64>,
    due: Option<Time>,
}

/// Between two transport-wide feedbacks (libwebrtc: 50 to 250 ms).
const TRANSPORT_INTERVAL: Duration = Duration::from_millis(100);
/// Resolution of the times in them.
const TRANSPORT_US: i64 = 250;

/// Counts since the last report of losses.
#[derive(Debug)]
struct Report {
    since: Time,
    received: u64,
    expected: u64,
}

impl Viewer {
    /// A viewer who expects repairs after this round trip.
    pub fn new(now: Time, round_trip: Duration) -> Self {
        Self {
            round_trip,
            received: BTreeMap::new(),
            missing: BTreeMap::new(),
            highest: None,
            next: None,
            last_frame: None,
            frame_began: false,
            has_skipped: false,
            next_plea: None,
            report: Report {
                since: now,
                received: 0,
                expected: 0,
            },
            last_sound: None,
            transport: Transport::default(),
            computer: Computer::default(),
            to_throw: 0.0,
            seen: Seen::default(),
        }
    }

    /// Forgets how long it waited: what was not shown meanwhile was not wanted.
    pub fn resume(&mut self, now: Time) {
        if let Some((at, ..)) = &mut self.last_frame {
            *at = now;
        }
    }

    /// How old the picture is; zero before the first.
    pub fn idle(&self, now: Time) -> Duration {
        self.last_frame.map_or(Duration::ZERO, |(at, ..)| now.since(at))
    }

    /// Learns that the picture is paused, or goes on.
    pub fn pause(&mut self, now: Time, paused: bool) {
        if paused && !self.seen.is_paused {
            self.seen.pauses += 1;
            self.note_gap(now);
        }
        self.seen.is_paused = paused;
        self.resume(now);
    }

    /// Takes in a packet that arrived at `at`, of whatever content.
    pub fn arrive(&mut self, now: Time, at: Time, packet: Delivered) {
        if let Some(number) = packet.transport {
            self.transport.arrived(now, at, number);
        }
        match packet.content {
            Content::Picture => self.receive(now, packet),
            Content::Sound => {
                let silence = self
                    .last_sound
                    .replace(at)
                    .map_or(Duration::ZERO, |last| at.since(last));
                self.seen.longest_silence = self.seen.longest_silence.max(silence);
                self.seen.sounds += 1;
            }
            Content::Padding => {}
        }
    }

    /// Takes a packet in.
    pub fn receive(&mut self, now: Time, packet: Delivered) {
        self.seen.bytes += packet.payload.len() as u64;
        self.seen.repaired += u32::from(packet.is_repair);
        let sequence = extend(self.highest, packet.sequence);
        if !packet.is_repair {
            self.report.received += 1;
            if self.received.contains_key(&sequence) {
                self.seen.faults.push(format!("{sequence} came twice"));
            }
        }
        self.note_missing(now, sequence);
        if self.next.is_none_or(|next| sequence >= next) {
            self.received.insert(sequence, packet);
        }
        self.begin(now);
        self.decode(now);
        self.skip(now);
    }

    /// What it has to say now.
    pub fn poll(&mut self, now: Time) -> Vec<Feedback> {
        let mut feedback: Vec<_> = self
            .transport
            .feedback(now)
            .map(Feedback::Transport)
            .into_iter()
            .collect();
        let lost = self.ask_again(now);
        if !lost.is_empty() {
            feedback.push(Feedback::Nack(lost));
        }
        let is_blocked = |missing: &Missing| now.since(missing.since) > PATIENCE;
        if self
            .next
            .and_then(|next| self.missing.get(&next))
            .is_some_and(is_blocked)
        {
            self.restart(now);
        }
        if self.next_plea.is_some_and(|due| due <= now) {
            self.next_plea = Some(now + PLEA_INTERVAL);
            feedback.push(Feedback::KeyFrame);
        }
        if now.since(self.report.since) >= REPORT_INTERVAL {
            let report = std::mem::replace(
                &mut self.report,
                Report {
                    since: now,
                    received: 0,
                    expected: 0,
                },
            );
            let lost = report.expected.saturating_sub(report.received);
            let fraction = lost * 256 / report.expected.max(1);
            feedback.push(Feedback::Loss(u8::try_from(fraction).unwrap_or(u8::MAX)));
        }
        feedback
    }

    fn note_missing(&mut self, now: Time, sequence: u64) {
        let highest = self.highest.unwrap_or(sequence);
        for lost in highest + 1..sequence {
            self.missing.insert(
                lost,
                Missing {
                    asked: 0,
                    next_ask: now,
                    since: now,
                },
            );
        }
        let is_first = self.highest.is_none();
        self.report.expected += sequence.saturating_sub(highest) + u64::from(is_first);
        self.highest = Some(highest.max(sequence));
        self.missing.remove(&sequence);
    }

    fn ask_again(&mut self, now: Time) -> Vec<u16> {
        let mut lost = Vec::new();
        for (sequence, missing) in &mut self.missing {
            if missing.next_ask <= now && missing.asked < ASKS_MAX {
                missing.asked += 1;
                missing.next_ask = now + self.round_trip + Duration::from_millis(20);
                lost.push((sequence & 0xffff) as u16);
            }
        }
        self.seen.asked_again += u32::try_from(lost.len()).unwrap_or(u32::MAX);
        lost
    }

    /// Gives up what is missing: the decoder begins anew.
    fn restart(&mut self, now: Time) {
        self.seen.restarts += 1;
        self.frame_began = false;
        self.next = None;
        self.begin(now);
        self.decode(now);
    }

    /// When the decoder waits for a packet and a whole key frame is there, it goes on with that, as libwebrtc's does.
    fn skip(&mut self, now: Time) {
        let Some(next) = self.next else { return };
        let is_key = |packet: &Delivered| Mark::read(&packet.payload).is_some_and(|mark| mark.key);
        let begins = self.received.range(next..).filter(|(_, packet)| is_key(packet));
        let is_whole = |begin: u64| {
            (begin..)
                .map_while(|sequence| self.received.get(&sequence))
                .any(|packet| packet.marker)
        };
        let Some(begin) = begins.map(|(sequence, _)| *sequence).rfind(|begin| is_whole(*begin)) else {
            return;
        };
        self.seen.skips += 1;
        self.frame_began = false;
        self.has_skipped = true;
        self.next = Some(begin);
        self.received = self.received.split_off(&begin);
        self.missing = self.missing.split_off(&begin);
        self.decode(now);
    }

    /// Decoding begins with the first packet of a key frame; without one, it is asked for.
    fn begin(&mut self, now: Time) {
        if self.next.is_some() {
            return;
        }
        let is_key = |packet: &Delivered| Mark::read(&packet.payload).is_some_and(|mark| mark.key);
        self.next = self
            .received
            .iter()
            .find(|(_, packet)| is_key(packet))
            .map(|(sequence, _)| *sequence);
        match self.next {
            Some(next) => {
                self.received = self.received.split_off(&next);
                self.missing = self.missing.split_off(&next);
                self.next_plea = None;
            }
            None => {
                self.next_plea.get_or_insert(now + PLEA_INTERVAL);
            }
        }
    }

    fn decode(&mut self, now: Time) {
        while let Some(next) = self.next {
            let Some(packet) = self.received.remove(&next) else {
                return;
            };
            self.next = Some(next + 1);
            self.take(now, &packet);
        }
    }

    /// Takes the next packet in order.
    fn take(&mut self, now: Time, packet: &Delivered) {
        let Some(mark) = Mark::read(&packet.payload) else {
            return;
        };
        if !self.frame_began {
            self.frame_began = true;
            self.check(packet, mark);
        }
        if !packet.marker {
            return;
        }
        self.frame_began = false;
        self.note_gap(now);
        if self.seen.layer != Some(mark.layer) {
            self.seen.changes.push((now, mark.layer));
        }
        self.seen.layer = Some(mark.layer);
        self.seen.frames += 1;
        self.to_throw += self.computer.thrown;
        if self.to_throw >= 1.0 {
            self.to_throw -= 1.0;
            self.seen.thrown += 1;
        }
        self.seen.by_layer[usize::from(mark.layer)] += 1;
        self.last_frame = Some((now, packet.timestamp, mark));
    }

    fn note_gap(&mut self, now: Time) {
        let Some((at, ..)) = self.last_frame.filter(|_| !self.seen.is_paused) else {
            return;
        };
        let gap = now.since(at);
        self.seen.longest_gap = self.seen.longest_gap.max(gap);
        if gap > FREEZE {
            self.seen.freezes += 1;
            self.seen.frozen += gap;
        }
    }

    /// What must hold between two frames that follow each other.
    fn check(&mut self, packet: &Delivered, mark: Mark) {
        let has_skipped = std::mem::take(&mut self.has_skipped);
        let Some((_, timestamp, last)) = self.last_frame.filter(|_| !has_skipped) else {
            return;
        };
        let ahead = packet.timestamp.wrapping_sub(timestamp);
        if ahead == 0 || ahead > 90_000 * 60 {
            self.seen.faults.push(format!("timestamps step by {ahead}"));
        }
        let expected = (last.picture + 1) & 0x7fff;
        if mark.picture != expected && self.seen.restarts == 0 {
            self.seen
                .faults
                .push(format!("picture {} after {}", mark.picture, last.picture));
        }
        if mark.layer != last.layer && !mark.key && self.seen.restarts == 0 {
            self.seen.faults.push(format!(
                "layer {} follows {} without a key frame",
                mark.layer, last.layer
            ));
        }
    }
}

impl Transport {
    fn arrived(&mut self, now: Time, at: Time, number: u16) {
        let number = extend(self.highest, number);
        if self.highest.is_none() {
            self.next = number;
        }
        self.highest = self.highest.max(Some(number));
        let micros = i64::try_from(at.as_micros()).unwrap_or_default();
        self.arrived.insert(number, micros / TRANSPORT_US * TRANSPORT_US);
        self.due.get_or_insert(now + TRANSPORT_INTERVAL);
    }

    fn feedback(&mut self, now: Time) -> Option<Vec<(u16, Option<i64>)>> {
        self.due.take_if(|due| *due <= now)?;
        let arrived = std::mem::take(&mut self.arrived);
        let first = *arrived.keys().next()?;
        let highest = self.highest?;
        // Late ones begin the report anew from where they belong, as libwebrtc does.
        let from = self.next.min(first);
        self.next = highest + 1;
        let report = |number: u64| ((number & 0xffff) as u16, arrived.get(&number).copied());
        Some((from..=highest).map(report).collect())
    }
}

/// The extended number nearest to the highest one.
fn extend(highest: Option<u64>, sequence: u16) -> u64 {
    let Some(highest) = highest else {
        return (1 << 16) | u64::from(sequence);
    };
    let ahead = sequence.wrapping_sub((highest & 0xffff) as u16);
    if ahead < 0x8000 {
        highest + u64::from(ahead)
    } else {
        highest - u64::from(ahead.wrapping_neg())
    }
}
