//! What a room keeps for clients whose connection breaks: reliable messages, and who left.
//!
//! One store for the room, not one for each receiver: a message to all is kept once, however many it went to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;

use crate::ids::{MemberId, ParticipantSid};
use crate::limits::{
    DEPARTURE_AGE_MAX, DEPARTURES_MAX, RECEIVED_MAX, REPLAY_BYTES_MAX, REPLAY_MESSAGES_MAX, REPLAY_UNKNOWN_MAX,
};
use crate::output::Participant;
use crate::room::listing::Standing;
use crate::time::Time;

/// Messages and departures, oldest first.
#[derive(Debug, Default)]
pub(super) struct Replay {
    messages: VecDeque<Message>,
    bytes: usize,
    departures: VecDeque<Departure>,
}

/// Somebody who left.
#[derive(Debug)]
struct Departure {
    at: Time,
    participant: Arc<Participant>,
    standing: Standing,
}

/// A message that was sent.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) at: Time,
    pub(super) sender: MemberId,
    pub(super) sender_sid: ParticipantSid,
    /// The sender's number for it.
    pub(super) sequence: u32,
    /// Its recipients; everybody else when `None`.
    pub(super) to: Option<Vec<MemberId>>,
    pub(super) payload: Bytes,
}

impl Replay {
    pub(super) fn keep(&mut self, message: Message) {
        self.bytes += message.payload.len();
        self.messages.push_back(message);
        while self.bytes > REPLAY_BYTES_MAX || self.messages.len() > REPLAY_MESSAGES_MAX {
            let Some(oldest) = self.messages.pop_front() else {
                return;
            };
            self.bytes -= oldest.payload.len();
        }
    }

    pub(super) fn note_departure(&mut self, now: Time, participant: Arc<Participant>, standing: Standing) {
        self.departures.push_back(Departure {
            at: now,
            participant,
            standing,
        });
        let is_old = |gone: &Departure| now.since(gone.at) > DEPARTURE_AGE_MAX;
        while self.departures.len() > DEPARTURES_MAX || self.departures.front().is_some_and(is_old) {
            self.departures.pop_front();
        }
    }

    /// Those who left lately and whom somebody of this standing saw.
    pub(super) fn departures(&self, now: Time, seen_by: Standing) -> impl Iterator<Item = &Arc<Participant>> {
        let is_recent = move |gone: &&Departure| now.since(gone.at) <= DEPARTURE_AGE_MAX;
        let seen = self.departures.iter().filter(is_recent);
        seen.filter(move |gone| seen_by.sees(gone.standing))
            .map(|gone| &gone.participant)
    }

    /// The messages to `member`, who is here since `joined_at`, that came after those it has `received`.
    pub(super) fn missed(
        &self,
        now: Time,
        member: MemberId,
        joined_at: Time,
        received: &[(ParticipantSid, u32)],
    ) -> Vec<Bytes> {
        let received: BTreeMap<_, _> = received
            .iter()
            .take(RECEIVED_MAX)
            .map(|(sid, last)| (sid, *last))
            .collect();
        let is_missed = |message: &&Message| {
            // The shell uses members' numbers again: what was sent before they came was to somebody else.
            let is_theirs = message.at >= joined_at && message.sender != member;
            let is_named = message.to.as_ref().is_none_or(|to| to.contains(&member));
            let is_new = match received.get(&message.sender_sid) {
                Some(last) => is_after(message.sequence, *last),
                None => now.since(message.at) <= REPLAY_UNKNOWN_MAX,
            };
            is_theirs && is_named && is_new
        };
        self.messages
            .iter()
            .filter(is_missed)
            .map(|message| message.payload.clone())
            .collect()
    }
}

/// Whether one sequence number comes after another, over the wrap (RFC 1982).
const fn is_after(sequence: u32, last: u32) -> bool {
    let ahead = sequence.wrapping_sub(last);
    ahead != 0 && ahead < 1 << 31
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_micros(1_000_000);
    const ME: MemberId = MemberId(7);

    fn message(sequence: u32, bytes: usize, to: Option<Vec<MemberId>>) -> Message {
        Message {
            at: START,
            sender: MemberId(1),
            sender_sid: "PA_1".into(),
            sequence,
            to,
            payload: vec![0; bytes].into(),
        }
    }

    #[test]
    fn what_is_kept_is_bounded_by_bytes_and_number() {
        let mut replay = Replay::default();
        for sequence in 1..=100 {
            replay.keep(message(sequence, REPLAY_BYTES_MAX / 10, None));
        }
        assert_eq!(replay.missed(START, ME, START, &[]).len(), 10);
        for sequence in 0..u32::try_from(REPLAY_MESSAGES_MAX).expect("fits") + 50 {
            replay.keep(message(sequence, 1, None));
        }
        assert_eq!(replay.missed(START, ME, START, &[]).len(), REPLAY_MESSAGES_MAX);
    }

    #[test]
    fn everybody_gets_what_was_theirs_and_came_after() {
        let mut replay = Replay::default();
        replay.keep(message(u32::MAX, 1, None));
        replay.keep(message(1, 2, Some(vec![MemberId(3)])));
        replay.keep(message(2, 3, Some(vec![ME])));
        let missed = |member, joined_at, last| {
            let messages = replay.missed(START, member, joined_at, &[("PA_1".into(), last)]);
            messages.iter().map(Bytes::len).collect::<Vec<_>>()
        };
        assert_eq!(missed(ME, START, u32::MAX - 1), [1, 3], "over the wrap");
        assert_eq!(missed(ME, START, u32::MAX), [3]);
        assert_eq!(
            missed(ME, START + REPLAY_UNKNOWN_MAX, u32::MAX),
            [0; 0],
            "somebody else had the number"
        );
        assert_eq!(missed(MemberId(1), START, 0), [0; 0], "one's own");
        let later = START + REPLAY_UNKNOWN_MAX * 2;
        assert!(
            replay.missed(later, ME, START, &[]).is_empty(),
            "too old without a number"
        );
    }
}
