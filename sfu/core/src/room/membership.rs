//! Coming, going, and telling the others.

use std::sync::Arc;

use crate::ids::MemberId;
use crate::input::{Join, LeaveReason, Permissions, PublishRight};
use crate::limits::MEMBERS_MAX;
use crate::output::{Output, ParticipantState};
use crate::room::listing::{Listing, batches};
use crate::room::{Member, Room};
use crate::time::Time;
use crate::word::Word;

impl Room {
    pub(super) fn join(&mut self, now: Time, join: Join) {
        let member = join.member;
        if let Some(earlier) = self.find(&join.identity) {
            // On another worker somebody may have been let in who came later.
            let is_later = |earlier: &Member| earlier.join().order > join.order;
            if self.members.get(&earlier).is_some_and(is_later) {
                let reason = LeaveReason::DuplicateIdentity;
                return self.push(Output::Left { member, reason });
            }
            self.leave(now, earlier, LeaveReason::DuplicateIdentity);
        }
        if self.members.len() >= MEMBERS_MAX {
            let reason = LeaveReason::RoomFull;
            return self.push(Output::Left { member, reason });
        }
        let permissions = &join.permissions;
        let standing = self.standing_of_newcomer(&permissions.publish, permissions.hidden);
        let mut others = batches(self.seen_by(standing)).into_iter();
        let newcomer = Member::new(join, standing, now);
        let participant = newcomer.participant(&self.tracks);
        self.members.insert(member, newcomer);
        let state = self.state();
        self.later.note_newcomer(&state);
        self.push(Output::Joined {
            to: member,
            participant,
            others: others.next().unwrap_or_default(),
            state,
        });
        for participants in others {
            let to = vec![member];
            self.push(Output::Participants { to, participants });
        }
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
        if self.remove(now, id, reason) && id.part().is_none() {
            self.push(Output::Left { member: id, reason });
        }
    }

    /// Takes a member and what they publish out of the room, and tells the others. False when there is no such member.
    pub(super) fn remove(&mut self, now: Time, id: MemberId, reason: LeaveReason) -> bool {
        let Some(member) = self.members.get_mut(&id) else {
            return false;
        };
        for track in std::mem::take(&mut member.published) {
            self.drop_track(track);
        }
        self.detach_all(id);
        let Some(mut member) = self.members.remove(&id) else {
            return false;
        };
        member.set_state(ParticipantState::Disconnected(reason));
        let participant = member.participant(&self.tracks);
        self.later.recount();
        self.replay
            .note_departure(now, Arc::clone(&participant), member.standing);
        self.tell_of(participant, id, member.standing, Vec::new());
        if id.part().is_none() {
            self.tell_parts(Word::Gone { member: id, reason });
        }
        true
    }

    /// Ends the room in all its parts.
    pub(super) fn close(&mut self, now: Time, reason: LeaveReason) {
        self.tell_parts(Word::Close(reason));
        self.close_ours(now, reason);
    }

    pub(super) fn close_ours(&mut self, now: Time, reason: LeaveReason) {
        for member in self.our_ids() {
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
        let (is_hidden, was_hidden) = (permissions.hidden, member.standing.hidden);
        member.set_permissions(permissions);
        if was_hidden != is_hidden {
            self.later.recount();
            self.hide_or_show(id, is_hidden);
        }
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
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
        ended.dedup(); // a backup has its track's name
        for track in ended {
            self.push(Output::TrackUnpublished { to: id, track });
        }
        if self.listing == Listing::Audience && rights != PublishRight::Nothing {
            self.step_on_stage(id);
        }
        self.settle(id);
        self.tell_everybody(id);
    }
}
