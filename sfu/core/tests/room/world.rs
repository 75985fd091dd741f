//! A room, driven by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use sfu_core::codec::Codec;
use sfu_core::input::{AddTrack, Join, Permissions, PublishRight};
use sfu_core::limits::COUNT_INTERVAL;
use sfu_core::output::{Participant, ParticipantState};
use sfu_core::publish::{Source, TrackKind};
use sfu_core::{Input, Listing, MemberId, Output, Room, Time, TrackKey};

pub(crate) const ADA: MemberId = MemberId(1);
pub(crate) const BOB: MemberId = MemberId(2);
pub(crate) const EVE: MemberId = MemberId(3);

/// A room, the time, and what it said last.
pub(crate) struct World {
    pub(crate) room: Room,
    pub(crate) now: Time,
}

impl World {
    /// A room of members who may do everything, and have heard how many they are.
    pub(crate) fn with(members: &[(MemberId, &str)]) -> Self {
        let mut this = Self::empty(Listing::Open);
        for (member, identity) in members {
            this.tell(join(*member, identity, everything()));
        }
        this.wait(COUNT_INTERVAL * 2);
        this
    }

    pub(crate) fn empty(listing: Listing) -> Self {
        Self {
            room: Room::with_listing(listing),
            now: Time::from_micros(1_000_000),
        }
    }

    /// One mutation, drained.
    pub(crate) fn tell(&mut self, input: Input) -> Vec<Output> {
        self.room.handle(self.now, input);
        std::iter::from_fn(|| self.room.poll()).collect()
    }

    pub(crate) fn wait(&mut self, duration: Duration) -> Vec<Output> {
        let end = self.now + duration;
        let mut said = Vec::new();
        while let Some(due) = self.room.poll_timeout().filter(|due| *due <= end) {
            self.now = due;
            said.extend(self.tell(Input::Timeout));
        }
        self.now = end;
        said
    }

    /// Announces a track and has its first packet come.
    pub(crate) fn publish(&mut self, member: MemberId, cid: &str, source: Source) -> Vec<Output> {
        let kind = if source == Source::Microphone {
            TrackKind::Audio
        } else {
            TrackKind::Video
        };
        let codec = if kind == TrackKind::Audio {
            Codec::Opus
        } else {
            Codec::Vp8
        };
        self.tell(Input::AddTrack {
            member,
            request: Box::new(announce(cid, source, kind)),
        });
        let cid = cid.to_owned();
        self.tell(Input::Stream {
            member,
            stream: 0,
            cid,
            rid: None,
            codec,
        })
    }

    /// Publishes the camera "cam" to somebody, and answers with its key.
    pub(crate) fn show_camera(&mut self, member: MemberId) -> TrackKey {
        let said = self.publish(member, "cam", Source::Camera);
        let attached = said.iter().find_map(|output| match output {
            Output::Attach { track, .. } => Some(*track),
            _ => None,
        });
        attached.expect("somebody gets it")
    }
}

pub(crate) fn everything() -> Permissions {
    Permissions {
        publish: PublishRight::Everything,
        subscribe: true,
        publish_data: true,
        update_metadata: false,
        hidden: false,
    }
}

pub(crate) fn join(member: MemberId, identity: &str, permissions: Permissions) -> Input {
    Input::Join(Box::new(Join {
        member,
        sid: format!("PA_{}", member.0).into(),
        identity: identity.into(),
        name: String::new(),
        metadata: String::new(),
        attributes: BTreeMap::new(),
        permissions,
        auto_subscribe: true,
        order: 0,
    }))
}

pub(crate) fn announce(cid: &str, source: Source, kind: TrackKind) -> AddTrack {
    AddTrack {
        cid: cid.to_owned(),
        sid: format!("TR_{cid}").into(),
        kind,
        source,
        name: String::new(),
        stream: "camera".to_owned(),
        width: 640,
        height: 360,
        muted: false,
        layers: Vec::new(),
        stereo: false,
        disable_dtx: false,
        disable_red: false,
        backup: None,
        is_backup: false,
    }
}

/// To whom a change of a participant is told, with their state and number of tracks.
pub(crate) fn updates(said: &[Output]) -> Vec<(Vec<u32>, &str, ParticipantState, usize)> {
    said.iter()
        .filter_map(|output| match output {
            Output::Participants { to, participants } => Some((to, participants)),
            _ => None,
        })
        .flat_map(|(to, participants)| {
            let to: Vec<_> = to.iter().map(|member| member.0).collect();
            let of = |participant: &std::sync::Arc<Participant>| participant.tracks.len();
            participants.iter().map(move |participant| {
                let identity = participant.identity.as_str();
                (to.clone(), identity, participant.state, of(participant))
            })
        })
        .collect()
}

/// The first participant that anybody is told of.
pub(crate) fn told(said: &[Output]) -> Option<&Participant> {
    said.iter().find_map(|output| match output {
        Output::Participants { participants, .. } => participants.first().map(|participant| &**participant),
        _ => None,
    })
}

pub(crate) fn attached(said: &[Output]) -> Vec<u32> {
    let member = |output: &Output| match output {
        Output::Attach { member, .. } => Some(member.0),
        _ => None,
    };
    said.iter().filter_map(member).collect()
}

pub(crate) fn has_detach(said: &[Output], of: MemberId) -> bool {
    said.iter()
        .any(|output| matches!(output, Output::Detach { member, .. } if *member == of))
}
