//! How often, how much at once, and from where.

use http::{Method, StatusCode};
use kit_rpc::Fault as _;
use plenary_proto::events::v1::{GetEventRequest, GetEventResponse};
use plenary_proto::identity::v1::LogInRequest;
use std::time::Duration;
use tonic::Code;

use crate::client::Answer;
use crate::fakes::event;
use crate::world::World;

const EVENT: &str = "evt_00000000000000000000000001";
const LOG_IN: &str = "/plenary.identity.v1.AccountService/LogIn";
const GET_EVENT: &str = "/plenary.events.v1.EventService/GetEvent";

async fn sign_in(world: &World) -> Answer {
    let body = r#"{"email": "ada@example.org", "password": "wrong"}"#;
    world.browser().json(Method::POST, "/session", "", body).await
}

#[tokio::test]
async fn attempts_to_sign_in_share_one_budget_on_every_way_in() {
    let world = World::with("sign_in_rate = \"0.5/s burst 2\"").await;
    assert_eq!(sign_in(&world).await.status, StatusCode::UNAUTHORIZED);
    let over_grpc = world
        .browser()
        .call(LOG_IN, &[], &LogInRequest::default())
        .await
        .status()
        .await;
    assert_eq!(over_grpc.code(), Code::Unauthenticated);

    let refused = sign_in(&world).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.json()["reason"], "TOO_MANY_ATTEMPTS");
    assert_eq!(
        (&refused.json()["retry_after_ms"], refused.header("retry-after")),
        (&2_000.into(), "2")
    );
    let answer = world.browser().call(LOG_IN, &[], &LogInRequest::default()).await;
    assert_eq!(answer.headers["retry-after"], "2");
    let status = answer.status().await;
    assert_eq!(
        (status.code(), status.reason().as_deref()),
        (Code::ResourceExhausted, Some("TOO_MANY_ATTEMPTS"))
    );
    assert_eq!(status.retry_after(), Some(Duration::from_secs(2)));
    assert_eq!(world.fakes.seen().len(), 2, "refusals cost the services nothing");
    assert_eq!(
        world.browser().get("/theme.js").await.status,
        StatusCode::OK,
        "other requests have another budget"
    );

    world.hand.advance(Duration::from_secs(2));
    assert_eq!(sign_in(&world).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(&world).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn each_client_behind_a_trusted_proxy_has_its_own_budget() {
    let world = World::with("requests_rate = \"1/s burst 1\"\ntrusted_proxies = [\"127.0.0.0/8\"]").await;
    let from = async |address: &str| {
        let headers = [("x-forwarded-for", address)];
        world.browser().get_with("/theme.js", &headers).await.status
    };
    assert_eq!(from("198.51.100.1").await, StatusCode::OK);
    assert_eq!(from("198.51.100.2").await, StatusCode::OK);
    assert_eq!(from("198.51.100.1").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        from("6.6.6.6, 198.51.100.1").await,
        StatusCode::TOO_MANY_REQUESTS,
        "a client's own words"
    );
}

#[tokio::test]
async fn a_stranger_cannot_choose_its_address() {
    let world = World::with("requests_rate = \"1/s burst 1\"").await;
    let headers = [("x-forwarded-for", "198.51.100.1")];
    assert_eq!(
        world.browser().get_with("/theme.js", &headers).await.status,
        StatusCode::OK
    );
    let headers = [("x-forwarded-for", "198.51.100.2")];
    assert_eq!(
        world.browser().get_with("/theme.js", &headers).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[tokio::test]
async fn opening_signalling_connections_is_limited() {
    let world = World::with("socket_rate = \"1/s burst 1\"").await;
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let open = async || world.browser().get_with("/rtc?access_token=forged", &upgrade).await;
    assert_eq!(open().await.status, StatusCode::UNAUTHORIZED);
    let refused = open().await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "1")
    );
}

#[tokio::test]
async fn what_is_too_much_at_once_is_shed() {
    let world = World::with("requests_max = 1").await;
    world.fakes.add_event(event(EVENT, "Launch"));
    let gate = world.fakes.hold_up();
    let asked = GetEventRequest {
        event_id: EVENT.to_owned(),
    };
    let browser = world.browser();
    let held = browser.call(GET_EVENT, &[], &asked);
    let others = async {
        gate.arrived.notified().await;
        let page = world.browser().get("/").await;
        let call = world.browser().call(GET_EVENT, &[], &asked).await.status().await;
        gate.open.notify_one();
        (page, call)
    };
    let (mut held, (page, call)) = tokio::join!(held, others);
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        (&page.json()["reason"], page.header("retry-after")),
        (&"OVERLOADED".into(), "1")
    );
    assert_eq!(
        (call.code(), call.reason().as_deref()),
        (Code::ResourceExhausted, Some("OVERLOADED"))
    );
    assert!(
        held.next::<GetEventResponse>().await.is_some(),
        "what was let in is finished"
    );
}
