//! Which codec a publisher sends: the first of its section in our answer (RFC 8829 §5.2.2 lets senders follow it, and
//! browsers do). livekit-client offers in the browser's order whatever it is told to publish, says in AddTrack what it
//! wants, and leaves it to the server to put that first.

use sfu_core::codec::Codec;

/// `answer` with the payload types of `codec`, and their retransmissions, first in the section `mid`. An answer without
/// them stays as it is.
pub(crate) fn prefer(answer: &str, mid: &str, codec: Codec) -> String {
    let mut lines: Vec<String> = answer.split("\r\n").map(str::to_owned).collect();
    let starts: Vec<usize> = (0..lines.len())
        .filter(|index| lines[*index].starts_with("m="))
        .collect();
    let wanted = format!("a=mid:{mid}");
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(lines.len());
        if lines[*start..end].contains(&wanted) {
            if let Some(reordered) = reorder(&lines[*start..end], codec) {
                lines[*start] = reordered;
            }
            break;
        }
    }
    lines.join("\r\n")
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

    #[test]
    fn what_is_not_there_cannot_be_preferred() {
        assert_eq!(prefer(ANSWER, "0", Codec::H264), ANSWER);
        assert_eq!(prefer(ANSWER, "7", Codec::H264), ANSWER);
        assert_eq!(prefer("", "0", Codec::H264), "");
        assert_eq!(prefer("m=video\r\na=mid:0", "0", Codec::H264), "m=video\r\na=mid:0");
    }
}
