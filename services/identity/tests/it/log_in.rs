//! `LogIn`.

use plenary_proto::common::v1::Role;
use plenary_proto::identity::v1::LogInRequest;
use tonic::Code;

use crate::world::{PASSWORD, World, faults, reason, refusal, violations};

#[tokio::test]
async fn the_right_password_starts_a_session() {
    let world = World::new().await;
    let token = world.sign_up("ada@example.org").await;
    world.verify(&token).await.expect("a good token");
    let person = world
        .log_in(" ADA@example.org", PASSWORD)
        .await
        .expect("the right password");
    assert_eq!(person.user.email, "ada@example.org");
    assert_eq!(person.user.roles, [i32::from(Role::Attendee)]);
    let now = world.hand.clock().now().unix_timestamp();
    assert_eq!(person.tokens.access_expire_time.expect("set").seconds, now + 300);
    assert_eq!(
        person.tokens.refresh_expire_time.expect("set").seconds,
        now + 14 * 24 * 60 * 60
    );
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_apart_by_nothing() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    let before = world.identity.hashes_computed();
    let wrong = world
        .log_in("ada@example.org", "not the right one")
        .await
        .expect_err("wrong");
    let between = world.identity.hashes_computed();
    let unknown = world
        .log_in("nobody@example.org", "not the right one")
        .await
        .expect_err("unknown");
    let after = world.identity.hashes_computed();
    assert_eq!((between - before, after - between), (1, 1));
    assert_eq!(wrong.code(), Code::Unauthenticated);
    assert_eq!(
        (wrong.code(), wrong.message(), wrong.details()),
        (unknown.code(), unknown.message(), unknown.details())
    );
    assert_eq!(reason::<()>(Err(unknown)), "CREDENTIALS_WRONG");
}

#[tokio::test]
async fn an_unverified_account_is_told_so_only_to_who_knows_its_password() {
    let world = World::new().await;
    world.sign_up("ada@example.org").await;
    let refused = refusal(world.log_in("ada@example.org", PASSWORD).await);
    assert_eq!(refused, (Code::FailedPrecondition, "EMAIL_NOT_VERIFIED".to_owned()));
    assert_eq!(
        reason(world.log_in("ada@example.org", "not the right one").await),
        "CREDENTIALS_WRONG"
    );
}

#[tokio::test]
async fn faults_of_fields_are_told() {
    let world = World::new().await;
    let request = LogInRequest {
        email: "nobody".to_owned(),
        password: "x".repeat(201),
    };
    let expected = faults(&[("email", "EMAIL_INVALID"), ("password", "TOO_LONG")]);
    assert_eq!(violations(world.accounts().log_in(request).await), expected);
}

#[tokio::test]
async fn the_oldest_of_too_many_sessions_makes_room() {
    let world = World::new().await;
    let first = world.person("ada@example.org").await;
    for _ in 0..49 {
        world.advance(1);
        world
            .log_in("ada@example.org", PASSWORD)
            .await
            .expect("the right password");
    }
    let first = world
        .refresh(&first.tokens.refresh_token)
        .await
        .expect("fifty are fine");
    world.advance(1);
    world
        .log_in("ada@example.org", PASSWORD)
        .await
        .expect("the right password");
    assert_eq!(
        reason(world.refresh(&first.tokens.refresh_token).await),
        "SESSION_ENDED"
    );
}

#[tokio::test]
async fn a_hash_of_another_cost_is_renewed() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    let outdated = identity_hash_of_other_cost();
    let mut connection = world.pool.acquire().await.expect("the database is there");
    sqlx::query("update users set password_hash = $1")
        .bind(outdated)
        .execute(&mut *connection)
        .await
        .expect("one");
    world
        .log_in("ada@example.org", PASSWORD)
        .await
        .expect("the right password");
    let row = sqlx::query("select password_hash from users")
        .fetch_one(&mut *connection)
        .await
        .expect("one");
    let stored: String = sqlx::Row::try_get(&row, "password_hash").expect("text");
    assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{stored}");
    world
        .log_in("ada@example.org", PASSWORD)
        .await
        .expect("still the right password");
}

/// The hash of [`PASSWORD`] with two passes, made outside of identity.
fn identity_hash_of_other_cost() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    let params = Params::new(8, 2, 1, None).expect("a possible cost");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2
        .hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16])
        .expect("a hash")
        .to_string()
}
