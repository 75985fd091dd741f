//! One member.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::codec::Codec;
use crate::ids::{MemberId, TrackSid};
use crate::input::{AddTrack, Allowance, Join, Permissions, TrackSettings};
use crate::output::{Participant, ParticipantState};
use crate::publish::TrackInfo;
use crate::room::bandwidth::Bandwidth;
use crate::room::connection::Judgement;
use crate::room::listing::Standing;
use crate::room::parts::{Image, TrackImage};
use crate::room::transfer::{Publication, Traveller};
use crate::room::{Track, TrackKey};
use crate::slots::Slots;
use crate::time::Time;

/// A member, and what they want and have.
#[derive(Debug)]
pub(super) struct Member {
    join: Join,
    state: ParticipantState,
    version: u32,
    joined_at: Time,
    /// They are in another room, and seen here as well.
    forwarded: bool,
    /// How they are listed.
    pub(super) standing: Standing,
    /// How well they are connected.
    pub(super) judgement: Judgement,
    /// Announced tracks whose media has not come yet, oldest first.
    pub(super) announced: Vec<AddTrack>,
    /// Published tracks, oldest first.
    pub(super) published: Vec<TrackKey>,
    /// Tracks they chose or declined by name; the rest follows `auto_subscribe`.
    pub(super) wishes: BTreeMap<TrackSid, bool>,
    /// Tracks that their client cannot decode in a codec.
    pub(super) undecodable: BTreeSet<(TrackSid, Codec)>,
    /// How they show tracks.
    pub(super) settings: BTreeMap<TrackSid, TrackSettings>,
    /// Tracks that they put in an order, 1 first.
    pub(super) priorities: BTreeMap<TrackSid, u32>,
    /// Who may subscribe to what they publish.
    pub(super) allowance: Allowance,
    /// Tracks that they want and their publishers deny them.
    pub(super) denied: BTreeSet<TrackKey>,
    /// Tracks for which an outgoing stream was asked of the shell.
    pub(super) attached: BTreeSet<TrackKey>,
    /// What the way to them carries, and what of it they were granted.
    pub(super) bandwidth: Bandwidth,
    /// When they were last heard to speak.
    pub(super) spoke: Option<Time>,
    /// What they publish arrives with losses that show.
    pub(super) loses: bool,
}

impl Member {
    pub(super) fn new(join: Join, standing: Standing, now: Time) -> Self {
        Self {
            join,
            state: ParticipantState::Joined,
            version: 1,
            joined_at: now,
            forwarded: false,
            standing,
            judgement: Judgement::default(),
            announced: Vec::new(),
            published: Vec::new(),
            wishes: BTreeMap::new(),
            undecodable: BTreeSet::new(),
            settings: BTreeMap::new(),
            priorities: BTreeMap::new(),
            allowance: Allowance::Everybody,
            denied: BTreeSet::new(),
            attached: BTreeSet::new(),
            bandwidth: Bandwidth::default(),
            spoke: None,
            loses: false,
        }
    }

    /// Somebody who comes from another room. Clients drop what is not newer than what they know of a connection, and the
    /// other room's last word was one newer.
    pub(super) fn arrived(traveller: Traveller, standing: Standing, now: Time) -> Self {
        Self {
            state: traveller.state,
            version: traveller.version + 2,
            allowance: traveller.allowance,
            announced: traveller.announced,
            forwarded: traveller.forwarded,
            ..Self::new(traveller.join, standing, now)
        }
    }

    /// Somebody in another part of the room; what this one knew of them `before` and they do not say stays.
    pub(super) fn of_image(image: &Image, id: MemberId, before: Option<Self>) -> Self {
        let join = Join {
            member: id,
            ..image.join.clone()
        };
        let known = before.filter(|member| member.join.sid == join.sid);
        let base = known.unwrap_or_else(|| Self::new(join.clone(), image.standing, image.joined_at));
        Self {
            join,
            state: image.state,
            version: image.version,
            forwarded: image.forwarded,
            standing: image.standing,
            ..base
        }
    }

    /// As the other parts of the room know them.
    pub(super) fn image(&self, tracks: Vec<TrackImage>) -> Image {
        Image {
            join: self.join.clone(),
            state: self.state,
            version: self.version,
            joined_at: self.joined_at,
            forwarded: self.forwarded,
            standing: self.standing,
            allowance: self.allowance.clone(),
            tracks,
        }
    }

    /// What they take along to another room, but for the published tracks, which are the room's.
    pub(super) fn traveller(&self, published: Vec<Publication>) -> Traveller {
        Traveller {
            join: self.join.clone(),
            state: self.state,
            version: self.version,
            allowance: self.allowance.clone(),
            announced: self.announced.clone(),
            published,
            forwarded: self.forwarded,
        }
    }

    pub(super) const fn join(&self) -> &Join {
        &self.join
    }

    pub(super) const fn permissions(&self) -> &Permissions {
        &self.join.permissions
    }

    pub(super) fn set_permissions(&mut self, permissions: Permissions) {
        self.join.permissions = permissions;
        self.version += 1;
    }

    /// Answers whether that was a change.
    pub(super) fn set_profile(
        &mut self,
        name: Option<String>,
        metadata: Option<String>,
        attributes: BTreeMap<String, String>,
    ) -> bool {
        let name = name.unwrap_or_else(|| self.join.name.clone());
        let metadata = metadata.unwrap_or_else(|| self.join.metadata.clone());
        let is_news = name != self.join.name || metadata != self.join.metadata || attributes != self.join.attributes;
        (self.join.name, self.join.metadata, self.join.attributes) = (name, metadata, attributes);
        self.version += u32::from(is_news);
        is_news
    }

    pub(super) const fn set_state(&mut self, state: ParticipantState) {
        self.state = state;
        self.version += 1;
    }

    pub(super) const fn joined_at(&self) -> Time {
        self.joined_at
    }

    /// What they publish has changed.
    pub(super) const fn touch(&mut self) {
        self.version += 1;
    }

    /// Whether they want a track that somebody else publishes: and in which of its codecs.
    pub(super) fn wants(&self, track: &Track) -> bool {
        let sid = &track.info.sid;
        let wish = self.wishes.get(sid).copied().unwrap_or(self.join.auto_subscribe);
        let is_needed = track.pairing.is_needed(|codec| self.decodes(sid, codec));
        self.join.permissions.subscribe && wish && is_needed && self.decodes(sid, track.codec)
    }

    /// Whether they can decode a track in a codec, as far as is known.
    pub(super) fn decodes(&self, track: &TrackSid, codec: Codec) -> bool {
        !self.undecodable.contains(&(track.clone(), codec))
    }

    /// As others see them.
    pub(super) fn participant(&self, tracks: &Slots<Track>) -> Arc<Participant> {
        let infos: Vec<TrackInfo> = self
            .published
            .iter()
            .filter_map(|key| tracks.get(*key))
            .filter(|track| track.pairing.stands_for.is_none())
            .map(|track| track.info.clone())
            .collect();
        Arc::new(Participant {
            sid: self.join.sid.clone(),
            identity: self.join.identity.clone(),
            name: self.join.name.clone(),
            metadata: self.join.metadata.clone(),
            attributes: self.join.attributes.clone(),
            permissions: self.join.permissions.clone(),
            state: self.state,
            version: self.version,
            joined_at: self.joined_at,
            forwarded: self.forwarded,
            tracks: infos,
        })
    }
}
