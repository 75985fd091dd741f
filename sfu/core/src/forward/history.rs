//! The last packets of a layer, for repeating what a subscriber lost. One history serves all subscribers: it keeps the
//! publisher's numbers, and each subscriber's munger translates.

use crate::codec::Payload;
use crate::publish::{Carried, Inbound};

/// How much a history holds; whichever is used up first.
#[derive(Debug, Clone, Copy)]
pub struct Depth {
    /// Bytes of payload.
    pub bytes: usize,
    /// Packets.
    pub packets: usize,
}

/// Payloads in a ring of bytes, found by extended sequence number. Allocates once, on the first packet.
#[derive(Debug)]
pub struct History {
    bytes: Box<[u8]>,
    depth: Depth,
    /// Bytes ever written; where the next payload begins, modulo the capacity.
    written: u64,
    entries: Box<[Option<Entry>]>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    sequence: u64,
    timestamp: u32,
    marker: bool,
    carried: Carried,
    about: Payload,
    start: u64,
    len: usize,
    /// Bytes of a dependency descriptor behind the payload.
    dependency_len: usize,
}

impl History {
    /// A history that holds nothing yet.
    pub fn new(depth: Depth) -> Self {
        Self {
            bytes: Box::default(),
            depth,
            written: 0,
            entries: Box::default(),
        }
    }

    /// Keeps a packet, forgetting the oldest.
    pub fn store(&mut self, packet: &Inbound<'_>) {
        let len = packet.payload.len();
        let dependency = packet.dependency.unwrap_or_default();
        let total = len + dependency.len();
        if total > self.depth.bytes {
            return;
        }
        if self.bytes.is_empty() {
            self.bytes = vec![0; self.depth.bytes].into_boxed_slice();
            self.entries = vec![None; self.depth.packets].into_boxed_slice();
        }
        let left = self.depth.bytes - self.offset(self.written);
        if left < total {
            self.written += left as u64; // a packet is kept in one piece, so that it can be sent from here
        }
        let start = self.written;
        let at = self.offset(start);
        self.bytes[at..at + len].copy_from_slice(packet.payload);
        self.bytes[at + len..at + total].copy_from_slice(dependency);
        self.written += total as u64;
        self.entries[self.slot(packet.sequence)] = Some(Entry {
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            marker: packet.marker,
            carried: packet.carried,
            about: packet.about,
            start,
            len,
            dependency_len: dependency.len(),
        });
    }

    /// The packet numbered `sequence`, while it is remembered.
    pub fn get(&self, sequence: u64) -> Option<Inbound<'_>> {
        let entry = (*self.entries.get(self.slot(sequence))?)?;
        let overwritten = self.written.saturating_sub(self.depth.bytes as u64);
        if entry.sequence != sequence || entry.start < overwritten {
            return None;
        }
        let at = self.offset(entry.start);
        let (payload, dependency) = self.bytes[at..at + entry.len + entry.dependency_len].split_at(entry.len);
        Some(Inbound {
            sequence,
            timestamp: entry.timestamp,
            marker: entry.marker,
            carried: entry.carried,
            dependency: (!dependency.is_empty()).then_some(dependency),
            recovered: false,
            about: entry.about,
            payload,
        })
    }

    fn offset(&self, position: u64) -> usize {
        usize::try_from(position % self.depth.bytes as u64).unwrap_or_default()
    }

    fn slot(&self, sequence: u64) -> usize {
        usize::try_from(sequence % self.depth.packets as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Codec;

    fn packet(sequence: u64, payload: &[u8]) -> Inbound<'_> {
        let about = Payload::parse(Codec::Opus, payload).expect("not empty");
        Inbound {
            sequence,
            timestamp: 7,
            marker: true,
            carried: Carried::default(),
            dependency: None,
            recovered: false,
            about,
            payload,
        }
    }

    const PACKETS: usize = 8;

    fn history(bytes: usize) -> History {
        History::new(Depth {
            bytes,
            packets: PACKETS,
        })
    }

    fn whole(packet: Inbound<'_>) -> Vec<u8> {
        packet.payload.to_vec()
    }

    #[test]
    fn keeps_what_fits_and_forgets_the_oldest() {
        let mut history = history(10);
        history.store(&packet(1, b"aaaa"));
        history.store(&packet(2, b"bbbb"));
        assert_eq!(history.get(1).map(whole), Some(b"aaaa".to_vec()));
        history.store(&packet(3, b"cccc"));
        assert!(history.get(1).is_none(), "overwritten");
        assert_eq!(history.get(2).map(whole), Some(b"bbbb".to_vec()));
        assert_eq!(
            history.get(3).map(whole),
            Some(b"cccc".to_vec()),
            "at the beginning again"
        );
    }

    #[test]
    fn a_descriptor_is_kept_with_its_packet() {
        let mut history = history(12);
        for sequence in 1..=3 {
            history.store(&Inbound {
                dependency: Some(b"dep"),
                ..packet(sequence, b"pay")
            });
        }
        assert!(history.get(1).is_none(), "overwritten");
        let kept = history.get(3).expect("the newest");
        assert_eq!((kept.payload, kept.dependency), (&b"pay"[..], Some(&b"dep"[..])));
    }

    #[test]
    fn a_reused_slot_is_not_taken_for_the_old_packet() {
        let mut history = history(100);
        history.store(&packet(5, b"old"));
        assert!(history.get(5 + PACKETS as u64).is_none());
        history.store(&packet(5 + PACKETS as u64, b"new"));
        assert!(history.get(5).is_none());
    }
}
