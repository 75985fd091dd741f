//! `ResetPassword`.

use plenary_proto::identity::v1::{
    PasswordChanged, PasswordResetRequested, RequestPasswordResetRequest, ResetPasswordRequest,
};
use tonic::{Code, Status};

use crate::world::{PASSWORD, World, faults, reason, refusal, violations};

const NEW: &str = "two lamps, one moth";

/// Asks for a link and returns its token.
async fn forget(world: &World, email: &str) -> String {
    let request = RequestPasswordResetRequest {
        email: email.to_owned(),
    };
    world
        .accounts()
        .request_password_reset(request)
        .await
        .expect("always succeeds");
    world.run_jobs().await;
    world
        .facts::<PasswordResetRequested>()
        .await
        .last()
        .expect("a mail is asked for")
        .token
        .clone()
}

async fn reset(world: &World, token: &str, password: &str) -> Result<(), Status> {
    let (token, password) = (token.to_owned(), password.to_owned());
    world
        .accounts()
        .reset_password(ResetPasswordRequest { token, password })
        .await
        .map(|_| ())
}

#[tokio::test]
async fn a_new_password_replaces_the_old_one_and_ends_every_session() {
    let world = World::new().await;
    let before = world.person("ada@example.org").await;
    let token = forget(&world, "ada@example.org").await;
    reset(&world, &token, NEW).await.expect("a good link");
    assert_eq!(
        reason(world.refresh(&before.tokens.refresh_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(
        reason(world.log_in("ada@example.org", PASSWORD).await),
        "CREDENTIALS_WRONG"
    );
    assert!(world.log_in("ada@example.org", NEW).await.is_ok());
    let changed = world.facts::<PasswordChanged>().await;
    assert_eq!(
        changed.iter().map(|fact| fact.email.as_str()).collect::<Vec<_>>(),
        ["ada@example.org"]
    );
}

#[tokio::test]
async fn whoever_reads_the_mailbox_has_verified_it() {
    let world = World::new().await;
    let verification = world.sign_up("ada@example.org").await;
    let token = forget(&world, "ada@example.org").await;
    reset(&world, &token, NEW).await.expect("a good link");
    assert!(
        world
            .log_in("ada@example.org", NEW)
            .await
            .expect("verified")
            .user
            .email_verified
    );
    assert_eq!(reason(world.verify(&verification).await), "LINK_INVALID");
}

#[tokio::test]
async fn a_link_works_once_for_an_hour_and_all_links_fall_with_one() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    let (first, second) = (
        forget(&world, "ada@example.org").await,
        forget(&world, "ada@example.org").await,
    );
    reset(&world, &second, NEW).await.expect("a good link");
    for spent in [&first, &second] {
        let refused = refusal(reset(&world, spent, "another good one").await);
        assert_eq!(refused, (Code::NotFound, "LINK_INVALID".to_owned()));
    }
    let late = forget(&world, "ada@example.org").await;
    world.advance(60 * 60);
    assert_eq!(reason(reset(&world, &late, "another good one").await), "LINK_INVALID");
    assert!(world.log_in("ada@example.org", NEW).await.is_ok());
}

#[tokio::test]
async fn a_link_of_another_kind_resets_nothing() {
    let world = World::new().await;
    let verification = world.sign_up("ada@example.org").await;
    assert_eq!(reason(reset(&world, &verification, NEW).await), "LINK_INVALID");
    assert!(
        world.verify(&verification).await.is_ok(),
        "and is not spent by the attempt"
    );
}

#[tokio::test]
async fn a_weak_password_is_refused_and_the_link_is_kept() {
    let world = World::new().await;
    world.person("ada.lovelace@example.org").await;
    let token = forget(&world, "ada.lovelace@example.org").await;
    for weak in ["password1234", "adalovelace99"] {
        let refused = violations(reset(&world, &token, weak).await);
        assert_eq!(refused, faults(&[("password", "PASSWORD_TOO_WEAK")]), "{weak}");
    }
    reset(&world, &token, NEW).await.expect("a good link");
}

#[tokio::test]
async fn of_many_resets_at_once_one_wins() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    let token = forget(&world, "ada@example.org").await;
    let passwords: Vec<String> = (0..4).map(|at| format!("a rather good password {at}")).collect();
    let all = futures::future::join_all(passwords.iter().map(|password| reset(&world, &token, password))).await;
    assert_eq!(all.iter().filter(|result| result.is_ok()).count(), 1, "{all:?}");
    let winner = all.iter().position(Result::is_ok).expect("one");
    assert!(world.log_in("ada@example.org", &passwords[winner]).await.is_ok());
}

#[tokio::test]
async fn a_made_up_link_costs_no_hash() {
    let world = World::new().await;
    let before = world.identity.hashes_computed();
    assert_eq!(reason(reset(&world, &"x".repeat(43), NEW).await), "LINK_INVALID");
    assert_eq!(world.identity.hashes_computed(), before);
}
