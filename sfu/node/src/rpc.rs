//! `plenary.sfu.v1.SfuService`.

use std::pin::Pin;
use std::sync::Arc;

use futures::{Stream, StreamExt};
use kit_rpc::{Code, Domain, Error};
use plenary_proto::live::v1::{NodeHealth, Traffic};
use plenary_proto::sfu::v1::sfu_service_server::SfuService;
use plenary_proto::sfu::v1::{
    CloseRoomRequest, CloseRoomResponse, GetNodeRequest, GetNodeResponse, ListConnectionsRequest,
    ListConnectionsResponse, RemoveParticipantRequest, RemoveParticipantResponse, SignalClose, SignalRequest,
    SignalResponse, SignalStart, ValidateTokenRequest, ValidateTokenResponse, signal_request, signal_response,
};
use sfu_core::input::LeaveReason;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::limits::LISTED_CONNECTIONS_MAX;
use crate::node::Node;
use crate::signal::{self, Close, ConnectQuery, Frame, Start};
use crate::token::TokenError;
use crate::worker::{Busy, Command};

const DOMAIN: Domain = Domain::new("sfu.plenary");

/// Frames on their way to one client's relay.
const OUTGOING_FRAMES: usize = 64;

/// The service.
#[derive(Debug, Clone)]
pub(crate) struct Rpc {
    node: Arc<Node>,
    tasks: kit_rpc::Tasks,
}

impl Rpc {
    pub(crate) const fn new(node: Arc<Node>, tasks: kit_rpc::Tasks) -> Self {
        Self { node, tasks }
    }
}

impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        DOMAIN.error(Code::Unauthenticated, "TOKEN_INVALID", error.to_string())
    }
}

impl From<Busy> for Error {
    fn from(error: Busy) -> Self {
        DOMAIN
            .error(Code::ResourceExhausted, "NODE_BUSY", error.to_string())
            .retry_after(std::time::Duration::from_secs(1))
    }
}

#[tonic::async_trait]
impl SfuService for Rpc {
    type SignalStream = Pin<Box<dyn Stream<Item = Result<SignalResponse, Status>> + Send>>;

    async fn signal(&self, request: Request<Streaming<SignalRequest>>) -> Result<Response<Self::SignalStream>, Status> {
        let mut requests = request.into_inner();
        let start = first(&mut requests).await?;
        let grant = self.node.verify(&start.access_token).map_err(Error::from)?;
        let query = ConnectQuery::parse(&start.query, &start.user_agent);
        let start = Start::new(grant, query).map_err(Error::from)?;
        let (out, outgoing) = mpsc::channel(OUTGOING_FRAMES);
        let (closing, closed) = mpsc::channel(1);
        let node = Arc::clone(&self.node);
        // What follows an error, or a second start, is the relay's mistake: it ends the connection.
        let frames = requests
            .map(|request| request.ok().and_then(frame))
            .take_while(|frame| std::future::ready(frame.is_some()));
        let frames = frames.filter_map(std::future::ready);
        self.tasks.spawn("signal", async move {
            let close = signal::run(node, start, Box::pin(frames), out).await;
            let _ = closing.send(close).await;
        });
        let answers = ReceiverStream::new(outgoing).map(|frame| Ok(response(frame)));
        let end = ReceiverStream::new(closed).map(|close| Ok(last(&close)));
        Ok(Response::new(Box::pin(answers.chain(end))))
    }

    async fn validate_token(
        &self,
        request: Request<ValidateTokenRequest>,
    ) -> Result<Response<ValidateTokenResponse>, Status> {
        self.node.verify(&request.get_ref().access_token).map_err(Error::from)?;
        Ok(Response::new(ValidateTokenResponse {}))
    }

    async fn close_room(&self, request: Request<CloseRoomRequest>) -> Result<Response<CloseRoomResponse>, Status> {
        let room = request.into_inner().room_id;
        let worker = self.node.worker_of(&room).clone();
        worker
            .send(Command::CloseRoom {
                room,
                reason: LeaveReason::RoomDeleted,
            })
            .map_err(Error::from)?;
        Ok(Response::new(CloseRoomResponse {}))
    }

    async fn remove_participant(
        &self,
        request: Request<RemoveParticipantRequest>,
    ) -> Result<Response<RemoveParticipantResponse>, Status> {
        let RemoveParticipantRequest {
            room_id: room,
            identity,
        } = request.into_inner();
        let worker = self.node.worker_of(&room).clone();
        worker
            .send(Command::Remove {
                room,
                identity,
                sid: None,
            })
            .map_err(Error::from)?;
        Ok(Response::new(RemoveParticipantResponse {}))
    }

    async fn get_node(&self, _: Request<GetNodeRequest>) -> Result<Response<GetNodeResponse>, Status> {
        let (room_count, participant_count) = self.node.census();
        Ok(Response::new(GetNodeResponse {
            node_id: self.node.id().to_owned(),
            start_time: Some(timestamp(self.node.started())),
            room_count,
            participant_count,
        }))
    }

    async fn list_connections(
        &self,
        request: Request<ListConnectionsRequest>,
    ) -> Result<Response<ListConnectionsResponse>, Status> {
        let seen = self
            .node
            .see(&request.into_inner().room_id)
            .await
            .map_err(Error::from)?;
        let headroom = seen.iter().map(|seen| 1.0 - seen.load.busy).fold(1.0, f32::min);
        let mut traffic = Traffic::default();
        for through in seen.iter().map(|seen| seen.traffic) {
            traffic.packets_received += number(through.packets_received);
            traffic.bytes_received += number(through.bytes_received);
            traffic.packets_sent += number(through.packets_sent);
            traffic.bytes_sent += number(through.bytes_sent);
        }
        let connections = seen.iter().flat_map(|seen| &seen.connections);
        Ok(Response::new(ListConnectionsResponse {
            connections: connections
                .take(LISTED_CONNECTIONS_MAX)
                .map(crate::seen::connection)
                .collect(),
            traffic: Some(traffic),
            node: Some(NodeHealth {
                node_id: self.node.id().to_owned(),
                #[expect(clippy::cast_possible_truncation, reason = "between 0 and 100")]
                headroom_percent: (headroom * 100.0).round() as i32,
                packets_dropped: number(self.node.lost()),
            }),
        }))
    }
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The first message must be a start.
async fn first(requests: &mut Streaming<SignalRequest>) -> Result<SignalStart, Status> {
    let kind = requests.message().await?.and_then(|request| request.kind);
    match kind {
        Some(signal_request::Kind::Start(start)) => Ok(start),
        _ => Err(DOMAIN
            .error(
                Code::InvalidArgument,
                "START_MISSING",
                "the first message must be a start",
            )
            .into()),
    }
}

fn frame(request: SignalRequest) -> Option<Frame> {
    match request.kind? {
        signal_request::Kind::Binary(bytes) => Some(Frame::Binary(bytes)),
        signal_request::Kind::Text(text) => Some(Frame::Text(text)),
        signal_request::Kind::Start(_) => None,
    }
}

fn response(frame: Frame) -> SignalResponse {
    let kind = match frame {
        Frame::Binary(bytes) => signal_response::Kind::Binary(bytes),
        Frame::Text(text) => signal_response::Kind::Text(text),
    };
    SignalResponse { kind: Some(kind) }
}

fn last(close: &Close) -> SignalResponse {
    let close = SignalClose {
        code: i32::from(close.code),
        reason: close.reason.to_owned(),
    };
    SignalResponse {
        kind: Some(signal_response::Kind::Close(close)),
    }
}

pub(crate) fn timestamp(at: time::OffsetDateTime) -> prost_types::Timestamp {
    let nanos = i32::try_from(at.nanosecond()).unwrap_or_default();
    prost_types::Timestamp {
        seconds: at.unix_timestamp(),
        nanos,
    }
}
