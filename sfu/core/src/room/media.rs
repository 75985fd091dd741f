//! The packet path, and what the clock does to it.

use crate::codec::{Codec, Payload};
use crate::forward::{Down, Egress, SenderStart};
use crate::ids::MemberId;
use crate::output::Output;
use crate::publish::{Carried, Inbound, SenderClock};
use crate::room::{Room, StreamKey, TrackKey};
use crate::time::Time;
use crate::word::Word;

/// A received packet, as the transport opened it.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// Codec, by its payload type.
    pub codec: Codec,
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp.
    pub timestamp: u32,
    /// Marker bit.
    pub marker: bool,
    /// Loudness in −dBov (RFC 6464): 0 is the loudest, 127 silence.
    pub audio_level: Option<u8>,
    /// Header extensions that go through unchanged.
    pub carried: Carried,
    /// The dependency descriptor, as on the wire.
    pub dependency: Option<&'a [u8]>,
    /// Payload without padding; empty for a packet that only probes the bandwidth.
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    pub(super) const fn numbered(self, sequence: u64, about: Payload) -> Inbound<'a> {
        Inbound {
            sequence,
            timestamp: self.timestamp,
            marker: self.marker,
            carried: self.carried,
            dependency: self.dependency,
            recovered: false,
            about,
            payload: self.payload,
        }
    }
}

impl Room {
    /// The packet path in: packets of one layer, in the order they came, to everybody who gets them. Asks
    /// [`Room::poll`] for nothing: what it decides about key frames shows at the next timeout.
    pub fn forward<'a>(
        &mut self,
        now: Time,
        at: StreamKey,
        packets: impl Iterator<Item = Packet<'a>>,
        egress: &mut impl Egress,
    ) {
        if let Some(track) = self.tracks.get_mut(at.track) {
            track.forward(now, at.layer, packets, egress);
        }
    }

    /// The packet path back: sends a subscriber again what it names as lost (a NACK, RFC 4585 §6.2.1).
    pub fn repeat(
        &mut self,
        now: Time,
        member: MemberId,
        track: TrackKey,
        lost: impl Iterator<Item = u16>,
        egress: &mut impl Egress,
    ) {
        let gap = self.repeat_gap(member);
        if let Some(track) = self.tracks.get_mut(track) {
            track.repeat(now, member, gap, lost, egress);
        }
    }

    pub(super) fn sender_ready(&mut self, now: Time, id: MemberId, key: TrackKey, sender: u32, start: SenderStart) {
        let Some(member) = self.members.get(&id).filter(|member| member.attached.contains(&key)) else {
            return;
        };
        let Some(track) = self.tracks.get_mut(key) else { return };
        if track.down_mut(id).is_some() {
            return;
        }
        let mut down = Down::new(crate::forward::Destination { member: id, sender }, track.codec, start);
        if let Some(settings) = member.settings.get(&track.info.sid) {
            down.set_target(super::subscription::target(*settings, &track.info));
        }
        track.add_down(down);
        self.had_subscriber(key);
        self.allocate(now, id);
        self.ask_key_frame_for(now, id, key);
    }

    /// Tells a publisher of the first subscriber to a track.
    pub(super) fn had_subscriber(&mut self, key: TrackKey) {
        let Some(track) = self.tracks.get_mut(key).filter(|track| !track.had_subscriber) else {
            return;
        };
        track.had_subscriber = true;
        match track.publisher.part().zip(track.origin) {
            Some((part, origin)) => self.tell_part(part, Word::Subscribed(origin)),
            None => {
                let (to, track) = (track.publisher, track.info.sid.clone());
                self.push(Output::Subscribed { to, track });
            }
        }
    }

    pub(super) fn key_frame_wanted(&mut self, now: Time, member: MemberId, key: TrackKey) {
        let Some(track) = self.tracks.get_mut(key) else { return };
        let wanted = track.down_mut(member).and_then(|down| down.key_frame_layer());
        if let Some(layer) = wanted.and_then(|rank| track.layer_mut(rank)) {
            layer.key_frames.want();
        }
        self.ask_key_frames(now, key);
    }

    pub(super) fn loss_report(&mut self, now: Time, member: MemberId, key: TrackKey, fraction_lost: u8) {
        if let Some(member) = self.members.get_mut(&member) {
            member.judgement.note_loss(fraction_lost);
        }
        if self.path(member).is_some() {
            return; // transport-wide feedback says more
        }
        let Some(track) = self.tracks.get_mut(key) else { return };
        let Some(down) = track.down_mut(member) else { return };
        if let crate::forward::DownState::Forwarding { layer } = down.state() {
            down.loss.report(now, fraction_lost, layer);
            track.aim(member);
            self.ask_key_frame_for(now, member, key);
        }
    }

    pub(super) fn sender_clock(&mut self, now: Time, key: TrackKey, rank: u8, ntp: u64, rtp: u32) {
        let Some(track) = self.tracks.get_mut(key) else { return };
        let is_ours = track.origin.is_none();
        if let Some(layer) = track.layer_mut(rank) {
            layer.clock = Some(SenderClock { ntp, rtp, arrival: now });
        }
        if is_ours {
            let (track, layer) = (key, rank);
            self.tell_parts(Word::Clock { track, layer, ntp, rtp });
        }
    }

    /// Asks for a key frame if a member's copy waits for one.
    pub(super) fn ask_key_frame_for(&mut self, now: Time, member: MemberId, key: TrackKey) {
        if let Some(track) = self.tracks.get_mut(key) {
            track.note_waiting(member);
            self.ask_key_frames(now, key);
        }
    }

    pub(super) fn ask_key_frames(&mut self, now: Time, key: TrackKey) {
        let Some(track) = self.tracks.get_mut(key) else { return };
        let (member, origin) = (track.publisher, track.origin);
        for stream in track.key_frames_due(now) {
            match member.part().zip(origin) {
                Some((part, track)) => self.tell_part(part, Word::KeyFrame { track, stream }),
                None => self.push(Output::KeyFrame { member, stream }),
            }
        }
    }

    pub(super) fn tick_media(&mut self, now: Time) {
        for key in self.tracks.keys() {
            let Some(track) = self.tracks.get_mut(key) else {
                continue;
            };
            track.refresh_activity(now);
            track.note_all_waiting();
            let clocks = track.clocks();
            let reports = track
                .take_turn(now)
                .filter_map(|down| Some((down.to(), down.report(now, &clocks)?)));
            self.outputs.extend(reports.map(|(to, numbers)| Output::SenderReport {
                member: to.member,
                sender: to.sender,
                numbers,
            }));
            self.ask_key_frames(now, key);
        }
    }
}
