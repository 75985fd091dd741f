//! Access tokens and the keys they are verified with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use kit_core::limits::CLOCK_SKEW;
use kit_core::{ManualClock, Rng};
use kit_rpc::proof::Tokens;
use kit_rpc::{AccessClaims, Config, Host, KeySource, Part, Role, Signer, Verifier};
use plenary_proto::identity::v1::GetJwksResponse;
use prost::Message as _;
use tonic::body::Body;
use tonic::{Code, Status};

#[tokio::test]
async fn a_token_carries_the_whole_caller() {
    let hand = ManualClock::fixed();
    let (tokens, rng) = (Tokens::new(hand.clock(), Rng::seeded(1)), Rng::seeded(2));
    let mut user = tokens.user(&[Role::Organizer, Role::Administrator]);
    let organization = kit_core::ids::OrganizationId::new(&hand.clock(), &rng);
    user.organizations
        .insert(organization, kit_rpc::OrganizationRole::Owner);
    user.email_verified = false;

    let verifier = Verifier::new(tokens.key_source(), hand.clock());
    assert_eq!(verifier.verify(&tokens.token(&user)).await.expect("our token"), user);
    assert_eq!(user.role_in(organization), Some(kit_rpc::OrganizationRole::Owner));
}

#[tokio::test]
async fn a_token_expires_by_our_clock_with_a_little_patience() {
    let hand = ManualClock::fixed();
    let tokens = Tokens::new(hand.clock(), Rng::seeded(1));
    let verifier = Verifier::new(tokens.key_source(), hand.clock());
    let token = tokens.token(&tokens.user(&[]));
    hand.advance(Duration::from_secs(300) + CLOCK_SKEW - Duration::from_secs(1));
    verifier.verify(&token).await.expect("still good");
    hand.advance(Duration::from_secs(1));
    assert_eq!(
        verifier.verify(&token).await.expect_err("expired").reason(),
        "TOKEN_EXPIRED"
    );
}

#[tokio::test]
async fn tokens_from_the_future_and_tokens_that_are_huge_are_refused() {
    let hand = ManualClock::fixed();
    let signer = Signer::from_seed(&[7; 32]);
    let tokens = Tokens::new(hand.clock(), Rng::seeded(1));
    let verifier = Verifier::new(KeySource::Fixed(signer.jwks()), hand.clock());
    let later = ManualClock::fixed();
    later.advance(Duration::from_secs(60));
    let claims = AccessClaims::new(&tokens.user(&[]), &later.clock(), Duration::from_secs(60));
    assert_eq!(
        verifier
            .verify(&signer.sign(&claims))
            .await
            .expect_err("not yet")
            .reason(),
        "TOKEN_INVALID"
    );
    let huge = format!("{}.x.y", "a".repeat(9_000));
    assert_eq!(
        verifier.verify(&huge).await.expect_err("too long").reason(),
        "TOKEN_INVALID"
    );
}

#[test]
fn a_signer_is_its_seed() {
    let (one, same, other) = (
        Signer::from_seed(&[1; 32]),
        Signer::from_seed(&[1; 32]),
        Signer::from_seed(&[2; 32]),
    );
    assert_eq!(one.key_id(), same.key_id());
    assert_ne!(one.key_id(), other.key_id());
    let json = serde_json::to_value(one.jwks()).expect("JSON");
    assert_eq!(
        (
            &json["keys"][0]["kty"],
            &json["keys"][0]["crv"],
            &json["keys"][0]["use"]
        ),
        (&"OKP".into(), &"Ed25519".into(), &"sig".into())
    );
    assert!(json["keys"][0].get("d").is_none(), "the private half stays: {json}");
}

/// identity, as far as keys go: counts how often it is asked, can be away, and can withdraw its key.
#[derive(Clone)]
struct Identity {
    signer: Arc<Signer>,
    asked: Arc<AtomicUsize>,
    away: Arc<AtomicBool>,
    withdrawn: Arc<AtomicBool>,
}

impl tonic::server::NamedService for Identity {
    const NAME: &'static str = "plenary.identity.v1.AccountService";
}

impl tower::Service<Request<Body>> for Identity {
    type Response = Response<Body>;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Self::Error>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        assert_eq!(request.uri().path(), "/plenary.identity.v1.AccountService/GetJwks");
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.away.load(Ordering::Relaxed) {
            return std::future::ready(Ok(Status::unavailable("away").into_http()));
        }
        let mut jwks = self.signer.jwks();
        if self.withdrawn.load(Ordering::Relaxed) {
            jwks.keys.clear();
        }
        let jwks_json = serde_json::to_string(&jwks).expect("JSON");
        let message = GetJwksResponse { jwks_json }.encode_to_vec();
        let length = u32::try_from(message.len()).expect("short").to_be_bytes();
        let frame = Bytes::from([&[0][..], &length, &message].concat());
        let trailers = async { Some(Ok(Status::ok("").into_http::<()>().into_parts().0.headers)) };
        let body = Body::new(Full::new(frame).with_trailers(trailers));
        let answer = Response::builder()
            .header("content-type", "application/grpc")
            .body(body);
        std::future::ready(Ok(answer.expect("an answer")))
    }
}

struct Remote {
    identity: Identity,
    verifier: Verifier,
    hand: ManualClock,
    tokens: Tokens,
}

impl Remote {
    fn new() -> Self {
        let hand = ManualClock::fixed();
        let signer = Arc::new(Signer::from_seed(&[3; 32]));
        let identity = Identity {
            signer,
            asked: Arc::default(),
            away: Arc::default(),
            withdrawn: Arc::default(),
        };
        let host = Host::new(&Config::defaults(), hand.clock(), Rng::seeded(1));
        host.mount(Part::new("identity").service(identity.clone()));
        let keys = KeySource::Identity(host.switchboard.line("events", "identity"));
        let verifier = Verifier::new(keys, hand.clock());
        let tokens = Tokens::new(hand.clock(), Rng::seeded(2));
        Self {
            identity,
            verifier,
            hand,
            tokens,
        }
    }

    fn token(&self) -> String {
        let user = self.tokens.user(&[]);
        self.identity
            .signer
            .sign(&AccessClaims::new(&user, &self.hand.clock(), Duration::from_secs(300)))
    }

    fn asked(&self) -> usize {
        self.identity.asked.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn keys_are_fetched_once_for_many_and_again_when_they_are_old() {
    let remote = Remote::new();
    let token = remote.token();
    let results = futures::future::join_all((0..20).map(|_| remote.verifier.verify(&token))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(remote.asked(), 1);

    remote.hand.advance(Duration::from_secs(601));
    remote.verifier.verify(&remote.token()).await.expect("our token");
    assert_eq!(remote.asked(), 2);
}

/// What was verified before is not verified for good.
#[tokio::test]
async fn a_withdrawn_key_stops_working_for_tokens_that_were_good() {
    let remote = Remote::new();
    let claims = AccessClaims::new(
        &remote.tokens.user(&[]),
        &remote.hand.clock(),
        Duration::from_secs(15 * 60),
    );
    let token = remote.identity.signer.sign(&claims);
    remote.verifier.verify(&token).await.expect("our token");
    remote.identity.withdrawn.store(true, Ordering::Relaxed);
    remote.verifier.verify(&token).await.expect("known for some minutes");
    remote.hand.advance(Duration::from_secs(601));
    let refused = remote.verifier.verify(&token).await.expect_err("withdrawn");
    assert_eq!(refused.reason(), "TOKEN_INVALID");
}

#[tokio::test]
async fn unknown_keys_ask_again_but_not_often() {
    let remote = Remote::new();
    remote.verifier.verify(&remote.token()).await.expect("our token");
    let stranger = remote.tokens.token(&remote.tokens.user(&[]));
    for _ in 0..50 {
        assert_eq!(
            remote
                .verifier
                .verify(&stranger)
                .await
                .expect_err("not our key")
                .reason(),
            "TOKEN_INVALID"
        );
    }
    assert_eq!(
        remote.asked(),
        1,
        "a flood of nonsense does not become a flood on identity"
    );
    remote.hand.advance(Duration::from_secs(10));
    remote.verifier.verify(&stranger).await.expect_err("still not our key");
    assert_eq!(remote.asked(), 2);
}

#[tokio::test]
async fn known_keys_outlive_identity() {
    let remote = Remote::new();
    remote.identity.away.store(true, Ordering::Relaxed);
    let error = remote.verifier.verify(&remote.token()).await.expect_err("no keys yet");
    assert_eq!((error.code(), error.reason()), (Code::Unavailable, "KEYS_UNAVAILABLE"));

    remote.identity.away.store(false, Ordering::Relaxed);
    remote.verifier.verify(&remote.token()).await.expect("our token");
    remote.identity.away.store(true, Ordering::Relaxed);
    remote.hand.advance(Duration::from_secs(3_600));
    remote
        .verifier
        .verify(&remote.token())
        .await
        .expect("the key is still known");
}
