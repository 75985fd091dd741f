//! Taking a member to another room of the worker: their peers stay, what they send and get changes.

use std::sync::Arc;

use sfu_core::input::LeaveReason;
use sfu_core::output::Participant;
use sfu_core::{Input, MemberId, Traveller};

use super::admin::{AdminRefusal, Whom};
use super::member::{Binding, Line, Member};
use super::messages::{Event, Joined, NodeEvent};
use super::outputs::summary;
use super::state::{RoomKey, State};

impl State {
    pub(super) fn move_participant(
        &mut self,
        whom: &Whom,
        destination: &str,
        room_sid: String,
        token: String,
    ) -> Result<(), AdminRefusal> {
        let (from, id) = self.find(whom)?;
        let source = self.rooms.get(from).ok_or(AdminRefusal::NoRoom)?;
        let tracks = source.room.participant(id).map_or(0, |of| of.tracks.len());
        let key = self.key_of(id).ok_or(AdminRefusal::NoParticipant)?;
        // Somebody whose client is away would come back to where they were.
        let is_here = |member: &Member| matches!(member.signal.line, Line::Open(_));
        if !self.members.get(key).is_some_and(is_here) {
            return Err(AdminRefusal::NotConnected);
        }
        let to = self.destination(from, destination, room_sid)?;
        let has_place = self.rooms.get(to).is_some_and(|entry| entry.room.has_place_for(tracks));
        if self.is_full_for(to, whom.identity.as_str()) || !has_place {
            return Err(AdminRefusal::Full);
        }
        let member = self.members.get_mut(key).ok_or(AdminRefusal::NoParticipant)?;
        member.destination = Some((to, token));
        self.tell(from, Input::Depart(id));
        Ok(())
    }

    /// The room on this worker that somebody is to come to from another here. Whoever is in another part of a room than
    /// home's stays on that worker; home has opened the destination there.
    pub(super) fn destination(&mut self, from: RoomKey, name: &str, room_sid: String) -> Result<RoomKey, AdminRefusal> {
        if self.is_home(from) {
            Ok(self.open_room(name, room_sid))
        } else {
            self.find_room(name)
        }
    }

    /// Sends somebody to a room that is elsewhere: their client connects anew, with this token.
    pub(super) fn send_away(&mut self, whom: &Whom, token: String) -> Result<(), AdminRefusal> {
        let (room, member) = self.find(whom)?;
        let key = self.key_of(member).ok_or(AdminRefusal::NoParticipant)?;
        self.send_event(key, Event::Token(token));
        let reason = LeaveReason::Moved;
        self.tell(room, Input::Leave { member, reason });
        Ok(())
    }

    pub(super) fn departed(&mut self, traveller: Box<Traveller>) {
        let Some(key) = self.key_of(traveller.member()) else {
            return;
        };
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let Some(to) = member.destination.as_ref().map(|(to, _)| *to) else {
            return;
        };
        let Some(entry) = self.rooms.get_mut(to) else { return };
        entry.ends_at = None;
        member.room = to;
        let (left, likenesses) = (member.place.clone(), std::mem::take(&mut member.likenesses));
        member.place.room.clone_from(&entry.name);
        for stream in &mut member.streams {
            stream.binding = Binding::Unknown;
        }
        self.end_likenesses(&likenesses);
        self.tell_node(NodeEvent::Left { place: left });
        self.tell(to, Input::Arrive(traveller));
    }

    pub(super) fn arrived(
        &mut self,
        room: RoomKey,
        to: MemberId,
        participant: Arc<Participant>,
        others: Vec<Arc<Participant>>,
    ) {
        let Some(key) = self.key_of(to) else { return };
        let Some(member) = self.members.get_mut(key).filter(|member| member.origin.is_none()) else {
            return;
        };
        let token = member.destination.take().map(|(_, token)| token).unwrap_or_default();
        let connection = member.signal.connection;
        let Some(entry) = self.rooms.get(room) else { return };
        let into = Joined {
            worker: self.number,
            member: key,
            connection,
            room: Arc::new(summary(entry, entry.room.state())),
            participant,
            others,
        };
        let into = Box::new(into);
        self.send_event(key, Event::Moved { into, token });
        if let Some(member) = self.members.get(key) {
            self.tell_node(NodeEvent::Joined {
                place: member.place.clone(),
            });
        }
    }
}
