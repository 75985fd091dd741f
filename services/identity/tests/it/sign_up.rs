//! `SignUp`.

use plenary_proto::identity::v1::{EmailVerificationRequested, SignUpRepeated, SignUpRequest, SignUpResponse};
use tonic::Code;

use crate::world::{PASSWORD, World, faults, refusal, violations};

#[tokio::test]
async fn a_new_account_is_asked_to_verify_its_address() {
    let world = World::new().await;
    let request = SignUpRequest {
        email: " Ada@Example.org ".to_owned(),
        display_name: "  Ada   Lovelace ".to_owned(),
        ..world.sign_up_request("")
    };
    world.accounts().sign_up(request).await.expect("a good request");
    let facts = world.facts::<EmailVerificationRequested>().await;
    let [fact] = facts.as_slice() else {
        panic!("one mail, not {}", facts.len())
    };
    assert_eq!(
        (fact.email.as_str(), fact.display_name.as_str()),
        ("ada@example.org", "Ada Lovelace")
    );
    assert_eq!(fact.token.len(), 43);
    assert!(fact.user_id.starts_with("usr_"));
    let expire_time = fact.expire_time.expect("set").seconds;
    assert_eq!(expire_time, world.hand.clock().now().unix_timestamp() + 24 * 60 * 60);
}

#[tokio::test]
async fn a_known_address_gets_the_same_answer_for_the_same_work_and_its_owner_a_mail() {
    let world = World::new().await;
    let hashes = |world: &World| world.identity.hashes_computed();
    let before = hashes(&world);
    let first = world.accounts().sign_up(world.sign_up_request("ada@example.org")).await;
    let between = hashes(&world);
    let second = world.accounts().sign_up(world.sign_up_request("ADA@example.org")).await;
    assert_eq!(first.expect("new").into_inner(), second.expect("known").into_inner());
    assert_eq!((between - before, hashes(&world) - between), (1, 1));
    assert_eq!(world.facts::<EmailVerificationRequested>().await.len(), 1);
    let repeated = world.facts::<SignUpRepeated>().await;
    assert_eq!(repeated.len(), 1);
    assert_eq!(repeated[0].email, "ada@example.org");
    assert_eq!(world.count("users").await, 1);
}

#[tokio::test]
async fn somebody_elses_sign_up_does_not_change_the_password() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    let request = SignUpRequest {
        password: "the attacker's own words".to_owned(),
        ..world.sign_up_request("ada@example.org")
    };
    world.accounts().sign_up(request).await.expect("the same answer");
    assert!(
        world
            .log_in("ada@example.org", "the attacker's own words")
            .await
            .is_err()
    );
    assert!(world.log_in("ada@example.org", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let world = World::new().await;
    let request = SignUpRequest {
        request_id: "1".to_owned(),
        email: "nobody".to_owned(),
        password: "Password123!".to_owned(),
        display_name: " ".to_owned(),
        return_path: "//evil.example".to_owned(),
    };
    let expected = faults(&[
        ("request_id", "REQUEST_ID_INVALID"),
        ("email", "EMAIL_INVALID"),
        ("password", "PASSWORD_TOO_WEAK"),
        ("display_name", "REQUIRED"),
        ("return_path", "RETURN_PATH_INVALID"),
    ]);
    assert_eq!(violations(world.accounts().sign_up(request).await), expected);
    for (password, fault) in [
        ("short", "TOO_SHORT"),
        ("ada.lovelace1815", "PASSWORD_TOO_WEAK"),
        ("", "REQUIRED"),
    ] {
        let request = SignUpRequest {
            password: password.to_owned(),
            ..world.sign_up_request("ada.lovelace@example.org")
        };
        assert_eq!(
            violations(world.accounts().sign_up(request).await),
            faults(&[("password", fault)])
        );
    }
    assert_eq!(world.count("users").await, 0);
}

#[tokio::test]
async fn a_repeated_request_is_one_sign_up_and_another_payload_is_refused() {
    let world = World::new().await;
    let request = world.sign_up_request("ada@example.org");
    for _ in 0..2 {
        let response = world
            .accounts()
            .sign_up(request.clone())
            .await
            .expect("the same request");
        assert_eq!(response.into_inner(), SignUpResponse {});
    }
    assert_eq!(world.facts::<EmailVerificationRequested>().await.len(), 1);
    assert_eq!(world.facts::<SignUpRepeated>().await.len(), 0);
    let other = SignUpRequest {
        email: "grace@example.org".to_owned(),
        ..request
    };
    let refused = refusal(world.accounts().sign_up(other).await);
    assert_eq!(refused, (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
}

#[tokio::test]
async fn many_sign_ups_of_one_address_at_once_make_one_account() {
    let world = World::new().await;
    let sign_up = async || world.accounts().sign_up(world.sign_up_request("ada@example.org")).await;
    let all = futures::future::join_all((0..3).map(|_| sign_up())).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(world.count("users").await, 1);
    assert_eq!(world.facts::<SignUpRepeated>().await.len(), 2);
}

#[tokio::test]
async fn no_password_is_kept_in_any_form_but_its_slow_hash() {
    let world = World::new().await;
    world.sign_up("ada@example.org").await;
    let mut connection = world.pool.acquire().await.expect("the database is there");
    let row = sqlx::query("select password_hash from users")
        .fetch_one(&mut *connection)
        .await
        .expect("one user");
    let stored: String = sqlx::Row::try_get(&row, "password_hash").expect("text");
    assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{stored}");
    // Two requests that differ in the password only are the same to the memory of requests.
    let request = world.sign_up_request("grace@example.org");
    world.accounts().sign_up(request.clone()).await.expect("a good request");
    let other = SignUpRequest {
        password: "another good one, not common".to_owned(),
        ..request
    };
    world.accounts().sign_up(other).await.expect("a replay");
}
