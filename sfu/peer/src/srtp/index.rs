//! The 48-bit packet index of an SSRC and the window of indexes already used (RFC 3711 §3.3.1, §3.3.2).

use crate::limits::REPLAY_WINDOW_PACKETS;

const WORDS: usize = (REPLAY_WINDOW_PACKETS / 64) as usize;

/// Which indexes of one SSRC have been used. Serves both directions: inbound it refuses replays, outbound the reuse of
/// a nonce. DTLS records have such a window too.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// Highest index used; `None` before the first.
    highest: Option<u64>,
    /// One bit an index, a ring of [`REPLAY_WINDOW_PACKETS`] that ends at `highest`.
    used: [u64; WORDS],
}

impl Window {
    /// The index that `sequence` most likely means (RFC 3711 appendix A), if it has not been used and is not too old.
    #[inline]
    pub(super) fn fresh(&self, sequence: u16) -> Option<u64> {
        let Some(highest) = self.highest else {
            return Some(u64::from(sequence));
        };
        // The difference modulo 2^16, read as signed, is how far ahead or behind the packet is.
        let ahead = sequence.wrapping_sub((highest & 0xffff) as u16).cast_signed();
        let index = highest.checked_add_signed(i64::from(ahead))?;
        self.is_fresh(index).then_some(index)
    }

    /// Whether `index` has not been used and is not too old to know.
    #[inline]
    pub(crate) fn is_fresh(&self, index: u64) -> bool {
        match self.highest {
            None => true,
            Some(highest) if index > highest => true,
            Some(highest) => highest - index < REPLAY_WINDOW_PACKETS && self.used[word(index)] & bit(index) == 0,
        }
    }

    /// Records that `index`, which was fresh, is used.
    #[inline]
    pub(crate) fn mark(&mut self, index: u64) {
        if let Some(highest) = self.highest.filter(|highest| index > *highest) {
            if index - highest >= REPLAY_WINDOW_PACKETS {
                self.used = [0; WORDS];
            } else {
                for skipped in highest + 1..index {
                    self.used[word(skipped)] &= !bit(skipped);
                }
            }
            self.highest = Some(index);
        } else if self.highest.is_none() {
            self.highest = Some(index);
        }
        self.used[word(index)] |= bit(index);
    }
}

#[inline]
fn word(index: u64) -> usize {
    ((index % REPLAY_WINDOW_PACKETS) / 64) as usize
}

#[inline]
fn bit(index: u64) -> u64 {
    1 << (index % 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_rollover_counter_follows_the_sequence_number_around() {
        let mut window = Window::default();
        window.mark(65_534);
        assert_eq!(window.fresh(65_535), Some(65_535));
        window.mark(65_535);
        assert_eq!(window.fresh(0), Some(65_536));
        window.mark(65_536);
        // Late, from before the rollover.
        assert_eq!(window.fresh(65_533), Some(65_533));
        assert_eq!(window.fresh(65_534), None);
    }

    #[test]
    fn nothing_lies_before_the_first_index() {
        let mut window = Window::default();
        window.mark(3);
        assert_eq!(window.fresh(65_535), None);
    }

    proptest! {
        #[test]
        fn no_index_is_accepted_twice(steps in prop::collection::vec(-1200i64..3000, 1..400)) {
            let mut window = Window::default();
            let mut accepted = BTreeSet::new();
            let mut at = 100_000i64;
            for step in steps {
                at = (at + step / 8).max(0);
                let index = at.unsigned_abs();
                if window.is_fresh(index) {
                    prop_assert!(accepted.insert(index));
                    window.mark(index);
                } else {
                    let highest = *accepted.last().expect("something was accepted");
                    prop_assert!(accepted.contains(&index) || highest - index >= REPLAY_WINDOW_PACKETS);
                }
            }
        }
    }
}
