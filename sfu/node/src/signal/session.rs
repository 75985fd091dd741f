//! One signalling connection, from its token to its end.

use std::sync::Arc;
use std::time::Instant;

use futures::{Stream, StreamExt};
use livekit_protocol::signal_response::Message;
use livekit_protocol::{Pong, SignalResponse};
use sfu_core::input::LeaveReason;
use sfu_core::output::Refusal;
use tokio::sync::mpsc;
use tracing::Instrument as _;

use super::codec::{self, Format};
use super::requests::Request;
use super::{ConnectQuery, Frame, convert};
use crate::limits::{
    BROADCAST_BURST, BROADCAST_PER_SECOND, EVENTS, JOIN_TIMEOUT, PING_TIMEOUT, SIGNAL_BURST, SIGNAL_BYTES_MAX,
    SIGNAL_PER_SECOND,
};
use crate::node::Node;
use crate::rate::Bucket;
use crate::sid;
use crate::token::{Grant, TokenError};
use crate::worker::{Action, Command, Event, JoinCommand, MemberKey, ResumeCommand, TokenTimes, WorkerHandle};

/// What opened a connection: a token that was checked, and the query.
#[derive(Debug)]
pub(crate) struct Start {
    grant: Grant,
    query: ConnectQuery,
}

impl Start {
    /// What the token grants, with what the query asks for beside it.
    ///
    /// # Errors
    /// When the token does not allow that.
    pub(crate) fn new(grant: Grant, mut query: ConnectQuery) -> Result<Self, TokenError> {
        let grant = grant.with_attributes(std::mem::take(&mut query.attributes))?;
        Ok(Self { grant, query })
    }
}

/// How a connection ends: a WebSocket close code (RFC 6455 §7.4) and a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Close {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
}

impl Close {
    const NORMAL: Self = Self { code: 1000, reason: "" };
    const GONE: Self = Self {
        code: 1000,
        reason: "the client is gone",
    };
    const MALFORMED: Self = Self {
        code: 1007,
        reason: "not a signalling message",
    };
    const TOO_LARGE: Self = Self {
        code: 1009,
        reason: "the message is too large",
    };
    const TOO_MANY: Self = Self {
        code: 1008,
        reason: "too many messages",
    };
    const SILENT: Self = Self {
        code: 1000,
        reason: "no ping for too long",
    };
    const BUSY: Self = Self {
        code: 1013,
        reason: "the node is busy; try again later",
    };
    const SUPERSEDED: Self = Self {
        code: 1000,
        reason: "the session goes on over another connection",
    };
    const CUT: Self = Self {
        code: 1000,
        reason: "as the client asked",
    };
    const SLOW: Self = Self {
        code: 1008,
        reason: "the client does not read",
    };
}

/// Speaks with one client until either end is done. Frames to the client go into `out`; the answer says how to close.
pub(crate) async fn run<F>(node: Arc<Node>, start: Start, mut frames: F, out: mpsc::Sender<Frame>) -> Close
where
    F: Stream<Item = Frame> + Unpin + Send,
{
    let _counted = node.metrics().signal_connection();
    let worker = node.worker_of(&start.grant.room).clone();
    let (events, mut received) = mpsc::channel(EVENTS);
    let joining = tracing::info_span!("sfu: join");
    if let Some(parent) = &start.grant.trace {
        kit_telemetry::trace::set_parent(&joining, parent);
    }
    if worker.send(enter(&node, start, events)).is_err() {
        return Close::BUSY;
    }
    let mut session = Session::new(&node, worker, out);
    let answered = async {
        match tokio::time::timeout(JOIN_TIMEOUT, received.recv()).await {
            Ok(Some(event)) => session.event(event).await,
            Ok(None) | Err(_) => Err(Close::BUSY),
        }
    };
    if let Err(close) = answered.instrument(joining).await {
        return close;
    }
    let close = session.converse(&mut frames, &mut received).await;
    session.hang_up(&close);
    close
}

/// Joining, or coming back.
fn enter(node: &Node, start: Start, events: mpsc::Sender<Event>) -> Command {
    let Grant {
        room,
        identity,
        name,
        metadata,
        attributes,
        permissions,
        not_before,
        expires_at,
        trace,
    } = start.grant;
    tracing::debug!(
        room,
        identity,
        sdk = start.query.sdk,
        protocol = start.query.protocol,
        "a client connects"
    );
    if let Some(sid) = start.query.resume {
        return Command::Resume(Box::new(ResumeCommand {
            room,
            identity,
            sid,
            events,
        }));
    }
    Command::Join(Box::new(JoinCommand {
        room,
        sid: sid::participant(node.rng()),
        room_sid: sid::room(node.rng()),
        identity,
        name,
        metadata,
        attributes,
        permissions,
        token: TokenTimes { not_before, expires_at },
        auto_subscribe: start.query.auto_subscribe,
        trace,
        naming: start.query.naming,
        order: node.next_arrival(),
        events,
    }))
}

struct Session<'n> {
    node: &'n Node,
    worker: WorkerHandle,
    out: mpsc::Sender<Frame>,
    /// The member, and the number of this connection of theirs; while they are in the room.
    member: Option<(MemberKey, u32)>,
    format: Format,
    allowance: Bucket,
    /// What the whole room hears of, or is looked at for.
    broadcasts: Bucket,
    last_heard: Instant,
}

impl<'n> Session<'n> {
    fn new(node: &'n Node, worker: WorkerHandle, out: mpsc::Sender<Frame>) -> Self {
        let now = node.clock().instant();
        Self {
            node,
            worker,
            out,
            member: None,
            format: Format::Binary,
            allowance: Bucket::new(SIGNAL_BURST, SIGNAL_PER_SECOND, now),
            broadcasts: Bucket::new(BROADCAST_BURST, BROADCAST_PER_SECOND, now),
            last_heard: now,
        }
    }

    async fn converse<F>(&mut self, frames: &mut F, events: &mut mpsc::Receiver<Event>) -> Close
    where
        F: Stream<Item = Frame> + Unpin + Send,
    {
        let stopping = self.node.stopping();
        loop {
            let silent_at = self.last_heard + PING_TIMEOUT;
            let step = tokio::select! {
                frame = frames.next() => match frame {
                    Some(frame) => self.frame(&frame).await,
                    None => Err(Close::GONE),
                },
                event = events.recv() => match event {
                    Some(event) => self.event(event).await,
                    // The worker let go of us without a word: we did not read fast enough.
                    None => Err(Close::SLOW),
                },
                () = tokio::time::sleep_until(silent_at.into()) => Err(Close::SILENT),
                () = stopping.cancelled() => {
                    let _ = self.send(Message::Leave(convert::leave(LeaveReason::ServerShutdown))).await;
                    Err(Close { code: 1001, reason: "the node shuts down" })
                }
            };
            if let Err(close) = step {
                return close;
            }
        }
    }

    async fn frame(&mut self, frame: &Frame) -> Result<(), Close> {
        let now = self.node.clock().instant();
        self.last_heard = now;
        if frame.len() > SIGNAL_BYTES_MAX {
            return Err(Close::TOO_LARGE);
        }
        if !self.allowance.take(now) {
            return Err(Close::TOO_MANY);
        }
        let (format, request) = codec::decode(frame).map_err(|_| Close::MALFORMED)?;
        self.format = format;
        let Some(message) = request.message else {
            return self.send(convert::unsupported()).await;
        };
        match Request::read(message, self.node.rng()) {
            Request::Act(Action::UpdateProfile { request, .. }) if !self.broadcasts.take(now) => {
                let refused = convert::outcome(request, Err(Refusal::LimitExceeded));
                self.send(Message::RequestResponse(refused)).await
            }
            Request::Act(Action::UpdateTrack { .. } | Action::Allow(_)) if !self.broadcasts.take(now) => {
                Err(Close::TOO_MANY)
            }
            Request::Act(action) => self.act(action),
            Request::Ping { timestamp, legacy } => self.pong(timestamp, legacy).await,
            Request::Nothing => Ok(()),
            Request::Unsupported => self.send(convert::unsupported()).await,
        }
    }

    fn act(&self, action: Action) -> Result<(), Close> {
        let Some((member, _)) = self.member else { return Ok(()) };
        self.worker
            .send(Command::Member { member, action })
            .map_err(|_| Close::BUSY)
    }

    async fn pong(&mut self, timestamp: i64, legacy: bool) -> Result<(), Close> {
        let now = self.node.clock().now().unix_timestamp_nanos() / 1_000_000;
        let now = i64::try_from(now).unwrap_or_default();
        if legacy {
            return self.send(Message::Pong(now)).await;
        }
        self.send(Message::PongResp(Pong {
            last_ping_timestamp: timestamp,
            timestamp: now,
        }))
        .await
    }

    async fn event(&mut self, event: Event) -> Result<(), Close> {
        match &event {
            Event::Joined(joined) => self.seat(joined.worker, joined.member, joined.connection),
            Event::Resumed {
                worker,
                member,
                connection,
                ..
            } => self.seat(*worker, *member, *connection),
            _ => {}
        }
        let is_last = matches!(event, Event::Left(_));
        if matches!(event, Event::Cut) {
            return Err(Close::CUT);
        }
        let Some(message) = convert::response(event, self.node.id()) else {
            self.member = None;
            return Err(Close::SUPERSEDED);
        };
        self.send(message).await?;
        if is_last {
            self.member = None;
            return Err(Close::NORMAL);
        }
        Ok(())
    }

    /// Notes where the member is: on the room's home, or on another worker.
    fn seat(&mut self, worker: usize, member: MemberKey, connection: u32) {
        self.member = Some((member, connection));
        if let Some(worker) = self.node.worker(worker) {
            self.worker = worker.clone();
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), Close> {
        let frame = codec::encode(self.format, &SignalResponse { message: Some(message) });
        self.out.send(frame).await.map_err(|_| Close::GONE)
    }

    /// Tells the worker that this connection is over, if it does not know. Who broke the rules has to begin anew; any
    /// other may come back.
    fn hang_up(&self, close: &Close) {
        let Some((member, connection)) = self.member else {
            return;
        };
        let command = match close.code {
            1007..=1009 => Command::Member {
                member,
                action: Action::Leave(LeaveReason::ProtocolError),
            },
            _ => Command::Broken { member, connection },
        };
        // A worker that cannot take this finds the member's queue of events closed, and lets go likewise.
        let _ = self.worker.send(command);
    }
}
