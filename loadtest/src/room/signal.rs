//! LiveKit signalling over a WebSocket: binary protobuf, one message a frame.

use anyhow::{Context as _, Result, bail};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use livekit_protocol::{SignalRequest, SignalResponse, signal_request, signal_response};
use prost::Message as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A participant's signalling connection.
#[derive(Debug)]
pub(crate) struct Signal {
    requests: SplitSink<Socket, Message>,
    responses: SplitStream<Socket>,
}

impl Signal {
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        let (socket, _) = tokio_tungstenite::connect_async(url)
            .await
            .context("the node refused the connection")?;
        let (requests, responses) = socket.split();
        Ok(Self { requests, responses })
    }

    pub(crate) async fn send(&mut self, message: signal_request::Message) -> Result<()> {
        let request = SignalRequest { message: Some(message) };
        self.requests
            .send(Message::Binary(request.encode_to_vec().into()))
            .await
            .context("signalling ended")
    }

    /// The next message; cancelling this loses none.
    pub(crate) async fn receive(&mut self) -> Result<signal_response::Message> {
        loop {
            match self.responses.next().await.context("the node closed signalling")?? {
                Message::Binary(bytes) => {
                    if let Some(message) = SignalResponse::decode(bytes)?.message {
                        return Ok(message);
                    }
                }
                Message::Close(frame) => bail!("the node closed signalling: {frame:?}"),
                _ => {}
            }
        }
    }
}
