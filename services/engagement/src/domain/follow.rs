//! A follower's place in a room's history: what to do with each entry that is announced.

use std::cmp::Ordering;

/// Knows the number that comes next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Follower {
    next: i64,
}

/// What to do with an announced entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announced {
    /// It is the next one: pass it on.
    Next,
    /// It was passed on before: drop it.
    Seen,
    /// Others come before it: read history first.
    Ahead,
}

impl Follower {
    /// Of somebody who has seen everything up to `sequence`.
    pub(crate) fn after(sequence: i64) -> Self {
        Self { next: sequence + 1 }
    }

    /// The newest number that was passed on.
    pub(crate) fn seen(self) -> i64 {
        self.next - 1
    }

    /// Sorts an announced entry in. Answering [`Announced::Next`] moves on.
    pub(crate) fn announce(&mut self, sequence: i64) -> Announced {
        match sequence.cmp(&self.next) {
            Ordering::Less => Announced::Seen,
            Ordering::Equal => {
                self.next += 1;
                Announced::Next
            }
            Ordering::Greater => Announced::Ahead,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_dropped_and_gaps_are_seen() {
        let mut follower = Follower::after(2);
        assert_eq!(follower.announce(2), Announced::Seen);
        assert_eq!(follower.announce(4), Announced::Ahead);
        assert_eq!(follower.announce(3), Announced::Next);
        assert_eq!(follower.announce(4), Announced::Next);
        assert_eq!(follower.seen(), 4);
    }
}
