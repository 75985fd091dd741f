//! What lets clients in again: tokens that are renewed before they end, and tokens that were taken back.

use std::collections::VecDeque;
use std::time::Duration;

use super::member::{Line, MemberKey, member_id};
use super::messages::Event;
use super::state::State;
use super::timers::Owner;
use crate::limits::{RENEWED_TOKEN_LIFE, REVOCATIONS_MAX, TOKEN_RENEWED_AHEAD};

impl State {
    /// Has a member's token renewed before it ends, at this second of the Unix epoch.
    pub(super) fn watch_token(&mut self, key: MemberKey, expires_at: i64) {
        let left = expires_at.saturating_sub(self.config.clock.now().unix_timestamp());
        let left = Duration::from_secs(u64::try_from(left).unwrap_or_default());
        // What is good for years is not renewed, and no deadline is so far.
        if let Some(at) = self.now.checked_add(left.saturating_sub(TOKEN_RENEWED_AHEAD)) {
            self.timers.set(at, Owner::Token(key));
        }
    }

    /// Sends a member a token for the room that they are in, as what they are now, and the next one in time.
    pub(super) fn renew_token(&mut self, key: MemberKey) {
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        if matches!(member.signal.line, Line::Broken { .. }) {
            member.needs_token = true;
            return;
        }
        let Some(entry) = self.rooms.get(member.room) else {
            return;
        };
        let Some(of) = entry.room.participant(member_id(key)) else {
            return;
        };
        match self.config.tokens.sign(&of, &entry.name, RENEWED_TOKEN_LIFE) {
            Ok(token) => self.send_event(key, Event::Token(token)),
            Err(error) => tracing::error!(member = ?key, %error, "a token could not be renewed"),
        }
        let next = self.now + (RENEWED_TOKEN_LIFE - TOKEN_RENEWED_AHEAD);
        self.timers.set(next, Owner::Token(key));
    }
}

/// Whose tokens of before which time are no longer good.
#[derive(Debug, Default)]
pub(crate) struct Revocations(VecDeque<Revocation>);

#[derive(Debug)]
struct Revocation {
    room: String,
    identity: String,
    /// Second of the Unix epoch.
    before: i64,
}

impl Revocations {
    /// Takes back somebody's tokens that are good from before this time on.
    pub(super) fn add(&mut self, room: &str, identity: &str, before: i64) {
        let earlier = self.0.iter().position(|known| known.names(room, identity));
        let known = earlier.and_then(|at| self.0.remove(at));
        if known.is_none() && self.0.len() == REVOCATIONS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Revocation {
            room: room.to_owned(),
            identity: identity.to_owned(),
            before: known.map_or(before, |known| known.before.max(before)),
        });
    }

    /// Whether a token that is good from this time on was taken back.
    pub(super) fn refuse(&self, room: &str, identity: &str, not_before: i64) -> bool {
        self.0
            .iter()
            .any(|known| known.names(room, identity) && not_before < known.before)
    }
}

impl Revocation {
    fn names(&self, room: &str, identity: &str) -> bool {
        self.identity == identity && self.room == room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_back_stays_so_and_what_came_after_is_good() {
        let mut revocations = Revocations::default();
        revocations.add("room", "ada", 100);
        revocations.add("room", "ada", 50);
        assert!(revocations.refuse("room", "ada", 99));
        assert!(!revocations.refuse("room", "ada", 100));
        assert!(!revocations.refuse("room", "bob", 0));
        assert!(!revocations.refuse("another", "ada", 0));
    }

    #[test]
    fn the_oldest_are_forgotten_when_there_are_too_many() {
        let mut revocations = Revocations::default();
        for number in 0..=REVOCATIONS_MAX {
            revocations.add("room", &number.to_string(), 100);
        }
        assert_eq!(revocations.0.len(), REVOCATIONS_MAX);
        assert!(!revocations.refuse("room", "0", 0));
        assert!(revocations.refuse("room", "1", 0));
    }
}
