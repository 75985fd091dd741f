//! What workers tell each other about rooms that span them. A room has its home on the worker that its name leads to: there
//! people are let in and placed, and there administrators ask. When it grows, it gets parts on other workers, each with a
//! whole room of its own; what these tell each other are `sfu-core`'s words.

use std::sync::Arc;

use sfu_core::input::LeaveReason;
use sfu_core::{Input, PartId, Room, Time, Word};

use super::admin::{AdminRefusal, Ask, Whom};
use super::journey::{Answer, Journey};
use super::messages::{Event, JoinCommand, ResumeCommand};
use super::rooms::{RoomEntry, RoomSettings};
use super::state::{RoomKey, State};

/// A room's name among workers: its home, and a number that no other room there ever has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RoomTag(pub(super) u64);

impl RoomTag {
    const HOME_SHIFT: u32 = 56;

    pub(super) fn new(home: PartId, serial: u64) -> Self {
        Self((u64::from(home.0) << Self::HOME_SHIFT) | serial)
    }

    /// The part where the room is at home.
    pub(super) const fn home(self) -> PartId {
        PartId((self.0 >> Self::HOME_SHIFT) as u8)
    }
}

/// Something that a worker tells another.
#[derive(Debug)]
pub(crate) enum Note {
    /// From home: have a part of this room.
    Open(Box<Opening>),
    /// From home: the room has one more part.
    Part { room: RoomTag, part: PartId },
    /// From home: what the room was created with has changed.
    Settings { room: RoomTag, settings: RoomSettings },
    /// A part to another.
    Word { room: RoomTag, word: Arc<Word> },
    /// From home: let somebody in. Answered with [`Note::Came`].
    Join { room: RoomTag, join: Box<JoinCommand> },
    /// From home: a session of yours is to be resumed.
    Resume(Box<ResumeCommand>),
    /// From home: an administrator asks about somebody who is with you.
    Admin(Box<Ask>),
    /// To home of another room: somebody is to come, who is on this worker. Answered with [`Note::Answer`].
    Admit { journey: Box<Journey>, part: PartId },
    /// From home: somebody who is with you is to come, as the worker `from` was asked. Answered with [`Note::Came`].
    Travel {
        room: RoomTag,
        from: PartId,
        journey: Box<Journey>,
    },
    /// How a journey went.
    Answer(Answer),
    /// From home: put somebody out.
    Remove {
        room: String,
        identity: String,
        sid: Option<String>,
    },
    /// To home: somebody who was sent is there, or was refused.
    Came { room: RoomTag, answer: Option<Answer> },
    /// From home: the room is over.
    Close(RoomTag),
    /// The teller began anew: its members are gone, and so are the rooms that were at home there. Answered with
    /// [`Note::Forgotten`].
    Reset,
    /// The teller knows nothing any more of what was with you before you began anew: parts of its rooms that you have are
    /// from when it had not heard of that.
    Forgotten,
}

/// A room, for a worker that is to have a part of it.
#[derive(Debug)]
pub(crate) struct Opening {
    tag: RoomTag,
    name: String,
    sid: String,
    created: Time,
    metadata: String,
    settings: Option<RoomSettings>,
    /// The parts there are, home included.
    parts: Vec<PartId>,
}

/// What a room's home knows of its other parts.
#[derive(Debug, Default)]
pub(super) struct Spread {
    parts: Vec<PartId>,
    /// The parts to which somebody was sent who has not come yet, one entry for each.
    coming: Vec<PartId>,
}

impl Spread {
    /// Somebody is sent to a part.
    pub(super) fn expect(&mut self, part: PartId) {
        self.coming.push(part);
    }

    /// Somebody is on the way to it.
    pub(super) const fn is_awaited(&self) -> bool {
        !self.coming.is_empty()
    }
}

impl State {
    /// Says something to another worker once all that was begun is done: what it does about it, and tells the platform,
    /// comes after what we told the platform.
    pub(super) fn say(&mut self, to: PartId, note: Note) {
        self.notes.push((to, note));
    }

    /// Lets out what was said.
    pub(super) fn send_notes(&mut self) {
        for (to, note) in self.notes.drain(..) {
            if let Some(link) = self.links.get(usize::from(to.0)) {
                link.tell(self.part, note);
                link.wake();
            }
        }
    }

    pub(super) fn note(&mut self, from: PartId, note: Note) {
        match note {
            Note::Open(opening) => self.have_part(*opening),
            Note::Part { room, part } => self.tell_tagged(room, Input::PartOpened(part)),
            Note::Settings { room, settings } => {
                if let Some(entry) = self.tagged(room).and_then(|key| self.rooms.get_mut(key)) {
                    entry.settings = Some(settings);
                }
            }
            Note::Word { room, word } => self.tell_tagged(room, Input::Heard { from, word }),
            Note::Join { room, join } => {
                match self.tagged(room) {
                    Some(key) => self.let_in(key, *join),
                    // We began anew meanwhile.
                    None => drop(join.events.try_send(Event::Left(LeaveReason::ServerShutdown))),
                }
                self.settle_rooms();
                self.say(from, Note::Came { room, answer: None });
            }
            Note::Resume(resume) => self.resume_here(*resume),
            Note::Admin(ask) => self.admin_here(*ask),
            Note::Admit { journey, part } => self.admit(from, journey, part),
            Note::Travel {
                room,
                from: asker,
                journey,
            } => self.travel_to(from, room, asker, journey),
            Note::Answer(answer) => self.say_answer(answer),
            Note::Remove { room, identity, sid } => self.remove_here(&room, &identity, sid.as_deref()),
            Note::Came { room, answer } => {
                self.came(from, room);
                if let Some(answer) = answer {
                    self.say_answer(answer);
                }
            }
            Note::Close(room) => {
                if let Some(key) = self.tagged(room) {
                    self.end_part(key, LeaveReason::RoomDeleted);
                }
            }
            Note::Reset => {
                self.end_parts_of(from);
                self.forget_worker(from);
                self.say(from, Note::Forgotten);
            }
            Note::Forgotten => self.end_parts_of(from),
        }
    }

    pub(super) fn tagged(&self, tag: RoomTag) -> Option<RoomKey> {
        self.tags.get(&tag).copied()
    }

    fn tell_tagged(&mut self, tag: RoomTag, input: Input) {
        if let Some(key) = self.tagged(tag) {
            self.tell(key, input);
        }
    }

    fn have_part(&mut self, opening: Opening) {
        let mut room = Room::with_listing(self.config.listing);
        let now = self.time();
        room.handle(now, Input::RoomMetadata(opening.metadata));
        let entry = RoomEntry {
            settings: opening.settings,
            created: opening.created,
            ..RoomEntry::new(room, opening.tag, opening.name.clone(), opening.sid)
        };
        let key = self.rooms.insert(entry);
        self.room_names.insert(opening.name, key);
        self.tags.insert(opening.tag, key);
        for part in opening.parts {
            self.tell(key, Input::PartOpened(part));
        }
    }

    /// Where somebody who joins a room is to be: here until the room has as many here as it may have before it grows, then
    /// wherever the fewest are.
    pub(super) fn place_in(&self, key: RoomKey) -> Option<PartId> {
        let entry = self.rooms.get(key)?;
        if self.links.len() < 2 || entry.room.own_count() < self.config.room_spread.max(1) {
            return None;
        }
        let rank = |number: usize| {
            let (part, is_here) = (part_id(number), number == self.number);
            let members = if is_here {
                self.members.len()
            } else {
                self.links.get(number).map_or(usize::MAX, super::links::Link::members)
            };
            let is_new = !is_here && !entry.spread.parts.contains(&part);
            (members, is_new, number)
        };
        let least = (0..self.links.len()).min_by_key(|number| rank(*number))?;
        Some(part_id(least)).filter(|_| least != self.number)
    }

    /// Sends somebody who joins to another worker.
    pub(super) fn send_join(&mut self, key: RoomKey, part: PartId, join: JoinCommand) {
        self.open_part(key, part);
        let Some(entry) = self.rooms.get_mut(key) else { return };
        entry.spread.expect(part);
        let (room, join) = (entry.tag, Box::new(join));
        if let Some(link) = self.links.get(usize::from(part.0)) {
            link.expect_member();
        }
        self.say(part, Note::Join { room, join });
    }

    /// Makes sure that a room that is at home here has a part there.
    pub(super) fn open_part(&mut self, key: RoomKey, part: PartId) {
        let Some(entry) = self
            .rooms
            .get_mut(key)
            .filter(|entry| !entry.spread.parts.contains(&part))
        else {
            return;
        };
        let others = entry.spread.parts.clone();
        entry.spread.parts.push(part);
        let tag = entry.tag;
        let opening = Opening {
            tag,
            name: entry.name.clone(),
            sid: entry.sid.clone(),
            created: entry.created,
            metadata: entry.room.state().metadata,
            settings: entry.settings,
            parts: others.iter().copied().chain([self.part]).collect(),
        };
        // The others hear of it before it can speak.
        for other in others {
            self.say(other, Note::Part { room: tag, part });
        }
        self.say(part, Note::Open(Box::new(opening)));
        self.tell(key, Input::PartOpened(part));
        self.settle_rooms();
    }

    fn came(&mut self, from: PartId, tag: RoomTag) {
        let Some(key) = self.tagged(tag) else { return };
        let Some(entry) = self.rooms.get_mut(key) else { return };
        if let Some(at) = entry.spread.coming.iter().position(|part| *part == from) {
            entry.spread.coming.swap_remove(at);
        }
        // Who was awaited may have been the last.
        if entry.room.member_count() == 0 {
            self.room_emptied(key);
        }
    }

    /// Takes what is asked about somebody who is on another worker there. Answers what has to be done here.
    pub(super) fn pass_on(&mut self, ask: Ask) -> Option<Ask> {
        let Some(part) = ask.whom().and_then(|whom| self.part_of(whom)) else {
            return Some(ask);
        };
        if let Ask::Remove {
            whom, revoked_before, ..
        } = &ask
        {
            self.revocations
                .add(&whom.room, whom.identity.as_str(), *revoked_before);
        }
        self.say(part, Note::Admin(Box::new(ask)));
        None
    }

    /// The worker that somebody is on who is in a room that is at home here.
    pub(super) fn whereabouts(&self, whom: &Whom) -> Result<PartId, AdminRefusal> {
        let entry = self
            .rooms
            .get(self.find_room(&whom.room)?)
            .ok_or(AdminRefusal::NoRoom)?;
        let member = entry.room.find(&whom.identity).ok_or(AdminRefusal::NoParticipant)?;
        Ok(member.part().unwrap_or(self.part))
    }

    /// The worker that somebody is on, if it is another.
    fn part_of(&self, whom: &Whom) -> Option<PartId> {
        self.whereabouts(whom).ok().filter(|part| *part != self.part)
    }

    /// Takes a client that is back to the worker that has its session. Answers it when that is this one, or none.
    pub(super) fn pass_resume(&mut self, resume: ResumeCommand) -> Option<ResumeCommand> {
        let whom = Whom {
            room: resume.room.clone(),
            identity: resume.identity.as_str().into(),
        };
        let Some(part) = self.part_of(&whom) else {
            return Some(resume);
        };
        self.say(part, Note::Resume(Box::new(resume)));
        None
    }

    /// Says something to all parts of a room that is at home here.
    pub(super) fn say_to_parts(&mut self, key: RoomKey, note: impl Fn(RoomTag) -> Note) {
        let Some(entry) = self.rooms.get(key) else { return };
        let (tag, parts) = (entry.tag, entry.spread.parts.clone());
        for part in parts {
            self.say(part, note(tag));
        }
    }

    /// Puts out those who are here, and forgets the room.
    fn end_part(&mut self, key: RoomKey, reason: LeaveReason) {
        self.tell(key, Input::Close(reason));
        self.settle_rooms();
        self.drop_room(key);
    }

    /// The parts that we have of rooms at home there are over, as if home had said so: other parts hear that who was here is
    /// gone, but not that the room is over, for there it may go on.
    fn end_parts_of(&mut self, home: PartId) {
        let word = Arc::new(Word::Close(LeaveReason::ServerShutdown));
        for key in self.rooms.keys() {
            if self.rooms.get(key).is_some_and(|entry| entry.tag.home() == home) {
                let (from, word) = (home, Arc::clone(&word));
                self.tell(key, Input::Heard { from, word });
                self.settle_rooms();
                self.drop_room(key);
            }
        }
    }

    /// Another worker began anew: whoever of our rooms was there is gone.
    fn forget_worker(&mut self, part: PartId) {
        for key in self.rooms.keys() {
            let Some(entry) = self.rooms.get_mut(key) else { continue };
            entry.spread.parts.retain(|of| *of != part);
            entry.spread.coming.retain(|of| *of != part);
            self.tell(key, Input::PartClosed(part));
            self.settle_rooms();
            // Nobody may have been there but those who were awaited.
            if self.rooms.get(key).is_some_and(|entry| entry.room.member_count() == 0) {
                self.room_emptied(key);
            }
        }
    }
}

/// A worker as a part of rooms. A node has at most 255 workers.
pub(super) fn part_id(worker: usize) -> PartId {
    PartId(u8::try_from(worker).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests;
