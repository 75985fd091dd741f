//! Who may subscribe to what: a publisher's own word, enforced here.

use std::collections::BTreeSet;

use crate::ids::{MemberId, TrackSid};
use crate::input::{Allowance, Allowed, Join, Subscriber};
use crate::limits::{ALLOWANCES_MAX, TRACKS_PER_ROOM_MAX};
use crate::output::Output;
use crate::room::{Room, TrackKey};

impl Allowance {
    /// Whether somebody may have a track.
    pub(super) fn covers(&self, subscriber: &Join, track: &TrackSid) -> bool {
        let names = |allowed: &&Allowed| match &allowed.who {
            Subscriber::Identity(identity) => *identity == subscriber.identity,
            Subscriber::Sid(sid) => *sid == subscriber.sid,
        };
        match self {
            Self::Everybody => true,
            Self::These(allowed) => allowed
                .iter()
                .filter(names)
                .any(|allowed| allowed.tracks.as_ref().is_none_or(|tracks| tracks.contains(track))),
        }
    }

    /// Cut to what a room keeps.
    fn bounded(mut self) -> Self {
        if let Self::These(allowed) = &mut self {
            allowed.truncate(ALLOWANCES_MAX);
            for tracks in allowed.iter_mut().filter_map(|allowed| allowed.tracks.as_mut()) {
                tracks.truncate(TRACKS_PER_ROOM_MAX);
            }
        }
        self
    }
}

impl Room {
    pub(super) fn allow(&mut self, id: MemberId, allowance: Allowance) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.allowance = allowance.bounded();
        self.tell_image(id);
        self.settle_ours();
    }

    /// Whether a track's publisher lets a member have it.
    pub(super) fn is_allowed(&self, key: TrackKey, id: MemberId) -> bool {
        let Some(track) = self.tracks.get(key) else {
            return false;
        };
        let parties = self.members.get(&track.publisher).zip(self.members.get(&id));
        parties.is_some_and(|(publisher, subscriber)| publisher.allowance.covers(subscriber.join(), &track.info.sid))
    }

    /// Tells a member which of the tracks it wants are now denied to it, and which no longer are.
    pub(super) fn tell_denials(&mut self, id: MemberId, denied: BTreeSet<TrackKey>, desired: &BTreeSet<TrackKey>) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let before = std::mem::replace(&mut member.denied, denied.clone());
        let news = denied.difference(&before).map(|key| (*key, false));
        let good_news = before.intersection(desired).map(|key| (*key, true));
        for (key, allowed) in news.chain(good_news) {
            self.tell_permission(id, key, allowed);
        }
    }

    /// Tells a member whether they may have a track.
    pub(super) fn tell_permission(&mut self, to: MemberId, key: TrackKey, allowed: bool) {
        let Some(track) = self.tracks.get(key) else { return };
        let Some(publisher) = self.members.get(&track.publisher) else {
            return;
        };
        self.outputs.push_back(Output::SubscriptionPermission {
            to,
            publisher: publisher.join().sid.clone(),
            track: track.info.sid.clone(),
            allowed,
        });
    }
}
