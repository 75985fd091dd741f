//! `ResendVerification` and `RequestPasswordReset`, and the job that answers them.

use plenary_proto::identity::v1::{
    EmailVerificationRequested, PasswordResetRequested, RequestPasswordResetRequest, ResendVerificationRequest,
};

use crate::world::{PASSWORD, World, faults, violations};

async fn resend(world: &World, email: &str) {
    let email = email.to_owned();
    let response = world
        .accounts()
        .resend_verification(ResendVerificationRequest { email })
        .await;
    response.expect("always succeeds");
}

async fn forget(world: &World, email: &str) {
    let email = email.to_owned();
    let response = world
        .accounts()
        .request_password_reset(RequestPasswordResetRequest { email })
        .await;
    response.expect("always succeeds");
}

#[tokio::test]
async fn known_and_unknown_addresses_leave_the_same_row_and_nothing_else() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    let (outbox, links) = (world.count("outbox").await, world.count("links").await);
    for (wishes, email) in [(1, "ada@example.org"), (2, "nobody@example.org")] {
        forget(&world, email).await;
        assert_eq!(world.count("mail_requests").await, wishes);
        assert_eq!(
            (world.count("outbox").await, world.count("links").await),
            (outbox, links)
        );
    }
    world.run_jobs().await;
    assert_eq!(world.count("mail_requests").await, 0);
    let facts = world.facts::<PasswordResetRequested>().await;
    assert_eq!(
        facts.iter().map(|fact| fact.email.as_str()).collect::<Vec<_>>(),
        ["ada@example.org"]
    );
    let expire_time = facts[0].expire_time.expect("set").seconds;
    assert_eq!(expire_time, world.hand.clock().now().unix_timestamp() + 60 * 60);
}

#[tokio::test]
async fn a_resent_link_works_beside_the_first_and_leads_to_the_same_place() {
    let world = World::new().await;
    let mut request = world.sign_up_request("ada@example.org");
    request.return_path = "/events".to_owned();
    world.accounts().sign_up(request).await.expect("a good request");
    resend(&world, "ada@example.org").await;
    world.run_jobs().await;
    let facts = world.facts::<EmailVerificationRequested>().await;
    assert_eq!(facts.len(), 2);
    assert_ne!(facts[0].token, facts[1].token);
    assert_eq!(world.verify(&facts[1].token).await.expect("a good token"), "/events");
    assert!(world.verify(&facts[0].token).await.is_err(), "spent with the other");
    assert!(world.log_in("ada@example.org", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_verified_account_gets_no_verification_mail() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    resend(&world, "ada@example.org").await;
    world.run_jobs().await;
    assert_eq!(
        world.facts::<EmailVerificationRequested>().await.len(),
        1,
        "the one of the sign-up"
    );
}

#[tokio::test]
async fn nobodys_mailbox_is_flooded() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    for _ in 0..10 {
        forget(&world, "ada@example.org").await;
        world.run_jobs().await;
    }
    assert_eq!(world.facts::<PasswordResetRequested>().await.len(), 3);
    world.advance(10 * 60);
    forget(&world, "ada@example.org").await;
    world.run_jobs().await;
    assert_eq!(world.facts::<PasswordResetRequested>().await.len(), 4);
}

#[tokio::test]
async fn two_replicas_answer_each_wish_once() {
    let world = World::new().await;
    let (_host, other) = world.replica(2).await;
    for at in 0..6 {
        let email = format!("user{at}@example.org");
        world.person(&email).await;
        forget(&world, &email).await;
    }
    let (one, two) = tokio::join!(world.identity.run_jobs_once(), other.run_jobs_once());
    one.and(two).expect("the database is there");
    world.run_jobs().await;
    let mut emails: Vec<String> = world
        .facts::<PasswordResetRequested>()
        .await
        .into_iter()
        .map(|f| f.email)
        .collect();
    emails.sort();
    assert_eq!(
        emails,
        (0..6).map(|at| format!("user{at}@example.org")).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn an_address_must_be_one() {
    let world = World::new().await;
    let email = "nobody".to_owned();
    let refused = world
        .accounts()
        .resend_verification(ResendVerificationRequest { email: email.clone() })
        .await;
    assert_eq!(violations(refused), faults(&[("email", "EMAIL_INVALID")]));
    let refused = world
        .accounts()
        .request_password_reset(RequestPasswordResetRequest { email })
        .await;
    assert_eq!(violations(refused), faults(&[("email", "EMAIL_INVALID")]));
}
