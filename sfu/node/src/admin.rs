//! LiveKit's server API, `livekit.RoomService`, as its server SDKs and `lk` speak it: Twirp, which is one HTTP POST for each
//! call with protobuf or its JSON. Beside what LiveKit's open server has: `MoveParticipant` and `ForwardParticipant`.
//!
//! `twirp` is the wire form, `access` what tokens allow; the other files are a group of methods each. Rooms belong to
//! workers, so each method asks one and waits for its answer.

mod access;
mod data;
mod participants;
mod rooms;
mod transfer;
mod twirp;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use crate::limits::{ADMIN_BYTES_MAX, JOIN_TIMEOUT};
use crate::node::Node;
use crate::token::AdminGrant;
use crate::worker::{AdminRefusal, Ask, Command, Reply, WorkerHandle};
use twirp::{Format, TwirpCode, TwirpError};

/// The routes.
pub(crate) fn router() -> Router<Arc<Node>> {
    Router::new()
        .route("/twirp/livekit.RoomService/{method}", post(call))
        .route("/twirp/{service}/{method}", post(async || TwirpError::bad_route()))
        .layer(DefaultBodyLimit::max(ADMIN_BYTES_MAX))
}

async fn call(
    State(node): State<Arc<Node>>,
    Path(method): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    dispatch(node, &method, &headers, body)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

async fn dispatch(
    node: Arc<Node>,
    method: &str,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, TwirpError> {
    let format = Format::of(headers)?;
    let body = body.map_err(|error| TwirpError::new(TwirpCode::InvalidArgument, error.to_string()))?;
    let caller = access::caller(&node, headers)?;
    let call = Call {
        node,
        caller,
        format,
        body,
    };
    match method {
        "CreateRoom" => call.run(rooms::create).await,
        "ListRooms" => call.run(rooms::list).await,
        "DeleteRoom" => call.run(rooms::delete).await,
        "UpdateRoomMetadata" => call.run(rooms::update_metadata).await,
        "ListParticipants" => call.run(participants::list).await,
        "GetParticipant" => call.run(participants::get).await,
        "RemoveParticipant" => call.run(participants::remove).await,
        "MutePublishedTrack" => call.run(participants::mute).await,
        "UpdateParticipant" => call.run(participants::update).await,
        "UpdateSubscriptions" => call.run(participants::subscribe).await,
        "SendData" => call.run(data::send).await,
        "PerformRpc" => call.run(data::perform_rpc).await,
        "ForwardParticipant" => call.run(transfer::forward_participant).await,
        "MoveParticipant" => call.run(transfer::move_participant).await,
        _ => Err(TwirpError::bad_route()),
    }
}

/// One call whose caller is known.
struct Call {
    node: Arc<Node>,
    caller: AdminGrant,
    format: Format,
    body: Bytes,
}

impl Call {
    async fn run<Q, A, M, F>(self, method: M) -> Result<Response, TwirpError>
    where
        Q: prost::Message + Default + DeserializeOwned,
        A: prost::Message + Serialize,
        M: FnOnce(Arc<Node>, AdminGrant, Q) -> F + Send,
        F: Future<Output = Result<A, TwirpError>> + Send,
    {
        let request = self.format.decode(&self.body)?;
        let answer = method(self.node, self.caller, request).await?;
        self.format.encode(&answer)
    }
}

/// Asks a worker and waits for what it says.
async fn ask<T: Send>(worker: &WorkerHandle, ask: impl FnOnce(Reply<T>) -> Ask + Send) -> Result<T, TwirpError> {
    ask_within(worker, JOIN_TIMEOUT, ask).await
}

/// As [`ask`], for answers that wait for a client's.
async fn ask_within<T: Send>(
    worker: &WorkerHandle,
    patience: Duration,
    ask: impl FnOnce(Reply<T>) -> Ask + Send,
) -> Result<T, TwirpError> {
    let busy = || TwirpError::new(TwirpCode::Unavailable, "the node is busy; try again later");
    let (reply, answer) = oneshot::channel();
    worker.send(Command::Admin(Box::new(ask(reply)))).map_err(|_| busy())?;
    match tokio::time::timeout(patience, answer).await {
        Ok(Ok(answer)) => answer.map_err(TwirpError::from),
        // The worker began anew, or let go of what the answer depended on.
        Ok(Err(_)) => Err(busy()),
        Err(_) => Err(TwirpError::new(TwirpCode::DeadlineExceeded, "no answer in time")),
    }
}

impl From<AdminRefusal> for TwirpError {
    fn from(refusal: AdminRefusal) -> Self {
        let code = match refusal {
            AdminRefusal::NoRoom | AdminRefusal::NoParticipant | AdminRefusal::NoTrack => TwirpCode::NotFound,
            AdminRefusal::TooLarge => TwirpCode::InvalidArgument,
            AdminRefusal::Full | AdminRefusal::Forwarded | AdminRefusal::Busy => TwirpCode::ResourceExhausted,
            AdminRefusal::Unmute | AdminRefusal::Likeness => TwirpCode::FailedPrecondition,
            AdminRefusal::Present => TwirpCode::AlreadyExists,
            AdminRefusal::NotConnected => TwirpCode::Unavailable,
        };
        Self::new(code, refusal.to_string())
    }
}
