//! `SetAdministrator`.

use plenary_proto::identity::v1::{SetAdministratorRequest, User};
use tonic::{Code, Status};

use crate::world::{PASSWORD, Person, World, reason, refusal};

async fn set(world: &World, by: &Person, user_id: &str, administrator: bool) -> Result<User, Status> {
    let request = SetAdministratorRequest {
        request_id: world.request_id(),
        user_id: user_id.to_owned(),
        administrator,
    };
    let response = world.users().set_administrator(by.asks(request)).await?;
    Ok(response.into_inner().user.expect("always set"))
}

#[tokio::test]
async fn the_role_is_given_and_taken_and_sessions_end_with_it() {
    let world = World::new().await;
    let root = world.administrator().await;
    let ada = world.person("ada@example.org").await;
    assert_eq!(set(&world, &root, &ada.user.id, true).await.expect("may").roles, [2, 4]);
    assert_eq!(reason(world.refresh(&ada.tokens.refresh_token).await), "SESSION_ENDED");
    let ada = world
        .log_in("ada@example.org", PASSWORD)
        .await
        .expect("the right password");
    assert_eq!(
        set(&world, &root, &ada.user.id, true).await.expect("no change").roles,
        [2, 4]
    );
    let ada = world
        .refresh(&ada.tokens.refresh_token)
        .await
        .expect("no change, no end");
    assert_eq!(set(&world, &ada, &root.user.id, false).await.expect("may").roles, [2]);
    assert_eq!(reason(world.refresh(&root.tokens.refresh_token).await), "SESSION_ENDED");
}

#[tokio::test]
async fn whoever_lost_the_role_cannot_use_what_is_left_of_the_token() {
    let world = World::new().await;
    let root = world.administrator().await;
    let ada = world.person("ada@example.org").await;
    set(&world, &root, &ada.user.id, true).await.expect("may");
    let ada = world
        .log_in("ada@example.org", PASSWORD)
        .await
        .expect("the right password");
    set(&world, &ada, &root.user.id, false).await.expect("may");
    let refused = refusal(set(&world, &root, &ada.user.id, false).await);
    assert_eq!(refused, (Code::PermissionDenied, "ADMINISTRATOR_REQUIRED".to_owned()));
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let world = World::new().await;
    let root = world.administrator().await;
    let refused = refusal(set(&world, &root, &root.user.id, false).await);
    assert_eq!(refused, (Code::FailedPrecondition, "LAST_ADMINISTRATOR".to_owned()));
    assert!(world.refresh(&root.tokens.refresh_token).await.is_ok());
}

#[tokio::test]
async fn of_two_administrators_who_demote_each_other_one_stays() {
    let world = World::new().await;
    let mut root = world.administrator().await;
    let ada = world.person("ada@example.org").await;
    for _ in 0..4 {
        set(&world, &root, &ada.user.id, true).await.expect("may");
        let ada = world
            .log_in("ada@example.org", PASSWORD)
            .await
            .expect("the right password");
        let (left, right) = tokio::join!(
            set(&world, &root, &ada.user.id, false),
            set(&world, &ada, &root.user.id, false)
        );
        assert_eq!(
            [&left, &right].iter().filter(|result| result.is_ok()).count(),
            1,
            "{left:?} {right:?}"
        );
        assert_eq!(world.count("users where is_administrator").await, 1);
        if right.is_ok() {
            set(&world, &ada, &root.user.id, true).await.expect("may");
            root = world
                .log_in("root@example.org", PASSWORD)
                .await
                .expect("the right password");
            set(&world, &root, &ada.user.id, false).await.expect("may");
        }
    }
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let world = World::new().await;
    let root = world.administrator().await;
    let refused = refusal(set(&world, &root, "usr_00000000000000000000000000", true).await);
    assert_eq!(refused, (Code::NotFound, "USER_NOT_FOUND".to_owned()));
}
