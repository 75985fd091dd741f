//! What a forwarder needs to know of each codec: its clock, where a decoder can begin, which layers it can leave out, and
//! which numbers it has to rewrite.

pub mod dependency;
mod h264;
pub mod identifiers;
pub mod red;
pub mod vp8;
pub mod vp9;

use identifiers::Identifiers;

/// The codecs that are published and forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// Opus, RFC 7587.
    Opus,
    /// Opus with copies of earlier frames, RFC 2198.
    Red,
    /// VP8, RFC 7741.
    Vp8,
    /// VP9, RFC 9628.
    Vp9,
    /// H.264, RFC 6184.
    H264,
    /// AV1, the RTP payload format of the Alliance for Open Media.
    Av1,
}

impl Codec {
    /// Hertz of the RTP clock: RFC 7587 §4.1 for Opus, RFC 7741 §6.1, RFC 6184 §8.2.1 and so on for video.
    pub const fn clock_rate(self) -> u32 {
        if self.is_video() { 90_000 } else { 48_000 }
    }

    /// The media type that clients know it by.
    pub const fn mime_type(self) -> &'static str {
        match self {
            Self::Opus => "audio/opus",
            Self::Red => "audio/red",
            Self::Vp8 => "video/VP8",
            Self::Vp9 => "video/VP9",
            Self::H264 => "video/H264",
            Self::Av1 => "video/AV1",
        }
    }

    /// Whether it carries pictures.
    pub const fn is_video(self) -> bool {
        !matches!(self, Self::Opus | Self::Red)
    }

    /// Whether packets of `other` may come in a stream of this codec: encoders of redundant audio leave the copies out
    /// where they have none.
    pub const fn admits(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Opus | Self::Red, Self::Opus | Self::Red)
                | (Self::Vp8, Self::Vp8)
                | (Self::Vp9, Self::Vp9)
                | (Self::H264, Self::H264)
                | (Self::Av1, Self::Av1)
        )
    }
}

/// What one packet tells a forwarder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload {
    /// A decoder that has seen nothing can begin with this packet.
    pub key_frame_start: bool,
    /// The packet begins a frame, or it cannot be told.
    pub frame_start: bool,
    /// Spatial layer inside the stream, 0 when there is none.
    pub spatial: u8,
    /// Temporal layer, 0 when there is none.
    pub temporal: u8,
    /// A receiver of lower temporal layers can begin this one here.
    pub layer_sync: bool,
    /// The codec's own words.
    pub descriptor: Descriptor,
}

/// A codec's own description of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Descriptor {
    /// It has none.
    None,
    /// VP8's, at the beginning of the payload.
    Vp8(vp8::Descriptor),
    /// VP9's, at the beginning of the payload.
    Vp9(vp9::Descriptor),
    /// AV1's, in a header extension.
    Dependency(dependency::Frame),
    /// The blocks of redundant audio.
    Red(red::Layout),
}

impl Payload {
    /// Nothing: a packet of padding.
    pub const PADDING: Self = Self {
        key_frame_start: false,
        frame_start: false,
        layer_sync: false,
        ..Self::PLAIN
    };

    const PLAIN: Self = Self {
        key_frame_start: true,
        frame_start: true,
        spatial: 0,
        temporal: 0,
        layer_sync: true,
        descriptor: Descriptor::None,
    };

    /// Reads the payload of a media packet; `None` when it is malformed or carries nothing (padding).
    pub fn parse(codec: Codec, payload: &[u8]) -> Option<Self> {
        match codec {
            Codec::Opus => (!payload.is_empty()).then_some(Self::PLAIN),
            Codec::Red => red::Layout::parse(payload).map(|layout| Self {
                descriptor: Descriptor::Red(layout),
                ..Self::PLAIN
            }),
            Codec::Vp8 => vp8::Descriptor::parse(payload).map(|descriptor| Self {
                key_frame_start: descriptor.key_frame,
                frame_start: descriptor.frame_start,
                spatial: 0,
                temporal: descriptor.temporal,
                layer_sync: descriptor.layer_sync,
                descriptor: Descriptor::Vp8(descriptor),
            }),
            Codec::Vp9 => vp9::Descriptor::parse(payload).map(|descriptor| Self {
                key_frame_start: descriptor.key_frame_start(),
                frame_start: descriptor.frame_start,
                spatial: descriptor.spatial,
                temporal: descriptor.temporal,
                layer_sync: descriptor.switch_up,
                descriptor: Descriptor::Vp9(descriptor),
            }),
            Codec::H264 => h264::key_frame_start(payload).map(|key_frame_start| Self {
                key_frame_start,
                ..Self::PLAIN
            }),
            // Without a dependency descriptor: N of the aggregation header begins a coded video sequence (§4.4).
            Codec::Av1 => payload
                .split_first()
                .filter(|(_, rest)| !rest.is_empty())
                .map(|(header, _)| Self {
                    key_frame_start: header & 0x08 != 0,
                    ..Self::PLAIN
                }),
        }
    }

    /// What a dependency descriptor tells.
    pub const fn of_frame(frame: dependency::Frame) -> Self {
        Self {
            key_frame_start: frame.has_structure && frame.start,
            frame_start: frame.start,
            spatial: frame.spatial,
            temporal: frame.temporal,
            layer_sync: false,
            descriptor: Descriptor::Dependency(frame),
        }
    }

    /// The identifiers that are to be rewritten, and where they are: in the payload, or in the dependency descriptor.
    pub const fn identifiers(&self) -> Identifiers {
        match &self.descriptor {
            Descriptor::Vp8(descriptor) => descriptor.identifiers,
            Descriptor::Vp9(descriptor) => descriptor.identifiers,
            Descriptor::Dependency(frame) => frame.identifiers(),
            Descriptor::None | Descriptor::Red(_) => Identifiers {
                picture: None,
                tl0: None,
                key_index: None,
            },
        }
    }

    /// Whether this is the last packet of spatial layer `spatial` of a picture: the picture's last, where no higher one
    /// follows.
    pub const fn ends_spatial(&self, spatial: u8) -> bool {
        let ends = match &self.descriptor {
            Descriptor::Vp9(descriptor) => descriptor.frame_end,
            Descriptor::Dependency(frame) => frame.end,
            Descriptor::None | Descriptor::Vp8(_) | Descriptor::Red(_) => false,
        };
        ends && self.spatial == spatial
    }

    /// How many pictures' identifiers fall out when a whole frame is left out: VP8 counts pictures and takes a gap for
    /// a loss. VP9 and AV1 tell by the distances of identifiers what a frame refers to, so that gaps have to stay.
    pub const fn counts_pictures(&self) -> bool {
        matches!(self.descriptor, Descriptor::Vp8(_))
    }
}
