//! Codecs in session descriptions: reading a client's, and the payload types of our own offers.

use crate::media::{Codec, H264Profile, MediaKind};

/// What a payload type of a description means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PayloadKind {
    Media(Codec),
    /// Retransmissions (RFC 4588) of the payload type `apt`.
    Rtx {
        apt: u8,
    },
    /// Redundant audio (RFC 2198) of the payload type `primary`.
    Red {
        primary: u8,
    },
}

/// Reads `a=rtpmap` and `a=fmtp` of one payload type; `None` for what we do not forward.
pub(crate) fn payload_kind(rtpmap: &str, fmtp: &str) -> Option<PayloadKind> {
    let mut parts = rtpmap.split('/');
    let name = parts.next()?.to_ascii_lowercase();
    let clock: u32 = parts.next()?.parse().ok()?;
    let codec = match (name.as_str(), clock) {
        ("rtx", _) => {
            return Some(PayloadKind::Rtx {
                apt: parameter(fmtp, "apt")?.parse().ok()?,
            });
        }
        ("opus", 48_000) => Codec::Opus,
        ("red", 48_000) => {
            return Some(PayloadKind::Red {
                primary: fmtp.split('/').next()?.trim().parse().ok()?,
            });
        }
        ("vp8", 90_000) => Codec::Vp8,
        ("vp9", 90_000) if parameter(fmtp, "profile-id").is_none_or(|profile| profile == "0") => Codec::Vp9,
        ("av1", 90_000) if parameter(fmtp, "profile").is_none_or(|profile| profile == "0") => Codec::Av1,
        ("h264", 90_000) if parameter(fmtp, "packetization-mode") == Some("1") => {
            Codec::H264(h264_profile(parameter(fmtp, "profile-level-id")?)?)
        }
        _ => return None,
    };
    Some(PayloadKind::Media(codec))
}

fn parameter<'f>(fmtp: &'f str, name: &str) -> Option<&'f str> {
    let mut pairs = fmtp.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// RFC 6184 §8.1: profile_idc and the constraint flags that make another profile of it.
fn h264_profile(profile_level_id: &str) -> Option<H264Profile> {
    let id = u32::from_str_radix(profile_level_id, 16)
        .ok()
        .filter(|_| profile_level_id.len() == 6)?;
    let [_, profile, constraints, _] = id.to_be_bytes();
    match profile {
        0x42 if constraints & 0x40 != 0 => Some(H264Profile::ConstrainedBaseline),
        0x42 => Some(H264Profile::Baseline),
        0x4d if constraints & 0x80 != 0 => Some(H264Profile::ConstrainedBaseline),
        0x4d => Some(H264Profile::Main),
        0x64 => Some(H264Profile::High),
        _ => None,
    }
}

/// How a codec appears in our offers. Payload types are fixed, so that all sections of a bundle agree.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) payload_type: u8,
    /// Present for video.
    pub(crate) rtx_payload_type: Option<u8>,
    /// Redundant audio of the payload type, in the same stream.
    pub(crate) red_payload_type: Option<u8>,
    pub(crate) rtpmap: &'static str,
    pub(crate) fmtp: &'static str,
}

pub(crate) fn offered(codec: Codec) -> Offered {
    let (payload_type, rtpmap, fmtp) = match codec {
        Codec::Opus | Codec::Red => (111, "opus/48000/2", "minptime=10;useinbandfec=1"),
        Codec::Vp8 => (96, "VP8/90000", ""),
        Codec::Vp9 => (98, "VP9/90000", "profile-id=0"),
        Codec::Av1 => (45, "AV1/90000", "level-idx=5;profile=0;tier=0"),
        Codec::H264(profile) => {
            let (payload_type, fmtp) = match profile {
                H264Profile::ConstrainedBaseline => (
                    102,
                    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
                ),
                H264Profile::Baseline => (
                    104,
                    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
                ),
                H264Profile::Main => (
                    106,
                    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f",
                ),
                H264Profile::High => (
                    108,
                    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f",
                ),
            };
            (payload_type, "H264/90000", fmtp)
        }
    };
    let rtx_payload_type = (codec.kind() == MediaKind::Video).then_some(payload_type + 1);
    Offered {
        payload_type,
        rtx_payload_type,
        red_payload_type: (codec == Codec::Red).then_some(63),
        rtpmap,
        fmtp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_offer_is_recognized() {
        let media = |codec| Some(PayloadKind::Media(codec));
        assert_eq!(
            payload_kind("opus/48000/2", "minptime=10;useinbandfec=1"),
            media(Codec::Opus)
        );
        assert_eq!(payload_kind("VP8/90000", ""), media(Codec::Vp8));
        assert_eq!(payload_kind("VP9/90000", "profile-id=0"), media(Codec::Vp9));
        assert_eq!(payload_kind("VP9/90000", "profile-id=2"), None);
        assert_eq!(
            payload_kind("AV1/90000", "level-idx=5;profile=0;tier=0"),
            media(Codec::Av1)
        );
        assert_eq!(payload_kind("rtx/90000", "apt=96"), Some(PayloadKind::Rtx { apt: 96 }));
        assert_eq!(
            payload_kind("red/48000/2", "111/111"),
            Some(PayloadKind::Red { primary: 111 })
        );
        assert_eq!(payload_kind("red/90000", ""), None, "of video, which we do not take");
        let h264 = |mode, id| {
            payload_kind(
                "H264/90000",
                &format!("packetization-mode={mode};profile-level-id={id}"),
            )
        };
        assert_eq!(h264(1, "42e01f"), media(Codec::H264(H264Profile::ConstrainedBaseline)));
        assert_eq!(h264(1, "42001f"), media(Codec::H264(H264Profile::Baseline)));
        assert_eq!(h264(1, "4d001f"), media(Codec::H264(H264Profile::Main)));
        assert_eq!(h264(1, "640c1f"), media(Codec::H264(H264Profile::High)));
        assert_eq!(h264(0, "42e01f"), None);
        assert_eq!(h264(1, "xyz"), None);
    }

    #[test]
    fn what_we_offer_is_what_we_read_and_no_payload_type_means_two_things() {
        let profiles = [
            H264Profile::ConstrainedBaseline,
            H264Profile::Baseline,
            H264Profile::Main,
            H264Profile::High,
        ];
        let codecs = [Codec::Opus, Codec::Vp8, Codec::Vp9, Codec::Av1].into_iter();
        let mut used = std::collections::BTreeSet::new();
        for codec in codecs.chain(profiles.map(Codec::H264)) {
            let offered = offered(codec);
            assert_eq!(
                payload_kind(offered.rtpmap, offered.fmtp),
                Some(PayloadKind::Media(codec))
            );
            assert!(used.insert(offered.payload_type));
            assert!(offered.rtx_payload_type.is_none_or(|rtx| used.insert(rtx)));
        }
        let red = offered(Codec::Red);
        assert_eq!(
            red.payload_type,
            offered(Codec::Opus).payload_type,
            "the copies are of Opus"
        );
        assert!(red.red_payload_type.is_some_and(|red| used.insert(red)));
    }
}
