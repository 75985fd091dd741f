//! Somebody who is seen in a room as well as in their own, when this one has members on other workers.

use std::time::Duration;

use sfu_core::codec::Codec;
use sfu_core::input::{By, LeaveReason, Permissions, PublishRight, TrackSettings};
use sfu_core::limits::DEMAND_HOLD;
use sfu_core::output::{Participant, ParticipantState};
use sfu_core::publish::VideoQuality;
use sfu_core::{Input, MemberId, Output, StreamKey, TrackSid};

use super::media::{FRAME, KEY_FRAME, packet, send};
use super::world::{Parts, part};
use crate::world::everything;

/// Ada's likeness is in part 0, nobody else; Bob watches it in part 1.
struct Forwarded {
    parts: Parts,
    ada: MemberId,
    bob: MemberId,
    sid: TrackSid,
    stream: StreamKey,
}

impl Forwarded {
    fn new() -> Self {
        let mut parts = Parts::new(2);
        let bob = parts.join(1, "bob");
        parts.deliver_all();
        let ada = parts.forward(0, "ada");
        let published = parts.rooms[0].participant(ada).expect("arrived");
        let sid = published.tracks[0].sid.clone();
        let cid = sid.as_str().trim_start_matches("TR_").to_owned();
        // Its packets come to this part: the worker that has the original's transports has it.
        let stream = Input::Stream {
            member: ada,
            stream: 4,
            cid,
            rid: None,
            codec: Codec::Vp8,
        };
        parts.tell(0, stream);
        parts.deliver_all();
        let stream = parts.shells[0].bound[&ada];
        Self {
            parts,
            ada,
            bob,
            sid,
            stream,
        }
    }

    fn subscribe(&mut self) {
        self.parts.take_only_track(1, self.bob);
    }

    fn send(&mut self, sequence: u16, payload: &[u8]) -> usize {
        send(&mut self.parts, self.stream, self.bob, packet(sequence, payload))
    }

    /// What the publisher's worker was told last to ask of it.
    fn wanted(&mut self) -> Vec<Option<VideoQuality>> {
        let said = self.parts.said(0);
        let of = |output: Output| match output {
            Output::Demand { to, wanted, .. } if to == self.ada => Some(wanted[0].1),
            _ => None,
        };
        said.into_iter().filter_map(of).collect()
    }

    /// Ada, as Bob's part knows her.
    fn seen(&self) -> Option<Participant> {
        let id = self.parts.rooms[1].find(&"ada".into())?;
        self.parts.rooms[1].participant(id).map(|of| Participant::clone(&of))
    }
}

#[test]
fn it_is_seen_on_other_workers_as_what_it_is() {
    let room = Forwarded::new();
    let ada = room.seen().expect("known there");
    assert!(ada.forwarded, "not somebody who could be talked to");
    assert_eq!(ada.tracks.len(), 1);
    assert!(!ada.permissions.subscribe && !ada.permissions.publish_data);
    room.parts.check();
}

#[test]
fn its_media_cross_and_what_is_wanted_of_it_comes_back() {
    let mut room = Forwarded::new();
    room.subscribe();
    assert_eq!(
        room.wanted(),
        [Some(VideoQuality::High)],
        "news, whatever the original's room wants"
    );
    assert_eq!((room.send(1, &KEY_FRAME), room.send(2, &FRAME)), (1, 1));

    room.parts.wait(Duration::from_millis(600));
    room.parts.said(0);
    let (member, track) = (room.bob, room.parts.track(1, room.bob));
    for _ in 0..3 {
        room.parts.tell(1, Input::KeyFrameWanted { member, track });
        room.parts.deliver_all();
    }
    let asked = room.parts.said(0);
    let asked = asked
        .iter()
        .filter(|output| matches!(output, Output::KeyFrame { member, stream: 4 } if *member == room.ada));
    assert_eq!(asked.count(), 1, "of the original, once");

    let hidden = Input::TrackSettings {
        member,
        tracks: vec![room.sid.clone()],
        settings: TrackSettings::Disabled,
    };
    room.parts.tell(1, hidden);
    room.parts.wait(DEMAND_HOLD * 2 + Duration::from_secs(1));
    assert_eq!(room.wanted(), [None]);
    assert!(room.parts.rooms[0].takers(room.stream.track).is_empty());
}

#[test]
fn what_changes_about_it_changes_on_other_workers() {
    let mut room = Forwarded::new();
    room.subscribe();
    assert_eq!(room.send(1, &KEY_FRAME), 1);
    let (member, track) = (room.ada, room.sid.clone());
    let mute = |muted, track| Input::Mute {
        member,
        track,
        muted,
        by: By::Themselves,
    };
    room.parts.tell(0, mute(true, track.clone()));
    room.parts.deliver_all();
    assert_eq!(room.send(2, &FRAME), 0);
    assert!(room.seen().expect("there").tracks[0].muted);
    room.parts.tell(0, mute(false, track));
    room.parts.deliver_all();
    assert_eq!((room.send(3, &FRAME), room.send(4, &KEY_FRAME)), (0, 1));

    let permissions = Permissions {
        publish: PublishRight::Nothing,
        ..everything()
    };
    room.parts.tell(0, Input::Permissions { member, permissions });
    room.parts.deliver_all();
    assert_eq!(room.seen().expect("there").tracks, []);
    assert!(room.parts.shells[1].attached[&room.bob].is_empty());
}

#[test]
fn it_ends_everywhere_however_it_ends() {
    let leave = |room: &Forwarded| Input::Leave {
        member: room.ada,
        reason: LeaveReason::Removed,
    };
    let mut room = Forwarded::new();
    let end = leave(&room);
    room.parts.tell(0, end);
    room.parts.deliver_all();
    assert!(room.seen().is_none() && room.parts.shells[1].attached[&room.bob].is_empty());
    let said = room.parts.said(1);
    let is_departure = |output: &Output| {
        matches!(output, Output::Participants { participants, .. }
            if matches!(participants[0].state, ParticipantState::Disconnected(LeaveReason::Removed)))
    };
    assert!(said.iter().any(is_departure), "Bob hears of it");

    let mut room = Forwarded::new();
    room.parts.tell(1, Input::PartClosed(part(0)));
    assert!(room.seen().is_none(), "with its worker");

    let mut room = Forwarded::new();
    room.parts.tell(1, Input::Close(LeaveReason::RoomDeleted));
    room.parts.deliver_all();
    assert!(
        room.parts.shells.iter().all(|shell| shell.present.is_empty()),
        "with the room"
    );

    let mut room = Forwarded::new();
    room.parts.join(1, "ada");
    room.parts.deliver_all();
    assert!(
        !room.parts.shells[0].present.contains(&room.ada),
        "when the person comes themselves"
    );
    assert!(!room.seen().expect("there").forwarded);
}
