//! Somebody is to be in another room: there instead (LiveKit's MoveParticipant), or seen there as well
//! (ForwardParticipant). Either way they stay on the worker that has their transports, which gets a part of the other room
//! if it has none: from then on the rooms' parts do what they do for any room on several workers. Up to three workers have
//! to do with it:
//!
//! ```text
//!   home of the room ──Admit──► home of the other ──Open, Travel──► the participant's worker
//!           ▲                     │           ▲                          │
//!           └───────Answer────────┘           └───────────Came───────────┘
//! ```
//!
//! The answer comes back the same way, after what the rooms' parts say of it: who asked finds both rooms as it left them.

use sfu_core::PartId;

use super::admin::{AdminRefusal, Reply, Whom, answer};
use super::notes::{Note, RoomTag, part_id};
use super::state::{RoomKey, State};

/// What an administrator asks for.
#[derive(Debug)]
pub(crate) struct Journey {
    pub(crate) whom: Whom,
    pub(crate) to: Destination,
    pub(crate) manner: Manner,
    pub(crate) reply: Reply<()>,
}

/// The other room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) room: String,
    /// The worker that it is at home on.
    pub(crate) home: usize,
    /// What it is to be called by if it is not open yet.
    pub(crate) sid: String,
}

/// How they are to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Instead of where they are.
    Move {
        /// Lets them into it again if their connection breaks.
        token: String,
    },
    /// As well as where they are.
    Forward {
        /// What they are to be called by there.
        sid: String,
    },
}

/// How it went, on its way to whoever asked.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The home of the room that they are in.
    to: PartId,
    reply: Reply<()>,
    outcome: Result<(), AdminRefusal>,
}

impl State {
    /// At home of the room that somebody is in.
    pub(super) fn set_out(&mut self, journey: Box<Journey>) {
        let part = match self.whereabouts(&journey.whom) {
            Ok(part) => part,
            Err(refusal) => return answer(journey.reply, Err(refusal)),
        };
        let (home, from) = (part_id(journey.to.home), self.part);
        if home == self.part {
            self.admit(from, journey, part);
        } else {
            self.say(home, Note::Admit { journey, part });
        }
    }

    /// At home of the other room: somebody is to come, who is on this worker.
    pub(super) fn admit(&mut self, from: PartId, journey: Box<Journey>, part: PartId) {
        let key = self.open_room(&journey.to.room, journey.to.sid.clone());
        let outcome = self.check_admission(key, &journey);
        if outcome.is_ok() && part != self.part {
            return self.send_traveller(key, part, from, journey);
        }
        let outcome = outcome.and_then(|()| self.travel(key, &journey));
        self.settle_rooms();
        // If it was opened for somebody who does not come.
        if self.rooms.get(key).is_some_and(|entry| entry.settings.is_none()) {
            self.room_emptied(key);
        }
        self.say_answer(Answer {
            to: from,
            reply: journey.reply,
            outcome,
        });
    }

    /// What only home can tell: others may have parts of which the participant's worker has not heard yet.
    fn check_admission(&self, key: RoomKey, journey: &Journey) -> Result<(), AdminRefusal> {
        let entry = self.rooms.get(key).ok_or(AdminRefusal::NoRoom)?;
        let is_forward = matches!(journey.manner, Manner::Forward { .. });
        if is_forward && entry.room.find(&journey.whom.identity).is_some() {
            return Err(AdminRefusal::Present);
        }
        if self.is_full_for(key, journey.whom.identity.as_str()) {
            return Err(AdminRefusal::Full);
        }
        Ok(())
    }

    fn send_traveller(&mut self, key: RoomKey, part: PartId, from: PartId, journey: Box<Journey>) {
        self.open_part(key, part);
        let Some(entry) = self.rooms.get_mut(key) else { return };
        entry.spread.expect(part);
        let room = entry.tag;
        self.say(part, Note::Travel { room, from, journey });
    }

    /// On the participant's worker. Answered with [`Note::Came`].
    pub(super) fn travel_to(&mut self, home: PartId, room: RoomTag, from: PartId, journey: Box<Journey>) {
        let key = self.tagged(room).ok_or(AdminRefusal::NoRoom);
        let outcome = key.and_then(|key| self.travel(key, &journey));
        self.settle_rooms();
        let answer = Answer {
            to: from,
            reply: journey.reply,
            outcome,
        };
        self.say(
            home,
            Note::Came {
                room,
                answer: Some(answer),
            },
        );
    }

    fn travel(&mut self, to: RoomKey, journey: &Journey) -> Result<(), AdminRefusal> {
        match &journey.manner {
            Manner::Move { token } => self.move_participant(&journey.whom, to, token.clone()),
            Manner::Forward { sid } => self.forward_participant(&journey.whom, to, sid.clone()),
        }
    }

    pub(super) fn say_answer(&mut self, said: Answer) {
        if said.to == self.part {
            answer(said.reply, said.outcome);
        } else {
            self.say(said.to, Note::Answer(said));
        }
    }
}
