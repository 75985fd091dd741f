//! How somebody's connection is, in numbers and in a word that says whose side it is when something is wrong.
//!
//! ```text
//!   Room::measure (what rooms know) ─┐
//!   losses on the way up, playback ──┼─► Moment ─► judge ─► Judged ─┐
//!   the node's own load ─────────────┘                              └─► Stay: the word that lasts, and the sums
//! ```
//!
//! All of it runs once in [`SAMPLE_INTERVAL`](crate::limits::SAMPLE_INTERVAL) for each member, never for a packet: what
//! packets are counted by is counted for forwarding already. [`quality`](crate::quality) is another matter: the word that
//! LiveKit's clients expect, from less and sooner.

mod heard;
mod stay;
mod verdict;

use std::time::Duration;

pub use heard::{Heard, Said, freezes_are_common};
pub use stay::{Stay, Totals};
pub(crate) use verdict::LOSS_SHOWS;
pub use verdict::{Evidence, Evidences, Judged, Severity, Verdict, judge};

use crate::bwe::Path;

/// What a room knows of one member's pictures and sound at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Measured {
    /// What the path to them is like; `None` without transport-wide feedback.
    pub path: Option<Path>,
    /// Share of the packets to them that was lost, from 0 to 1: by transport-wide feedback, or else by the worst receiver
    /// report since the last sample.
    pub loss_down: f32,
    /// Pictures that they show, and that are not muted.
    pub pictures_wanted: u16,
    /// Of these, held back for want of bandwidth.
    pub pictures_held_back: u16,
    /// Of these, sent in a lower layer than wanted for want of bandwidth.
    pub pictures_smaller: u16,
    /// The highest layer that is sent, and what is wanted of that picture.
    pub layer: Option<(u8, u8)>,
    /// Payload bytes of all copies that go to them at present, since each began; it falls when one ends.
    pub sent_bytes: u64,
    /// Bits a second that come from them, headers included.
    pub received: u64,
    /// Somebody whom they watch arrives here with losses.
    pub publisher_loses: bool,
    /// A picture that they want does not arrive here.
    pub publisher_silent: bool,
}

/// What keeps a browser from sending more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendingLimit {
    /// It cannot encode faster.
    Computer,
    /// It does not fit through.
    Network,
}

/// What a browser says of itself, of the time since it last said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Playback {
    /// Pictures that arrived whole.
    pub frames: u32,
    /// Of these, thrown away because the computer was late.
    pub dropped: u32,
    /// Times that a picture stood still.
    pub freezes: u16,
    /// What keeps it from sending more.
    pub sending_limit: Option<SendingLimit>,
    /// Between browser and node.
    pub round_trip: Option<Duration>,
}

/// How the node itself was.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Load {
    /// Share of its time that the worker was at work, from 0 to 1.
    pub busy: f32,
    /// It had packets that it could not send.
    pub drops: bool,
}

/// All that one member's verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moment {
    /// What the room knows.
    pub measured: Measured,
    /// Share of the packets from them that was lost, from 0 to 1.
    pub loss_up: f32,
    /// What the browser has said last.
    pub said: Option<Said>,
    /// See [`freezes_are_common`].
    pub freezes_are_common: bool,
    /// The node's own state.
    pub load: Load,
}

impl Moment {
    /// What the browser has said last, whether it is new or not.
    pub fn playback(&self) -> Option<Playback> {
        self.said.map(|said| said.playback)
    }

    /// As the transport measures it, or else the browser.
    pub fn round_trip(&self) -> Option<Duration> {
        let measured = self.measured.path.and_then(|path| path.round_trip);
        measured.or_else(|| self.playback()?.round_trip)
    }
}
