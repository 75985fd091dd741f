//! LiveKit's signalling connection, relayed to the SFU node that the room is on. The frames are not read: what they
//! mean is between the client and the node, and the media token in the address is what both go by.

mod relay;
mod token;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kit_core::limits::MESSAGE_BYTES_MAX;
use kit_rpc::{Code, Transport};
use kit_telemetry::trace;
use plenary_proto::live::v1::{LocateRoomRequest, LocateRoomResponse};
use plenary_proto::sfu::v1::sfu_service_client::SfuServiceClient;
use plenary_proto::sfu::v1::{SignalRequest, SignalResponse, SignalStart, ValidateTokenRequest, signal_request};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};
use tracing::Instrument as _;

use crate::admission::{Kind, Place};
use crate::client::Client;
use crate::limits::{
    SIGNAL_BUFFER_BYTES_MAX, SIGNAL_FRAME_BYTES_MAX, SIGNAL_FRAMES_QUEUED_MAX, SIGNAL_OPEN_DURATION_MAX,
    SIGNAL_QUERY_BYTES_MAX, SIGNAL_TOGETHER_BYTES,
};
use crate::lines::request_for;
use crate::meters::Counted;
use crate::problem::http_status;
use crate::{DOMAIN, Edge};

use relay::Relay;
use token::Asked;

/// What LiveKit's clients look for in a 404: with it the room is missing, without it the path.
const ROOM_MISSING: &str = "requested room does not exist";

/// An open stream to a node.
struct Line {
    to_node: mpsc::Sender<SignalRequest>,
    from_node: Streaming<SignalResponse>,
}

/// `GET /rtc`: a WebSocket, once the node has accepted the token.
pub(crate) async fn open(
    State(edge): State<Arc<Edge>>,
    Extension(client): Extension<Client>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let place = match edge.admission.admit(Kind::Socket, client.0) {
        Ok(place) => place,
        Err(error) => return refuse(&error.into()),
    };
    let connecting = async {
        let asked = read(query.as_deref(), &headers)?;
        connect(&edge, client.0, asked).await
    };
    let line = match tokio::time::timeout(SIGNAL_OPEN_DURATION_MAX, connecting).await {
        Ok(Ok(line)) => line,
        Ok(Err(status)) => return refuse(&status),
        Err(_) => return refuse(&Status::deadline_exceeded("the room's node does not answer")),
    };
    let upgrade = upgrade
        .max_message_size(SIGNAL_FRAME_BYTES_MAX)
        .max_frame_size(SIGNAL_FRAME_BYTES_MAX)
        .max_write_buffer_size(SIGNAL_BUFFER_BYTES_MAX)
        .write_buffer_size(SIGNAL_TOGETHER_BYTES);
    upgrade.on_upgrade(|socket| run(edge, place, line, socket))
}

/// `GET /rtc/validate`: why a WebSocket could not be opened, for clients that cannot see its refusal.
pub(crate) async fn validate(
    State(edge): State<Arc<Edge>>,
    Extension(client): Extension<Client>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let validating = async {
        let access_token = read(query.as_deref(), &headers)?.token;
        let (node, _) = locate(&edge, client.0, &access_token).await?;
        let request = request_for(client.0, ValidateTokenRequest { access_token });
        SfuServiceClient::new(node).validate_token(request).await
    };
    let mut response = match tokio::time::timeout(SIGNAL_OPEN_DURATION_MAX, validating).await {
        Ok(Ok(_)) => "success".into_response(),
        Ok(Err(status)) => refuse(&status),
        Err(_) => refuse(&Status::deadline_exceeded("the room's node does not answer")),
    };
    allow_all(&mut response);
    response
}

/// `/rtc/v1…`: the newer protocol, which a client leaves alone for the older one after this answer.
pub(crate) async fn not_spoken() -> Response {
    let mut response = (StatusCode::NOT_FOUND, "not found").into_response();
    allow_all(&mut response);
    response
}

/// The relay counts among the process's tasks, so that a drain waits for its farewell.
async fn run(edge: Arc<Edge>, place: Place, line: Line, socket: WebSocket) {
    let relaying = {
        let counted = Counted::new(&edge.meters.sockets);
        let relay = Relay {
            to_node: line.to_node,
            from_node: line.from_node,
            stopping: edge.tasks.stopping(),
            meters: edge.meters.clone(),
        };
        async move {
            let ended = relay.run(socket).await;
            tracing::debug!(?ended, "a signalling connection ended");
            drop((place, counted));
        }
    };
    // Fails only if it panicked, which the runtime has told already.
    let _ = edge.tasks.spawn("signal", relaying).await;
}

async fn connect(edge: &Edge, client: IpAddr, asked: Asked) -> Result<Line, Status> {
    let (node, trace) = locate(edge, client, &asked.token).await?;
    // The join that the token is of has a trace already: this connection is a part of it.
    let span = tracing::info_span!("signalling");
    trace::set_parent(&span, &trace);
    signal(node, client, asked).instrument(span).await
}

async fn signal(node: Transport, client: IpAddr, asked: Asked) -> Result<Line, Status> {
    let (to_node, requests) = mpsc::channel(SIGNAL_FRAMES_QUEUED_MAX);
    let start = signal_request::Kind::Start(SignalStart {
        access_token: asked.token,
        query: asked.query,
        client_address: client.to_string(),
        user_agent: asked.user_agent,
    });
    let start = SignalRequest { kind: Some(start) };
    to_node.try_send(start).expect("an empty queue has room for one");
    let mut node = SfuServiceClient::new(node).max_decoding_message_size(MESSAGE_BYTES_MAX);
    let answer = node.signal(request_for(client, ReceiverStream::new(requests))).await?;
    let from_node = answer.into_inner();
    Ok(Line { to_node, from_node })
}

/// The node of the token's room, and the trace of the join.
async fn locate(edge: &Edge, client: IpAddr, token: &str) -> Result<(Transport, String), Status> {
    let request = LocateRoomRequest {
        media_token: token.to_owned(),
    };
    let answer = edge
        .lines
        .live
        .clone()
        .locate_room(request_for(client, request))
        .await?;
    let LocateRoomResponse {
        address, trace_parent, ..
    } = answer.into_inner();
    let node = edge.lines.node(&address);
    let node = node.ok_or_else(|| Status::unavailable("the room's node cannot be reached"))?;
    Ok((node, trace_parent))
}

fn read(query: Option<&str>, headers: &HeaderMap) -> Result<Asked, Status> {
    let query = query.unwrap_or("");
    if query.len() > SIGNAL_QUERY_BYTES_MAX {
        return Err(Status::invalid_argument("the query is too long"));
    }
    let missing = || DOMAIN.error(Code::Unauthenticated, "TOKEN_INVALID", "no access token was given");
    Asked::read(query, headers).ok_or_else(|| missing().into())
}

/// In words, as LiveKit's server answers: its clients show them.
fn refuse(status: &Status) -> Response {
    let code = http_status(status.code());
    let text = match code {
        StatusCode::NOT_FOUND => ROOM_MISSING,
        StatusCode::UNAUTHORIZED => "invalid access token",
        StatusCode::FORBIDDEN => "permission denied",
        StatusCode::INTERNAL_SERVER_ERROR => "something went wrong on our side",
        _ => status.message(),
    };
    let mut response = (code, text.to_owned()).into_response();
    if let Some(delay) = kit_rpc::Fault::retry_after(status) {
        let value = crate::problem::retry_after(delay);
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// Validation says nothing that the token's holder does not know; SDKs ask from pages of anywhere.
fn allow_all(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
