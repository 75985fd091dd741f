//! What crosses the border between a worker and the rest of the node.

use std::sync::Arc;

use bytes::Bytes;
use sfu_core::codec::Codec;
use sfu_core::input::{
    AddTrack, Allowance, By, LeaveReason, Permissions, ProfileUpdate, SyncState, TrackChange, TrackSettings,
};
use sfu_core::output::{Connection, Participant, Refusal, RoomState, Speaker};
use sfu_core::publish::{TrackInfo, Wanted};
use sfu_core::{ParticipantSid, TrackSid};
use tokio::sync::mpsc;

use super::MemberKey;
use super::admin::Ask;
use super::rooms::RoomSettings;
use super::seeing::{Seen, SeenReply};
use super::simulate::Scenario;
use crate::signal::Naming;

/// Something for a worker to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Let somebody in. Answered by [`Event::Joined`] or [`Event::Left`].
    Join(Box<JoinCommand>),
    /// Let somebody go on whose signalling broke. Answered by [`Event::Resumed`] or [`Event::Left`].
    Resume(Box<ResumeCommand>),
    /// A signalling connection ended without its client's wish: the session waits to be resumed, if it is still the
    /// session's connection.
    Broken { member: MemberKey, connection: u32 },
    /// Do something for a member. Does nothing when they are gone.
    Member { member: MemberKey, action: Action },
    /// End a room for everybody.
    CloseRoom { room: String, reason: LeaveReason },
    /// Put somebody out; only that connection of theirs when `sid` is given.
    Remove {
        room: String,
        identity: String,
        sid: Option<String>,
    },
    /// Send a ready data packet to everybody in a room, reliably.
    Announce { room: String, payload: Bytes },
    /// Send a ready data packet to one member, reliably.
    Tell { member: MemberKey, payload: Bytes },
    /// An administrator's request, answered through its reply.
    Admin(Box<Ask>),
    /// Say how a room's connections are.
    See { room: String, reply: SeenReply },
    /// Put everybody out, telling them to connect anew elsewhere.
    Drain,
    /// End the thread.
    Stop,
    /// Make a mistake.
    #[cfg(test)]
    Panic,
}

/// Somebody to let in.
#[derive(Debug)]
pub(crate) struct JoinCommand {
    pub(crate) room: String,
    pub(crate) sid: String,
    pub(crate) room_sid: String,
    pub(crate) identity: String,
    pub(crate) name: String,
    pub(crate) metadata: String,
    pub(crate) attributes: std::collections::BTreeMap<String, String>,
    pub(crate) permissions: Permissions,
    pub(crate) token: TokenTimes,
    pub(crate) auto_subscribe: bool,
    /// W3C trace context of the join, if it is traced.
    pub(crate) trace: Option<String>,
    pub(crate) naming: Naming,
    /// Grows with everybody who comes to the node.
    pub(crate) order: u64,
    pub(crate) events: mpsc::Sender<Event>,
}

/// From when and until when somebody's token is good, in seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenTimes {
    pub(crate) not_before: i64,
    pub(crate) expires_at: i64,
}

/// Somebody who comes back.
#[derive(Debug)]
pub(crate) struct ResumeCommand {
    pub(crate) room: String,
    pub(crate) identity: String,
    pub(crate) sid: String,
    pub(crate) events: mpsc::Sender<Event>,
}

/// What a client asks of the worker, already checked and typed.
#[derive(Debug)]
pub(crate) enum Action {
    Offer {
        sdp: String,
        id: u32,
    },
    Answer {
        sdp: String,
        id: u32,
    },
    AddTrack {
        request: Box<AddTrack>,
        /// What the client wants to send it as, if it says so.
        codec: Option<Codec>,
    },
    Mute {
        track: TrackSid,
        muted: bool,
        by: By,
    },
    Subscribe {
        tracks: Vec<TrackSid>,
        wanted: bool,
    },
    TrackSettings {
        tracks: Vec<TrackSid>,
        settings: TrackSettings,
        /// 1 comes first when bandwidth is short; 0: no wish.
        priority: u32,
    },
    UpdateProfile {
        update: Box<ProfileUpdate>,
        /// The client's number for its request.
        request: u32,
    },
    UpdateTrack {
        track: TrackSid,
        change: TrackChange,
    },
    Allow(Box<Allowance>),
    Sync(Box<SyncState>),
    Simulate(Scenario),
    Leave(LeaveReason),
}

/// What a client is to be told.
#[derive(Debug)]
pub(crate) enum Event {
    Joined(Box<Joined>),
    Resumed {
        worker: usize,
        member: MemberKey,
        connection: u32,
        /// The number of the last reliable message that came of the client.
        last_message: u32,
    },
    /// They are in another room now.
    Moved {
        into: Box<Joined>,
        /// What they are to connect with the next time.
        token: String,
    },
    /// What they are to connect with the next time.
    Token(String),
    Offer {
        sdp: String,
        id: u32,
    },
    Answer {
        sdp: String,
        id: u32,
    },
    Participants(Arc<[Arc<Participant>]>),
    TrackPublished {
        cid: String,
        track: Box<TrackInfo>,
    },
    TrackRefused {
        cid: String,
        refusal: Refusal,
    },
    TrackUnpublished(TrackSid),
    Mute {
        track: TrackSid,
        muted: bool,
    },
    SubscriptionRefused {
        track: TrackSid,
        refusal: Refusal,
    },
    SubscriptionPermission {
        publisher: ParticipantSid,
        track: TrackSid,
        allowed: bool,
    },
    Subscribed(TrackSid),
    /// What is wanted of a track, in each of its codecs.
    Demand {
        track: TrackSid,
        wanted: Vec<(Codec, Wanted)>,
    },
    Connections(Arc<[Connection]>),
    Speakers(Arc<[Speaker]>),
    StreamState(StreamState),
    Room(Arc<RoomSummary>),
    /// What became of a request.
    Outcome {
        request: u32,
        outcome: Result<(), Refusal>,
    },
    /// Last: the session goes on over another connection.
    Superseded,
    /// Last: the connection ends without a word.
    Cut,
    /// Last.
    Left(LeaveReason),
}

/// A track is paused for want of bandwidth, or goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamState {
    pub(crate) publisher: ParticipantSid,
    pub(crate) track: TrackSid,
    pub(crate) paused: bool,
}

/// Somebody is in.
#[derive(Debug)]
pub(crate) struct Joined {
    /// Who has them from now on.
    pub(crate) worker: usize,
    pub(crate) member: MemberKey,
    pub(crate) connection: u32,
    pub(crate) room: Arc<RoomSummary>,
    pub(crate) participant: Arc<Participant>,
    pub(crate) others: Vec<Arc<Participant>>,
}

/// A room in a few words.
#[derive(Debug)]
pub(crate) struct RoomSummary {
    pub(crate) sid: String,
    pub(crate) name: String,
    /// Milliseconds since the Unix epoch.
    pub(crate) created_ms: i64,
    pub(crate) state: RoomState,
    /// What it was created with, if somebody created it.
    pub(crate) settings: Option<RoomSettings>,
}

/// One person in one room.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) room: String,
    pub(crate) identity: String,
    pub(crate) sid: String,
}

/// What the platform's side of the node is told.
#[derive(Debug)]
pub(crate) enum NodeEvent {
    RoomOpened {
        worker: usize,
        room: String,
    },
    RoomClosed {
        room: String,
    },
    Joined {
        place: Place,
    },
    Left {
        place: Place,
    },
    Chat(Box<ChatPost>),
    /// How connections went: all now and then, and each at its end.
    Seen(Vec<Seen>),
}

/// A chat message that a member wants to write.
#[derive(Debug)]
pub(crate) struct ChatPost {
    pub(crate) worker: usize,
    pub(crate) member: MemberKey,
    pub(crate) room: String,
    pub(crate) identity: String,
    pub(crate) name: String,
    pub(crate) is_host: bool,
    /// A `plenary.engagement.v1.ChatFrame`.
    pub(crate) frame: Bytes,
}
