//! How a publisher sends: with the first codec of its section in our answer (RFC 8829 §5.2.2 lets senders follow it, and
//! browsers do), and Opus with the parameters that the answer gives (RFC 7587 §7). livekit-client offers in the browser's
//! order whatever it is told to publish, says in AddTrack what it wants, and leaves it to the server to write that down.

use sfu_core::codec::Codec;
use sfu_core::input::AddTrack;
use sfu_core::publish::TrackKind;

/// What a publisher wants of a track's section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preference {
    /// This codec.
    Video(Codec),
    /// Opus.
    Audio {
        /// With copies of earlier frames (RFC 2198).
        redundancy: bool,
        /// Silence is not sent (`usedtx`).
        dtx: bool,
        /// In two channels (`stereo`).
        stereo: bool,
    },
}

impl Preference {
    /// What a request says of it; `codec` is the one it names.
    pub(crate) fn of(request: &AddTrack, codec: Option<Codec>) -> Option<Self> {
        match request.kind {
            TrackKind::Video => codec.filter(|codec| codec.is_video()).map(Self::Video),
            TrackKind::Audio => Some(Self::Audio {
                redundancy: !request.disable_red,
                dtx: !request.disable_dtx,
                stereo: request.stereo,
            }),
        }
    }

    /// `answer` with what is preferred first in the section `mid`. What is not in the answer cannot be preferred.
    pub(crate) fn apply(self, answer: &str, mid: &str) -> String {
        let mut lines: Vec<String> = answer.split("\r\n").map(str::to_owned).collect();
        let starts: Vec<usize> = (0..lines.len())
            .filter(|index| lines[*index].starts_with("m="))
            .collect();
        let wanted = format!("a=mid:{mid}");
        for (number, start) in starts.iter().enumerate() {
            let end = starts.get(number + 1).copied().unwrap_or(lines.len());
            let section = &mut lines[*start..end];
            if section.contains(&wanted) {
                self.apply_to(section);
                break;
            }
        }
        lines.join("\r\n")
    }

    fn apply_to(self, section: &mut [String]) {
        let first = match self {
            Self::Video(codec) => codec,
            Self::Audio { redundancy: true, .. } => Codec::Red,
            Self::Audio { redundancy: false, .. } => Codec::Opus,
        };
        if let Some(reordered) = reorder(section, first) {
            section[0] = reordered;
        }
        if let Self::Audio { dtx, stereo, .. } = self {
            let additions = [(dtx, ";usedtx=1"), (stereo, ";stereo=1")];
            add_to_opus(
                section,
                additions
                    .into_iter()
                    .filter_map(|(wanted, text)| wanted.then_some(text)),
            );
        }
    }
}

/// Appends to the format parameters of Opus.
fn add_to_opus<'a>(section: &mut [String], additions: impl Iterator<Item = &'a str>) {
    let opus = section.iter().find_map(|line| {
        line.strip_prefix("a=rtpmap:")?
            .split_once(" opus/")
            .map(|(number, _)| number)
    });
    let Some(prefix) = opus.map(|number| format!("a=fmtp:{number} ")) else {
        return;
    };
    if let Some(line) = section.iter_mut().find(|line| line.starts_with(&prefix)) {
        line.extend(additions);
    }
}

/// The `m=` line with the preferred payload types first.
fn reorder(section: &[String], codec: Codec) -> Option<String> {
    let mut words = section.first()?.split(' ');
    let head: Vec<&str> = words.by_ref().take(3).collect();
    let all: Vec<&str> = words.collect();
    let name = codec.mime_type().split('/').nth(1)?;
    let is_codec = |payload_type: &str| {
        let map = format!("a=rtpmap:{payload_type} {name}/");
        section.iter().any(|line| {
            line.get(..map.len())
                .is_some_and(|line| line.eq_ignore_ascii_case(&map))
        })
    };
    let mut media: Vec<&str> = all
        .iter()
        .copied()
        .filter(|payload_type| is_codec(payload_type))
        .collect();
    if media.is_empty() {
        return None;
    }
    // Of H.264's profiles, constrained baseline is what subscribers are offered.
    media.sort_by_key(|payload_type| !parameters(section, payload_type).contains("profile-level-id=42e0"));
    let with_repairs = media.iter().flat_map(|payload_type| {
        let apt = format!("apt={payload_type}");
        let repairs = all
            .iter()
            .copied()
            .filter(move |other| parameters(section, other) == apt);
        std::iter::once(*payload_type).chain(repairs)
    });
    let mut order: Vec<&str> = with_repairs.collect();
    let rest: Vec<&str> = all
        .iter()
        .copied()
        .filter(|payload_type| !order.contains(payload_type))
        .collect();
    order.extend(rest);
    Some(head.into_iter().chain(order).collect::<Vec<_>>().join(" "))
}

/// The format parameters of a payload type.
fn parameters<'s>(section: &'s [String], payload_type: &str) -> &'s str {
    let prefix = format!("a=fmtp:{payload_type} ");
    section
        .iter()
        .find_map(|line| line.strip_prefix(&prefix))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefer(answer: &str, mid: &str, codec: Codec) -> String {
        Preference::Video(codec).apply(answer, mid)
    }

    const ANSWER: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 108 109\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n\
        a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:102 H264/90000\r\n\
        a=fmtp:102 packetization-mode=1;profile-level-id=42001f\r\na=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\n\
        a=rtpmap:108 H264/90000\r\na=fmtp:108 packetization-mode=1;profile-level-id=42e01f\r\n\
        a=rtpmap:109 rtx/90000\r\na=fmtp:109 apt=108\r\n";

    fn video_line(answer: &str) -> &str {
        answer
            .split("\r\n")
            .find(|line| line.starts_with("m=video"))
            .expect("a video section")
    }

    #[test]
    fn the_preferred_codec_comes_first_with_its_repairs_and_nothing_else_changes() {
        let preferred = prefer(ANSWER, "1", Codec::H264);
        assert_eq!(
            video_line(&preferred),
            "m=video 9 UDP/TLS/RTP/SAVPF 108 109 102 103 96 97"
        );
        assert_eq!(preferred.replace(video_line(&preferred), video_line(ANSWER)), ANSWER);
        assert_eq!(prefer(ANSWER, "1", Codec::Vp8), ANSWER);
    }

    const AUDIO: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n\
        a=fmtp:111 minptime=10\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n";

    #[test]
    fn audio_is_redundant_and_pauses_in_silence_unless_told_otherwise() {
        let of = |redundancy, dtx, stereo| Preference::Audio {
            redundancy,
            dtx,
            stereo,
        };
        let usual = of(true, true, false).apply(AUDIO, "0");
        assert!(usual.contains("m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n"));
        assert!(usual.contains("a=fmtp:111 minptime=10;usedtx=1\r\n"));
        assert!(usual.contains("a=fmtp:63 111/111\r\n"));
        let music = of(false, false, true).apply(AUDIO, "0");
        assert!(music.contains("m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\n"));
        assert!(music.contains("a=fmtp:111 minptime=10;stereo=1\r\n"));
        assert_eq!(of(false, false, false).apply(AUDIO, "0"), AUDIO);
    }

    #[test]
    fn what_is_not_there_cannot_be_preferred() {
        assert_eq!(prefer(ANSWER, "0", Codec::H264), ANSWER);
        assert_eq!(prefer(ANSWER, "7", Codec::H264), ANSWER);
        assert_eq!(prefer("", "0", Codec::H264), "");
        assert_eq!(prefer("m=video\r\na=mid:0", "0", Codec::H264), "m=video\r\na=mid:0");
    }
}
