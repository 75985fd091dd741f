//! What a room knows of each member's connection, for [`crate::seeing`]: read every few seconds.

use crate::forward::{Down, DownState, Grant};
use crate::ids::{MemberId, PartId};
use crate::room::{Member, Room, Track};
use crate::seeing::{LOSS_SHOWS, Measured};
use crate::time::Time;
use crate::word::Word;

impl Room {
    /// What is known of everybody of this part, in the order of their numbers.
    pub fn measure(&mut self, now: Time) -> Vec<(MemberId, Measured)> {
        let members = self.members.range_mut(..MemberId::FIRST_ELSEWHERE);
        let mut all: Vec<_> = members.map(|(id, member)| (*id, Measured::of(member))).collect();
        for (_, track) in self.tracks.iter_mut() {
            let publisher = self.members.get(&track.publisher);
            let loses = publisher.is_some_and(|member| member.loses);
            if let Some(publisher) = find(&mut all, track.publisher) {
                publisher.received += track.received_rate(now);
            }
            for down in track.downs() {
                if let Some(measured) = find(&mut all, down.to().member) {
                    measured.note(track, down, loses);
                }
            }
        }
        all
    }

    /// What a publisher's packets lost on their way here, whether it shows in the room.
    pub(super) fn uplink_loss(&mut self, id: MemberId, share: f32) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let loses = share > LOSS_SHOWS;
        if std::mem::replace(&mut member.loses, loses) != loses {
            self.tell_losses(id, None);
        }
    }

    /// Tells all parts whether what a member of ours publishes arrives with losses, or a part that has just opened if it does.
    pub(super) fn tell_losses(&mut self, id: MemberId, part: Option<PartId>) {
        let loses = self.members.get(&id).is_some_and(|member| member.loses);
        let word = Word::Loses { member: id, loses };
        match part {
            None => self.tell_parts(word),
            Some(part) if loses => self.tell_part(part, word),
            Some(_) => {}
        }
    }

    /// Another part says whether what one of its members publishes arrives there with losses.
    pub(super) fn heard_losses(&mut self, id: MemberId, loses: bool) {
        if let Some(member) = self.members.get_mut(&id) {
            member.loses = loses;
        }
    }
}

fn find(all: &mut [(MemberId, Measured)], id: MemberId) -> Option<&mut Measured> {
    let at = all.binary_search_by_key(&id, |(id, _)| *id).ok()?;
    all.get_mut(at).map(|(_, measured)| measured)
}

impl Measured {
    fn of(member: &mut Member) -> Self {
        let (path, reported) = (member.bandwidth.path(), member.judgement.take_loss());
        #[expect(clippy::cast_possible_truncation, reason = "a share")]
        let loss_down = path.map_or(reported, |path| path.loss as f32);
        Self {
            path,
            loss_down,
            ..Self::default()
        }
    }

    /// Adds what one copy shows.
    fn note(&mut self, track: &Track, down: &Down, publisher_loses: bool) {
        self.sent_bytes += u64::from(down.octets());
        let Some(wanted) = down.wanted().filter(|_| !track.info.muted) else {
            return;
        };
        self.publisher_loses |= publisher_loses;
        if !track.is_video() {
            return;
        }
        self.pictures_wanted += 1;
        let Some(highest) = track.highest_sent() else {
            self.publisher_silent = true;
            return;
        };
        let best = wanted.min(highest);
        match (down.state(), down.grant()) {
            (DownState::Paused, Grant::Nothing) => self.pictures_held_back += 1,
            (DownState::Forwarding { layer }, grant) => {
                let allowed = match grant {
                    Grant::UpTo(layer) => layer,
                    Grant::Free => down.loss.cap(),
                    Grant::Nothing => 0,
                };
                // A layer less for want of a key frame is over in a moment and nobody's fault.
                self.pictures_smaller += u16::from(allowed < best);
                self.layer = self.layer.max(Some((layer, best)));
            }
            (DownState::Paused | DownState::Awaiting, _) => {}
        }
    }
}
