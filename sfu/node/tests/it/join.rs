//! Coming in, staying, and being put out.

use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use prost::Message as _;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as WsMessage;

use crate::client::{Client, drive};
use crate::node::{TestNode, token, token_with};

/// Status line and body of a plain GET.
async fn get(node: &TestNode, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(node.livekit).await.expect("connected");
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\norigin: http://a\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
    (head.to_owned(), body.to_owned())
}

#[tokio::test]
async fn validation_says_what_clients_decide_by() {
    let node = TestNode::start().await;
    let (head, body) = get(&node, &format!("/rtc/validate?access_token={}", token("ada", "r"))).await;
    assert!(head.starts_with("HTTP/1.1 200") && body == "success", "{head} {body}");
    assert!(head.contains("access-control-allow-origin: *"), "{head}");
    let (head, _) = get(&node, "/rtc/validate?access_token=nonsense").await;
    assert!(head.starts_with("HTTP/1.1 401"), "{head}");
    let (head, _) = get(&node, "/rtc?access_token=nonsense").await;
    assert!(head.starts_with("HTTP/1.1 4"), "{head}");
    let (head, body) = get(&node, "/rtc/v1/validate").await;
    assert!(
        head.starts_with("HTTP/1.1 404") && !body.contains("requested room"),
        "newer clients fall back: {head}"
    );
    assert!(get(&node, "/").await.0.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_client_is_told_what_it_needs_and_gets_a_transport() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let join = ada.joined().clone();
    let server = join.server_info.expect("clients refuse a server without a version");
    assert!(!server.version.is_empty());
    assert!(join.subscriber_primary && join.ice_servers.is_empty());
    assert_eq!((join.ping_interval, join.ping_timeout), (5, 15));
    let codecs: Vec<_> = join
        .enabled_publish_codecs
        .iter()
        .map(|codec| codec.mime.as_str())
        .collect();
    assert_eq!(
        codecs,
        [
            "audio/opus",
            "audio/red",
            "video/VP8",
            "video/H264",
            "video/VP9",
            "video/AV1"
        ]
    );
    let me = join.participant.expect("a participant");
    assert_eq!(
        (me.identity.as_str(), me.name.as_str(), me.metadata.as_str()),
        ("ada", "ada's name", "m")
    );
    assert_eq!(me.attributes.get("a").map(String::as_str), Some("b"));
    assert_eq!(join.room.expect("a room").name, "room");
    ada.connected().await;

    ada.ask(Request::PingReq(lk::Ping { timestamp: 42, rtt: 1 })).await;
    ada.wait("a pong", |said| match said {
        Response::PongResp(pong) => (pong.last_ping_timestamp == 42 && pong.timestamp > 0).then_some(()),
        _ => None,
    })
    .await;
    ada.ask(Request::GetDataBlobRequest(lk::GetDataBlobRequest::default()))
        .await;
    ada.wait("a refusal", |said| match said {
        Response::RequestResponse(response) => {
            (response.reason() == lk::request_response::Reason::UnsupportedType).then_some(())
        }
        _ => None,
    })
    .await;

    let mut bob = Client::join(node.livekit, &token_with("bob", "room", json!({ "hidden": true })), "").await;
    assert_eq!(bob.joined().other_participants[0].identity, "ada");
    let mut eve = Client::join(node.livekit, &token("eve", "room"), "").await;
    let names: Vec<_> = eve
        .joined()
        .other_participants
        .iter()
        .map(|other| other.identity.clone())
        .collect();
    assert_eq!(names, ["ada"], "the hidden are not seen");
    drive(&mut [&mut ada, &mut bob, &mut eve], "news of eve", |clients| {
        clients[0].last_update("eve").is_some() && clients[1].last_update("eve").is_some()
    })
    .await;
    eve.ask(Request::Leave(lk::LeaveRequest::default())).await;
    drive(&mut [&mut ada, &mut eve], "eve's departure", |clients| {
        let gone = lk::participant_info::State::Disconnected;
        clients[0].last_update("eve").is_some_and(|info| info.state() == gone) && clients[1].closed.is_some()
    })
    .await;
    assert!(ada.last_update("bob").is_none());
}

#[tokio::test]
async fn the_same_identity_again_ends_the_earlier_connection() {
    let node = TestNode::start().await;
    let mut first = Client::join(node.livekit, &token("ada", "room"), "").await;
    let second = Client::join(node.livekit, &token("ada", "room"), "").await;
    assert_ne!(first.sid(), second.sid());
    let leave = first.wait("the leave", |said| match said {
        Response::Leave(leave) => Some(leave.clone()),
        _ => None,
    });
    let leave = leave.await;
    assert_eq!(leave.reason(), lk::DisconnectReason::DuplicateIdentity);
    assert_eq!(leave.action(), lk::leave_request::Action::Disconnect);
    drive(&mut [&mut first], "the close", |clients| clients[0].closed.is_some()).await;
    assert!(second.joined().other_participants.is_empty());
}

#[tokio::test]
async fn a_session_that_cannot_be_resumed_is_begun_anew() {
    let node = TestNode::start().await;
    let client = Client::join(node.livekit, &token("ada", "room"), "&reconnect=1&sid=PA_gone").await;
    match &client.said[0] {
        Response::Leave(leave) => assert_eq!(leave.action(), lk::leave_request::Action::Reconnect),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn bad_signalling_ends_that_one_connection_with_a_reason() {
    let node = TestNode::start().await;
    let mut good = Client::join(node.livekit, &token("good", "room"), "").await;
    let mut nonsense = Client::join(node.livekit, &token("nonsense", "room"), "").await;
    nonsense.send_raw(WsMessage::Binary(vec![0xff; 10].into())).await;
    drive(&mut [&mut nonsense], "the close", |clients| clients[0].closed.is_some()).await;
    assert_eq!(nonsense.closed.as_ref().map(|(code, _)| *code), Some(1007));

    let mut flood = Client::join(node.livekit, &token("flood", "room"), "").await;
    let ping = lk::SignalRequest {
        message: Some(Request::Ping(1)),
    }
    .encode_to_vec();
    for _ in 0..400 {
        flood.send_raw(WsMessage::Binary(ping.clone().into())).await;
    }
    drive(&mut [&mut flood], "the close", |clients| clients[0].closed.is_some()).await;
    assert_eq!(flood.closed, Some((1008, "too many messages".to_owned())));

    let mut bad_sdp = Client::join(node.livekit, &token("sdp", "room"), "").await;
    let offer = lk::SessionDescription {
        sdp: "not SDP".to_owned(),
        ..Default::default()
    };
    bad_sdp.ask(Request::Offer(offer)).await;
    drive(&mut [&mut bad_sdp], "the close", |clients| clients[0].closed.is_some()).await;

    good.connected().await;
    drive(&mut [&mut good], "the departures", |clients| {
        let gone = lk::participant_info::State::Disconnected;
        ["nonsense", "flood", "sdp"]
            .iter()
            .all(|name| clients[0].last_update(name).is_some_and(|info| info.state() == gone))
    })
    .await;
    assert!(good.closed.is_none());
}
