//! `ChangePassword`.

use kit_rpc::Fault as _;
use plenary_proto::identity::v1::PasswordResetRequested;
use plenary_proto::identity::v1::{
    ChangePasswordRequest, PasswordChanged, RequestPasswordResetRequest, ResetPasswordRequest,
};
use tonic::Status;

use crate::world::{PASSWORD, Person, World, faults, reason, violations};

const EMAIL: &str = "ada.lovelace@example.org";
const NEW: &str = "two lamps, one moth";

fn request(world: &World, current: &str, new: &str) -> ChangePasswordRequest {
    ChangePasswordRequest {
        request_id: world.request_id(),
        current_password: current.to_owned(),
        new_password: new.to_owned(),
    }
}

async fn change(world: &World, by: &Person, current: &str, new: &str) -> Result<(), Status> {
    let request = by.asks(request(world, current, new));
    world.accounts().change_password(request).await.map(|_| ())
}

#[tokio::test]
async fn the_new_password_counts_and_every_other_session_ends() {
    let world = World::new().await;
    let here = world.person(EMAIL).await;
    let elsewhere = world.log_in(EMAIL, PASSWORD).await.expect("the right password");
    change(&world, &here, PASSWORD, NEW).await.expect("the right password");
    assert_eq!(
        reason(world.refresh(&elsewhere.tokens.refresh_token).await),
        "SESSION_ENDED"
    );
    assert!(
        world.refresh(&here.tokens.refresh_token).await.is_ok(),
        "this one goes on"
    );
    assert_eq!(reason(world.log_in(EMAIL, PASSWORD).await), "CREDENTIALS_WRONG");
    assert!(world.log_in(EMAIL, NEW).await.is_ok());
    let told = world.facts::<PasswordChanged>().await;
    assert_eq!(told.iter().map(|fact| fact.email.as_str()).collect::<Vec<_>>(), [EMAIL]);
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_field_and_changes_nothing() {
    let world = World::new().await;
    let ada = world.person(EMAIL).await;
    for (current, new, expected) in [
        ("not the password", NEW, ("current_password", "PASSWORD_WRONG")),
        (PASSWORD, PASSWORD, ("new_password", "PASSWORD_UNCHANGED")),
        (PASSWORD, "password1234", ("new_password", "PASSWORD_TOO_WEAK")),
        (PASSWORD, "adalovelace99", ("new_password", "PASSWORD_TOO_WEAK")),
    ] {
        let refused = violations(change(&world, &ada, current, new).await);
        assert_eq!(refused, faults(&[expected]), "{new}");
    }
    let both = violations(change(&world, &ada, "", "short").await);
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(world.facts::<PasswordChanged>().await.is_empty());
    assert!(world.log_in(EMAIL, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn guessing_is_no_faster_than_at_the_door() {
    let world = World::new().await;
    let ada = world.person(EMAIL).await;
    let mut refused = Vec::new();
    for _ in 0..11 {
        let status = change(&world, &ada, "not the password", NEW).await.expect_err("wrong");
        refused.push(status.reason().unwrap_or_default());
    }
    assert_eq!(refused.pop().as_deref(), Some("TOO_MANY_ATTEMPTS"));
    assert!(refused.iter().all(|reason| reason == "FIELDS_INVALID"), "{refused:?}");
    assert_eq!(reason(change(&world, &ada, PASSWORD, NEW).await), "TOO_MANY_ATTEMPTS");
    assert_eq!(
        reason(world.log_in(EMAIL, PASSWORD).await),
        "TOO_MANY_ATTEMPTS",
        "they share a count"
    );
}

#[tokio::test]
async fn a_repeated_request_succeeds_again() {
    let world = World::new().await;
    let ada = world.person(EMAIL).await;
    let request = request(&world, PASSWORD, NEW);
    for _ in 0..2 {
        let again = world.accounts().change_password(ada.asks(request.clone())).await;
        again.expect("the same request");
    }
    assert_eq!(world.facts::<PasswordChanged>().await.len(), 1, "one mail");
}

#[tokio::test]
async fn a_reset_link_that_was_mailed_before_works_no_more() {
    let world = World::new().await;
    let ada = world.person(EMAIL).await;
    let forgotten = RequestPasswordResetRequest {
        email: EMAIL.to_owned(),
    };
    world
        .accounts()
        .request_password_reset(forgotten)
        .await
        .expect("always succeeds");
    world.run_jobs().await;
    let token = world
        .facts::<PasswordResetRequested>()
        .await
        .pop()
        .expect("a mail")
        .token;
    change(&world, &ada, PASSWORD, NEW).await.expect("the right password");
    let password = "a third one, for a thief".to_owned();
    let reset = world
        .accounts()
        .reset_password(ResetPasswordRequest { token, password })
        .await;
    assert_eq!(reason(reset), "LINK_INVALID");
}
