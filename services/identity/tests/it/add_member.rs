//! `AddMember`.

use plenary_proto::identity::v1::{AddMemberRequest, AddMemberResponse, Organization, OrganizationRole};
use tonic::{Code, Response, Status};

use crate::world::{Person, World, faults, reason, refusal, violations};

fn request(world: &World, organization: &Organization, email: &str, role: OrganizationRole) -> AddMemberRequest {
    AddMemberRequest {
        request_id: world.request_id(),
        organization_id: organization.id.clone(),
        email: email.to_owned(),
        role: role.into(),
    }
}

async fn add(
    world: &World,
    by: &Person,
    organization: &Organization,
    email: &str,
) -> Result<AddMemberResponse, Status> {
    let request = request(world, organization, email, OrganizationRole::Member);
    world
        .organizations()
        .add_member(by.asks(request))
        .await
        .map(Response::into_inner)
}

#[tokio::test]
async fn an_owner_adds_a_verified_user_who_becomes_an_organizer() {
    let world = World::new().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let grace = world.person("grace@example.org").await;
    let added = add(&world, &ada, &organization, "GRACE@example.org")
        .await
        .expect("a good request");
    let member = added.member.expect("always set");
    assert_eq!(
        (member.email.as_str(), member.role()),
        ("grace@example.org", OrganizationRole::Member)
    );
    assert_eq!(member.user.expect("always set").id, grace.user.id);
    let grace = world
        .refresh(&grace.tokens.refresh_token)
        .await
        .expect("the newest token");
    assert_eq!(grace.user.roles, [2, 3], "attendee and organizer");
}

#[tokio::test]
async fn nobody_is_added_twice_but_a_repeated_request_is_answered_again() {
    let world = World::new().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    world.person("grace@example.org").await;
    let request = request(&world, &organization, "grace@example.org", OrganizationRole::Owner);
    let first = world
        .organizations()
        .add_member(ada.asks(request.clone()))
        .await
        .expect("a good request");
    let replay = world
        .organizations()
        .add_member(ada.asks(request))
        .await
        .expect("a replay");
    assert_eq!(first.into_inner(), replay.into_inner());
    let twice = refusal(add(&world, &ada, &organization, "grace@example.org").await);
    assert_eq!(twice, (Code::AlreadyExists, "ALREADY_MEMBER".to_owned()));
}

#[tokio::test]
async fn unknown_and_unverified_addresses_are_the_same() {
    let world = World::new().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    world.sign_up("unverified@example.org").await;
    for email in ["unverified@example.org", "nobody@example.org"] {
        let refused = refusal(add(&world, &ada, &organization, email).await);
        assert_eq!(refused, (Code::NotFound, "USER_NOT_FOUND".to_owned()));
    }
}

#[tokio::test]
async fn members_may_not_and_for_strangers_the_organization_does_not_exist() {
    let world = World::new().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let (grace, others) = world.organizer("grace@example.org", "Compilers").await;
    world.person("edsger@example.org").await;
    let stranger = refusal(add(&world, &grace, &organization, "edsger@example.org").await);
    assert_eq!(stranger, (Code::NotFound, "ORGANIZATION_NOT_FOUND".to_owned()));
    add(&world, &ada, &organization, "grace@example.org")
        .await
        .expect("a good request");
    let member = refusal(add(&world, &grace, &organization, "edsger@example.org").await);
    assert_eq!(member, (Code::PermissionDenied, "OWNER_REQUIRED".to_owned()));
    assert!(
        add(&world, &grace, &others, "edsger@example.org").await.is_ok(),
        "in her own she may"
    );
    let nothing = Organization {
        id: "org_00000000000000000000000000".to_owned(),
        ..organization
    };
    let unknown = add(&world, &ada, &nothing, "edsger@example.org").await;
    assert_eq!(reason(unknown), "ORGANIZATION_NOT_FOUND");
}

#[tokio::test]
async fn a_user_of_32_organizations_cannot_join_another() {
    let world = World::new().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let grace = world.person("grace@example.org").await;
    for at in 0..32 {
        world.organization(&grace, &format!("Organization {at}")).await;
    }
    let refused = add(&world, &ada, &organization, "grace@example.org").await;
    assert_eq!(reason(refused), "TOO_MANY_ORGANIZATIONS");
}

#[tokio::test]
async fn faults_are_told_together() {
    let world = World::new().await;
    let (ada, _) = world.organizer("ada@example.org", "Rust Friends").await;
    let request = AddMemberRequest {
        request_id: String::new(),
        organization_id: "x".to_owned(),
        email: "x".to_owned(),
        role: 0,
    };
    let expected = faults(&[
        ("request_id", "REQUEST_ID_INVALID"),
        ("organization_id", "ID_INVALID"),
        ("email", "EMAIL_INVALID"),
        ("role", "REQUIRED"),
    ]);
    assert_eq!(
        violations(world.organizations().add_member(ada.asks(request)).await),
        expected
    );
}
