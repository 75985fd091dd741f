//! `VerifyEmail`.

use plenary_proto::identity::v1::{EmailVerificationRequested, SignUpRequest, VerifyEmailRequest};
use tonic::Code;

use crate::world::{PASSWORD, World, faults, reason, refusal, violations};

#[tokio::test]
async fn a_link_verifies_once_and_leads_on() {
    let world = World::new().await;
    let request = SignUpRequest {
        return_path: "/events/evt_1".to_owned(),
        ..world.sign_up_request("ada@example.org")
    };
    world.accounts().sign_up(request).await.expect("a good request");
    let token = world.facts::<EmailVerificationRequested>().await[0].token.clone();
    assert_eq!(
        reason(world.log_in("ada@example.org", PASSWORD).await),
        "EMAIL_NOT_VERIFIED"
    );
    assert_eq!(world.verify(&token).await.expect("a good token"), "/events/evt_1");
    let spent = refusal(world.verify(&token).await);
    assert_eq!(spent, (Code::NotFound, "LINK_INVALID".to_owned()));
    let person = world.log_in("ada@example.org", PASSWORD).await.expect("verified");
    assert!(person.user.email_verified);
}

#[tokio::test]
async fn without_a_path_a_link_leads_to_the_start_page() {
    let world = World::new().await;
    let token = world.sign_up("ada@example.org").await;
    assert_eq!(world.verify(&token).await.expect("a good token"), "/");
}

#[tokio::test]
async fn a_link_expires() {
    let world = World::new().await;
    let token = world.sign_up("ada@example.org").await;
    world.advance(24 * 60 * 60);
    assert_eq!(reason(world.verify(&token).await), "LINK_INVALID");
}

#[tokio::test]
async fn an_invented_link_verifies_nothing() {
    let world = World::new().await;
    assert_eq!(reason(world.verify(&"x".repeat(43)).await), "LINK_INVALID");
    for token in [String::new(), "x".repeat(129)] {
        let refused = world.accounts().verify_email(VerifyEmailRequest { token }).await;
        assert_eq!(violations(refused), faults(&[("token", "TOKEN_MALFORMED")]));
    }
}

#[tokio::test]
async fn of_many_who_open_a_link_at_once_one_gets_it() {
    let world = World::new().await;
    let token = world.sign_up("ada@example.org").await;
    let all = futures::future::join_all((0..8).map(|_| world.verify(&token))).await;
    assert_eq!(all.iter().filter(|result| result.is_ok()).count(), 1);
}

#[tokio::test]
async fn only_the_hash_of_a_link_is_stored() {
    let world = World::new().await;
    let token = world.sign_up("ada@example.org").await;
    let mut connection = world.pool.acquire().await.expect("the database is there");
    let row = sqlx::query("select l::text as line, octet_length(hash) as length from links l");
    let row = row.fetch_one(&mut *connection).await.expect("one link");
    let line: String = sqlx::Row::try_get(&row, "line").expect("text");
    assert!(!line.contains(&token));
    assert_eq!(sqlx::Row::try_get::<i32, _>(&row, "length").expect("a length"), 32);
}
