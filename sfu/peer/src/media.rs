//! Codecs, header extensions and the small ids that name parts of a session.

use std::fmt;

/// Longest mid or rid accepted: what a one-byte RTP header extension can carry (RFC 8285 §4.2).
const ID_BYTES_MAX: usize = 16;

macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name {
            length: u8,
            bytes: [u8; ID_BYTES_MAX],
        }

        impl $name {
            /// Takes the text if it is 1 to 16 visible ASCII characters.
            pub fn new(text: impl AsRef<[u8]>) -> Option<Self> {
                let text = text.as_ref();
                if text.is_empty() || !text.iter().all(u8::is_ascii_graphic) {
                    return None;
                }
                let mut bytes = [0; ID_BYTES_MAX];
                bytes.get_mut(..text.len())?.copy_from_slice(text);
                Some(Self { length: u8::try_from(text.len()).ok()?, bytes })
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.as_str())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

short_id! {
    /// Names a media section of a session description (RFC 5888); kept inline, compared without allocation.
    Mid
}
short_id! {
    /// Names a simulcast layer inside a section (RFC 8851): `q`, `h`, `f` in most clients.
    Rid
}

/// Audio or video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// The H.264 profiles told apart in negotiation; each is a codec of its own to a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum H264Profile {
    /// `42e01f`, what every browser can do.
    ConstrainedBaseline,
    /// `42001f`.
    Baseline,
    /// `4d001f`.
    Main,
    /// `64001f` (and `640c1f`).
    High,
}

/// A codec that can be received and forwarded. H.264 is packetization mode 1 only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Opus, 48 kHz, two channels (RFC 7587).
    Opus,
    /// Opus with copies of earlier frames (RFC 2198). Whoever takes it takes Opus too.
    Red,
    /// VP8 (RFC 7741).
    Vp8,
    /// VP9 profile 0 (RFC 9628).
    Vp9,
    /// H.264 (RFC 6184).
    H264(H264Profile),
    /// AV1 (AOM RTP payload format).
    Av1,
}

impl Codec {
    /// Audio or video.
    pub fn kind(self) -> MediaKind {
        match self {
            Self::Opus | Self::Red => MediaKind::Audio,
            Self::Vp8 | Self::Vp9 | Self::H264(_) | Self::Av1 => MediaKind::Video,
        }
    }

    /// RTP clock, in ticks a second.
    pub fn clock_rate(self) -> u32 {
        match self.kind() {
            MediaKind::Audio => 48_000,
            MediaKind::Video => 90_000,
        }
    }

    /// LiveKit's and the browser's name: `video/VP8`.
    pub fn mime_type(self) -> &'static str {
        match self {
            Self::Opus => "audio/opus",
            Self::Red => "audio/red",
            Self::Vp8 => "video/VP8",
            Self::Vp9 => "video/VP9",
            Self::H264(_) => "video/H264",
            Self::Av1 => "video/AV1",
        }
    }
}

/// The negotiated id of each RTP header extension this crate understands (RFC 8285); `None`: not negotiated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtensionIds {
    /// `urn:ietf:params:rtp-hdrext:sdes:mid`
    pub mid: Option<u8>,
    /// `urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id`
    pub rid: Option<u8>,
    /// `urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id`
    pub repaired_rid: Option<u8>,
    /// Transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01).
    pub transport_sequence: Option<u8>,
    /// Absolute send time, 6.18 fixed-point seconds.
    pub absolute_send_time: Option<u8>,
    /// Client-to-mixer audio level (RFC 6464).
    pub audio_level: Option<u8>,
    /// Coordination of video orientation (3GPP TS 26.114).
    pub video_orientation: Option<u8>,
    /// AV1's dependency descriptor, also used with VP8/VP9/H.264.
    pub dependency_descriptor: Option<u8>,
    /// Playout delay limits.
    pub playout_delay: Option<u8>,
    /// Absolute capture time.
    pub capture_time: Option<u8>,
}

/// A header extension this crate understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extension {
    Mid,
    Rid,
    RepairedRid,
    TransportSequence,
    AbsoluteSendTime,
    AudioLevel,
    VideoOrientation,
    DependencyDescriptor,
    PlayoutDelay,
    CaptureTime,
}

impl Extension {
    const ALL: [Self; 10] = [
        Self::Mid,
        Self::Rid,
        Self::RepairedRid,
        Self::TransportSequence,
        Self::AbsoluteSendTime,
        Self::AudioLevel,
        Self::VideoOrientation,
        Self::DependencyDescriptor,
        Self::PlayoutDelay,
        Self::CaptureTime,
    ];

    /// The URI of `a=extmap`.
    pub(crate) fn uri(self) -> &'static str {
        match self {
            Self::Mid => "urn:ietf:params:rtp-hdrext:sdes:mid",
            Self::Rid => "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            Self::RepairedRid => "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
            Self::TransportSequence => "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
            Self::AbsoluteSendTime => "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
            Self::AudioLevel => "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
            Self::VideoOrientation => "urn:3gpp:video-orientation",
            Self::DependencyDescriptor => {
                "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
            }
            Self::PlayoutDelay => "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
            Self::CaptureTime => "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
        }
    }

    pub(crate) fn of_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|extension| extension.uri() == uri)
    }
}

impl ExtensionIds {
    pub(crate) fn set(&mut self, extension: Extension, id: u8) {
        let slot = match extension {
            Extension::Mid => &mut self.mid,
            Extension::Rid => &mut self.rid,
            Extension::RepairedRid => &mut self.repaired_rid,
            Extension::TransportSequence => &mut self.transport_sequence,
            Extension::AbsoluteSendTime => &mut self.absolute_send_time,
            Extension::AudioLevel => &mut self.audio_level,
            Extension::VideoOrientation => &mut self.video_orientation,
            Extension::DependencyDescriptor => &mut self.dependency_descriptor,
            Extension::PlayoutDelay => &mut self.playout_delay,
            Extension::CaptureTime => &mut self.capture_time,
        };
        *slot = Some(id);
    }
}

/// A received RTP stream of a peer: one (section, simulcast layer). Dense from zero, so that callers may index vectors
/// by it; never reused within a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(pub u16);

/// What a [`StreamId`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamInfo {
    /// The section it belongs to.
    pub mid: Mid,
    /// Its simulcast layer; `None` without simulcast.
    pub rid: Option<Rid>,
    /// SSRC of the media (not of its RTX).
    pub ssrc: u32,
    /// Audio or video.
    pub kind: MediaKind,
}
