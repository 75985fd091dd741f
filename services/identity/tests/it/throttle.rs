//! Attempts are counted for each account and each network, across replicas.

use std::time::Duration;

use kit_rpc::{CLIENT_ADDRESS, Fault as _, GATEWAY, Host};
use plenary_proto::identity::v1::account_service_client::AccountServiceClient;
use plenary_proto::identity::v1::{LogInRequest, SignUpRequest, VerifyEmailRequest};
use tonic::{Code, Status};

use crate::world::{PASSWORD, World, from, reason, refusal};

fn wrong(email: &str) -> LogInRequest {
    LogInRequest {
        email: email.to_owned(),
        password: "not the right one".to_owned(),
    }
}

async fn attempt(host: &Host, peer: &str, address: Option<&str>, email: &str) -> Result<(), Status> {
    let mut accounts = AccountServiceClient::new(host.switchboard.line(peer, identity::NAME));
    accounts.log_in(from(address, wrong(email))).await.map(|_| ())
}

#[tokio::test]
async fn an_account_is_guessed_at_ten_times_and_then_once_in_30_seconds() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    for _ in 0..10 {
        assert_eq!(
            reason(world.log_in("ada@example.org", "not the right one").await),
            "CREDENTIALS_WRONG"
        );
    }
    let status = world
        .log_in("ada@example.org", PASSWORD)
        .await
        .expect_err("even the right one waits");
    assert_eq!(status.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(
        refusal::<()>(Err(status)),
        (Code::ResourceExhausted, "TOO_MANY_ATTEMPTS".to_owned())
    );
    world.advance(30);
    assert!(world.log_in("ada@example.org", PASSWORD).await.is_ok());
    for _ in 0..10 {
        let again = reason(world.log_in("ada@example.org", "not the right one").await);
        assert_eq!(again, "CREDENTIALS_WRONG", "a success forgets the failures");
    }
}

#[tokio::test]
async fn a_stranger_cannot_lock_the_owner_out_and_many_get_no_further_than_one() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    let stranger = async |at: u32| {
        let address = format!("198.51.100.{at}");
        reason(attempt(&world.host, GATEWAY, Some(&address), "ada@example.org").await)
    };
    for _ in 0..10 {
        assert_eq!(stranger(1).await, "CREDENTIALS_WRONG");
    }
    for _ in 0..200 {
        assert_eq!(stranger(1).await, "TOO_MANY_ATTEMPTS");
    }
    assert!(
        world.log_in("ada@example.org", PASSWORD).await.is_ok(),
        "from somewhere else"
    );
    let (mut wrong, mut refused) = (10, 0);
    for at in 2..20 {
        for _ in 0..10 {
            match stranger(at).await.as_str() {
                "CREDENTIALS_WRONG" => wrong += 1,
                _ => refused += 1,
            }
        }
    }
    assert_eq!((wrong, refused), (98, 92), "100 in all, two of them the owner's");
}

#[tokio::test]
async fn an_unknown_account_is_throttled_alike_and_costs_no_hash_then() {
    let world = World::new().await;
    for _ in 0..10 {
        assert_eq!(
            reason(world.log_in("nobody@example.org", PASSWORD).await),
            "CREDENTIALS_WRONG"
        );
    }
    let before = world.identity.hashes_computed();
    assert_eq!(
        reason(world.log_in("nobody@example.org", PASSWORD).await),
        "TOO_MANY_ATTEMPTS"
    );
    assert_eq!(world.identity.hashes_computed(), before);
}

#[tokio::test]
async fn replicas_share_one_count_however_many_try_at_once() {
    let world = World::new().await;
    let (other, _identity) = world.replica(2).await;
    let attempts = (0..40).map(|at| {
        let host = if at % 2 == 0 { &world.host } else { &other };
        attempt(host, GATEWAY, None, "ada@example.org")
    });
    let reasons: Vec<String> = futures::future::join_all(attempts)
        .await
        .into_iter()
        .map(reason)
        .collect();
    assert_eq!(
        reasons.iter().filter(|reason| *reason == "CREDENTIALS_WRONG").count(),
        10
    );
    assert_eq!(
        reasons.iter().filter(|reason| *reason == "TOO_MANY_ATTEMPTS").count(),
        30
    );
}

#[tokio::test]
async fn a_network_is_counted_as_one_and_others_are_not_touched() {
    let world = World::new().await;
    for at in 0..50 {
        let address = format!("2001:db8:1:2::{at:x}");
        let result = attempt(&world.host, GATEWAY, Some(&address), &format!("user{at}@example.org")).await;
        assert_eq!(reason(result), "CREDENTIALS_WRONG");
    }
    let more = attempt(
        &world.host,
        GATEWAY,
        Some("2001:db8:1:2:ffff::1"),
        "another@example.org",
    )
    .await;
    assert_eq!(reason(more), "TOO_MANY_ATTEMPTS");
    let neighbour = attempt(&world.host, GATEWAY, Some("2001:db8:1:3::1"), "another@example.org").await;
    assert_eq!(reason(neighbour), "CREDENTIALS_WRONG");
}

#[tokio::test]
async fn only_the_gateway_is_believed_about_addresses() {
    let world = World::new().await;
    for at in 0..50 {
        let address = format!("192.0.2.{at}");
        let result = attempt(&world.host, "events", Some(&address), &format!("user{at}@example.org")).await;
        assert_eq!(reason(result), "CREDENTIALS_WRONG");
    }
    let result = attempt(&world.host, "events", Some("198.51.100.1"), "another@example.org").await;
    assert_eq!(
        reason(result),
        "TOO_MANY_ATTEMPTS",
        "{CLIENT_ADDRESS} of another peer is nobody's"
    );
    let gateway = attempt(&world.host, GATEWAY, Some("198.51.100.1"), "another@example.org").await;
    assert_eq!(reason(gateway), "CREDENTIALS_WRONG");
}

#[tokio::test]
async fn sign_ups_are_counted_for_each_address_and_network_alike_for_known_and_unknown() {
    let world = World::new().await;
    let sign_up = async |email: &str| {
        let request: SignUpRequest = world.sign_up_request(email);
        world.accounts().sign_up(request).await
    };
    for _ in 0..3 {
        sign_up("ada@example.org").await.expect("a few mails are fine");
    }
    assert_eq!(reason(sign_up("ada@example.org").await), "TOO_MANY_ATTEMPTS");
    for at in 0..56 {
        sign_up(&format!("user{at}@example.org"))
            .await
            .expect("a class room at once");
    }
    assert_eq!(reason(sign_up("late@example.org").await), "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn links_cannot_be_tried_without_end() {
    let world = World::new().await;
    for at in 0..50 {
        let refused = world.verify(&format!("{at:043}")).await;
        assert_eq!(reason(refused), "LINK_INVALID");
    }
    let token = "x".repeat(43);
    let refused = world.accounts().verify_email(VerifyEmailRequest { token }).await;
    assert_eq!(reason(refused), "TOO_MANY_ATTEMPTS");
}
