//! Mail.

use std::sync::atomic::Ordering;

use plenary_proto::identity::v1::{EmailVerificationRequested, PasswordChanged};
use plenary_proto::ticketing::v1::OrderCompleted;

use crate::world::World;

#[tokio::test]
async fn a_verification_mail_carries_its_secret_in_the_fragment_and_comes_once() {
    let mut world = World::new().await;
    let fact = world.fact(&EmailVerificationRequested {
        user_id: world.user.user_id.to_string(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada".to_owned(),
        token: "secret-token".to_owned(),
        expire_time: None,
    });
    for _ in 0..3 {
        world.publish("identity", &fact).await;
    }
    // Facts of one service are heard in order: when this one's mail is there, the repeats have been heard.
    let after = world.fact(&PasswordChanged {
        user_id: String::new(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada".to_owned(),
    });
    world.publish("identity", &after).await;
    let mails = [world.server.next().await, world.server.next().await];
    let about = |subject: &str| mails.iter().find(|mail| mail.contains(subject)).expect("one of each");
    let verification = about("Subject: Confirm your email address");
    assert!(
        verification.contains("https://example.org/verify-email#secret-token"),
        "{verification}"
    );
    assert!(verification.contains("To: Ada <ada@example.org>"), "{verification}");
    assert!(about("Subject: Your password has been changed").contains("multipart/alternative"));
    assert!(world.server.mails.try_recv().is_err(), "nothing twice");
}

#[tokio::test]
async fn tickets_come_with_code_and_calendar_to_each_attendee_and_the_buyer() {
    let mut world = World::new().await;
    let fact = world.fact(&OrderCompleted {
        order: Some(world.order()),
    });
    world.publish("ticketing", &fact).await;
    let mails = [world.server.next().await, world.server.next().await];
    for to in ["grace@example.org", world.user.email.as_str()] {
        let mail = mails
            .iter()
            .find(|mail| mail.contains(&format!("<{to}>")))
            .expect("a mail for each");
        assert!(mail.contains("image/png") && mail.contains("text/calendar"), "{mail}");
        let (_, html) = mail.split_once("Content-Type: text/html").expect("HTML as well");
        assert!(!html.contains("<script>"), "names are no markup: {html}");
    }
}

#[tokio::test]
async fn a_mail_that_is_refused_for_the_moment_waits_and_the_administrator_sees_it() {
    let mut world = World::new().await;
    world.server.refusals.store(1, Ordering::SeqCst);
    let fact = world.fact(&PasswordChanged {
        user_id: String::new(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada".to_owned(),
    });
    world.publish("identity", &fact).await;
    let administrator = world.app.tokens.user(&[kit_rpc::Role::Administrator]);
    let mut client = world.notices(&administrator);
    let status = loop {
        let status = client.get_mail_status(plenary_proto::notifications::v1::GetMailStatusRequest {});
        let status = status.await.expect("for administrators").into_inner();
        if !status.last_error.is_empty() {
            break status;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((status.waiting_count, status.failed_count), (1, 0));
    assert!(status.last_error.contains("not now"), "{}", status.last_error);
    // The first pause is over.
    world.app.hand.advance(std::time::Duration::from_secs(5));
    assert!(world.server.next().await.contains("ada@example.org"));
}
