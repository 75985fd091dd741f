//! The signalling WebSocket, relayed to a node that follows a script.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{SinkExt as _, StreamExt as _};
use http::StatusCode;
use kit_rpc::{Code, Domain};
use kit_telemetry::proof::{Spans, trace_id};
use plenary_proto::sfu::v1::sfu_service_server::SfuService;
use plenary_proto::sfu::v1::{
    CloseRoomRequest, CloseRoomResponse, GetNodeRequest, GetNodeResponse, ListConnectionsRequest,
    ListConnectionsResponse, RemoveParticipantRequest, RemoveParticipantResponse, SignalClose, SignalRequest,
    SignalResponse, SignalStart, ValidateTokenRequest, ValidateTokenResponse, signal_request, signal_response,
};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tonic::{Request, Response, Status, Streaming};

use crate::fakes::JOIN;
use crate::world::World;

const SFU: Domain = Domain::new("sfu.plenary");

/// A node whose next signalling stream a test holds in its hand.
#[derive(Clone, Default)]
pub(crate) struct Node(Arc<Mutex<Option<Script>>>);

/// The node's side, as the service sees it.
struct Script {
    heard: mpsc::UnboundedSender<signal_request::Kind>,
    said: mpsc::UnboundedReceiver<Result<SignalResponse, Status>>,
}

/// The node's side, as a test sees it.
struct Hand {
    heard: mpsc::UnboundedReceiver<signal_request::Kind>,
    say: mpsc::UnboundedSender<Result<SignalResponse, Status>>,
}

impl Node {
    fn hand(&self) -> Hand {
        let ((heard, hearing), (say, said)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        *self.0.lock().expect("not poisoned") = Some(Script { heard, said });
        Hand { heard: hearing, say }
    }
}

impl Hand {
    fn say(&self, kind: signal_response::Kind) {
        let sent = self.say.send(Ok(SignalResponse { kind: Some(kind) }));
        sent.expect("the stream is open");
    }

    /// What the client said next; `None` when it said that there is no more.
    async fn next(&mut self) -> Option<signal_request::Kind> {
        self.heard.recv().await
    }

    async fn start(&mut self) -> SignalStart {
        match self.next().await {
            Some(signal_request::Kind::Start(start)) => start,
            other => panic!("{other:?} came before the start"),
        }
    }
}

#[tonic::async_trait]
impl SfuService for Node {
    type SignalStream = BoxStream<'static, Result<SignalResponse, Status>>;

    async fn signal(&self, request: Request<Streaming<SignalRequest>>) -> Result<Response<Self::SignalStream>, Status> {
        let mut frames = request.into_inner();
        let first = frames.message().await?.and_then(|first| first.kind);
        let Some(signal_request::Kind::Start(start)) = first else {
            return Err(Status::invalid_argument("no start"));
        };
        if start.access_token != "good" {
            return Err(SFU.error(Code::PermissionDenied, "ROOM_REFUSED", "not you").into());
        }
        let script = self.0.lock().expect("not poisoned").take().expect("a script");
        script
            .heard
            .send(signal_request::Kind::Start(start))
            .expect("somebody listens");
        let heard = script.heard;
        let hearing = async move {
            while let Ok(Some(SignalRequest { kind: Some(kind) })) = frames.message().await {
                let _ = heard.send(kind);
            }
        };
        // Both at once: the client's frames are heard while the node speaks, and what ends first ends the stream.
        let stream = UnboundedReceiverStream::new(script.said).take_until(hearing);
        Ok(Response::new(stream.boxed()))
    }

    async fn validate_token(
        &self,
        request: Request<ValidateTokenRequest>,
    ) -> Result<Response<ValidateTokenResponse>, Status> {
        if request.into_inner().access_token == "good" {
            Ok(Response::new(ValidateTokenResponse {}))
        } else {
            Err(SFU.error(Code::PermissionDenied, "ROOM_REFUSED", "not you").into())
        }
    }

    async fn close_room(&self, _: Request<CloseRoomRequest>) -> Result<Response<CloseRoomResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn remove_participant(
        &self,
        _: Request<RemoveParticipantRequest>,
    ) -> Result<Response<RemoveParticipantResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn list_connections(
        &self,
        _: Request<ListConnectionsRequest>,
    ) -> Result<Response<ListConnectionsResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }

    async fn get_node(&self, _: Request<GetNodeRequest>) -> Result<Response<GetNodeResponse>, Status> {
        Err(Status::unimplemented("not faked"))
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(world: &World, query: &str) -> Result<Socket, SocketError> {
    let url = format!("ws://{}/rtc{query}", world.address);
    connect_async(url).await.map(|(socket, _)| socket)
}

/// The status and text of a refused WebSocket.
async fn refusal(world: &World, query: &str) -> (StatusCode, String) {
    match connect(world, query).await {
        Err(SocketError::Http(response)) => {
            let body = response.body().clone().unwrap_or_default();
            (response.status(), String::from_utf8(body).expect("text"))
        }
        other => panic!("{other:?} is no refusal"),
    }
}

async fn close_frame(socket: &mut Socket) -> (u16, String) {
    loop {
        match socket.next().await.expect("a close comes first").expect("no error") {
            Message::Close(Some(CloseFrame { code, reason })) => return (code.into(), reason.to_string()),
            Message::Close(None) => panic!("a close without a code"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn frames_pass_unread_in_both_directions() {
    let world = World::new().await;
    let mut node = world.fakes.node.hand();
    let mut socket = connect(&world, "?auto_subscribe=1&access_token=good&sdk=js")
        .await
        .expect("connects");
    let start = node.start().await;
    assert_eq!(start.access_token, "good");
    assert_eq!(start.query, "auto_subscribe=1&sdk=js");
    assert_eq!(start.client_address, "127.0.0.1");

    let large = Bytes::from(vec![7; 1024 * 1024]);
    for bytes in [Bytes::from_static(b"\x00\xff not protobuf"), Bytes::new(), large] {
        socket.send(Message::Binary(bytes.clone())).await.expect("sent");
        assert_eq!(node.next().await, Some(signal_request::Kind::Binary(bytes.clone())));
        node.say(signal_response::Kind::Binary(bytes.clone()));
        assert_eq!(
            socket.next().await.expect("a frame").expect("no error"),
            Message::Binary(bytes)
        );
    }
    socket.send(Message::text("{\"ping\": 1}")).await.expect("sent");
    assert_eq!(
        node.next().await,
        Some(signal_request::Kind::Text("{\"ping\": 1}".to_owned()))
    );
    node.say(signal_response::Kind::Text("{\"pong\": 1}".to_owned()));
    assert_eq!(
        socket.next().await.expect("a frame").expect("no error"),
        Message::text("{\"pong\": 1}")
    );
}

#[tokio::test]
async fn a_connection_is_a_part_of_its_joins_trace() {
    let spans = Spans::keep();
    let world = World::new().await;
    let mut node = world.fakes.node.hand();
    let _socket = connect(&world, "?access_token=good").await.expect("connects");
    node.start().await;
    let of_join = spans.of_trace(trace_id(JOIN));
    assert!(of_join.iter().any(|name| name == "signalling"), "{of_join:?}");
}

#[tokio::test]
async fn the_nodes_close_reaches_the_client_as_it_is() {
    let world = World::new().await;
    let node = world.fakes.node.hand();
    let mut socket = connect(&world, "?access_token=good").await.expect("connects");
    node.say(signal_response::Kind::Binary(Bytes::from_static(b"leave")));
    node.say(signal_response::Kind::Close(SignalClose {
        code: 4001,
        reason: "the room was closed".to_owned(),
    }));
    assert_eq!(
        socket.next().await.expect("a frame").expect("no error"),
        Message::binary(&b"leave"[..])
    );
    assert_eq!(close_frame(&mut socket).await, (4001, "the room was closed".to_owned()));
}

#[tokio::test]
async fn what_a_client_said_before_it_left_reaches_the_node() {
    let world = World::new().await;
    let mut node = world.fakes.node.hand();
    let mut socket = connect(&world, "?access_token=good").await.expect("connects");
    node.start().await;
    socket.send(Message::binary(&b"leave"[..])).await.expect("sent");
    let goodbye = CloseFrame {
        code: CloseCode::Normal,
        reason: "".into(),
    };
    socket.close(Some(goodbye)).await.expect("closed");
    assert_eq!(
        node.next().await,
        Some(signal_request::Kind::Binary(Bytes::from_static(b"leave")))
    );
    assert_eq!(node.next().await, None, "the node hears that there is no more");
}

#[tokio::test]
async fn a_node_that_fails_is_told_apart_from_one_that_refuses() {
    let world = World::new().await;
    let cases = [
        (Status::unavailable("secret address"), 1013, "the room's node has gone"),
        (Status::internal("secret"), 1011, "something went wrong on our side"),
        (Status::permission_denied("you were removed"), 1008, "you were removed"),
    ];
    for (status, code, reason) in cases {
        let node = world.fakes.node.hand();
        let mut socket = connect(&world, "?access_token=good").await.expect("connects");
        node.say.send(Err(status)).expect("the stream is open");
        assert_eq!(close_frame(&mut socket).await, (code, reason.to_owned()));
    }
}

#[tokio::test]
async fn a_drain_sends_clients_elsewhere() {
    let world = World::new().await;
    let mut node = world.fakes.node.hand();
    let mut socket = connect(&world, "?access_token=good").await.expect("connects");
    node.start().await;
    let (close, all_ended) = tokio::join!(close_frame(&mut socket), world.drain());
    // The gateway and the node of this process end at the same time; either may be the one who says it.
    assert!([1001, 1013].contains(&close.0), "{close:?}");
    assert!(all_ended, "nothing is left behind");
}

#[tokio::test]
async fn a_refused_token_opens_no_socket() {
    let world = World::new().await;
    let unauthorized = (StatusCode::UNAUTHORIZED, "invalid access token".to_owned());
    assert_eq!(refusal(&world, "").await, unauthorized);
    assert_eq!(refusal(&world, "?access_token=forged").await, unauthorized);
    let (status, text) = refusal(&world, "?access_token=refused-by-node").await;
    assert_eq!((status, text.as_str()), (StatusCode::FORBIDDEN, "permission denied"));
    let (status, text) = refusal(&world, "?access_token=no-room").await;
    assert_eq!(
        (status, text.as_str()),
        (StatusCode::NOT_FOUND, "requested room does not exist")
    );
    let (status, _) = refusal(&world, "?access_token=no-node").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn validation_tells_why_to_pages_of_anywhere() {
    let world = World::new().await;
    let browser = world.browser();
    let good = browser.get("/rtc/validate?access_token=good&sdk=js").await;
    assert_eq!((good.status, good.text()), (StatusCode::OK, "success"));
    assert_eq!(good.header("access-control-allow-origin"), "*");
    let in_header = browser
        .get_with("/rtc/validate", &[("authorization", "Bearer good")])
        .await;
    assert_eq!(in_header.text(), "success");
    for (token, status) in [
        ("forged", 401),
        ("refused-by-node", 403),
        ("no-room", 404),
        ("no-node", 503),
    ] {
        let answer = browser.get(&format!("/rtc/validate?access_token={token}")).await;
        assert_eq!(answer.status.as_u16(), status, "{token}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    let busy = browser.get("/rtc/validate?access_token=no-node").await;
    assert_eq!(busy.header("retry-after"), "5");
}

#[tokio::test]
async fn clients_of_the_newer_protocol_fall_back_to_the_older() {
    let world = World::new().await;
    for path in ["/rtc/v1", "/rtc/v1/validate?access_token=good"] {
        let answer = world.browser().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(
            !answer.text().contains("requested room does not exist"),
            "{}",
            answer.text()
        );
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
}
