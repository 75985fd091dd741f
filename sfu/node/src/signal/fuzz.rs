//! What a signalling session reads of a client.

use bytes::Bytes;
use kit_core::Rng;
use sfu_core::publish::TrackKind;

use super::preference::Preference;
use super::requests::Request;
use super::{ConnectQuery, Frame, codec};
use crate::worker::Action;

/// An answer with sections that preferences can change.
const ANSWER: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n\
    a=fmtp:111 minptime=10\r\na=rtpmap:63 red/48000/2\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 98\r\na=mid:1\r\n\
    a=rtpmap:96 VP8/90000\r\na=rtpmap:98 VP9/90000\r\n";

pub(crate) fn frame(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let _ = ConnectQuery::parse(&text, &text);
    let rng = Rng::seeded(1);
    let frames = [
        Frame::Binary(Bytes::copy_from_slice(input)),
        Frame::Text(text.into_owned()),
    ];
    for frame in &frames {
        let Ok((_, request)) = codec::decode(frame) else {
            continue;
        };
        let Some(Request::Act(Action::AddTrack { request, codec })) =
            request.message.map(|message| Request::read(message, &rng))
        else {
            continue;
        };
        let mid = if request.kind == TrackKind::Audio { "0" } else { "1" };
        if let Some(preference) = Preference::of(&request, codec) {
            let _ = preference.apply(ANSWER, mid);
        }
    }
}
