//! Taking a member to another room of the worker: their peers stay, what they send and get changes.

use std::sync::Arc;

use sfu_core::output::Participant;
use sfu_core::{Input, MemberId, Traveller};

use super::admin::{AdminRefusal, Whom};
use super::member::{Binding, Line};
use super::messages::{Event, Joined, NodeEvent};
use super::outputs::summary;
use super::state::{RoomKey, State};

impl State {
    /// Begins to take somebody to another room of this worker, which may be at home elsewhere.
    pub(super) fn move_participant(&mut self, whom: &Whom, to: RoomKey, token: String) -> Result<(), AdminRefusal> {
        let (from, id) = self.find(whom)?;
        let source = self.rooms.get(from).ok_or(AdminRefusal::NoRoom)?;
        let tracks = source.room.participant(id).map_or(0, |of| of.tracks.len());
        let entry = self.rooms.get(to).ok_or(AdminRefusal::NoRoom)?;
        if !entry.room.has_place_for(tracks) {
            return Err(AdminRefusal::Full);
        }
        let member = self.member_mut(id).ok_or(AdminRefusal::NoParticipant)?;
        if member.origin.is_some() {
            return Err(AdminRefusal::Likeness);
        }
        // Somebody whose client is away would come back to where they were.
        if !matches!(member.signal.line, Line::Open(_)) {
            return Err(AdminRefusal::NotConnected);
        }
        member.destination = Some((to, token));
        self.tell(from, Input::Depart(id));
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
        let Some(entry) = self.rooms.get(to) else { return };
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
