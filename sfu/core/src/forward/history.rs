//! The last packets of a layer, for repeating what a subscriber lost. One history serves all subscribers: it keeps the
//! publisher's numbers, and each subscriber's munger translates.

use crate::codec::Payload;
use crate::limits::HISTORY_PACKETS;
use crate::publish::Inbound;

/// Payloads in a ring of bytes, found by extended sequence number. Allocates once, on the first packet.
#[derive(Debug)]
pub struct History {
    bytes: Box<[u8]>,
    capacity: usize,
    /// Bytes ever written; where the next payload begins, modulo the capacity.
    written: u64,
    entries: Box<[Option<Entry>]>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    sequence: u64,
    timestamp: u32,
    marker: bool,
    orientation: Option<u8>,
    about: Payload,
    start: u64,
    len: usize,
}

impl History {
    /// A history of at most `capacity` bytes of payload.
    pub fn new(capacity: usize) -> Self {
        Self {
            bytes: Box::default(),
            capacity,
            written: 0,
            entries: Box::default(),
        }
    }

    /// Keeps a packet, forgetting the oldest.
    pub fn store(&mut self, packet: &Inbound<'_>) {
        let len = packet.payload.len();
        if len > self.capacity {
            return;
        }
        if self.bytes.is_empty() {
            self.bytes = vec![0; self.capacity].into_boxed_slice();
            self.entries = vec![None; HISTORY_PACKETS].into_boxed_slice();
        }
        let left = self.capacity - self.offset(self.written);
        if left < len {
            self.written += left as u64; // a payload is kept in one piece, so that it can be sent from here
        }
        let start = self.written;
        let at = self.offset(start);
        self.bytes[at..at + len].copy_from_slice(packet.payload);
        self.written += len as u64;
        self.entries[slot(packet.sequence)] = Some(Entry {
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            marker: packet.marker,
            orientation: packet.orientation,
            about: packet.about,
            start,
            len,
        });
    }

    /// The packet numbered `sequence`, while it is remembered.
    pub fn get(&self, sequence: u64) -> Option<Inbound<'_>> {
        let entry = (*self.entries.get(slot(sequence))?)?;
        let overwritten = self.written.saturating_sub(self.capacity as u64);
        if entry.sequence != sequence || entry.start < overwritten {
            return None;
        }
        let at = self.offset(entry.start);
        Some(Inbound {
            sequence,
            timestamp: entry.timestamp,
            marker: entry.marker,
            orientation: entry.orientation,
            about: entry.about,
            payload: &self.bytes[at..at + entry.len],
        })
    }

    fn offset(&self, position: u64) -> usize {
        usize::try_from(position % self.capacity as u64).unwrap_or_default()
    }
}

fn slot(sequence: u64) -> usize {
    usize::try_from(sequence % HISTORY_PACKETS as u64).unwrap_or_default()
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
            orientation: None,
            about,
            payload,
        }
    }

    fn whole(packet: Inbound<'_>) -> Vec<u8> {
        packet.payload.to_vec()
    }

    #[test]
    fn keeps_what_fits_and_forgets_the_oldest() {
        let mut history = History::new(10);
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
    fn a_reused_slot_is_not_taken_for_the_old_packet() {
        let mut history = History::new(100);
        history.store(&packet(5, b"old"));
        assert!(history.get(5 + HISTORY_PACKETS as u64).is_none());
        history.store(&packet(5 + HISTORY_PACKETS as u64, b"new"));
        assert!(history.get(5).is_none());
    }
}
