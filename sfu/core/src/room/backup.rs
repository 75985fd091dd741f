//! A track in two codecs: the publisher's own, and a backup for those who cannot decode that. Both are tracks of one name,
//! of which others see one. Who gets which is decided here and in [`Member::wants`]; what is wanted of each is counted for
//! itself, and its publisher is told of both together: clients go by the last they were told, and start a codec that is
//! wanted and not sent yet.

use smallvec::SmallVec;

use crate::codec::Codec;
use crate::ids::{MemberId, TrackSid};
use crate::limits::REGRESSION_MEMBERS_MAX;
use crate::output::Output;
use crate::publish::{BackupPolicy, VideoQuality, Wanted};
use crate::room::{Member, Room, Track, TrackKey};
use crate::word::Word;

/// How a track goes with another of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pairing {
    /// It is the backup of a track in this codec.
    pub(super) stands_for: Option<Codec>,
    /// Of both: the backup is there in place of the other, for everybody.
    pub(super) is_replaced: bool,
    /// Of a track without a backup: its publisher was asked for one.
    is_asked_for: bool,
}

impl Pairing {
    /// Whether somebody needs the track who decodes what `decodes` says.
    pub(super) fn is_needed(self, decodes: impl Fn(Codec) -> bool) -> bool {
        match self.stands_for {
            None => !self.is_replaced,
            Some(codec) => self.is_replaced || !decodes(codec),
        }
    }
}

impl Room {
    /// What subscribers here want of a member's track in each of its codecs, its own first, as its publisher was told.
    pub fn wanted(&self, id: MemberId, track: &TrackSid) -> Vec<(Codec, Wanted)> {
        let named = self.named(id, track);
        let mut wanted: Vec<_> = named.clone().map(|(_, of)| (of.codec, of.demand.told())).collect();
        let asked_for = named.map(|(_, of)| of).find(|of| of.pairing.is_asked_for);
        if let Some(backup) = asked_for.and_then(|of| of.info.backup) {
            wanted.push((backup.codec, Some(VideoQuality::High)));
        }
        wanted
    }

    /// Tells a publisher of ours what is wanted of a track.
    pub(super) fn tell_wanted(&mut self, to: MemberId, track: TrackSid) {
        let wanted = self.wanted(to, &track);
        self.push(Output::Demand { to, track, wanted });
    }

    /// Asks a publisher to send a track's backup.
    pub(super) fn ask_backup(&mut self, publisher: MemberId, track: TrackSid) {
        if let Some(part) = publisher.part() {
            let publisher = publisher.at_home();
            return self.tell_part(part, Word::Backup { publisher, track });
        }
        let keys: Vec<_> = self.named(publisher, &track).map(|(key, _)| key).collect();
        if let [only] = keys[..]
            && let Some(of) = self.tracks.get_mut(only)
        {
            of.pairing.is_asked_for = true;
            self.tell_wanted(publisher, track);
        }
    }

    /// A backup has come: in place of its track, or beside it.
    pub(super) fn place_backup(&mut self, id: MemberId, key: TrackKey) {
        let Some(track) = self.tracks.get(key).filter(|track| track.pairing.stands_for.is_some()) else {
            return;
        };
        let (sid, codec) = (track.info.sid.clone(), track.codec);
        let policy = self.named(id, &sid).find_map(|(_, of)| of.info.backup);
        let is_replaced = match policy.map_or(BackupPolicy::Simulcast, |backup| backup.policy) {
            BackupPolicy::Simulcast => false,
            BackupPolicy::Regression => true,
            BackupPolicy::PreferRegression => {
                let decodes = |(_, member): (MemberId, &Member)| member.decodes(&sid, codec);
                self.members.len() <= REGRESSION_MEMBERS_MAX && self.ours().all(decodes)
            }
        };
        self.pair(id, &sid, is_replaced);
    }

    /// Tracks of a publisher are gone: what they were in place of is itself again. Answers whether anything is.
    pub(super) fn restore(&mut self, id: MemberId, tracks: &[TrackSid]) -> bool {
        let mut is_changed = false;
        for sid in tracks {
            let is_without = |of: &Track| of.pairing.is_replaced && of.pairing.stands_for.is_none();
            let left: SmallVec<[bool; 2]> = self.named(id, sid).map(|(_, of)| is_without(of)).collect();
            if left[..] == [true] {
                self.pair(id, sid, false);
                is_changed = true;
            }
        }
        is_changed
    }

    fn pair(&mut self, id: MemberId, sid: &TrackSid, is_replaced: bool) {
        let keys: Vec<_> = self.named(id, sid).map(|(key, _)| key).collect();
        for key in keys {
            if let Some(track) = self.tracks.get_mut(key) {
                track.pairing.is_replaced = is_replaced;
                track.pairing.is_asked_for = false;
            }
        }
    }

    /// A member's track in each of its codecs, its own first: a backup comes later.
    fn named<'r>(
        &'r self,
        id: MemberId,
        sid: &'r TrackSid,
    ) -> impl Iterator<Item = (TrackKey, &'r Track)> + Clone + 'r {
        let published = self.members.get(&id).map(|member| member.published.as_slice());
        let published = published.unwrap_or_default().iter();
        let tracks = published.filter_map(|key| Some((*key, self.tracks.get(*key)?)));
        tracks.filter(move |(_, track)| track.info.sid == *sid)
    }
}
