//! Opened packets on their way to another worker: copied once, whatever number of workers get them. The buffers go round.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use sfu_core::codec::Codec;
use sfu_core::publish::Carried;
use sfu_core::{Packet, PartId, StreamKey, TrackKey};

use super::notes::RoomTag;
use crate::limits::{HANDED, HANDED_BUFFERS};

/// Packets of one layer, in the order they came.
#[derive(Debug, Clone)]
pub(crate) struct Handed {
    pub(super) from: PartId,
    pub(super) room: RoomTag,
    /// As the worker that received them names it.
    pub(super) at: StreamKey,
    packets: Vec<HandedPacket>,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone)]
struct HandedPacket {
    codec: Codec,
    sequence: u16,
    timestamp: u32,
    marker: bool,
    audio_level: Option<u8>,
    carried: Carried,
    dependency: Option<Range<usize>>,
    payload: Range<usize>,
}

/// What is left out first when a worker is behind. Without sound nobody follows; a picture's lowest layer is what
/// everybody can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Priority {
    Sound,
    Picture,
    Detail,
}

impl Priority {
    /// Of a layer.
    pub(crate) fn of(codec: Codec, layer: u8) -> Self {
        match layer {
            _ if !codec.is_video() => Self::Sound,
            0 => Self::Picture,
            _ => Self::Detail,
        }
    }

    /// Batches that may wait when one of this priority joins them.
    pub(crate) const fn limit(self) -> usize {
        match self {
            Self::Sound => HANDED,
            Self::Picture => HANDED / 4 * 3,
            Self::Detail => HANDED / 2,
        }
    }
}

impl Handed {
    fn new(from: PartId) -> Self {
        Self {
            from,
            room: RoomTag(0),
            at: StreamKey {
                track: TrackKey::from_bits(u64::MAX),
                layer: 0,
            },
            packets: Vec::new(),
            bytes: Vec::new(),
        }
    }

    fn fill<'p>(&mut self, room: RoomTag, at: StreamKey, packets: impl Iterator<Item = Packet<'p>>) {
        (self.room, self.at) = (room, at);
        self.packets.clear();
        self.bytes.clear();
        for packet in packets {
            let dependency = packet.dependency.map(|bytes| copy(&mut self.bytes, bytes));
            let payload = copy(&mut self.bytes, packet.payload);
            self.packets.push(HandedPacket {
                codec: packet.codec,
                sequence: packet.sequence,
                timestamp: packet.timestamp,
                marker: packet.marker,
                audio_level: packet.audio_level,
                carried: packet.carried,
                dependency,
                payload,
            });
        }
    }

    /// The packets as the room takes them.
    pub(super) fn packets(&self) -> impl Iterator<Item = Packet<'_>> {
        self.packets.iter().map(|packet| Packet {
            codec: packet.codec,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            marker: packet.marker,
            audio_level: packet.audio_level,
            carried: packet.carried,
            dependency: packet.dependency.clone().map(|range| &self.bytes[range]),
            payload: &self.bytes[packet.payload.clone()],
        })
    }

    /// Of all of them; `None` when there is none.
    pub(super) fn priority(&self) -> Option<Priority> {
        let first = self.packets.first()?;
        Some(Priority::of(first.codec, self.at.layer))
    }

    pub(super) const fn len(&self) -> usize {
        self.packets.len()
    }
}

/// Appends, and says where.
fn copy(to: &mut Vec<u8>, bytes: &[u8]) -> Range<usize> {
    let start = to.len();
    to.extend_from_slice(bytes);
    start..to.len()
}

/// Buffers that were handed over before, to be used again when everybody has read them.
#[derive(Debug)]
pub(super) struct Buffers {
    from: PartId,
    used: VecDeque<Arc<Handed>>,
}

impl Buffers {
    pub(super) const fn new(from: PartId) -> Self {
        Self {
            from,
            used: VecDeque::new(),
        }
    }

    /// Copies packets for other workers.
    pub(super) fn fill<'p>(
        &mut self,
        room: RoomTag,
        at: StreamKey,
        packets: impl Iterator<Item = Packet<'p>>,
    ) -> Arc<Handed> {
        // The oldest are read first; if that one is not, none is.
        let is_read = self
            .used
            .front_mut()
            .is_some_and(|oldest| Arc::get_mut(oldest).is_some());
        let again = if is_read { self.used.pop_front() } else { None };
        let mut handed = again.unwrap_or_else(|| Arc::new(Handed::new(self.from)));
        // Nobody else has it: this never copies.
        Arc::make_mut(&mut handed).fill(room, at, packets);
        if self.used.len() < HANDED_BUFFERS {
            self.used.push_back(Arc::clone(&handed));
        }
        handed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomTag = RoomTag(7);

    fn packet(payload: &[u8]) -> Packet<'_> {
        Packet {
            codec: Codec::Vp8,
            sequence: 9,
            timestamp: 90,
            marker: true,
            audio_level: None,
            carried: Carried::default(),
            dependency: Some(&[1, 2]),
            payload,
        }
    }

    fn at() -> StreamKey {
        StreamKey {
            track: TrackKey::from_bits(1),
            layer: 2,
        }
    }

    #[test]
    fn packets_arrive_as_they_were_and_buffers_go_round() {
        let mut buffers = Buffers::new(PartId(0));
        let first = buffers.fill(ROOM, at(), [packet(b"one"), packet(b"two")].into_iter());
        let second = buffers.fill(ROOM, at(), [packet(b"three")].into_iter());
        let payloads = |handed: &Handed| {
            handed
                .packets()
                .map(|packet| packet.payload.to_vec())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            payloads(&first),
            [b"one".to_vec(), b"two".to_vec()],
            "it is not written over"
        );
        assert_eq!(payloads(&second), [b"three".to_vec()]);
        assert!(
            first
                .packets()
                .all(|packet| packet.dependency == Some(&[1, 2]) && packet.sequence == 9)
        );
        let address = Arc::as_ptr(&first);
        drop(first);
        let third = buffers.fill(ROOM, at(), [packet(b"four")].into_iter());
        assert_eq!(Arc::as_ptr(&third), address, "what was read is used again");
    }

    #[test]
    fn what_matters_most_is_left_out_last() {
        let of = |codec, layer| Priority::of(codec, layer).limit();
        assert!(of(Codec::Opus, 0) > of(Codec::Vp8, 0) && of(Codec::Vp8, 0) > of(Codec::Vp8, 1));
    }
}
