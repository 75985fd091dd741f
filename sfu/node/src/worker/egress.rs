//! The end of the packet path: header and payload are written into the arena and sealed there.

use sfu_core::codec::dependency;
use sfu_core::forward::{APPROACH, Destination, Down, Egress, Outgoing};
use sfu_core::limits::WIRE_OVERHEAD_BYTES;
use sfu_core::slots::Slots;
use sfu_core::{MemberId, Time};
use sfu_peer::rtp::{CaptureTime, Extensions, Header};

use super::member::{Member, Wire};
use super::peers::{PeerEntry, PeerKey};
use super::state::Stopwatch;
use crate::cache::fetch;
use crate::socket::Outbox;

/// What sending needs of a worker's state.
#[derive(Debug)]
pub(super) struct Forwarder<'s> {
    members: &'s Slots<Member>,
    peers: &'s mut Slots<PeerEntry>,
    outbox: &'s mut Outbox,
    now: Time,
    stopwatch: Stopwatch<'s>,
    /// When the packets of the last destination were made. With hundreds of them, or other programs on the core, that is
    /// well after `now`, and what the node waited would look like the path's delay.
    made: Time,
    /// Peers for which packets have begun to wait.
    waiting: &'s mut Vec<PeerKey>,
    /// Where the last packet went: the next goes there too, mostly.
    last: Option<(Destination, PeerKey, Wire)>,
}

impl<'s> Forwarder<'s> {
    pub(super) const fn new(
        now: Time,
        stopwatch: Stopwatch<'s>,
        members: &'s Slots<Member>,
        peers: &'s mut Slots<PeerEntry>,
        outbox: &'s mut Outbox,
        waiting: &'s mut Vec<PeerKey>,
    ) -> Self {
        Self {
            members,
            peers,
            outbox,
            now,
            stopwatch,
            made: now,
            waiting,
            last: None,
        }
    }

    /// Sends what has waited for a peer's path long enough.
    pub(super) fn release(&mut self, key: PeerKey) {
        loop {
            let path = self.peers.get_mut(key).and_then(|entry| entry.path.as_mut());
            let Some(held) = path.and_then(|path| path.release(self.now)) else {
                return;
            };
            self.put(held.to(), &held.packet());
        }
    }

    fn find(&mut self, to: Destination) -> Option<(PeerKey, Wire)> {
        if let Some((last, peer, wire)) = self.last
            && last == to
        {
            return Some((peer, wire));
        }
        let MemberId(index) = to.member;
        let member = self.members.get(self.members.key_at(index as usize)?)?;
        let wire = member.sender(to.sender)?.wire?;
        self.last = Some((to, member.subscriber, wire));
        self.made = self.stopwatch.time();
        Some((member.subscriber, wire))
    }
}

impl Egress for Forwarder<'_> {
    /// A step each time: what one step fetches, the next reads to know where to fetch.
    #[inline]
    fn approach(&mut self, copy: &Down, others: usize) {
        let to = copy.to();
        let MemberId(index) = to.member;
        if others == APPROACH {
            fetch(Some(copy));
            return fetch(self.members.place(index as usize));
        }
        let member = self.members.key_at(index as usize);
        let Some(member) = member.and_then(|key| self.members.get(key)) else {
            return;
        };
        if others > 2 {
            fetch(self.peers.place(member.subscriber.index()));
            return fetch(member.senders.get(to.sender as usize));
        }
        let Some(PeerEntry { peer, path, .. }) = self.peers.get(member.subscriber) else {
            return;
        };
        if others > 1 {
            fetch(copy.mapping());
            if let Some(path) = path {
                path.approach();
            }
            return fetch(peer.session());
        }
        fetch(path.as_ref().and_then(|path| path.next_entry()));
        let wire = member.sender(to.sender).and_then(|sender| sender.wire);
        fetch(wire.and_then(|wire| peer.session()?.sent(wire.ssrc)));
    }

    #[inline]
    fn send(&mut self, to: Destination, packet: &Outgoing<'_>) {
        let Some((key, wire)) = self.find(to) else { return };
        // Sound, which has no repairs, never waits; padding is paced by its probe.
        if wire.repair.is_some()
            && packet.padding == 0
            && let Some(path) = self.peers.get_mut(key).and_then(|entry| entry.path.as_mut())
            && !path.admit(self.now, to, packet)
        {
            if path.begins_to_wait() {
                self.waiting.push(key);
            }
            return;
        }
        self.put(to, packet);
    }
}

impl Forwarder<'_> {
    fn put(&mut self, to: Destination, packet: &Outgoing<'_>) {
        let Some((key, wire)) = self.find(to) else { return };
        let Some(PeerEntry { peer, path, .. }) = self.peers.get_mut(key) else {
            return;
        };
        let Some(mut outbound) = peer.outbound() else { return };
        let original;
        let (header, pieces): (Header, [&[u8]; 3]) = match packet.repair.zip(wire.repair) {
            // RFC 4588 §4: the original sequence number, then the original payload.
            Some((repair, (ssrc, payload_type))) => {
                original = packet.sequence.to_be_bytes();
                (
                    header(packet, repair.sequence, ssrc, payload_type),
                    [&original, &packet.prefix, packet.rest],
                )
            }
            None if packet.repair.is_some() => return,
            None => {
                let red = wire.red.filter(|_| packet.redundant);
                (
                    header(packet, packet.sequence, wire.ssrc, red.unwrap_or(wire.payload_type)),
                    [&[], &packet.prefix, packet.rest],
                )
            }
        };
        let mut descriptor = [0; dependency::BYTES_MAX];
        let bytes = pieces.iter().map(|piece| piece.len()).sum::<usize>() + usize::from(packet.padding);
        let extensions = Extensions {
            transport_sequence: path
                .as_mut()
                .map(|path| path.sent(self.made, bytes + WIRE_OVERHEAD_BYTES)),
            video_orientation: packet.carried.orientation,
            playout_delay: packet.carried.playout_delay,
            capture_time: packet.carried.capture_time.map(|time| CaptureTime {
                ntp: time.ntp,
                offset: time.offset,
            }),
            dependency_descriptor: packet
                .dependency
                .as_ref()
                .and_then(|dependency| dependency.write(&mut descriptor)),
            ..Extensions::default()
        };
        let remote = outbound.remote();
        self.outbox.push(remote, |buffer| match packet.padding {
            0 => outbound.write_rtp(buffer, &header, &extensions, &pieces).ok(),
            padding => outbound.write_padding(buffer, &header, &extensions, padding).ok(),
        });
    }
}

const fn header(packet: &Outgoing<'_>, sequence_number: u16, ssrc: u32, payload_type: u8) -> Header {
    Header {
        marker: packet.marker,
        payload_type,
        sequence_number,
        timestamp: packet.timestamp,
        ssrc,
    }
}
