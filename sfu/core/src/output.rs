//! Everything a room wants done. A closed list, in the order it is to be done.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::bwe::Need;
use crate::codec::Codec;
use crate::forward::SenderNumbers;
use crate::ids::{Identity, MemberId, ParticipantSid, TrackSid};
use crate::input::{DataKind, LeaveReason, Permissions};
use crate::publish::{TrackInfo, Wanted};
use crate::quality::Quality;
use crate::room::{StreamKey, TrackKey, Traveller};
use crate::time::Time;
use crate::word::Telling;

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Tell somebody they are in, and who else is.
    Joined {
        /// Whom.
        to: MemberId,
        /// As others see them.
        participant: Arc<Participant>,
        /// Those whom they see; more may follow as [`Output::Participants`].
        others: Vec<Arc<Participant>>,
        /// The room.
        state: RoomState,
    },
    /// Tell somebody who is back how things stand, and connect their transports anew.
    Resumed {
        /// Whom.
        to: MemberId,
        /// Themselves; they have been told of those who left lately and those who are here.
        participant: Arc<Participant>,
        /// The room.
        state: RoomState,
        /// Everybody who could be heard.
        speakers: Vec<Speaker>,
    },
    /// Tell members about participants who came, went or changed.
    Participants {
        /// Whom.
        to: Vec<MemberId>,
        /// The participants as they are now.
        participants: Vec<Arc<Participant>>,
    },
    /// Tell members about a change of the room.
    Room {
        /// Whom.
        to: Vec<MemberId>,
        /// The room as it is now.
        state: Arc<RoomState>,
    },
    /// Answer a client's request.
    Outcome {
        /// Whose.
        to: MemberId,
        /// The client's number for it.
        request: u32,
        /// What became of it.
        outcome: Result<(), Refusal>,
    },
    /// Answer an announced track.
    TrackPublished {
        /// The publisher.
        to: MemberId,
        /// The client's name for the track.
        cid: String,
        /// The track.
        track: TrackInfo,
    },
    /// Refuse an announced track.
    TrackRefused {
        /// The publisher.
        to: MemberId,
        /// The client's name for the track.
        cid: String,
        /// Why.
        refusal: Refusal,
    },
    /// Tell a publisher that a track of theirs is no longer published.
    TrackUnpublished {
        /// The publisher.
        to: MemberId,
        /// The track.
        track: TrackSid,
    },
    /// Tell a publisher to silence a track.
    Mute {
        /// The publisher.
        to: MemberId,
        /// The track.
        track: TrackSid,
        /// Silent or not.
        muted: bool,
    },
    /// Tell a subscriber that it cannot have a track.
    SubscriptionRefused {
        /// The subscriber.
        to: MemberId,
        /// The track.
        track: TrackSid,
        /// Why.
        refusal: Refusal,
    },
    /// Tell a subscriber that it may, or may not, have a track that it wants.
    SubscriptionPermission {
        /// The subscriber.
        to: MemberId,
        /// The track's publisher.
        publisher: ParticipantSid,
        /// The track.
        track: TrackSid,
        /// Whether it may.
        allowed: bool,
    },
    /// Tell a publisher that a track of theirs has its first subscriber.
    Subscribed {
        /// The publisher.
        to: MemberId,
        /// The track.
        track: TrackSid,
    },
    /// Tell a publisher what is wanted of a track.
    Demand {
        /// The publisher.
        to: MemberId,
        /// The track.
        track: TrackSid,
        /// The highest quality that anybody wants of each codec, the track's own first and its backup after.
        wanted: Vec<(Codec, Wanted)>,
    },
    /// Tell members who speaks: those whose state changed.
    Speakers {
        /// Whom.
        to: Vec<MemberId>,
        /// Whose state changed, loudest first.
        speakers: Vec<Speaker>,
    },
    /// Tell members how well members are connected.
    Connections {
        /// Whom.
        to: Vec<MemberId>,
        /// Whose connection changed.
        connections: Vec<Connection>,
    },
    /// Deliver a data message.
    Data {
        /// To whom.
        to: Vec<MemberId>,
        /// How it travels.
        kind: DataKind,
        /// The message.
        payload: Bytes,
    },
    /// A member is no longer in the room: say so to them, and end their transports.
    Left {
        /// Who.
        member: MemberId,
        /// Why.
        reason: LeaveReason,
    },
    /// A member is on the way to another room: give them to it ([`crate::Input::Arrive`]).
    Departed(Box<Traveller>),
    /// Tell somebody who came from another room that they are in this one, and who else is. Their streams are to be asked
    /// about anew.
    Arrived {
        /// Whom.
        to: MemberId,
        /// As others see them.
        participant: Arc<Participant>,
        /// Those whom they see; more may follow as [`Output::Participants`].
        others: Vec<Arc<Participant>>,
    },
    /// Packets of this stream are a layer of this track from now on.
    StreamBound {
        /// The publisher.
        member: MemberId,
        /// The shell's number for the stream.
        stream: u16,
        /// What to give to [`crate::Room::forward`].
        key: StreamKey,
    },
    /// Give a subscriber an outgoing stream for a track; answered by [`crate::Input::SenderReady`].
    Attach {
        /// The subscriber.
        member: MemberId,
        /// The track.
        track: TrackKey,
        /// What the description has to say.
        spec: SenderSpec,
    },
    /// Take the outgoing stream of a track away.
    Detach {
        /// The subscriber.
        member: MemberId,
        /// The track.
        track: TrackKey,
    },
    /// Ask a publisher for a key frame.
    KeyFrame {
        /// The publisher.
        member: MemberId,
        /// The shell's number for the stream.
        stream: u16,
    },
    /// Send a sender report (RFC 3550 §6.4.1).
    SenderReport {
        /// The subscriber.
        member: MemberId,
        /// The shell's number for the outgoing stream.
        sender: u32,
        /// What it says.
        numbers: SenderNumbers,
    },
    /// Tell a subscriber that a track is paused, or goes on: its bandwidth is not, or again, enough.
    StreamState {
        /// The subscriber.
        to: MemberId,
        /// The track's publisher.
        publisher: ParticipantSid,
        /// The track's name.
        sid: TrackSid,
        /// The track.
        track: TrackKey,
        /// Paused or not.
        paused: bool,
    },
    /// What a subscriber is granted and could use has changed: for [`crate::bwe::Controller::set_need`].
    Need {
        /// The subscriber.
        member: MemberId,
        /// The need.
        need: Need,
    },
    /// Tell other parts of the room something ([`crate::Input::Heard`]).
    Tell(Telling),
    /// The last member has left; the room is to be dropped.
    Closed,
}

/// What a subscriber's description says of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderSpec {
    /// Its codec.
    pub codec: Codec,
    /// The track.
    pub track: TrackSid,
    /// Its publisher.
    pub publisher: ParticipantSid,
    /// Its group of tracks that play together.
    pub stream: String,
}

/// A room as everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomState {
    /// Opaque to us.
    pub metadata: String,
    /// Members, hidden ones left out.
    pub participants: u32,
    /// Members who publish something.
    pub publishers: u32,
}

/// A member as others see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Their connection.
    pub sid: ParticipantSid,
    /// Who they are.
    pub identity: Identity,
    /// Name to show.
    pub name: String,
    /// Opaque to us.
    pub metadata: String,
    /// Opaque to us.
    pub attributes: BTreeMap<String, String>,
    /// What they may do.
    pub permissions: Permissions,
    /// How far they are.
    pub state: ParticipantState,
    /// Grows with every change.
    pub version: u32,
    /// When they joined.
    pub joined_at: Time,
    /// They are in another room, and what they publish is here as well.
    pub forwarded: bool,
    /// What they publish, in the order of publication.
    pub tracks: Vec<TrackInfo>,
}

/// How far a participant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParticipantState {
    /// In the room.
    Joined,
    /// In the room, and media reaches them.
    Active,
    /// Gone.
    Disconnected(LeaveReason),
}

/// How loud somebody is.
#[derive(Debug, Clone, PartialEq)]
pub struct Speaker {
    /// Who.
    pub sid: ParticipantSid,
    /// From 0 (silent) to 1 (as loud as it gets).
    pub level: f32,
    /// Speaking.
    pub active: bool,
}

/// How well somebody is connected.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Who.
    pub sid: ParticipantSid,
    /// In a word.
    pub quality: Quality,
    /// From 1 to 4.5.
    pub mean_opinion: f32,
}

/// Why something was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Not permitted.
    NotAllowed,
    /// No such track.
    NotFound,
    /// A limit is reached.
    LimitExceeded,
    /// The request makes no sense.
    Invalid,
    /// The subscriber's client cannot decode it.
    CodecUnsupported,
}
