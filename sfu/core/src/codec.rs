//! What a forwarder needs to know of each codec: its clock, and where a decoder can begin.

pub mod vp8;

/// The codecs that are published and forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// Opus, RFC 7587.
    Opus,
    /// VP8, RFC 7741.
    Vp8,
    /// H.264, RFC 6184.
    H264,
}

impl Codec {
    /// Hertz of the RTP clock: RFC 7587 §4.1 for Opus, RFC 7741 §6.1 and RFC 6184 §8.2.1 for video.
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Vp8 | Self::H264 => 90_000,
        }
    }

    /// The media type that clients know it by.
    pub const fn mime_type(self) -> &'static str {
        match self {
            Self::Opus => "audio/opus",
            Self::Vp8 => "video/VP8",
            Self::H264 => "video/H264",
        }
    }

    /// Whether it carries pictures.
    pub const fn is_video(self) -> bool {
        !matches!(self, Self::Opus)
    }
}

/// What one payload tells a forwarder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload {
    /// A decoder that has seen nothing can begin with this packet.
    pub key_frame_start: bool,
    /// Temporal layer, 0 when there is none.
    pub temporal: u8,
    /// A receiver of lower temporal layers can begin this one here.
    pub layer_sync: bool,
    /// VP8's descriptor, to be rewritten.
    pub vp8: Option<vp8::Descriptor>,
}

impl Payload {
    /// Reads the payload of a media packet; `None` when it is malformed or carries nothing (padding).
    pub fn parse(codec: Codec, payload: &[u8]) -> Option<Self> {
        let plain = Self {
            key_frame_start: true,
            temporal: 0,
            layer_sync: true,
            vp8: None,
        };
        match codec {
            Codec::Opus => (!payload.is_empty()).then_some(plain),
            Codec::Vp8 => vp8::Descriptor::parse(payload).map(|descriptor| Self {
                key_frame_start: descriptor.key_frame,
                temporal: descriptor.temporal,
                layer_sync: descriptor.layer_sync,
                vp8: Some(descriptor),
            }),
            Codec::H264 => {
                let key_frame_start = h264_key_frame_start(payload)?;
                Some(Self {
                    key_frame_start,
                    ..plain
                })
            }
        }
    }
}

/// NAL unit types, RFC 6184 §5.2 and ITU-T H.264 table 7-1.
const NAL_IDR: u8 = 5;
const NAL_SPS: u8 = 7;
const NAL_STAP_A: u8 = 24;
const NAL_FU_A: u8 = 28;

/// Whether a decoder can begin at this H.264 payload. Senders put the parameter sets before the IDR slice, in a packet
/// or an aggregate of their own, so a sequence parameter set is a beginning as good as the slice itself.
fn h264_key_frame_start(payload: &[u8]) -> Option<bool> {
    let starts = |nal: u8| matches!(nal & 0x1f, NAL_IDR | NAL_SPS);
    let (first, rest) = payload.split_first()?;
    match first & 0x1f {
        NAL_STAP_A => {
            let mut units = rest;
            while let [high, low, tail @ ..] = units {
                let len = usize::from(u16::from_be_bytes([*high, *low]));
                if tail.first().copied().is_some_and(starts) {
                    return Some(true);
                }
                units = tail.get(len..)?;
            }
            Some(false)
        }
        NAL_FU_A => rest.first().map(|header| header & 0x80 != 0 && starts(*header)),
        _ => Some(starts(*first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(payload: &[u8]) -> Option<bool> {
        Payload::parse(Codec::H264, payload).map(|payload| payload.key_frame_start)
    }

    #[test]
    fn h264_begins_at_parameter_sets_and_idr_slices() {
        assert_eq!(starts(&[0x65, 1]), Some(true));
        assert_eq!(starts(&[0x67, 1]), Some(true));
        assert_eq!(starts(&[0x61, 1]), Some(false));
        assert_eq!(
            starts(&[0x78, 0, 1, 0x09, 0, 2, 0x67, 1]),
            Some(true),
            "STAP-A with a parameter set second"
        );
        assert_eq!(starts(&[0x7c, 0x85, 1]), Some(true), "first fragment of an IDR slice");
        assert_eq!(starts(&[0x7c, 0x05, 1]), Some(false), "a later fragment of it");
        assert_eq!(starts(&[0x78, 0xff, 0xff, 0x09]), None, "a unit longer than its packet");
        assert_eq!(starts(&[]), None);
    }
}
