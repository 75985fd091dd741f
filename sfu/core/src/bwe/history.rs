//! What was sent and is not forgotten yet: a ring, indexed by the low bits of the transport-wide sequence number.

use std::time::Duration;

use crate::limits::{SENT_HISTORY_MAX, SENT_HISTORY_MIN};
use crate::time::Time;

/// Bytes of a packet on the network.
pub type PacketBytes = u16;

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Fate {
    /// There is no packet here, or its arrival is known already.
    #[default]
    Settled,
    Flying,
    /// Reported missing; it may still turn up late.
    Missing,
}

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    /// Low 32 bits of the microsecond it was sent at: right within 71 minutes.
    at: u32,
    bytes: PacketBytes,
    fate: Fate,
    cluster: u8,
}

/// A packet that feedback speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) at: Time,
    pub(super) bytes: PacketBytes,
    /// The probe it belonged to; 0 for none.
    pub(super) cluster: u8,
    /// It was reported missing before.
    pub(super) was_missing: bool,
}

/// The packets sent of late.
#[derive(Debug)]
pub(super) struct History {
    /// A power of two of them; grows when one would be overwritten before its feedback can have come.
    entries: Vec<Entry>,
    last: u16,
}

/// Packets that feedback speaks of at once, mostly: receivers send it ten times a second or more.
const RECENT: usize = 32;
/// Feedback is expected within this.
const PATIENCE: Duration = Duration::from_secs(1);

impl History {
    pub(super) const fn new() -> Self {
        Self {
            entries: Vec::new(),
            last: 0,
        }
    }

    /// Enters a packet and answers its number.
    #[inline]
    pub(super) fn sent(&mut self, now: Time, bytes: PacketBytes, cluster: u8) -> u16 {
        self.last = self.last.wrapping_add(1);
        let mut slot = self.slot(self.last);
        let at = low(now);
        let is_early = |entry: &Entry| {
            entry.fate == Fate::Flying && Duration::from_micros(at.wrapping_sub(entry.at).into()) < PATIENCE
        };
        if self.entries.get(slot).is_none_or(is_early) {
            self.grow();
            slot = self.slot(self.last);
        }
        if let Some(entry) = self.entries.get_mut(slot) {
            *entry = Entry {
                at,
                bytes,
                fate: Fate::Flying,
                cluster,
            };
        }
        self.last
    }

    /// Where the next packet is entered, if there is room.
    #[inline]
    pub(super) fn next(&self) -> Option<&impl Sized> {
        self.entries.get(self.slot(self.last.wrapping_add(1)))
    }

    /// Where most of those are entered that the next feedback speaks of.
    #[inline]
    pub(super) fn recent(&self) -> Option<&[impl Sized + use<>]> {
        let end = self.slot(self.last) + 1;
        self.entries.get(end.saturating_sub(RECENT)..end)
    }

    /// Takes in what feedback says of a packet; `None` when it says nothing new.
    pub(super) fn settle(&mut self, now: Time, sequence: u16, arrived: bool) -> Option<Sent> {
        // A number further ahead than the ring is long, or not sent yet, names no packet of the ring.
        let age = self.last.wrapping_sub(sequence);
        if usize::from(age) >= self.entries.len() {
            return None;
        }
        let slot = self.slot(sequence);
        let entry = self.entries.get_mut(slot)?;
        let was_missing = entry.fate == Fate::Missing;
        entry.fate = match (entry.fate, arrived) {
            (Fate::Settled, _) | (Fate::Missing, false) => return None,
            (Fate::Flying | Fate::Missing, true) => Fate::Settled,
            (Fate::Flying, false) => Fate::Missing,
        };
        Some(Sent {
            at: now - Duration::from_micros(low(now).wrapping_sub(entry.at).into()),
            bytes: entry.bytes,
            cluster: entry.cluster,
            was_missing,
        })
    }

    fn slot(&self, sequence: u16) -> usize {
        usize::from(sequence) & self.entries.len().wrapping_sub(1)
    }

    /// Twice the entries, each at its new place.
    fn grow(&mut self) {
        let len = self.entries.len();
        if len >= SENT_HISTORY_MAX {
            return;
        }
        let mut grown = vec![Entry::default(); (len * 2).max(SENT_HISTORY_MIN)];
        for age in 1..=u16::try_from(len).unwrap_or(u16::MAX) {
            let sequence = self.last.wrapping_sub(age);
            let to = usize::from(sequence) & (grown.len() - 1);
            grown[to] = self.entries[self.slot(sequence)];
        }
        self.entries = grown;
    }
}

const fn low(time: Time) -> u32 {
    (time.as_micros() & 0xffff_ffff) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_micros(u32::MAX as u64 - 500);

    #[test]
    fn feedback_finds_what_was_sent_and_when() {
        let mut history = History::new();
        let number = history.sent(START, 1_000, 3);
        let later = START + Duration::from_millis(80);
        let sent = history.settle(later, number, true).expect("sent");
        assert_eq!((sent.at, sent.bytes, sent.cluster), (START, 1_000, 3), "over the wrap");
        assert!(history.settle(later, number, true).is_none(), "said already");
        assert!(
            history.settle(later, number.wrapping_add(1), true).is_none(),
            "not sent yet"
        );
    }

    #[test]
    fn a_missing_packet_may_turn_up() {
        let mut history = History::new();
        let number = history.sent(START, 100, 0);
        assert!(!history.settle(START, number, false).expect("missing").was_missing);
        assert!(history.settle(START, number, false).is_none(), "said already");
        assert!(history.settle(START, number, true).expect("late").was_missing);
    }

    #[test]
    fn it_grows_while_feedback_is_awaited_and_then_forgets_the_oldest() {
        let mut history = History::new();
        let gap = Duration::from_micros(100);
        let first = history.sent(START, 1, 0);
        let count = u32::try_from(SENT_HISTORY_MAX).expect("few");
        let numbers: Vec<u16> = (1..count).map(|step| history.sent(START + gap * step, 1, 0)).collect();
        assert_eq!(history.entries.len(), SENT_HISTORY_MAX);
        let now = START + gap * count;
        history.sent(now, 1, 0);
        assert!(history.settle(now, first, true).is_none(), "forgotten");
        assert!(
            numbers
                .iter()
                .all(|number| history.settle(now, *number, true).is_some())
        );
    }
}
