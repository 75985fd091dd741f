//! `BatchGetUsers`, `ListOrganizationUsers` and `ListAdministrators`.

use plenary_proto::identity::v1::{BatchGetUsersRequest, ListAdministratorsRequest, ListOrganizationUsersRequest};
use tonic::Code;

use crate::world::{World, refusal, violations};

#[tokio::test]
async fn accounts_are_read_by_id_and_unknown_ones_left_out() {
    let world = World::new().await;
    let (ada, grace) = (
        world.person("ada@example.org").await,
        world.person("grace@example.org").await,
    );
    let unknown = "usr_00000000000000000000000000".to_owned();
    let request = BatchGetUsersRequest {
        user_ids: vec![ada.user.id.clone(), unknown, grace.user.id.clone(), ada.user.id.clone()],
    };
    let mut users = world
        .users_for_services()
        .batch_get_users(request)
        .await
        .expect("a service")
        .into_inner()
        .users;
    users.sort_by(|one, two| one.email.cmp(&two.email));
    assert_eq!(users, [ada.user, grace.user]);
}

#[tokio::test]
async fn a_batch_has_bounds_and_every_id_is_checked() {
    let world = World::new().await;
    let request = BatchGetUsersRequest {
        user_ids: vec!["usr_00000000000000000000000000".to_owned(); 101],
    };
    let found = violations(world.users_for_services().batch_get_users(request).await);
    assert_eq!(found, [("user_ids".to_owned(), "TOO_MANY".to_owned())]);
    let request = BatchGetUsersRequest {
        user_ids: vec!["usr_00000000000000000000000000".to_owned(), "x".to_owned()],
    };
    let found = violations(world.users_for_services().batch_get_users(request).await);
    assert_eq!(found, [("user_ids[1]".to_owned(), "ID_INVALID".to_owned())]);
}

#[tokio::test]
async fn members_and_administrators_are_listed() {
    let world = World::new().await;
    let root = world.administrator().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let request = ListOrganizationUsersRequest {
        organization_id: organization.id,
    };
    let response = world
        .users_for_services()
        .list_organization_users(request)
        .await
        .expect("a service");
    assert_eq!(response.into_inner().users, [ada.user]);
    let request = ListOrganizationUsersRequest {
        organization_id: "org_00000000000000000000000000".to_owned(),
    };
    let response = world
        .users_for_services()
        .list_organization_users(request)
        .await
        .expect("a service");
    assert!(response.into_inner().users.is_empty());
    let response = world
        .users_for_services()
        .list_administrators(ListAdministratorsRequest {})
        .await;
    assert_eq!(response.expect("a service").into_inner().users, [root.user]);
}

#[tokio::test]
async fn people_are_not_services_not_even_administrators() {
    let world = World::new().await;
    let root = world.administrator().await;
    let refused = refusal(
        world
            .users()
            .list_administrators(root.asks(ListAdministratorsRequest {}))
            .await,
    );
    assert_eq!(refused, (Code::PermissionDenied, "ACCESS_DENIED".to_owned()));
}
