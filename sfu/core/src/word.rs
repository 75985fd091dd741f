//! What the parts of one room tell each other.
//!
//! A room that is larger than a worker has a part on each of several. Every part is a whole [`crate::Room`]: it has its own
//! members, their subscriptions and copies, and an image of each member of the other parts, so that lists, counts, rights
//! and addresses are looked up and never asked for. Words of one part reach another in the order they were said; between
//! different parts there is no order, and nothing depends on one.

use std::sync::Arc;

use bytes::Bytes;
use smallvec::SmallVec;

use crate::ids::{Identity, MemberId, PartId, TrackSid};
use crate::input::{DataKind, LeaveReason};
use crate::publish::Wanted;
use crate::quality::{Quality, Score};
use crate::room::{Image, TrackKey};

/// Something to tell other parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Telling {
    /// Whom.
    pub to: SmallVec<[PartId; 4]>,
    /// What.
    pub word: Arc<Word>,
}

/// What one part tells another. Members and tracks are named as the teller names its own, but for those that the word says
/// are the listener's.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// A member of the teller's is there, or has changed.
    Member(Box<Image>),
    /// A member of the teller's is gone.
    Gone {
        /// Who.
        member: MemberId,
        /// Why.
        reason: LeaveReason,
    },
    /// A member of the teller's sends data; those of the listener's who are meant get it.
    Data {
        /// Who.
        member: MemberId,
        /// How it travels.
        kind: DataKind,
        /// To whom; everybody when empty.
        to: Vec<Identity>,
        /// The sender's own number for a reliable message; 0 without.
        sequence: u32,
        /// The message, ready to be delivered.
        payload: Bytes,
    },
    /// The node says something.
    Announce {
        /// To this member of the listener's; to everybody when `None`.
        to: Option<MemberId>,
        /// How it travels.
        kind: DataKind,
        /// The message, ready to be delivered.
        payload: Bytes,
    },
    /// The room's metadata changed.
    Metadata(String),
    /// The room ends for everybody.
    Close(LeaveReason),
    /// A publisher of the teller's reported its clocks (RFC 3550 §6.4.1).
    Clock {
        /// The track.
        track: TrackKey,
        /// Its layer.
        layer: u8,
        /// NTP time, 32.32.
        ntp: u64,
        /// RTP timestamp of the same instant.
        rtp: u32,
    },
    /// How well members of the teller's are connected: who, the judgement, and in a word.
    Connections(Vec<(MemberId, Score, Quality)>),
    /// What a member of the teller's publishes arrives there with losses that show, or does not any more.
    Loses {
        /// Who.
        member: MemberId,
        /// Whether it does.
        loses: bool,
    },
    /// What the teller's members want of a track of the listener's.
    Wanted {
        /// The track.
        track: TrackKey,
        /// The highest quality.
        wanted: Wanted,
    },
    /// A member of the teller's waits for a key frame of a track of the listener's.
    KeyFrame {
        /// The track.
        track: TrackKey,
        /// The listener's number for the stream.
        stream: u16,
    },
    /// A member of the teller's cannot decode a track of the listener's, but would its backup.
    Backup {
        /// The listener's member who publishes it.
        publisher: MemberId,
        /// The track.
        track: TrackSid,
    },
    /// A member of the teller's gets a track of the listener's.
    Subscribed(TrackKey),
}
