//! Frames ⇄ messages. A client that speaks JSON is answered in JSON.

use livekit_protocol::{SignalRequest, SignalResponse};
use prost::Message;

use super::Frame;

/// How a client wants its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Binary,
    Text,
}

/// A frame that is no signalling message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signalling message")]
pub(super) struct Malformed;

pub(super) fn decode(frame: &Frame) -> Result<(Format, SignalRequest), Malformed> {
    match frame {
        Frame::Binary(bytes) => SignalRequest::decode(bytes.as_ref())
            .map(|request| (Format::Binary, request))
            .map_err(|_| Malformed),
        Frame::Text(text) => serde_json::from_str(text)
            .map(|request| (Format::Text, request))
            .map_err(|_| Malformed),
    }
}

pub(super) fn encode(format: Format, response: &SignalResponse) -> Frame {
    match format {
        Format::Binary => Frame::Binary(response.encode_to_vec().into()),
        // Every message of the protocol has a JSON form, so an empty object only stands for a mistake of the library.
        Format::Text => Frame::Text(serde_json::to_string(response).unwrap_or_else(|_| "{}".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use livekit_protocol::{Ping, signal_request, signal_response};

    #[test]
    fn both_forms_are_read_and_written() {
        let ping = SignalRequest {
            message: Some(signal_request::Message::PingReq(Ping { timestamp: 5, rtt: 0 })),
        };
        let binary = Frame::Binary(ping.encode_to_vec().into());
        assert_eq!(decode(&binary), Ok((Format::Binary, ping.clone())));
        let text = Frame::Text(r#"{"pingReq":{"timestamp":"5"}}"#.to_owned());
        assert_eq!(decode(&text), Ok((Format::Text, ping)));
        let pong = SignalResponse {
            message: Some(signal_response::Message::Pong(7)),
        };
        assert_eq!(encode(Format::Text, &pong), Frame::Text(r#"{"pong":"7"}"#.to_owned()));
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(decode(&Frame::Binary(vec![0xff; 9].into())), Err(Malformed));
        assert_eq!(decode(&Frame::Text("{".to_owned())), Err(Malformed));
    }
}
