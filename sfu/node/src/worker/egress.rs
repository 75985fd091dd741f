//! The end of the packet path: header and payload are written into the arena and sealed there.

use sfu_core::MemberId;
use sfu_core::codec::dependency;
use sfu_core::forward::{Destination, Egress, Outgoing};
use sfu_core::slots::Slots;
use sfu_peer::rtp::{CaptureTime, Extensions, Header};

use super::member::{Member, Wire};
use super::peers::{PeerEntry, PeerKey};
use crate::socket::Outbox;

/// What sending needs of a worker's state.
#[derive(Debug)]
pub(super) struct Forwarder<'s> {
    members: &'s Slots<Member>,
    peers: &'s mut Slots<PeerEntry>,
    outbox: &'s mut Outbox,
    /// Where the last packet went: the next goes there too, mostly.
    last: Option<(Destination, PeerKey, Wire)>,
}

impl<'s> Forwarder<'s> {
    pub(super) const fn new(
        members: &'s Slots<Member>,
        peers: &'s mut Slots<PeerEntry>,
        outbox: &'s mut Outbox,
    ) -> Self {
        Self {
            members,
            peers,
            outbox,
            last: None,
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
        Some((member.subscriber, wire))
    }
}

impl Egress for Forwarder<'_> {
    fn send(&mut self, to: Destination, packet: &Outgoing<'_>) {
        let Some((key, wire)) = self.find(to) else { return };
        let Some(mut outbound) = self.peers.get_mut(key).and_then(|entry| entry.peer.outbound()) else {
            return;
        };
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
        // A transport-wide sequence number goes here with the estimator that reads its feedback; until then the feedback
        // would only cost.
        let extensions = Extensions {
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
        self.outbox.push(remote, |buffer| {
            outbound.write_rtp(buffer, &header, &extensions, &pieces).ok()
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
