//! `RemoveMember`.

use plenary_proto::identity::v1::{AddMemberRequest, Organization, OrganizationRole, RemoveMemberRequest};
use tonic::{Code, Status};

use crate::world::{Person, World, reason, refusal};

async fn add(world: &World, by: &Person, organization: &Organization, email: &str, role: OrganizationRole) -> Person {
    let person = world.person(email).await;
    let request = AddMemberRequest {
        request_id: world.request_id(),
        organization_id: organization.id.clone(),
        email: email.to_owned(),
        role: role.into(),
    };
    world
        .organizations()
        .add_member(by.asks(request))
        .await
        .expect("a good request");
    world
        .refresh(&person.tokens.refresh_token)
        .await
        .expect("the newest token")
}

async fn remove(world: &World, by: &Person, organization: &Organization, who: &Person) -> Result<(), Status> {
    let request = RemoveMemberRequest {
        request_id: world.request_id(),
        organization_id: organization.id.clone(),
        user_id: who.user.id.clone(),
    };
    world.organizations().remove_member(by.asks(request)).await.map(|_| ())
}

#[tokio::test]
async fn an_owner_removes_a_member_who_is_no_organizer_any_more() {
    let world = World::new().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let grace = add(
        &world,
        &ada,
        &organization,
        "grace@example.org",
        OrganizationRole::Member,
    )
    .await;
    remove(&world, &ada, &organization, &grace).await.expect("an owner may");
    assert_eq!(
        reason(remove(&world, &ada, &organization, &grace).await),
        "MEMBER_NOT_FOUND"
    );
    let grace = world
        .refresh(&grace.tokens.refresh_token)
        .await
        .expect("the newest token");
    assert_eq!(grace.user.roles, [2], "attendee");
}

#[tokio::test]
async fn a_member_leaves_but_removes_nobody_else() {
    let world = World::new().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let grace = add(
        &world,
        &ada,
        &organization,
        "grace@example.org",
        OrganizationRole::Member,
    )
    .await;
    let edsger = add(
        &world,
        &ada,
        &organization,
        "edsger@example.org",
        OrganizationRole::Member,
    )
    .await;
    let refused = refusal(remove(&world, &grace, &organization, &edsger).await);
    assert_eq!(refused, (Code::PermissionDenied, "OWNER_REQUIRED".to_owned()));
    remove(&world, &grace, &organization, &grace)
        .await
        .expect("anybody may leave");
    let gone = refusal(remove(&world, &grace, &organization, &edsger).await);
    assert_eq!(
        gone,
        (Code::NotFound, "ORGANIZATION_NOT_FOUND".to_owned()),
        "whatever the token still says"
    );
}

#[tokio::test]
async fn the_last_owner_stays() {
    let world = World::new().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let refused = refusal(remove(&world, &ada, &organization, &ada).await);
    assert_eq!(refused, (Code::FailedPrecondition, "LAST_OWNER".to_owned()));
    let grace = add(
        &world,
        &ada,
        &organization,
        "grace@example.org",
        OrganizationRole::Owner,
    )
    .await;
    remove(&world, &ada, &organization, &ada)
        .await
        .expect("another one stays");
    assert_eq!(
        reason(remove(&world, &grace, &organization, &grace).await),
        "LAST_OWNER"
    );
}

#[tokio::test]
async fn of_two_owners_who_leave_at_once_one_stays() {
    let world = World::new().await;
    for round in 0..4 {
        let (one, two) = (format!("one{round}@example.org"), format!("two{round}@example.org"));
        let (one, organization) = world.organizer(&one, &format!("Organization {round}")).await;
        let two = add(&world, &one, &organization, &two, OrganizationRole::Owner).await;
        let (left, right) = tokio::join!(
            remove(&world, &one, &organization, &one),
            remove(&world, &two, &organization, &two),
        );
        let refused: Vec<_> = [left, right].into_iter().filter(Result::is_err).collect();
        assert_eq!(refused.len(), 1);
        assert_eq!(reason(refused.into_iter().next().expect("one")), "LAST_OWNER");
    }
}

#[tokio::test]
async fn a_repeated_request_is_answered_again() {
    let world = World::new().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let grace = add(
        &world,
        &ada,
        &organization,
        "grace@example.org",
        OrganizationRole::Member,
    )
    .await;
    let request = RemoveMemberRequest {
        request_id: world.request_id(),
        organization_id: organization.id.clone(),
        user_id: grace.user.id.clone(),
    };
    for _ in 0..2 {
        world
            .organizations()
            .remove_member(ada.asks(request.clone()))
            .await
            .expect("once, and its replay");
    }
}
