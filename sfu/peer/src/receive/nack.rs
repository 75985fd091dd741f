//! Which packets of a stream to ask for again (RFC 4585 §6.2.1), in the manner of libwebrtc's NackRequester: soon
//! after a gap is seen, again when no answer comes, and not for ever.

use std::time::{Duration, Instant};

use super::statistics::Place;
use crate::limits::NACK_PACKETS_MAX;

/// Time for a reordered packet to arrive by itself.
const FIRST_DELAY: Duration = Duration::from_millis(10);
/// Time for an answer to arrive; the round trip is not measured here.
const RETRY_DELAY: Duration = Duration::from_millis(80);
const TRIES_MAX: u8 = 10;

#[derive(Debug)]
struct Gap {
    index: u64,
    next: Instant,
    tries: u8,
}

/// What a packet means for the missing ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// It is the newest, and none is missing before it that was not known.
    New,
    /// It is the newest and reveals a gap, to be asked for at `ask`.
    Gap { ask: Instant },
    /// It is not the newest; whether it was still missing.
    Late { missed: bool },
}

/// The missing packets of one stream, in order.
#[derive(Debug, Default)]
pub(super) struct Missing {
    gaps: Vec<Gap>,
}

impl Missing {
    /// Notes a packet.
    pub(super) fn receive(&mut self, now: Instant, place: Place) -> Seen {
        let Some(highest) = place.highest_before else {
            return Seen::New;
        };
        if place.index <= highest {
            return Seen::Late {
                missed: self.repair(place.index),
            };
        }
        let gap = usize::try_from(place.index - highest - 1).unwrap_or(usize::MAX);
        if gap == 0 {
            return Seen::New;
        }
        if self.gaps.len().saturating_add(gap) > NACK_PACKETS_MAX {
            // Too much to repair: what comes next is a keyframe, asked for by who watches.
            self.gaps.clear();
            return Seen::New;
        }
        let ask = now + FIRST_DELAY;
        self.gaps.extend((highest + 1..place.index).map(|index| Gap {
            index,
            next: ask,
            tries: 0,
        }));
        Seen::Gap { ask }
    }

    /// A packet has come after all; `true` if it was missing.
    pub(super) fn repair(&mut self, index: u64) -> bool {
        match self.gaps.binary_search_by_key(&index, |gap| gap.index) {
            Ok(at) => {
                self.gaps.remove(at);
                true
            }
            Err(_) => false,
        }
    }

    /// The sequence numbers to ask for now; forgets those asked for often enough.
    pub(super) fn due(&mut self, now: Instant) -> Vec<u16> {
        let mut asked = Vec::new();
        self.gaps.retain_mut(|gap| {
            if gap.next > now {
                return true;
            }
            if gap.tries == TRIES_MAX {
                return false;
            }
            gap.tries += 1;
            gap.next = now + RETRY_DELAY;
            asked.push((gap.index & 0xffff) as u16);
            true
        });
        asked
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.gaps.iter().map(|gap| gap.next).min()
    }
}
