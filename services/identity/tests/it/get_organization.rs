//! `GetOrganization`.

use plenary_proto::identity::v1::GetOrganizationRequest;
use tonic::Code;

use crate::world::{World, faults, refusal, violations};

#[tokio::test]
async fn anybody_may_see_an_organization() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let organization = world.organization(&ada, "Rust Friends").await;
    let request = GetOrganizationRequest {
        organization_id: organization.id.clone(),
    };
    let found = world
        .organizations()
        .get_organization(request)
        .await
        .expect("it is there");
    assert_eq!(found.into_inner().organization, Some(organization));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new().await;
    let request = |organization_id: &str| GetOrganizationRequest {
        organization_id: organization_id.to_owned(),
    };
    let unknown = world
        .organizations()
        .get_organization(request("org_00000000000000000000000000"))
        .await;
    assert_eq!(refusal(unknown), (Code::NotFound, "ORGANIZATION_NOT_FOUND".to_owned()));
    let malformed = world.organizations().get_organization(request("evt_1")).await;
    assert_eq!(violations(malformed), faults(&[("organization_id", "ID_INVALID")]));
}
