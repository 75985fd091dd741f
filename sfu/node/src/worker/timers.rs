//! Deadlines of many peers and rooms, without visiting each: a heap of the earliest. An entry that was moved later is
//! found too early, asked again, and entered again; so nothing is ever removed from the middle.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use super::member::MemberKey;
use super::peers::PeerKey;
use super::state::RoomKey;

/// Whose deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Peer(PeerKey),
    Room(RoomKey),
    Member(MemberKey),
    /// Of a member's token: it is renewed.
    Token(MemberKey),
    /// What waits for the path to a peer, and its probes.
    Path(PeerKey),
    /// Of a room that nobody is in: it ends.
    RoomEnd(RoomKey),
}

/// All deadlines of a worker.
#[derive(Debug, Default)]
pub(crate) struct Timers(BinaryHeap<Reverse<(Instant, Owner)>>);

impl Timers {
    /// Enters a deadline.
    pub(crate) fn set(&mut self, at: Instant, owner: Owner) {
        self.0.push(Reverse((at, owner)));
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.0.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes the earliest deadline that has come.
    pub(crate) fn due(&mut self, now: Instant) -> Option<(Instant, Owner)> {
        if self.next()? > now {
            return None;
        }
        self.0.pop().map(|Reverse(entry)| entry)
    }
}
