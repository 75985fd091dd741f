//! Everything that can happen to a room. A closed list: what is not here cannot change one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::bwe::Path;
use crate::codec::Codec;
use crate::forward::SenderStart;
use crate::ids::{Identity, MemberId, PartId, ParticipantSid, TrackSid};
use crate::publish::{AudioFeature, Backup, Source, TrackKind, VideoLayer, VideoQuality};
use crate::room::{TrackKey, Traveller};
use crate::word::Word;

/// One mutation of a room. After each, [`crate::Room::poll`] is drained until it returns `None`.
#[derive(Debug, Clone)]
pub enum Input {
    /// Somebody connected with a valid token.
    Join(Box<Join>),
    /// A member's transport is up: media can reach them.
    Connected(MemberId),
    /// A member is gone, or has to go.
    Leave {
        /// Who.
        member: MemberId,
        /// Why.
        reason: LeaveReason,
    },
    /// A publisher announces a track.
    AddTrack {
        /// Who.
        member: MemberId,
        /// The track.
        request: Box<AddTrack>,
    },
    /// A publisher's description was answered; these are the client's names of the tracks that it sends from now on.
    Offered {
        /// Who.
        member: MemberId,
        /// The client's track ids, each with its kind.
        sending: Vec<(String, TrackKind)>,
    },
    /// The first packet of a stream came.
    Stream {
        /// Who sends.
        member: MemberId,
        /// The shell's number for it.
        stream: u16,
        /// The client's id of the track.
        cid: String,
        /// Its layer; `None` without simulcast.
        rid: Option<String>,
        /// Its codec.
        codec: Codec,
    },
    /// A publisher silenced a track, or the organizer did.
    Mute {
        /// The publisher.
        member: MemberId,
        /// The track.
        track: TrackSid,
        /// Silent or not.
        muted: bool,
        /// Who wants it.
        by: By,
    },
    /// A subscriber chose tracks.
    Subscribe {
        /// Who.
        member: MemberId,
        /// Which tracks.
        tracks: Vec<TrackSid>,
        /// Wanted or not.
        wanted: bool,
    },
    /// A subscriber said how it shows tracks.
    TrackSettings {
        /// Who.
        member: MemberId,
        /// Which tracks.
        tracks: Vec<TrackSid>,
        /// How.
        settings: TrackSettings,
    },
    /// A subscriber said which tracks matter most to it when its bandwidth does not carry all.
    Prioritize {
        /// Who.
        member: MemberId,
        /// Which tracks.
        tracks: Vec<TrackSid>,
        /// 1 comes first; 0 leaves it to the room.
        priority: u32,
    },
    /// The subscriber's client has accepted the stream of a track.
    SenderReady {
        /// The subscriber.
        member: MemberId,
        /// The track.
        track: TrackKey,
        /// The shell's number for the outgoing stream.
        sender: u32,
        /// What it begins with.
        start: SenderStart,
    },
    /// The subscriber's client has declined the stream of a track: it cannot decode it.
    SenderRefused {
        /// The subscriber.
        member: MemberId,
        /// The track.
        track: TrackKey,
    },
    /// A subscriber's decoder needs a key frame (PLI or FIR).
    KeyFrameWanted {
        /// The subscriber.
        member: MemberId,
        /// The track.
        track: TrackKey,
    },
    /// A subscriber reported what it lost (RFC 3550 §6.4.1).
    LossReport {
        /// The subscriber.
        member: MemberId,
        /// The track.
        track: TrackKey,
        /// Share lost since the last report, in 1/256.
        fraction_lost: u8,
    },
    /// What the path to a subscriber carries has changed.
    Path {
        /// The subscriber.
        member: MemberId,
        /// The path.
        path: Path,
    },
    /// A publisher reported its clocks (RFC 3550 §6.4.1).
    SenderClock {
        /// The track.
        track: TrackKey,
        /// Its layer.
        layer: u8,
        /// NTP time, 32.32.
        ntp: u64,
        /// RTP timestamp of the same instant.
        rtp: u32,
    },
    /// A member sends data to others.
    Data {
        /// Who.
        member: MemberId,
        /// How it travels.
        kind: DataKind,
        /// To whom; everybody else when empty.
        to: Vec<Identity>,
        /// The sender's own number for a reliable message, by which receivers know what they have; 0 without.
        sequence: u32,
        /// The message, ready to be delivered.
        payload: Bytes,
    },
    /// The node itself says something.
    Announce {
        /// To whom; everybody when `None`.
        to: Option<MemberId>,
        /// How it travels.
        kind: DataKind,
        /// The message, ready to be delivered.
        payload: Bytes,
    },
    /// What a member may do has changed.
    Permissions {
        /// Who.
        member: MemberId,
        /// From now on.
        permissions: Permissions,
    },
    /// A member's name, metadata or attributes change. Refused, it changes nothing.
    UpdateProfile {
        /// Who.
        member: MemberId,
        /// What.
        update: Box<ProfileUpdate>,
        /// Who wants it: the organizer needs no permission of the member.
        by: By,
        /// The client's number for its request, answered by [`crate::Output::Outcome`].
        request: u32,
    },
    /// The room's metadata changes. More than [`crate::limits::METADATA_BYTES_MAX`] changes nothing.
    RoomMetadata(String),
    /// A publisher changed how a track is made.
    UpdateTrack {
        /// Who.
        member: MemberId,
        /// The track.
        track: TrackSid,
        /// How.
        change: TrackChange,
    },
    /// A publisher says who may subscribe to its tracks; until then everybody may.
    Allow {
        /// Who.
        member: MemberId,
        /// Whom.
        allowance: Box<Allowance>,
    },
    /// What the streams of a publisher lost on their way here.
    PublisherLoss {
        /// The publisher.
        member: MemberId,
        /// The greatest share lost of a stream since the last report, in 1/256.
        fraction_lost: u8,
    },
    /// What share of a publisher's packets got lost on their way here since the last sample of [`crate::seeing`].
    UplinkLoss {
        /// The publisher.
        member: MemberId,
        /// From 0 to 1.
        share: f32,
    },
    /// A member is to be taken for speaking, whatever is heard of them.
    Pretend {
        /// Who.
        member: MemberId,
        /// For how long.
        duration: Duration,
    },
    /// A member's signalling connection broke; their client may come back.
    Away(MemberId),
    /// A member's client is back over another signalling connection: what it may have missed is told again.
    Resume(MemberId),
    /// What a client that is back believes; told what is otherwise.
    Sync {
        /// Who.
        member: MemberId,
        /// What it believes.
        state: Box<SyncState>,
    },
    /// A member goes to another room with all that they publish; answered by [`crate::Output::Departed`].
    Depart(MemberId),
    /// Somebody comes from another room. The shell has made sure that there is place ([`crate::Room::has_place_for`]).
    Arrive(Box<Traveller>),
    /// The room has another part, on another worker.
    PartOpened(PartId),
    /// A part is gone, with everybody in it.
    PartClosed(PartId),
    /// Another part said something.
    Heard {
        /// Which part.
        from: PartId,
        /// What.
        word: Arc<Word>,
    },
    /// The room ends for everybody.
    Close(LeaveReason),
    /// The time of [`crate::Room::poll_timeout`] has come.
    Timeout,
}

/// Somebody who joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The shell's number for them.
    pub member: MemberId,
    /// Their connection.
    pub sid: ParticipantSid,
    /// Who they are. An earlier member of the same identity has to go.
    pub identity: Identity,
    /// Name to show.
    pub name: String,
    /// Opaque to us.
    pub metadata: String,
    /// Opaque to us.
    pub attributes: BTreeMap<String, String>,
    /// What they may do.
    pub permissions: Permissions,
    /// Subscribe to everything that is published, until told otherwise.
    pub auto_subscribe: bool,
    /// When they came, among all who ever did: of two of one identity the later stays, on whatever workers they are.
    pub order: u64,
}

/// What a member may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// Which tracks may be published.
    pub publish: PublishRight,
    /// Receive tracks.
    pub subscribe: bool,
    /// Send data.
    pub publish_data: bool,
    /// Change their own name, metadata and attributes.
    pub update_metadata: bool,
    /// Others are not told of them.
    pub hidden: bool,
}

/// Which tracks may be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishRight {
    /// None.
    Nothing,
    /// Of these sources only.
    Sources(Vec<Source>),
    /// All.
    Everything,
}

impl PublishRight {
    /// Whether a track of `source` may be published.
    pub fn allows(&self, source: Source) -> bool {
        match self {
            Self::Nothing => false,
            Self::Sources(sources) => sources.contains(&source),
            Self::Everything => true,
        }
    }
}

/// A track that a publisher announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddTrack {
    /// The client's name for the track: its `MediaStreamTrack` id.
    pub cid: String,
    /// The node's name for it.
    pub sid: TrackSid,
    /// Sound or pictures.
    pub kind: TrackKind,
    /// Where it comes from.
    pub source: Source,
    /// The client's name to show.
    pub name: String,
    /// The client's group of tracks that play together.
    pub stream: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Begins silent.
    pub muted: bool,
    /// Layers, as announced.
    pub layers: Vec<VideoLayer>,
    /// Sound in two channels.
    pub stereo: bool,
    /// No silence suppression.
    pub disable_dtx: bool,
    /// No redundant audio.
    pub disable_red: bool,
    /// What the client can send beside when somebody cannot decode the track.
    pub backup: Option<Backup>,
    /// This is that, of the published track of this `sid`.
    pub is_backup: bool,
}

/// How a subscriber shows a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackSettings {
    /// Not at all at present: send nothing.
    Disabled,
    /// In this layer or the best below it.
    Quality {
        /// The layer.
        quality: VideoQuality,
        /// Frames a second that are enough; 0 for all.
        fps: u32,
    },
    /// At this size: the least layer that is not smaller.
    Size {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Frames a second that are enough; 0 for all.
        fps: u32,
    },
}

/// How a data message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataKind {
    /// In order and always.
    Reliable,
    /// At most once.
    Lossy,
}

/// What changes of how a member presents themselves; what is `None` or not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileUpdate {
    /// Name to show.
    pub name: Option<String>,
    /// Opaque to us.
    pub metadata: Option<String>,
    /// Opaque to us; an empty value removes the attribute.
    pub attributes: BTreeMap<String, String>,
}

/// How a track is made from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrackChange {
    /// Sound.
    Audio {
        /// All that is so now.
        features: Vec<AudioFeature>,
    },
    /// Pictures.
    Video {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
}

/// Who may subscribe to a publisher's tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowance {
    /// Everybody, to all.
    Everybody,
    /// These, and nobody else.
    These(Vec<Allowed>),
}

/// Somebody who may subscribe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// Who.
    pub who: Subscriber,
    /// These tracks; all when `None`.
    pub tracks: Option<Vec<TrackSid>>,
}

/// A subscriber as a publisher names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subscriber {
    /// Whoever has this identity.
    Identity(Identity),
    /// Whoever has this connection.
    Sid(ParticipantSid),
}

/// What a client believes after its signalling connection broke.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncState {
    /// Tracks it chose against its default.
    pub chosen: Vec<TrackSid>,
    /// Whether it wants those, or does not.
    pub wanted: bool,
    /// Tracks that it does not show.
    pub disabled: Vec<TrackSid>,
    /// Its own tracks, and whether it takes them for silent.
    pub published: Vec<(TrackSid, bool)>,
    /// The number of the last reliable message of each sender that reached it.
    pub received: Vec<(ParticipantSid, u32)>,
}

/// Who wants something of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The member.
    Themselves,
    /// The organizer: the member is told too, and their client has to follow.
    Organizer,
}

/// Why somebody is no longer in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeaveReason {
    /// They left.
    ClientInitiated,
    /// The same identity joined again.
    DuplicateIdentity,
    /// They were taken to another room.
    Moved,
    /// An organizer removed them, or their right ended.
    Removed,
    /// The room was ended.
    RoomDeleted,
    /// The node shuts down.
    ServerShutdown,
    /// The transport failed or went silent.
    ConnectionLost,
    /// The signalling connection broke and was not resumed.
    SignalLost,
    /// They broke the protocol or its limits.
    ProtocolError,
    /// The room is full.
    RoomFull,
    /// The session they want to resume is not known here.
    SessionUnknown,
    /// Their client wanted to see the server end it.
    Simulated,
}
