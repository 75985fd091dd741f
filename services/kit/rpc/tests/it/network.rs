//! Two processes' worth of hosts on one machine: real sockets, real mutual TLS.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kit_core::{Clock, Rng};
use kit_rpc::proof::Tokens;
use kit_rpc::tls::{Authority, Credentials};
use kit_rpc::{Caller, Fault as _, GATEWAY, Host, KIT, RequestExt as _, Server, Transport};
use plenary_proto::engagement::v1::PostMessageRequest;
use plenary_proto::engagement::v1::chat_service_client::ChatServiceClient;
use tonic::Status;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::chat::{Chat, accepted};

/// A process that serves chat, and what its method learnt.
struct Served {
    host: Host,
    tokens: Tokens,
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Caller>>>,
}

async fn serve(credentials: Option<Credentials>) -> Served {
    let tokens = Tokens::new(Clock::system(), Rng::seeded(1));
    let host = tokens.host();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    host.mount(
        Chat::posting(move |request| {
            record.lock().expect("not poisoned").push(request.caller());
            async { accepted() }
        })
        .part(),
    );
    let server = Server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), credentials)
        .await
        .expect("a free port");
    let address = server.local_address().expect("bound");
    let served = host.clone();
    host.tasks
        .spawn("rpc", async move { server.serve(&served).await.expect("serves") });
    Served {
        host,
        tokens,
        address,
        seen,
    }
}

impl Served {
    /// A line from a process with these credentials, to whoever should be called `to`.
    fn line(&self, credentials: Credentials, to: &str) -> Transport {
        let caller = self.tokens.host();
        caller.switchboard.set_credentials(credentials);
        let address = format!("https://{}", self.address);
        caller.switchboard.dial("anybody", to, &address).expect("an address")
    }

    async fn post(&self, line: Transport) -> Result<(), Status> {
        ChatServiceClient::new(line)
            .post_message(PostMessageRequest::default())
            .await
            .map(drop)
    }

    fn seen(&self) -> Vec<Caller> {
        self.seen.lock().expect("not poisoned").clone()
    }
}

#[tokio::test]
async fn a_certificate_makes_a_service() {
    let authority = Authority::generate(&Clock::system()).expect("made");
    let issue = |name| authority.issue(name, &Clock::system()).expect("issued");
    let served = serve(Some(issue("engagement"))).await;

    served
        .post(served.line(issue("sfu"), "engagement"))
        .await
        .expect("a service may post");
    assert_eq!(
        served.seen(),
        [Caller::Service {
            name: "sfu".to_owned(),
            on_behalf: None
        }]
    );

    let refused = served
        .post(served.line(issue(GATEWAY), "engagement"))
        .await
        .expect_err("speaks for people");
    assert!(refused.is(KIT, "SIGN_IN_REQUIRED"), "{refused:?}");
    let user = served.tokens.user(&[]);
    let mut request = tonic::Request::new(PostMessageRequest::default());
    served.tokens.sign_in(&mut request, &user);
    let line = served.line(issue(GATEWAY), "engagement");
    ChatServiceClient::new(line)
        .post_message(request)
        .await
        .expect("the gateway brings a user");
    assert_eq!(served.seen().last(), Some(&Caller::User(user)));
    assert!(served.host.drain(Duration::from_secs(5)).await);
}

#[tokio::test]
async fn strangers_and_impostors_get_no_connection() {
    let (ours, theirs) = (
        Authority::generate(&Clock::system()),
        Authority::generate(&Clock::system()),
    );
    let (ours, theirs) = (ours.expect("made"), theirs.expect("made"));
    let issue = |authority: &Authority, name| authority.issue(name, &Clock::system()).expect("issued");
    let served = serve(Some(issue(&ours, "engagement"))).await;

    // A certificate of another authority, which pretends to trust ours.
    let stranger = Credentials {
        authority: issue(&ours, "x").authority,
        ..issue(&theirs, "sfu")
    };
    let refused = served
        .post(served.line(stranger, "engagement"))
        .await
        .expect_err("not our authority");
    assert!(refused.is(KIT, "SERVICE_UNREACHABLE"), "{refused:?}");

    // The server is engagement, and we meant to reach identity.
    let refused = served
        .post(served.line(issue(&ours, "sfu"), "identity"))
        .await
        .expect_err("another service");
    assert!(refused.is(KIT, "SERVICE_UNREACHABLE"), "{refused:?}");

    // No certificate, no TLS at all.
    let plain = Channel::from_shared(format!("http://{}", served.address))
        .expect("an address")
        .connect_lazy();
    let refused = ChatServiceClient::new(plain)
        .post_message(PostMessageRequest::default())
        .await;
    assert!(refused.is_err());
    assert_eq!(served.seen(), []);
}

#[tokio::test]
async fn without_tls_nobody_is_a_service() {
    let served = serve(None).await;
    let plain = || {
        Channel::from_shared(format!("http://{}", served.address))
            .expect("an address")
            .connect_lazy()
    };
    let refused = ChatServiceClient::new(plain())
        .post_message(PostMessageRequest::default())
        .await;
    assert!(refused.expect_err("nobody has signed in").is(KIT, "SIGN_IN_REQUIRED"));

    let mut request = tonic::Request::new(PostMessageRequest::default());
    served.tokens.sign_in(&mut request, &served.tokens.user(&[]));
    ChatServiceClient::new(plain())
        .post_message(request)
        .await
        .expect("tokens work everywhere");
    assert!(matches!(served.seen()[..], [Caller::User(_)]));
}

#[tokio::test]
async fn grpc_health_and_reflection_answer_everybody() {
    let served = serve(None).await;
    let channel = Channel::from_shared(format!("http://{}", served.address))
        .expect("an address")
        .connect_lazy();
    let service = "plenary.engagement.v1.ChatService".to_owned();
    let check = HealthClient::new(channel.clone())
        .check(HealthCheckRequest { service })
        .await
        .expect("answers");
    assert_eq!(
        check.into_inner().status(),
        tonic_health::pb::health_check_response::ServingStatus::Serving
    );

    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::{ServerReflectionRequest, server_reflection_response::MessageResponse};
    let list = MessageRequest::ListServices(String::new());
    let question = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(list),
    };
    let mut answers = ServerReflectionClient::new(channel)
        .server_reflection_info(futures::stream::iter([question]))
        .await
        .expect("answers")
        .into_inner();
    let answer = answers
        .message()
        .await
        .expect("no error")
        .expect("one answer")
        .message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = answer else {
        panic!("another answer: {answer:?}")
    };
    assert!(
        list.service
            .iter()
            .any(|service| service.name == "plenary.engagement.v1.ChatService")
    );
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_unavailable() {
    let host = Tokens::new(Clock::system(), Rng::seeded(1)).host();
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", closed.local_addr().expect("bound"));
    drop(closed);
    let line = host.switchboard.dial("live", "sfu", &address).expect("an address");
    let status = ChatServiceClient::new(line)
        .post_message(PostMessageRequest::default())
        .await
        .expect_err("closed");
    assert_eq!(status.code(), tonic::Code::Unavailable);
    assert!(status.is(KIT, "SERVICE_UNREACHABLE"));
    assert!(host.switchboard.dial("live", "sfu", "no address at all").is_err());
}
