//! Rooms of a worker: how they open, how long they stay open without anybody in them, and how they end.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sfu_core::input::LeaveReason;
use sfu_core::{Input, Room, Time};

use super::messages::NodeEvent;
use super::notes::{Note, RoomTag, Spread};
use super::seeing::Traffic;
use super::state::{RoomKey, State};
use super::timers::Owner;
use crate::limits::{NONCES, ROOM_DEPARTURE_TIMEOUT, ROOM_EMPTY_TIMEOUT, ROOM_TIMEOUT_MAX};

/// A room and its name.
#[derive(Debug)]
pub(crate) struct RoomEntry {
    pub(super) room: Room,
    pub(super) name: String,
    pub(super) sid: String,
    pub(super) created: Time,
    pub(super) timer: Option<Instant>,
    pub(super) dirty: bool,
    /// What was asked for when it was created; a room that opened because somebody came has none, and ends with the last.
    pub(super) settings: Option<RoomSettings>,
    /// When it ends, unless somebody comes.
    pub(super) ends_at: Option<Instant>,
    pub(super) nonces: Nonces,
    pub(super) traffic: Traffic,
    pub(super) tag: RoomTag,
    /// Where else it is, if it is at home here.
    pub(super) spread: Spread,
}

impl RoomEntry {
    pub(super) fn new(room: Room, tag: RoomTag, name: String, sid: String) -> Self {
        Self {
            room,
            name,
            sid,
            created: Time::default(),
            timer: None,
            dirty: false,
            settings: None,
            ends_at: None,
            nonces: Nonces::default(),
            traffic: Traffic::default(),
            tag,
            spread: Spread::default(),
        }
    }
}

/// How a created room is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RoomSettings {
    /// How long it waits for the first to come.
    pub(crate) empty_timeout: Duration,
    /// How long it waits after the last has left.
    pub(crate) departure_timeout: Duration,
    /// How many it holds; 0: as many as a room can.
    pub(crate) max_participants: u32,
}

impl RoomSettings {
    /// As asked for, in seconds; 0 is LiveKit's default, and nothing waits longer than a day.
    pub(crate) fn wanted(empty_timeout: u32, departure_timeout: u32, max_participants: u32) -> Self {
        let or = |seconds: u32, default: Duration| match seconds {
            0 => default,
            seconds => Duration::from_secs(seconds.into()).min(ROOM_TIMEOUT_MAX),
        };
        Self {
            empty_timeout: or(empty_timeout, ROOM_EMPTY_TIMEOUT),
            departure_timeout: or(departure_timeout, ROOM_DEPARTURE_TIMEOUT),
            max_participants,
        }
    }
}

/// The marks of the last messages that were sent from outside.
#[derive(Debug, Default)]
pub(super) struct Nonces(VecDeque<Vec<u8>>);

impl Nonces {
    /// Notes a mark. False when it is one of the last.
    pub(super) fn is_new(&mut self, nonce: Vec<u8>) -> bool {
        if self.0.contains(&nonce) {
            return false;
        }
        if self.0.len() == NONCES {
            self.0.pop_front();
        }
        self.0.push_back(nonce);
        true
    }
}

impl State {
    pub(super) fn open_room(&mut self, name: &str, sid: String) -> RoomKey {
        if let Some(key) = self.room_names.get(name) {
            return *key;
        }
        self.room_serial += 1;
        let tag = RoomTag::new(self.part, self.room_serial);
        let room = Room::with_listing(self.config.listing);
        let entry = RoomEntry {
            created: self.time(),
            ..RoomEntry::new(room, tag, name.to_owned(), sid)
        };
        let key = self.rooms.insert(entry);
        self.room_names.insert(name.to_owned(), key);
        self.tags.insert(tag, key);
        self.tell_node(NodeEvent::RoomOpened {
            worker: self.number,
            room: name.to_owned(),
        });
        key
    }

    /// Gives a room what it was created with; one that nobody is in waits from now on.
    pub(super) fn keep_room(&mut self, key: RoomKey, settings: RoomSettings) {
        let Some(entry) = self.rooms.get_mut(key) else { return };
        entry.settings = Some(settings);
        let is_empty = entry.room.member_count() == 0;
        self.say_to_parts(key, |room| Note::Settings { room, settings });
        if is_empty {
            self.let_wait(key, settings.empty_timeout);
        }
    }

    /// Whether a room does not take somebody who is not in it.
    pub(super) fn is_full_for(&self, key: RoomKey, identity: &str) -> bool {
        let limit = |entry: &RoomEntry| entry.settings.map_or(0, |settings| settings.max_participants);
        self.rooms.get(key).is_some_and(|entry| {
            let members = u32::try_from(entry.room.member_count()).unwrap_or(u32::MAX);
            limit(entry) != 0 && members >= limit(entry) && entry.room.find(&identity.into()).is_none()
        })
    }

    /// Ends a room for everybody, at once.
    pub(super) fn end_room(&mut self, key: RoomKey, reason: LeaveReason) {
        let Some(entry) = self.rooms.get_mut(key) else { return };
        entry.settings = None;
        if entry.room.member_count() == 0 {
            self.drop_room(key);
        } else {
            self.tell(key, Input::Close(reason));
        }
    }

    /// The last has left.
    pub(super) fn room_emptied(&mut self, key: RoomKey) {
        let Some(entry) = self.rooms.get(key) else { return };
        // Somebody may have come in the same turn, or be on the way to another part; and a part ends when home says so.
        if entry.room.member_count() > 0 || entry.spread.is_awaited() || entry.tag.home() != self.part {
            return;
        }
        match entry.settings {
            Some(settings) => self.let_wait(key, settings.departure_timeout),
            None => self.drop_room(key),
        }
    }

    /// The time to end has come, if nobody is there.
    pub(super) fn room_waited(&mut self, key: RoomKey, at: Instant) {
        let is_empty = |entry: &RoomEntry| entry.room.member_count() == 0 && !entry.spread.is_awaited();
        let is_over = |entry: &RoomEntry| entry.ends_at == Some(at) && is_empty(entry);
        if self.rooms.get(key).is_some_and(is_over) {
            self.drop_room(key);
        }
    }

    /// Whether a room is at home on this worker.
    pub(super) fn is_home(&self, key: RoomKey) -> bool {
        self.rooms.get(key).is_some_and(|entry| entry.tag.home() == self.part)
    }

    fn let_wait(&mut self, key: RoomKey, how_long: Duration) {
        let at = self.now + how_long;
        if let Some(entry) = self.rooms.get_mut(key) {
            entry.ends_at = Some(at);
            self.timers.set(at, Owner::RoomEnd(key));
        }
    }

    pub(super) fn drop_room(&mut self, key: RoomKey) {
        if self.is_home(key) {
            self.say_to_parts(key, Note::Close);
        }
        let Some(entry) = self.rooms.remove(key) else { return };
        self.room_names.remove(&entry.name);
        self.tags.remove(&entry.tag);
        if entry.tag.home() != self.part {
            return;
        }
        self.tell_node(NodeEvent::RoomClosed { room: entry.name });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_sent_twice_is_new_once() {
        let mut nonces = Nonces::default();
        assert!(nonces.is_new(vec![1]));
        assert!(!nonces.is_new(vec![1]));
        for number in 0..NONCES {
            assert!(nonces.is_new(number.to_be_bytes().to_vec()));
        }
        assert!(nonces.is_new(vec![1]), "what is long ago is forgotten");
    }

    #[test]
    fn what_is_not_asked_for_is_livekits_default() {
        let settings = RoomSettings::wanted(0, 7, 3);
        assert_eq!(settings.empty_timeout, ROOM_EMPTY_TIMEOUT);
        assert_eq!(settings.departure_timeout, Duration::from_secs(7));
        assert_eq!(RoomSettings::wanted(u32::MAX, 0, 0).empty_timeout, ROOM_TIMEOUT_MAX);
    }
}
