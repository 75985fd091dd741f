//! Offers and answers (RFC 8829 as far as a server with fixed roles needs it).
//!
//! A publisher's peer answers ([`answer`]), a subscriber's offers ([`offer`]). Both read the other side through
//! [`remote`], which turns text into the few facts that matter and refuses the rest; both write through [`build`].

mod answer;
mod build;
mod codec;
mod offer;
mod remote;

use crate::media::{Codec, MediaKind, Mid, Rid};

pub(crate) use answer::{Answered, answer};
pub(crate) use build::Local;
pub(crate) use codec::PayloadKind;
pub(crate) use offer::Offerer;
pub(crate) use remote::{Description, Section, SectionKind, Setup};

/// A section in which the client may send, from its last offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiveSection {
    /// Its mid.
    pub mid: Mid,
    /// Audio or video.
    pub kind: MediaKind,
    /// First word of `a=msid`: the client's MediaStream.
    pub stream_id: String,
    /// Second word of `a=msid`: the client's MediaStreamTrack, LiveKit's `cid`.
    pub track_id: String,
    /// Simulcast layers in the order of the offer (lowest first in LiveKit's clients); empty without simulcast.
    pub layers: Vec<Rid>,
    /// Codecs accepted, the client's preference first.
    pub codecs: Vec<Codec>,
    /// Whether the client sends at present: its direction is sendonly or sendrecv and the section is not rejected.
    pub active: bool,
}

/// A track to be sent to a subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackSpec {
    /// Its codec; a section offers exactly one (and its RTX, or Opus with and without RED).
    pub codec: Codec,
    /// First word of `a=msid`: `PA_…|stream` for LiveKit's clients. Tracks with the same word are played in step.
    pub stream_id: String,
    /// Second word of `a=msid`: `TR_…`.
    pub track_id: String,
}

/// Names a track of a subscriber; never reused within a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackHandle(pub u32);

/// A subscriber's track as it is on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundTrack {
    /// Its section.
    pub mid: Mid,
    /// Its codec.
    pub codec: Codec,
    /// SSRC of the media.
    pub ssrc: u32,
    /// Payload type of the media.
    pub payload_type: u8,
    /// SSRC of retransmissions; `None` for audio.
    pub rtx_ssrc: Option<u32>,
    /// Payload type of retransmissions; `None` for audio.
    pub rtx_payload_type: Option<u8>,
    /// Payload type of redundant audio in the media's stream, if the client takes that; offered for [`Codec::Red`].
    pub red_payload_type: Option<u8>,
    /// What the client has said to it.
    pub reception: Reception,
}

/// What a client says to a track that is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reception {
    /// Nothing yet, or not at present.
    Pending,
    /// It takes it.
    Accepted,
    /// It cannot: the section is rejected, or the codec is not in the answer.
    Refused,
}

#[cfg(test)]
mod tests;
