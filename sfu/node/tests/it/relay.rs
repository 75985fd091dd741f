//! The gRPC door: signalling relayed by the gateway, and control by the live service.

use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use plenary_proto::sfu::v1::sfu_service_client::SfuServiceClient;
use plenary_proto::sfu::v1::{
    CloseRoomRequest, GetNodeRequest, RemoveParticipantRequest, SignalRequest, SignalResponse, SignalStart,
    ValidateTokenRequest, signal_request, signal_response,
};
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Streaming};

use crate::client::{Client, drive};
use crate::node::{TestNode, token};

fn start(token: String) -> SignalRequest {
    let start = SignalStart {
        access_token: token,
        query: "sdk=js&protocol=16".to_owned(),
        ..Default::default()
    };
    SignalRequest {
        kind: Some(signal_request::Kind::Start(start)),
    }
}

struct Relay {
    out: mpsc::Sender<SignalRequest>,
    answers: Streaming<SignalResponse>,
}

impl Relay {
    async fn open(node: &TestNode, first: SignalRequest) -> Result<Self, tonic::Status> {
        let mut client = SfuServiceClient::new(node.host.switchboard.line("edge-gateway", "sfu"));
        let (out, requests) = mpsc::channel(8);
        out.send(first).await.expect("room");
        let answers = client.signal(ReceiverStream::new(requests)).await?.into_inner();
        Ok(Self { out, answers })
    }

    async fn next(&mut self) -> signal_response::Kind {
        self.answers
            .message()
            .await
            .expect("no error")
            .expect("not over")
            .kind
            .expect("a kind")
    }

    async fn hear(&mut self) -> Response {
        match self.next().await {
            signal_response::Kind::Binary(bytes) => lk::SignalResponse::decode(bytes)
                .expect("a response")
                .message
                .expect("a message"),
            other => panic!("not a frame: {other:?}"),
        }
    }
}

#[tokio::test]
async fn signalling_is_relayed_frame_by_frame() {
    let node = TestNode::start().await;
    let mut relay = Relay::open(&node, start(token("ada", "room"))).await.expect("welcome");
    assert!(matches!(relay.hear().await, Response::Join(join) if join.participant.is_some()));
    assert!(matches!(relay.hear().await, Response::Offer(_)));
    let ping = lk::SignalRequest {
        message: Some(Request::PingReq(lk::Ping { timestamp: 7, rtt: 0 })),
    };
    let frame = SignalRequest {
        kind: Some(signal_request::Kind::Binary(ping.encode_to_vec().into())),
    };
    relay.out.send(frame).await.expect("sent");
    assert!(matches!(relay.hear().await, Response::PongResp(pong) if pong.last_ping_timestamp == 7));
    // A client that speaks JSON is answered in JSON.
    let text = SignalRequest {
        kind: Some(signal_request::Kind::Text(r#"{"ping":"1"}"#.to_owned())),
    };
    relay.out.send(text).await.expect("sent");
    assert!(matches!(relay.next().await, signal_response::Kind::Text(text) if text.contains("pong")));
}

#[tokio::test]
async fn a_bad_beginning_is_refused() {
    let node = TestNode::start().await;
    let refused = Relay::open(&node, start("nonsense".to_owned()))
        .await
        .err()
        .expect("refused");
    assert_eq!(refused.code(), Code::Unauthenticated);
    let frame = SignalRequest {
        kind: Some(signal_request::Kind::Binary(vec![1].into())),
    };
    let refused = Relay::open(&node, frame).await.err().expect("refused");
    assert_eq!(refused.code(), Code::InvalidArgument);
    let mut client = SfuServiceClient::new(node.host.switchboard.line("edge-gateway", "sfu"));
    let good = ValidateTokenRequest {
        access_token: token("ada", "room"),
    };
    client.validate_token(good).await.expect("valid");
    let bad = client
        .validate_token(ValidateTokenRequest::default())
        .await
        .expect_err("invalid");
    assert_eq!(bad.code(), Code::Unauthenticated);
}

fn left_for(client: &Client, reason: lk::DisconnectReason) -> bool {
    client
        .said
        .iter()
        .any(|said| matches!(said, Response::Leave(leave) if leave.reason() == reason))
}

#[tokio::test]
async fn the_live_service_puts_people_out_and_closes_rooms() {
    let node = TestNode::start().await;
    let mut live = SfuServiceClient::new(node.host.switchboard.line("live", "sfu"));
    let mut ada = Client::join(node.livekit, &token("ada", "rm_1"), "").await;
    let mut bob = Client::join(node.livekit, &token("bob", "rm_1"), "").await;
    let mut elsewhere = Client::join(node.livekit, &token("ada", "rm_2"), "").await;
    let remove = RemoveParticipantRequest {
        room_id: "rm_1".to_owned(),
        identity: "ada".to_owned(),
    };
    live.remove_participant(remove).await.expect("removed");
    drive(&mut [&mut ada, &mut bob], "the removal", |clients| {
        left_for(clients[0], lk::DisconnectReason::ParticipantRemoved) && clients[0].closed.is_some()
    })
    .await;
    live.close_room(CloseRoomRequest {
        room_id: "rm_1".to_owned(),
    })
    .await
    .expect("closed");
    live.close_room(CloseRoomRequest {
        room_id: "rm_unknown".to_owned(),
    })
    .await
    .expect("fine");
    drive(&mut [&mut bob], "the end of the room", |clients| {
        left_for(clients[0], lk::DisconnectReason::RoomDeleted) && clients[0].closed.is_some()
    })
    .await;
    elsewhere.connected().await;
    assert!(elsewhere.closed.is_none());
    let state = live.get_node(GetNodeRequest {}).await.expect("a state").into_inner();
    assert_eq!(
        (state.node_id.as_str(), state.room_count, state.participant_count),
        ("sfu-1", 1, 1)
    );
    let gateway = SfuServiceClient::new(node.host.switchboard.line("edge-gateway", "sfu"))
        .close_room(CloseRoomRequest {
            room_id: "rm_2".to_owned(),
        })
        .await
        .expect_err("the gateway is no service");
    assert!(matches!(gateway.code(), Code::PermissionDenied | Code::Unauthenticated));
}

#[tokio::test]
async fn every_rpc_admits_exactly_its_roles() {
    let node = TestNode::start().await;
    kit_rpc::proof::every_rpc_admits_exactly_its_roles(&node.host, &node.tokens).await;
}

#[tokio::test]
async fn a_drain_tells_everybody_and_ends() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let host = node.host.clone();
    let draining = host.drain(std::time::Duration::from_secs(10));
    let mut clients = [&mut ada];
    let told = drive(&mut clients, "the shutdown", |clients| {
        left_for(clients[0], lk::DisconnectReason::ServerShutdown)
    });
    let (all_ended, ()) = futures::join!(draining, told);
    assert!(all_ended, "tasks and threads have ended");
}
