//! One signalling connection: frames of a WebSocket to a gRPC stream and back.
//!
//! Both ways run side by side, each with room for a few frames; when the reader at its end is slow, the writer waits.
//! The first end of either way ends the connection, and the other side is told why.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::ws::{CloseFrame, Message};
use futures::{FutureExt as _, Sink, SinkExt as _, Stream, StreamExt as _};
use plenary_proto::sfu::v1::{SignalClose, SignalRequest, SignalResponse, signal_request, signal_response};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use crate::limits::{
    SIGNAL_FAREWELL_DURATION_MAX, SIGNAL_FRAMES_TOGETHER_MAX, SIGNAL_PING_INTERVAL, SIGNAL_PINGS_UNANSWERED_MAX,
    SIGNAL_WRITE_DURATION_MAX,
};
use crate::meters::{Direction, Meters};

/// Close codes (RFC 6455, section 7.4.1, and IANA's registry).
mod code {
    pub(super) const NORMAL: u16 = 1000;
    pub(super) const GOING_AWAY: u16 = 1001;
    pub(super) const POLICY: u16 = 1008;
    pub(super) const INTERNAL: u16 = 1011;
    pub(super) const TRY_AGAIN_LATER: u16 = 1013;
}

/// What a close frame's reason may have: 125 bytes of a control frame without the code.
const REASON_BYTES_MAX: usize = 123;

/// Both ends of one connection.
pub(super) struct Relay<N> {
    pub(super) to_node: mpsc::Sender<SignalRequest>,
    pub(super) from_node: N,
    pub(super) stopping: CancellationToken,
    pub(super) meters: Meters,
}

/// How a connection ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// The client closed it.
    ByClient,
    /// The client is gone, or takes nothing.
    ClientLost,
    /// The node closed it.
    ByNode(SignalClose),
    /// The node's stream failed.
    NodeFailed(Status),
    /// The gateway is ending.
    Stopping,
}

/// What the client is to get next.
enum Said {
    /// A frame of the node's.
    Frame(Message),
    /// One of the gateway's own.
    Ping,
    Nothing,
    /// Nothing any more.
    End(Ended),
}

/// Pings since the client was last heard.
#[derive(Debug, Default)]
struct Silence(AtomicU32);

impl<N> Relay<N>
where
    N: Stream<Item = Result<SignalResponse, Status>> + Unpin,
{
    /// Passes frames on until either side ends.
    pub(super) async fn run<S, E>(self, socket: S) -> Ended
    where
        S: Stream<Item = Result<Message, E>> + Sink<Message>,
    {
        let Self {
            to_node,
            mut from_node,
            stopping,
            meters,
        } = self;
        let (mut sink, mut stream) = socket.split();
        let silence = Silence::default();
        let ended = tokio::select! {
            ended = upwards(&mut stream, &to_node, &silence, &meters) => ended,
            ended = downwards(&mut from_node, &mut sink, &silence, &meters) => ended,
            () = stopping.cancelled() => Ended::Stopping,
        };
        // The end of the requests: the node hears what came before, then that there is no more.
        drop(to_node);
        let farewell = async {
            match ended.close() {
                Some(close) => {
                    if sink.send(Message::Close(Some(close))).await.is_ok() {
                        // Until the client has answered: closing over frames of its that are still unread could take
                        // the reason away from it.
                        while let Some(Ok(_)) = stream.next().await {}
                    }
                }
                None => while from_node.next().await.is_some() {},
            }
        };
        let _ = timeout(SIGNAL_FAREWELL_DURATION_MAX, farewell).await;
        ended
    }
}

/// From the client to the node.
async fn upwards<S, E>(
    stream: &mut S,
    to_node: &mpsc::Sender<SignalRequest>,
    silence: &Silence,
    meters: &Meters,
) -> Ended
where
    S: Stream<Item = Result<Message, E>> + Unpin,
{
    while let Some(message) = stream.next().await {
        silence.end();
        let kind = match message {
            Ok(Message::Binary(bytes)) => signal_request::Kind::Binary(bytes),
            Ok(Message::Text(text)) => signal_request::Kind::Text(text.as_str().to_owned()),
            // Pings are answered by the WebSocket itself.
            Ok(Message::Ping(_) | Message::Pong(_)) => continue,
            Ok(Message::Close(_)) => return Ended::ByClient,
            Err(_) => return Ended::ClientLost,
        };
        if to_node.send(SignalRequest { kind: Some(kind) }).await.is_err() {
            // The node has stopped listening; what it says on the way back tells why.
            return std::future::pending().await;
        }
        meters.relayed(Direction::ToNode);
    }
    Ended::ClientLost
}

/// From the node to the client, with pings in between. What is ready leaves together: a join is a dozen messages at once,
/// and each write by itself is a system call, and a record of TLS.
async fn downwards<N, S>(from_node: &mut N, sink: &mut S, silence: &Silence, meters: &Meters) -> Ended
where
    N: Stream<Item = Result<SignalResponse, Status>> + Unpin,
    S: Sink<Message> + Unpin,
{
    let mut pings = interval(SIGNAL_PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings.reset();
    loop {
        let first = tokio::select! {
            answer = from_node.next() => Said::of(answer),
            _ = pings.tick() => {
                if silence.grow() > SIGNAL_PINGS_UNANSWERED_MAX {
                    return Ended::ClientLost;
                }
                Said::Ping
            }
        };
        match write_together(from_node, sink, first).await {
            Ok((frames, ended)) => {
                (0..frames).for_each(|_| meters.relayed(Direction::ToClient));
                if let Some(ended) = ended {
                    return ended;
                }
            }
            Err(TakesNothing) => return Ended::ClientLost,
        }
    }
}

/// The client is gone, or has taken nothing for too long.
struct TakesNothing;

/// Writes what the node said and all that it has said besides, without waiting for more. Answers how many frames of its that
/// were, and the end if there was one.
async fn write_together<N, S>(
    from_node: &mut N,
    sink: &mut S,
    first: Said,
) -> Result<(usize, Option<Ended>), TakesNothing>
where
    N: Stream<Item = Result<SignalResponse, Status>> + Unpin,
    S: Sink<Message> + Unpin,
{
    let (mut frames, mut next) = (0, first);
    let ended = loop {
        match next {
            Said::Frame(message) => {
                frames += 1;
                in_time(sink.feed(message)).await?;
            }
            Said::Ping => in_time(sink.feed(Message::Ping(Default::default()))).await?,
            Said::Nothing => {}
            Said::End(ended) => break Some(ended),
        }
        if frames == SIGNAL_FRAMES_TOGETHER_MAX {
            break None;
        }
        match from_node.next().now_or_never() {
            Some(answer) => next = Said::of(answer),
            None => break None,
        }
    };
    in_time(sink.flush()).await?;
    Ok((frames, ended))
}

async fn in_time<E>(writing: impl Future<Output = Result<(), E>>) -> Result<(), TakesNothing> {
    match timeout(SIGNAL_WRITE_DURATION_MAX, writing).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(TakesNothing),
    }
}

// === impl Said ===

impl Said {
    fn of(answer: Option<Result<SignalResponse, Status>>) -> Self {
        match answer {
            Some(Ok(SignalResponse { kind })) => match kind {
                Some(signal_response::Kind::Binary(bytes)) => Self::Frame(Message::Binary(bytes)),
                Some(signal_response::Kind::Text(text)) => Self::Frame(Message::Text(text.into())),
                Some(signal_response::Kind::Close(close)) => Self::End(Ended::ByNode(close)),
                // A kind that this version does not know: nothing that a WebSocket could carry.
                None => Self::Nothing,
            },
            None => Self::End(Ended::ByNode(SignalClose {
                code: code::NORMAL.into(),
                reason: String::new(),
            })),
            Some(Err(status)) => Self::End(Ended::NodeFailed(status)),
        }
    }
}

// === impl Silence ===

impl Silence {
    fn end(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// One more ping; how many there are now.
    fn grow(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

// === impl Ended ===

impl Ended {
    /// What the client is told; nothing when it is the one who ended.
    fn close(&self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::ByClient | Self::ClientLost => return None,
            Self::ByNode(close) => (sendable(close.code), close.reason.as_str()),
            Self::NodeFailed(status) => match status.code() {
                Code::Unauthenticated | Code::PermissionDenied | Code::InvalidArgument | Code::NotFound => {
                    (code::POLICY, status.message())
                }
                Code::Unavailable | Code::ResourceExhausted | Code::Cancelled => {
                    (code::TRY_AGAIN_LATER, "the room's node has gone")
                }
                _ => (code::INTERNAL, "something went wrong on our side"),
            },
            Self::Stopping => (code::GOING_AWAY, "this gateway is ending"),
        };
        let end = reason.floor_char_boundary(REASON_BYTES_MAX);
        Some(CloseFrame {
            code,
            reason: reason[..end].into(),
        })
    }
}

/// Codes that may stand in a close frame; others would make the client call it a protocol error.
fn sendable(code: i32) -> u16 {
    match u16::try_from(code) {
        Ok(code @ (1000..=1003 | 1007..=1014 | 3000..=4999)) => code,
        _ => code::INTERNAL,
    }
}
