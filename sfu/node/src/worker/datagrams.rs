//! The packet path in: datagram → peer → opened packet → its layer's batch → room → egress.

use std::sync::Arc;
use std::time::Duration;

use sfu_core::publish::{CaptureTime, Carried};
use sfu_core::{Input, Packet, PartId, StreamKey, TrackKey};
use sfu_peer::rtcp::Packet as Rtcp;
use sfu_peer::rtp::RtpPacket;
use sfu_peer::srtp::Session;
use sfu_peer::{Codec, Received, Role, demux, rtcp};
use smallvec::SmallVec;
use time::OffsetDateTime;

use super::egress::Forwarder;
use super::handed::Handed;
use super::links::Link;
use super::member::{Binding, MemberKey, member_id};
use super::path::Path;
use super::peers::{PeerEntry, PeerKey};
use super::state::{RoomKey, State, Stopwatch};
use crate::cache::fetch;
use crate::limits::{MEDIA_BATCH, RECEIVE_BATCH, REPORTS_WAIT};
use crate::metrics::WorkerMetrics;
use crate::socket::{Datagram, ReceiveBatch};

/// An opened packet and where it goes.
#[derive(Debug)]
struct Routed<'d> {
    room: RoomKey,
    stream: StreamKey,
    /// Place in the batch: sorting by it keeps the order of arrival.
    order: usize,
    packet: RtpPacket<'d>,
}

/// Whose the messages of a batch are.
type Known = SmallVec<[Option<PeerKey>; RECEIVE_BATCH]>;

type Media<'d> = SmallVec<[Routed<'d>; MEDIA_BATCH]>;

impl State {
    /// Handles what was received.
    pub(super) fn datagrams(&mut self, batch: &mut ReceiveBatch) {
        self.begin_turn();
        let read = self.config.clock.now();
        let mut media = Media::new();
        let (mut packets, mut bytes) = (0, 0);
        let known: Known = batch.senders().map(|from| self.addresses.get(&from).copied()).collect();
        for (at, datagram) in batch.datagrams().enumerate() {
            self.approach(&known, at);
            packets += 1;
            bytes += datagram.bytes.len() as u64;
            self.datagram(read, datagram, &mut media);
            if media.len() >= MEDIA_BATCH {
                self.forward(&mut media);
            }
        }
        self.forward(&mut media);
        self.metrics.received(packets, bytes);
        self.settle();
    }

    /// Lets the processor fetch what those need who come next, while it works for somebody else: of hundreds nothing is
    /// at hand. A step each time, as in [`Forwarder`]. Where a sender's datagrams came as one message it runs ahead.
    fn approach(&self, known: &Known, at: usize) {
        let key = |ahead: usize| known.get(at + ahead).copied().flatten();
        if let Some(key) = key(3) {
            fetch(self.peers.place(key.index()));
        }
        if let Some(entry) = key(2).and_then(|key| self.peers.get(key)) {
            fetch(entry.path.as_deref());
            fetch(entry.peer.session());
            fetch(self.members.place(entry.member.index()));
        }
        if let Some(PeerEntry { path, peer, .. }) = key(1).and_then(|key| self.peers.get(key)) {
            fetch(path.as_deref().and_then(Path::recent_entries));
            fetch(peer.session().and_then(Session::reported));
        }
    }

    fn datagram<'d>(&mut self, read: OffsetDateTime, datagram: Datagram<'d>, media: &mut Media<'d>) {
        let now = self.now;
        let Datagram {
            from,
            bytes: datagram,
            at,
        } = datagram;
        // From an address nobody has validated, only a connectivity check that names a peer of ours is of interest.
        let known = self.addresses.get(&from).copied();
        let is_check = demux::classify(datagram) == sfu_peer::DatagramKind::Stun;
        let named = || {
            demux::peer_key(datagram)
                .map(|key| PeerKey::from_bits(key.0))
                .filter(|_| is_check)
        };
        let Some(key) = named().or(known) else {
            return self.metrics.refused();
        };
        let Some(entry) = self.peers.get_mut(key) else {
            return self.metrics.refused();
        };
        let (member, role) = (entry.member, entry.role);
        let dropped = entry.peer.dropped();
        let received = entry.peer.handle_datagram(now, from, datagram);
        let dropped = entry.peer.dropped() - dropped;
        if dropped > 0 {
            self.metrics.invalid(dropped);
        }
        // What a subscriber reports is for the room, and leaves the peer as it was.
        if role == Role::Publisher || !matches!(received, Received::Rtcp(_)) {
            self.touch(key);
        }
        match received {
            Received::Nothing => {}
            Received::Rtp(packet) => {
                self.take_in(key, member, packet, media);
                let likenesses = self.members.get(member).map_or(0, |member| member.likenesses.len());
                for at in 0..likenesses {
                    let likeness = self.members.get(member).and_then(|of| of.likenesses.get(at)).copied();
                    if let Some(likeness) = likeness {
                        self.take_in(key, likeness, packet, media);
                    }
                }
            }
            Received::Rtcp(compound) => {
                let waited = at.map_or(Duration::ZERO, |at| waited(read, at));
                self.rtcp(key, member, compound, waited);
            }
        }
    }

    fn take_in<'d>(&mut self, key: PeerKey, member: MemberKey, packet: RtpPacket<'d>, media: &mut Media<'d>) {
        if let Some((room, stream)) = self.route(key, member, &packet) {
            media.push(Routed {
                room,
                stream,
                order: media.len(),
                packet,
            });
        } else {
            self.metrics.unrouted();
        }
    }

    /// Where a packet of a publisher goes.
    fn route(&mut self, peer: PeerKey, key: MemberKey, packet: &RtpPacket<'_>) -> Option<(RoomKey, StreamKey)> {
        let member = self.members.get_mut(key)?;
        let room = member.room;
        match member.stream_mut(packet.stream).binding {
            Binding::Bound(stream) => return Some((room, stream)),
            Binding::Refused => return None,
            Binding::Unknown => {}
        }
        self.bind_stream(peer, key, packet);
        match self.members.get_mut(key)?.stream_mut(packet.stream).binding {
            Binding::Bound(stream) => Some((room, stream)),
            Binding::Unknown | Binding::Refused => None,
        }
    }

    /// Asks the room what a new stream is.
    fn bind_stream(&mut self, peer: PeerKey, key: MemberKey, packet: &RtpPacket<'_>) {
        let Some(entry) = self.peers.get(peer) else { return };
        let Some(info) = entry.peer.stream(packet.stream).copied() else {
            return;
        };
        let section = entry
            .peer
            .receive_sections()
            .iter()
            .find(|section| section.mid == info.mid);
        let cid = section.map(|section| section.track_id.clone()).unwrap_or_default();
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let stream = member.stream_mut(packet.stream);
        stream.ssrc = info.ssrc;
        stream.mid = Some(info.mid);
        stream.binding = Binding::Refused;
        let codec = core_codec(packet.codec);
        let rid = info.rid.map(|rid| rid.as_str().to_owned());
        let member = member_id(key);
        self.tell_room(
            key,
            Input::Stream {
                member,
                stream: packet.stream.0,
                cid,
                rid,
                codec,
            },
        );
        self.settle();
    }

    /// Sends a batch on: one track's packets at a time.
    fn forward(&mut self, media: &mut Media<'_>) {
        if media.is_empty() {
            return;
        }
        let (time, appended) = (self.time(), self.outbox.appended().0);
        let mut elsewhere = 0;
        media.sort_unstable_by_key(|routed| (routed.room, routed.stream.track, routed.stream.layer, routed.order));
        for run in media.chunk_by(|a, b| a.room == b.room && a.stream == b.stream) {
            let Some(entry) = self.rooms.get_mut(run[0].room) else {
                continue;
            };
            let before = self.outbox.appended();
            entry.traffic.packets_received += run.len() as u64;
            entry.traffic.bytes_received += run.iter().map(|routed| routed.packet.payload.len() as u64).sum::<u64>();
            let packets = run.iter().map(|routed| core_packet(&routed.packet));
            let takers = entry.room.takers(run[0].stream.track);
            if !takers.is_empty() {
                // First of all: they work while we do.
                let handed = self.buffers.fill(entry.tag, run[0].stream, packets.clone());
                elsewhere = hand_over(&self.links, &self.metrics, &takers, &handed).max(elsewhere);
            }
            let mut egress = Forwarder::new(
                time,
                Stopwatch(&self.config.clock, self.epoch),
                &self.members,
                &mut self.peers,
                &mut self.outbox,
                &mut self.waiting,
            );
            entry.room.forward(time, run[0].stream, packets, &mut egress);
            self.count_sent(Some(run[0].room), before);
        }
        self.note_copies(appended, media.len());
        self.copies_elsewhere = elsewhere.max(self.copies_elsewhere - self.copies_elsewhere / 8);
        media.clear();
    }

    /// Sends on what another worker received.
    pub(super) fn handed(&mut self, handed: &Handed) {
        let (time, before) = (self.time(), self.outbox.appended());
        let room = self.tags.get(&handed.room).copied();
        let Some(entry) = room.and_then(|key| self.rooms.get_mut(key)) else {
            return;
        };
        let mut egress = Forwarder::new(
            time,
            Stopwatch(&self.config.clock, self.epoch),
            &self.members,
            &mut self.peers,
            &mut self.outbox,
            &mut self.waiting,
        );
        entry
            .room
            .forward_from(time, handed.from, handed.at, handed.packets(), &mut egress);
        self.note_copies(before.0, handed.len());
        self.count_sent(room, before);
    }

    /// Small rooms on this worker do not make it forget the large one at once.
    fn note_copies(&mut self, appended: u64, packets: usize) {
        let copies = (self.outbox.appended().0 - appended) / packets.max(1) as u64;
        self.copies = copies.max(self.copies - self.copies / 8);
    }

    fn rtcp(&mut self, peer: PeerKey, key: MemberKey, compound: rtcp::Compound<'_>, waited: Duration) {
        for packet in compound {
            match packet {
                Rtcp::SenderReport { ssrc, info, reports } => {
                    self.sender_clock(key, ssrc, info.ntp_time, info.rtp_time);
                    self.loss_reports(peer, key, reports);
                }
                Rtcp::ReceiverReport { reports, .. } => self.loss_reports(peer, key, reports),
                Rtcp::Nack { media_ssrc, sequences } => {
                    if let Some(track) = self.sent_track(peer, key, media_ssrc) {
                        self.repeat(key, track, sequences);
                    }
                }
                Rtcp::KeyframeRequest { media_ssrc } => {
                    if let Some(track) = self.sent_track(peer, key, media_ssrc) {
                        self.tell_room(
                            key,
                            Input::KeyFrameWanted {
                                member: member_id(key),
                                track,
                            },
                        );
                    }
                }
                Rtcp::TransportFeedback(feedback) => self.transport_feedback(peer, key, &feedback, waited),
                Rtcp::Goodbye { .. } | Rtcp::Remb { .. } => {}
            }
        }
    }

    /// A publisher's clocks count wherever what they publish is seen.
    fn sender_clock(&mut self, key: MemberKey, ssrc: u32, ntp: u64, rtp: u32) {
        let Some(member) = self.members.get(key) else { return };
        let places: SmallVec<[MemberKey; 4]> = std::iter::once(key).chain(member.likenesses.iter().copied()).collect();
        for key in places {
            let bound = self.members.get(key).and_then(|member| member.bound_ssrc(ssrc));
            if let Some(StreamKey { track, layer }) = bound {
                self.tell_room(key, Input::SenderClock { track, layer, ntp, rtp });
            }
        }
    }

    fn loss_reports(&mut self, peer: PeerKey, key: MemberKey, reports: rtcp::Reports<'_>) {
        for report in reports {
            if let Some(track) = self.sent_track(peer, key, report.ssrc) {
                let (member, fraction_lost) = (member_id(key), report.fraction_lost);
                self.tell_room(
                    key,
                    Input::LossReport {
                        member,
                        track,
                        fraction_lost,
                    },
                );
            }
        }
    }

    fn repeat(&mut self, key: MemberKey, track: TrackKey, lost: impl Iterator<Item = u16>) {
        let time = self.time();
        let Some(room) = self.members.get(key).map(|member| member.room) else {
            return;
        };
        let before = self.outbox.appended();
        let Some(entry) = self.rooms.get_mut(room) else { return };
        let mut egress = Forwarder::new(
            time,
            Stopwatch(&self.config.clock, self.epoch),
            &self.members,
            &mut self.peers,
            &mut self.outbox,
            &mut self.waiting,
        );
        entry.room.repeat(time, member_id(key), track, lost, &mut egress);
        self.count_sent(Some(room), before);
    }

    /// The track that a subscriber means by the SSRC of its media stream.
    fn sent_track(&self, peer: PeerKey, key: MemberKey, ssrc: u32) -> Option<TrackKey> {
        let (handle, is_repair) = self.peers.get(peer)?.peer.track_by_ssrc(ssrc)?;
        self.members.get(key)?.track_of(handle).filter(|_| !is_repair)
    }
}

/// How long a datagram that arrived `at`, since 1970, was waiting to be read; no longer than we let it, for that clock may
/// be set meanwhile.
fn waited(read: OffsetDateTime, at: Duration) -> Duration {
    let arrived = OffsetDateTime::UNIX_EPOCH + at;
    Duration::try_from(read - arrived).map_or(Duration::ZERO, |waited| waited.min(REPORTS_WAIT))
}

/// Hands packets to the workers that have somebody who gets them. Answers how many copies one makes of each, at most.
fn hand_over(links: &[Link], metrics: &WorkerMetrics, to: &[PartId], handed: &Arc<Handed>) -> u64 {
    let Some(priority) = handed.priority() else { return 0 };
    let mut copies = 0;
    for link in to.iter().filter_map(|part| links.get(usize::from(part.0))) {
        copies = link.copies().max(copies);
        if !link.hand(Arc::clone(handed), priority) {
            metrics.not_handed(handed.len() as u64);
        }
    }
    copies
}

fn core_packet<'d>(packet: &RtpPacket<'d>) -> Packet<'d> {
    let extensions = &packet.extensions;
    Packet {
        codec: core_codec(packet.codec),
        sequence: packet.header.sequence_number,
        timestamp: packet.header.timestamp,
        marker: packet.header.marker,
        audio_level: extensions.audio_level.map(|level| level.level),
        carried: Carried {
            orientation: extensions.video_orientation,
            playout_delay: extensions.playout_delay,
            capture_time: extensions.capture_time.map(|time| CaptureTime {
                ntp: time.ntp,
                offset: time.offset,
            }),
        },
        dependency: extensions.dependency_descriptor,
        payload: packet.payload,
    }
}

const fn core_codec(codec: Codec) -> sfu_core::codec::Codec {
    match codec {
        Codec::Opus => sfu_core::codec::Codec::Opus,
        Codec::Red => sfu_core::codec::Codec::Red,
        Codec::Vp8 => sfu_core::codec::Codec::Vp8,
        Codec::Vp9 => sfu_core::codec::Codec::Vp9,
        Codec::H264(_) => sfu_core::codec::Codec::H264,
        Codec::Av1 => sfu_core::codec::Codec::Av1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waited_is_told_by_two_clocks_and_within_reason() {
        let at = Duration::from_secs(1_700_000_000);
        let arrived = OffsetDateTime::UNIX_EPOCH + at;
        let (little, much) = (REPORTS_WAIT / 2, REPORTS_WAIT * 100);
        assert_eq!(waited(arrived + little, at), little);
        assert_eq!(waited(arrived + much, at), REPORTS_WAIT, "the clock was set forward");
        assert_eq!(waited(arrived - much, at), Duration::ZERO, "the clock was set back");
    }
}
