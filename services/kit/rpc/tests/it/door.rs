//! What the door does with requests, in one process.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{StreamExt as _, stream};
use http::{Request, header};
use kit_core::{ManualClock, Rng};
use kit_rpc::proof::{Tokens, every_rpc_admits_exactly_its_roles};
use kit_rpc::{Caller, Code, Config, Domain, Fault as _, GATEWAY, Host, KIT, Part, RequestExt as _, Role};
use plenary_proto::engagement::v1::{FollowMessagesRequest, FollowMessagesResponse, PostMessageRequest};
use tonic::Status;
use tonic::body::Body;
use tower::ServiceExt as _;

use crate::chat::{Chat, World, accepted};

const DOMAIN: Domain = Domain::new("engagement.plenary");

/// What the method learns about its caller.
fn recording() -> (Chat, Arc<Mutex<Vec<Caller>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let chat = Chat::posting(move |request| {
        record.lock().expect("not poisoned").push(request.caller());
        async { accepted() }
    });
    (chat, seen)
}

#[tokio::test]
async fn a_method_learns_who_calls_and_through_whom() {
    let (chat, seen) = recording();
    let world = World::with(chat);
    world
        .client(GATEWAY)
        .post_message(world.post())
        .await
        .expect("a user may post");
    world
        .client("sfu")
        .post_message(PostMessageRequest::default())
        .await
        .expect("a service may post");
    world
        .client("sfu")
        .post_message(world.post())
        .await
        .expect("a service may post for a user");

    let service = |on_behalf| Caller::Service {
        name: "sfu".to_owned(),
        on_behalf,
    };
    let expected = [
        Caller::User(world.user.clone()),
        service(None),
        service(Some(world.user.clone())),
    ];
    assert_eq!(*seen.lock().expect("not poisoned"), expected);
}

#[tokio::test]
async fn headers_cannot_make_anybody_a_service() {
    let (chat, seen) = recording();
    let world = World::with(chat);
    let mut request = tonic::Request::new(PostMessageRequest::default());
    for name in ["x-forwarded-client-cert", "x-plenary-service", "plenary-peer"] {
        request
            .metadata_mut()
            .insert(name, "spiffe://plenary/service/sfu".parse().expect("ASCII"));
    }
    request.extensions_mut().insert(Caller::Service {
        name: "sfu".to_owned(),
        on_behalf: None,
    });
    request.extensions_mut().insert(kit_rpc::Peer::Service("sfu".into()));
    let refused = world
        .client(GATEWAY)
        .post_message(request)
        .await
        .expect_err("nobody has signed in");
    assert!(refused.is(KIT, "SIGN_IN_REQUIRED"), "{refused:?}");
    assert!(seen.lock().expect("not poisoned").is_empty());
}

#[tokio::test]
async fn every_rpc_of_the_part_admits_exactly_its_roles() {
    let world = World::with(Chat::accepting());
    every_rpc_admits_exactly_its_roles(&world.host, &world.tokens).await;
}

#[tokio::test]
async fn a_method_that_no_rule_knows_is_refused_to_everybody() {
    let world = World::with(Chat::accepting());
    for from in [GATEWAY, "sfu"] {
        let request = Request::post("http://plenary/plenary.engagement.v1.ChatService/Undeclared")
            .header(header::CONTENT_TYPE, "application/grpc")
            .header(
                header::AUTHORIZATION,
                format!("Bearer {}", world.tokens.token(&world.user)),
            );
        let line = world.host.switchboard.line(from, "engagement");
        let answer = line
            .oneshot(request.body(Body::empty()).expect("a request"))
            .await
            .expect("always answers");
        let status = Status::from_header_map(answer.headers()).expect("a refusal");
        assert_eq!(
            (status.code(), status.reason().as_deref()),
            (tonic::Code::Unimplemented, Some("METHOD_UNKNOWN"))
        );
    }
}

#[tokio::test]
async fn a_part_that_no_rule_knows_cannot_be_mounted() {
    #[derive(Clone)]
    struct Undeclared;

    impl tonic::server::NamedService for Undeclared {
        const NAME: &'static str = "plenary.engagement.v1.Undeclared";
    }

    impl tower::Service<Request<Body>> for Undeclared {
        type Response = http::Response<Body>;
        type Error = std::convert::Infallible;
        type Future = std::future::Ready<Result<http::Response<Body>, Self::Error>>;

        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
            std::task::Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Body>) -> Self::Future {
            std::future::ready(Ok(http::Response::default()))
        }
    }

    let host = Tokens::new(ManualClock::fixed().clock(), Rng::seeded(1)).host();
    let mounting = std::panic::AssertUnwindSafe(|| host.mount(Part::new("x").service(Undeclared)));
    assert!(std::panic::catch_unwind(mounting).is_err());
}

#[tokio::test]
async fn a_panic_ends_one_call_and_tells_nothing() {
    let world = World::with(Chat::posting(async |request| {
        assert!(request.get_ref().text != "boom", "the secret reason");
        accepted()
    }));
    let mut boom = world.post();
    "boom".clone_into(&mut boom.get_mut().text);
    let failed = world
        .client(GATEWAY)
        .post_message(boom)
        .await
        .expect_err("the method panicked");
    assert_eq!(failed.code(), tonic::Code::Internal);
    assert!(
        failed.is(KIT, "PANIC") && !format!("{failed:?}").contains("secret"),
        "{failed:?}"
    );
    world
        .client(GATEWAY)
        .post_message(world.post())
        .await
        .expect("others go on");
}

#[tokio::test]
async fn errors_arrive_as_the_service_made_them() {
    let world = World::with(Chat::posting(async |_| {
        let error = DOMAIN.error(Code::ResourceExhausted, "TOO_MANY_MESSAGES", "slow down");
        Err(error.retry_after(Duration::from_secs(2)).metadata("limit", "5").into())
    }));
    let status = world
        .client(GATEWAY)
        .post_message(world.post())
        .await
        .expect_err("refused");
    assert!(status.is(DOMAIN, "TOO_MANY_MESSAGES"));
    assert_eq!(status.retry_after(), Some(Duration::from_secs(2)));
    assert_eq!(status.metadata_of_reason("limit").as_deref(), Some("5"));
    let metrics = world.host.metrics.encode();
    let counted = "plenary_rpc_calls_total{method=\"/plenary.engagement.v1.ChatService/PostMessage\",\
                   code=\"RESOURCE_EXHAUSTED\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline() {
    let world = World::with(Chat::posting(|_| std::future::pending()));
    let mut request = world.post();
    request.set_timeout(Duration::from_millis(300));
    let status = world
        .client(GATEWAY)
        .post_message(request)
        .await
        .expect_err("it never answers");
    assert_eq!(status.code(), tonic::Code::DeadlineExceeded);
    let status = world
        .client(GATEWAY)
        .post_message(world.post())
        .await
        .expect_err("it never answers");
    assert!(status.is(KIT, "DEADLINE_PASSED"), "calls without a deadline get one");
    assert!(world.host.metrics.encode().contains("code=\"DEADLINE_EXCEEDED\"} 2"));
}

#[tokio::test]
async fn calls_of_a_method_inherit_token_and_deadline() {
    let seen = Arc::new(Mutex::new(None));
    let record = Arc::clone(&seen);
    let world = World::with(Chat::posting(move |request| {
        let forwarded = request.context().request(());
        *record.lock().expect("not poisoned") = Some(forwarded.metadata().clone());
        async { accepted() }
    }));
    let mut request = world.post();
    let token = request.metadata().get("authorization").expect("signed in").clone();
    request.set_timeout(Duration::from_secs(2));
    world
        .client(GATEWAY)
        .post_message(request)
        .await
        .expect("a user may post");
    let forwarded = seen.lock().expect("not poisoned").take().expect("the method ran");
    assert_eq!(forwarded.get("authorization"), Some(&token));
    assert_eq!(forwarded.get("grpc-timeout").expect("inherited"), "2000000u");
}

#[tokio::test]
async fn only_the_gateway_says_where_a_client_is() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let world = World::with(Chat::posting(move |request| {
        record
            .lock()
            .expect("not poisoned")
            .push(request.context().client_address());
        async { accepted() }
    }));
    for from in [GATEWAY, "sfu"] {
        let mut request = world.post();
        request
            .metadata_mut()
            .insert(kit_rpc::CLIENT_ADDRESS, "192.0.2.7".parse().expect("ASCII"));
        world.client(from).post_message(request).await.expect("may post");
    }
    let address = "192.0.2.7".parse().expect("an address");
    assert_eq!(*seen.lock().expect("not poisoned"), [Some(address), None]);
}

fn crowded(calls_max: usize, streams_max: usize) -> World {
    let hand = ManualClock::fixed();
    let tokens = Tokens::new(hand.clock(), Rng::seeded(1));
    let config = Config {
        calls_max,
        streams_max,
        ..Config::defaults()
    };
    let host = Host::with_keys(&config, hand.clock(), Rng::seeded(2), tokens.key_source());
    host.mount(Chat::posting(|_| std::future::pending()).part());
    let user = tokens.user(&[]);
    World { host, tokens, user }
}

#[tokio::test]
async fn too_many_calls_are_told_to_come_back_and_room_is_made_when_a_client_leaves() {
    let world = crowded(1, 1);
    let mut client = world.client(GATEWAY);
    let mut first = Box::pin(client.post_message(world.post()));
    assert!(futures::poll!(&mut first).is_pending());

    let shed = world
        .client(GATEWAY)
        .post_message(world.post())
        .await
        .expect_err("no place");
    assert_eq!(shed.code(), tonic::Code::ResourceExhausted);
    assert!(shed.is(KIT, "OVERLOADED") && shed.retry_after().is_some(), "{shed:?}");

    drop(first);
    let mut client = world.client(GATEWAY);
    let mut next = Box::pin(client.post_message(world.post()));
    assert!(futures::poll!(&mut next).is_pending(), "it runs");
    let metrics = world.host.metrics.encode();
    assert!(
        metrics.contains("code=\"CANCELLED\"} 1") && metrics.contains("plenary_rpc_shed_total"),
        "{metrics}"
    );
}

#[tokio::test]
async fn streams_have_places_of_their_own_until_they_end() {
    let world = crowded(1, 1);
    let follow = || {
        let mut request = tonic::Request::new(FollowMessagesRequest::default());
        world.tokens.sign_in(&mut request, &world.user);
        request
    };
    let open = world
        .client(GATEWAY)
        .follow_messages(follow())
        .await
        .expect("the first place");
    let shed = world
        .client(GATEWAY)
        .follow_messages(follow())
        .await
        .expect_err("no place");
    assert!(shed.is(KIT, "OVERLOADED"), "{shed:?}");
    let mut client = world.client(GATEWAY);
    let mut call = Box::pin(client.post_message(world.post()));
    assert!(
        futures::poll!(&mut call).is_pending(),
        "calls are not in the way of streams"
    );
    drop(open);
    world
        .client(GATEWAY)
        .follow_messages(follow())
        .await
        .expect("the place is free again");
}

#[tokio::test]
async fn a_drain_ends_streams_with_a_hint_to_come_back() {
    let one = || {
        stream::iter([Ok(FollowMessagesResponse::default())])
            .chain(stream::pending())
            .boxed()
    };
    let world = World::with(Chat::accepting().following(one));
    let mut request = tonic::Request::new(FollowMessagesRequest::default());
    world.tokens.sign_in(&mut request, &world.user);
    let mut messages = world
        .client(GATEWAY)
        .follow_messages(request)
        .await
        .expect("opened")
        .into_inner();
    assert!(messages.message().await.expect("no error").is_some());

    assert!(world.host.drain(Duration::from_secs(1)).await);
    let end = messages.message().await.expect_err("the stream was ended");
    assert_eq!(end.code(), tonic::Code::Unavailable);
    assert!(end.is(KIT, "DRAINING") && end.retry_after().is_some(), "{end:?}");
    assert!(!world.host.health.readiness().await.ready);
}

#[tokio::test]
async fn a_stream_that_panics_ends_and_its_place_is_free() {
    let world = World::with(Chat::accepting().following(|| stream::once(async { panic!("in the middle") }).boxed()));
    let mut request = tonic::Request::new(FollowMessagesRequest::default());
    world.tokens.sign_in(&mut request, &world.user);
    let mut messages = world
        .client(GATEWAY)
        .follow_messages(request)
        .await
        .expect("opened")
        .into_inner();
    let end = messages.message().await.expect_err("it panicked");
    assert!(end.is(KIT, "PANIC"), "{end:?}");
    assert!(
        world
            .host
            .metrics
            .encode()
            .contains("FollowMessages\",code=\"INTERNAL\"} 1")
    );
}

#[tokio::test]
async fn a_message_of_more_than_four_mebibytes_is_refused() {
    let world = World::with(Chat::accepting());
    let mut request = world.post();
    request.get_mut().text = "x".repeat(4 * 1024 * 1024 + 1);
    let refused = world
        .client(GATEWAY)
        .post_message(request)
        .await
        .expect_err("too large");
    assert_eq!(refused.code(), tonic::Code::OutOfRange);
}

#[tokio::test]
async fn a_service_that_nobody_knows_is_unavailable() {
    let world = World::with(Chat::accepting());
    let line = world.host.switchboard.line("engagement", "nowhere");
    let mut client = plenary_proto::engagement::v1::chat_service_client::ChatServiceClient::new(line);
    let status = client
        .post_message(world.post())
        .await
        .expect_err("there is no such service");
    assert!(status.is(KIT, "SERVICE_UNREACHABLE"));
    assert_eq!(status.metadata_of_reason("service").as_deref(), Some("nowhere"));
}

#[tokio::test]
async fn jobs_run_when_the_host_starts_and_end_when_it_drains() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let host = Tokens::new(ManualClock::fixed().clock(), Rng::seeded(1)).host();
    host.mount(Part::new("engagement").job("sweep", |stop| async move {
        stop.cancelled().await;
        tell.send("ended").expect("the test waits");
    }));
    host.start();
    assert!(host.drain(Duration::from_secs(5)).await);
    assert_eq!(told.await.expect("the job ran"), "ended");
}

#[test]
fn roles_do_not_imply_each_other() {
    let tokens = Tokens::new(ManualClock::fixed().clock(), Rng::seeded(1));
    let administrator = Caller::User(tokens.user(&[Role::Administrator]));
    assert!(administrator.passes(&[Role::Attendee]) && administrator.passes(&[Role::Administrator]));
    assert!(!administrator.passes(&[Role::Organizer]) && !administrator.passes(&[Role::Service]));
    assert!(!administrator.passes(&[]) && !administrator.passes(&[Role::Unspecified]));
}
