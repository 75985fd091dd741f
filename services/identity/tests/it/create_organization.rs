//! `CreateOrganization` and `ListMyOrganizations`.

use plenary_proto::identity::v1::{
    CreateOrganizationRequest, ListMyOrganizationsRequest, Organization, OrganizationRole,
};
use tonic::{Code, Status};

use crate::world::{Person, World, faults, reason, refusal, violations};

async fn create(world: &World, person: &Person, name: &str) -> Result<Organization, Status> {
    let request = CreateOrganizationRequest {
        request_id: world.request_id(),
        name: name.to_owned(),
    };
    let response = world.organizations().create_organization(person.asks(request)).await?;
    Ok(response.into_inner().organization.expect("always set"))
}

async fn mine(world: &World, person: &Person) -> Vec<(String, OrganizationRole)> {
    let response = world
        .organizations()
        .list_my_organizations(person.asks(ListMyOrganizationsRequest {}))
        .await;
    let response = response.expect("signed in").into_inner();
    let roles = response.roles().collect::<Vec<_>>();
    response
        .organizations
        .into_iter()
        .map(|organization| organization.name)
        .zip(roles)
        .collect()
}

#[tokio::test]
async fn the_founder_is_the_owner() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let organization = create(&world, &ada, "  Rust   Friends ").await.expect("a good request");
    assert!(organization.id.starts_with("org_"));
    assert_eq!(organization.name, "Rust Friends");
    create(&world, &ada, "Analytical Society")
        .await
        .expect("a good request");
    let owner = OrganizationRole::Owner;
    let expected = [
        ("Analytical Society".to_owned(), owner),
        ("Rust Friends".to_owned(), owner),
    ];
    assert_eq!(mine(&world, &ada).await, expected);
    let grace = world.person("grace@example.org").await;
    assert!(mine(&world, &grace).await.is_empty());
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    create(&world, &ada, "Rust Friends").await.expect("a good request");
    let refused = refusal(create(&world, &ada, "rust FRIENDS").await);
    assert_eq!(refused, (Code::AlreadyExists, "NAME_TAKEN".to_owned()));
}

#[tokio::test]
async fn a_repeated_request_makes_one_organization() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let request = CreateOrganizationRequest {
        request_id: world.request_id(),
        name: "Rust Friends".to_owned(),
    };
    let first = world
        .organizations()
        .create_organization(ada.asks(request.clone()))
        .await
        .expect("new");
    let second = world
        .organizations()
        .create_organization(ada.asks(request.clone()))
        .await
        .expect("a replay");
    assert_eq!(first.into_inner(), second.into_inner());
    let other = CreateOrganizationRequest {
        name: "Others".to_owned(),
        ..request
    };
    let refused = reason(world.organizations().create_organization(ada.asks(other.clone())).await);
    assert_eq!(refused, "REQUEST_ID_REUSED");
    let grace = world.person("grace@example.org").await;
    let hers = world.organizations().create_organization(grace.asks(other)).await;
    assert!(hers.is_ok(), "an id is unique for its caller only");
}

#[tokio::test]
async fn a_user_belongs_to_32_organizations_at_most_however_they_are_made() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let names: Vec<String> = (0..36).map(|at| format!("Organization {at}")).collect();
    let mut results = Vec::new();
    for few in names.chunks(6) {
        results.extend(futures::future::join_all(few.iter().map(|name| create(&world, &ada, name))).await);
    }
    let (made, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), mine(&world, &ada).await.len()), (32, 32));
    for refused in refused {
        assert_eq!(
            refusal(refused),
            (Code::FailedPrecondition, "TOO_MANY_ORGANIZATIONS".to_owned())
        );
    }
    let ada = world
        .refresh(&ada.tokens.refresh_token)
        .await
        .expect("the newest token");
    assert!(ada.tokens.access_token.len() < kit_core::limits::ACCESS_TOKEN_BYTES_MAX);
    assert_eq!(mine(&world, &ada).await.len(), 32, "the largest token is accepted");
}

#[tokio::test]
async fn names_are_checked() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    assert_eq!(
        violations(create(&world, &ada, "x").await),
        faults(&[("name", "TOO_SHORT")])
    );
    let long = "x".repeat(81);
    assert_eq!(
        violations(create(&world, &ada, &long).await),
        faults(&[("name", "TOO_LONG")])
    );
}
