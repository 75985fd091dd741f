//! `ClaimSetup`.

use kit_core::Rng;
use plenary_proto::identity::v1::ClaimSetupRequest;
use tonic::{Code, Status};

use crate::world::{PASSWORD, World, faults, reason, refusal, violations};

async fn token(world: &World, seed: u64) -> Option<String> {
    let token = identity::ensure_setup_token(&world.pool, &world.hand.clock(), &Rng::seeded(seed)).await;
    token.expect("the database is there")
}

fn request(token: &str, email: &str) -> ClaimSetupRequest {
    ClaimSetupRequest {
        token: token.to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "Root".to_owned(),
    }
}

async fn claim(world: &World, token: &str, email: &str) -> Result<(), Status> {
    world.accounts().claim_setup(request(token, email)).await.map(|_| ())
}

#[tokio::test]
async fn the_link_makes_the_first_administrator_once() {
    let world = World::new().await;
    let token = token(&world, 1).await.expect("nobody runs the platform");
    claim(&world, &token, "root@example.org").await.expect("a good token");
    let root = world
        .log_in("root@example.org", PASSWORD)
        .await
        .expect("can log in at once");
    assert_eq!(root.user.roles, [2, 4], "attendee and administrator");
    assert!(root.user.email_verified);
    let twice = refusal(claim(&world, &token, "mallory@example.org").await);
    assert_eq!(twice, (Code::NotFound, "LINK_INVALID".to_owned()));
    assert_eq!(self::token(&world, 2).await, None, "somebody runs the platform");
    assert_eq!(world.count("setup_token").await, 0);
}

#[tokio::test]
async fn a_new_token_invalidates_the_earlier_and_only_a_hash_is_kept() {
    let world = World::new().await;
    let first = token(&world, 1).await.expect("nobody runs the platform");
    let second = token(&world, 2).await.expect("nobody runs the platform");
    assert_ne!(first, second);
    assert_eq!(reason(claim(&world, &first, "root@example.org").await), "LINK_INVALID");
    claim(&world, &second, "root@example.org").await.expect("a good token");
}

#[tokio::test]
async fn a_token_expires_after_a_day_and_an_invented_one_is_none() {
    let world = World::new().await;
    let before = world.identity.hashes_computed();
    assert_eq!(
        reason(claim(&world, &"x".repeat(43), "root@example.org").await),
        "LINK_INVALID"
    );
    let token = token(&world, 1).await.expect("nobody runs the platform");
    world.advance(24 * 60 * 60);
    assert_eq!(reason(claim(&world, &token, "root@example.org").await), "LINK_INVALID");
    assert_eq!(world.identity.hashes_computed(), before, "and costs no hash");
}

#[tokio::test]
async fn of_many_claims_at_once_one_wins() {
    let world = World::new().await;
    let token = token(&world, 1).await.expect("nobody runs the platform");
    let emails: Vec<String> = (0..6).map(|at| format!("root{at}@example.org")).collect();
    let all = futures::future::join_all(emails.iter().map(|email| claim(&world, &token, email))).await;
    assert_eq!(all.iter().filter(|result| result.is_ok()).count(), 1, "{all:?}");
    assert_eq!(world.count("users where is_administrator").await, 1);
}

#[tokio::test]
async fn an_account_that_has_the_address_becomes_the_administrator_with_the_new_password() {
    let world = World::new().await;
    let squatter = world.person("root@example.org").await;
    let token = token(&world, 1).await.expect("nobody runs the platform");
    let request = ClaimSetupRequest {
        password: "two lamps, one moth".to_owned(),
        ..request(&token, "root@example.org")
    };
    world.accounts().claim_setup(request).await.expect("a good token");
    assert_eq!(
        reason(world.refresh(&squatter.tokens.refresh_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(
        reason(world.log_in("root@example.org", PASSWORD).await),
        "CREDENTIALS_WRONG"
    );
    let root = world
        .log_in("root@example.org", "two lamps, one moth")
        .await
        .expect("the new password");
    assert_eq!(root.user.roles, [2, 4]);
}

#[tokio::test]
async fn faults_are_told_and_keep_the_token() {
    let world = World::new().await;
    let token = token(&world, 1).await.expect("nobody runs the platform");
    let bad = ClaimSetupRequest {
        token: token.clone(),
        email: "root".to_owned(),
        password: "short".to_owned(),
        display_name: String::new(),
    };
    let expected = faults(&[
        ("email", "EMAIL_INVALID"),
        ("password", "TOO_SHORT"),
        ("display_name", "REQUIRED"),
    ]);
    assert_eq!(violations(world.accounts().claim_setup(bad).await), expected);
    claim(&world, &token, "root@example.org").await.expect("a good token");
}
