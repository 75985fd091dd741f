//! Coming, going, and telling the others.

use std::sync::Arc;

use crate::ids::MemberId;
use crate::input::{Join, LeaveReason, Permissions};
use crate::limits::MEMBERS_MAX;
use crate::output::{Output, ParticipantState};
use crate::room::{Member, Room};
use crate::time::Time;

impl Room {
    pub(super) fn join(&mut self, now: Time, join: Join) {
        let member = join.member;
        if let Some(earlier) = self.find(&join.identity) {
            self.leave(now, earlier, LeaveReason::DuplicateIdentity);
        }
        if self.members.len() >= MEMBERS_MAX {
            self.push(Output::Left {
                member,
                reason: LeaveReason::RoomFull,
            });
            return;
        }
        let others = self
            .members
            .values()
            .filter(|other| !other.permissions().hidden)
            .map(|other| other.participant(&self.tracks))
            .collect();
        let newcomer = Member::new(join, now);
        let participant = newcomer.participant(&self.tracks);
        self.members.insert(member, newcomer);
        self.push(Output::Joined {
            to: member,
            participant,
            others,
        });
        self.tell_others(member);
        self.settle(member);
    }

    pub(super) fn connected(&mut self, id: MemberId) {
        if let Some(member) = self.members.get_mut(&id) {
            member.set_state(ParticipantState::Active);
            self.tell_everybody(id);
        }
    }

    pub(super) fn leave(&mut self, now: Time, id: MemberId, reason: LeaveReason) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        for track in std::mem::take(&mut member.published) {
            self.drop_track(track);
        }
        self.detach_all(id);
        if let Some(mut member) = self.members.remove(&id) {
            member.set_state(ParticipantState::Disconnected(reason));
            let participant = member.participant(&self.tracks);
            if !member.permissions().hidden {
                self.replay.note_departure(now, Arc::clone(&participant));
                let to = self.members.keys().copied().collect();
                self.push(Output::Participant { to, participant });
            }
            self.push(Output::Left { member: id, reason });
        }
    }

    pub(super) fn close(&mut self, now: Time, reason: LeaveReason) {
        let everybody: Vec<_> = self.members.keys().copied().collect();
        for member in everybody {
            self.leave(now, member, reason);
        }
    }

    pub(super) fn permit(&mut self, id: MemberId, permissions: Permissions) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        if *member.permissions() == permissions {
            return;
        }
        member.set_permissions(permissions);
        let rights = member.permissions().publish.clone();
        let (kept, refused): (Vec<_>, Vec<_>) = std::mem::take(&mut member.announced)
            .into_iter()
            .partition(|track| rights.allows(track.source));
        member.announced = kept;
        let forbidden: Vec<_> = member
            .published
            .iter()
            .copied()
            .filter(|key| {
                self.tracks
                    .get(*key)
                    .is_some_and(|track| !rights.allows(track.info.source))
            })
            .collect();
        // A publisher who ends a track knows; one who may not go on has to be told.
        let mut ended: Vec<_> = refused.into_iter().map(|track| track.sid).collect();
        ended.extend(forbidden.into_iter().filter_map(|key| self.unpublish(id, key)));
        for track in ended {
            self.push(Output::TrackUnpublished { to: id, track });
        }
        self.settle(id);
        self.tell_everybody(id);
    }

    /// Tells the others, unless the member is hidden.
    pub(super) fn tell_others(&mut self, about: MemberId) {
        let Some(member) = self.members.get(&about).filter(|member| !member.permissions().hidden) else {
            return;
        };
        let participant = member.participant(&self.tracks);
        let to: Vec<_> = self.members.keys().copied().filter(|id| *id != about).collect();
        if !to.is_empty() {
            self.push(Output::Participant { to, participant });
        }
    }

    /// Tells the member, and the others unless the member is hidden.
    pub(super) fn tell_everybody(&mut self, about: MemberId) {
        let Some(member) = self.members.get(&about) else { return };
        let participant = member.participant(&self.tracks);
        let to = if member.permissions().hidden {
            vec![about]
        } else {
            self.members.keys().copied().collect()
        };
        self.push(Output::Participant { to, participant });
    }
}
