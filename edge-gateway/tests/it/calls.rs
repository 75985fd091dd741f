//! gRPC and gRPC-web, through to the services and back.

use http::{Method, StatusCode};
use kit_rpc::Fault as _;
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use plenary_proto::events::v1::{GetEventRequest, GetEventResponse};
use plenary_proto::live::v1::live_service_client::LiveServiceClient;
use plenary_proto::live::v1::node_service_client::NodeServiceClient;
use plenary_proto::live::v1::{RegisterNodeRequest, WatchRoomRequest, WatchRoomResponse};
use tonic::{Code, Status};

use crate::client::{Browser, channel};
use crate::fakes::{event, room_change};
use crate::world::World;

const GET_EVENT: &str = "/plenary.events.v1.EventService/GetEvent";
/// A picture of 4 MiB, what may stand around it, and the framing.
const CALL_BYTES_MAX: usize = 4 * 1024 * 1024 + 64 * 1024 + 5;
const WATCH_ROOM: &str = "/plenary.live.v1.LiveService/WatchRoom";

fn asked(id: &str) -> GetEventRequest {
    GetEventRequest {
        event_id: id.to_owned(),
    }
}

fn assert_not_found(status: &Status) {
    assert_eq!(status.code(), Code::NotFound, "{status}");
    assert_eq!(status.reason().as_deref(), Some("EVENT_NOT_FOUND"));
    assert_eq!(status.domain().as_deref(), Some("events.plenary"));
    assert_eq!(status.metadata_of_reason("event_id").as_deref(), Some("evt_none"));
    assert_eq!(status.retry_after(), Some(std::time::Duration::from_secs(7)));
}

#[tokio::test]
async fn a_unary_call_and_its_errors_pass_as_grpc_web() {
    let world = World::new().await;
    world.fakes.add_event(event("evt_1", "Launch"));
    let mut answer = world.browser().call(GET_EVENT, &[], &asked("evt_1")).await;
    assert_eq!(answer.headers["content-type"], "application/grpc-web+proto");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    let found: GetEventResponse = answer.next().await.expect("an answer");
    assert_eq!(found.event.expect("an event").title, "Launch");
    assert_eq!(answer.status().await.code(), Code::Ok);

    assert_not_found(
        &world
            .browser()
            .call(GET_EVENT, &[], &asked("evt_none"))
            .await
            .status()
            .await,
    );
}

#[tokio::test]
async fn a_unary_call_and_its_errors_pass_as_native_grpc() {
    let world = World::new().await;
    world.fakes.add_event(event("evt_1", "Launch"));
    let mut events = EventServiceClient::new(channel(world.address));
    let found = events.get_event(asked("evt_1")).await.expect("found").into_inner();
    assert_eq!(found.event.expect("an event").title, "Launch");
    assert_not_found(&events.get_event(asked("evt_none")).await.expect_err("not found"));
}

#[tokio::test]
async fn a_stream_comes_message_by_message() {
    let world = World::new().await;
    let changes = world.fakes.room_changes();
    let mut answer = world
        .browser()
        .call(WATCH_ROOM, &[], &WatchRoomRequest::default())
        .await;
    for sequence in 1..=3 {
        // Sent only after the one before has arrived: whoever buffers would wait for ever.
        changes.send(room_change(sequence)).expect("the stream is open");
        let change: WatchRoomResponse = answer.next().await.expect("a change");
        assert_eq!(change.sequence, sequence);
    }
    drop(changes);
    assert_eq!(answer.status().await.code(), Code::Ok);
}

#[tokio::test]
async fn a_stream_passes_natively_and_is_ended_by_a_drain() {
    let world = World::new().await;
    let changes = world.fakes.room_changes();
    let mut live = LiveServiceClient::new(channel(world.address));
    let mut stream = live
        .watch_room(WatchRoomRequest::default())
        .await
        .expect("opens")
        .into_inner();
    changes.send(room_change(1)).expect("the stream is open");
    assert_eq!(stream.message().await.expect("no error").expect("a change").sequence, 1);
    let (ended, all_ended) = tokio::join!(stream.message(), world.drain());
    let status = ended.expect_err("the stream is ended");
    assert_eq!(
        (status.code(), status.reason().as_deref()),
        (Code::Unavailable, Some("DRAINING"))
    );
    assert!(status.retry_after().is_some());
    drop((live, stream));
    assert!(all_ended, "nothing is left behind");
}

#[tokio::test]
async fn an_unknown_method_is_unimplemented_and_never_a_page() {
    let world = World::new().await;
    let browser = world.browser();
    let unknown = [
        "/plenary.events.v1.EventService/Nothing",
        "/plenary.nothing.v1.NothingService/Get",
        "/elsewhere.v1.Service/Method",
        "/events/evt_1",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    ];
    for path in unknown {
        let answer = browser.call(path, &[], &asked("evt_1")).await;
        assert_eq!(answer.headers["grpc-status"], "12", "{path}");
        let status = answer.status().await;
        assert_eq!(status.reason().as_deref(), Some("METHOD_UNKNOWN"), "{path}");
    }
    assert!(world.fakes.seen().is_empty());
}

#[tokio::test]
async fn what_is_for_services_only_does_not_exist_outside() {
    let world = World::new().await;
    let paths = [
        "/plenary.live.v1.NodeService/RegisterNode",
        "/plenary.identity.v1.UserService/BatchGetUsers",
        "/plenary.sfu.v1.SfuService/Signal",
        "/plenary.sfu.v1.SfuService/ValidateToken",
        "/plenary.sfu.v1.SfuService/GetNode",
    ];
    for path in paths {
        let status = world.browser().call(path, &[], &asked("")).await.status().await;
        assert_eq!(status.code(), Code::Unimplemented, "{path}");
    }
    let mut nodes = NodeServiceClient::new(channel(world.address));
    let refused = nodes
        .register_node(RegisterNodeRequest::default())
        .await
        .expect_err("refused");
    assert_eq!(refused.code(), Code::Unimplemented);
    assert!(world.fakes.seen().is_empty());
}

#[tokio::test]
async fn only_what_a_service_needs_goes_on() {
    let world = World::new().await;
    let token = format!("Bearer {}", world.tokens.token(&world.user));
    let headers = [
        ("authorization", token.as_str()),
        ("grpc-timeout", "3S"),
        ("cookie", "plenary-refresh=secret"),
        ("x-client-address", "6.6.6.6"),
        ("x-forwarded-for", "6.6.6.6"),
        ("x-evil", "1"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ];
    let status = world
        .browser()
        .call(GET_EVENT, &headers, &asked("evt_none"))
        .await
        .status()
        .await;
    assert_eq!(status.code(), Code::NotFound);
    let seen = world.fakes.seen();
    let names: Vec<_> = seen[0].headers.keys().map(http::HeaderName::as_str).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [
            "authorization",
            "content-type",
            "grpc-timeout",
            "te",
            "x-client-address"
        ]
    );
    assert_eq!(seen[0].headers["x-client-address"], "127.0.0.1");
    assert_eq!(seen[0].headers["grpc-timeout"], "3S");
}

#[tokio::test]
async fn a_call_in_another_form_is_refused_in_words() {
    let world = World::new().await;
    let browser = world.browser();
    let ask = async |kind: &str| {
        browser
            .ask(Method::POST, GET_EVENT, &[("content-type", kind)], "")
            .await
    };
    let answer = ask("application/json").await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(answer.json()["reason"], "GRPC_REQUIRED");
    assert_eq!(
        ask("application/grpc-web+json").await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    // Trailers need HTTP/2.
    assert_eq!(
        ask("application/grpc").await.status,
        StatusCode::HTTP_VERSION_NOT_SUPPORTED
    );
    assert!(world.fakes.seen().is_empty());
}

#[tokio::test]
async fn an_endless_request_is_cut() {
    let world = World::new().await;
    // One small message, and then empty ones without end.
    let message = crate::client::framed(&asked("evt_none"));
    let mut body = message.to_vec();
    body.resize(CALL_BYTES_MAX + 5, 0);
    let status = world
        .browser()
        .call_raw(GET_EVENT, &[], body.into())
        .await
        .status()
        .await;
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert_eq!(status.reason().as_deref(), Some("REQUEST_TOO_LARGE"));
}

#[tokio::test]
async fn a_client_may_use_one_connection_for_calls_and_pages() {
    let world = World::new().await;
    world.fakes.add_event(event("evt_1", "Launch"));
    let browser: Browser = world.browser();
    for _ in 0..3 {
        assert_eq!(browser.get("/theme.js").await.status, StatusCode::OK);
        let mut answer = browser.call(GET_EVENT, &[], &asked("evt_1")).await;
        assert!(answer.next::<GetEventResponse>().await.is_some());
        assert_eq!(answer.status().await.code(), Code::Ok);
    }
}
