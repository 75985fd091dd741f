//! `ListMembers`.

use plenary_proto::identity::v1::{AddMemberRequest, ListMembersRequest, OrganizationRole};
use tonic::Code;

use crate::world::{World, refusal, violations};

#[tokio::test]
async fn members_see_all_members_owners_first_page_by_page() {
    let world = World::new().await;
    let (ada, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let roles = [
        OrganizationRole::Member,
        OrganizationRole::Member,
        OrganizationRole::Owner,
        OrganizationRole::Member,
    ];
    for (at, role) in roles.into_iter().enumerate() {
        world.advance(1);
        let email = format!("user{at}@example.org");
        world.person(&email).await;
        let request = AddMemberRequest {
            request_id: world.request_id(),
            organization_id: organization.id.clone(),
            email,
            role: role.into(),
        };
        world
            .organizations()
            .add_member(ada.asks(request))
            .await
            .expect("a good request");
    }
    let (mut emails, mut page_token, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let request = ListMembersRequest {
            organization_id: organization.id.clone(),
            page_size: 2,
            page_token,
        };
        let page = world
            .organizations()
            .list_members(ada.asks(request))
            .await
            .expect("a member")
            .into_inner();
        emails.extend(page.members.into_iter().map(|member| member.email));
        (page_token, pages) = (page.next_page_token, pages + 1);
        if page_token.is_empty() {
            break;
        }
    }
    let expected = ["ada", "user2", "user0", "user1", "user3"].map(|name| format!("{name}@example.org"));
    assert_eq!((emails, pages), (expected.to_vec(), 3));
}

#[tokio::test]
async fn for_strangers_the_organization_does_not_exist() {
    let world = World::new().await;
    let (_, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let grace = world.person("grace@example.org").await;
    let request = ListMembersRequest {
        organization_id: organization.id,
        ..ListMembersRequest::default()
    };
    let refused = refusal(world.organizations().list_members(grace.asks(request)).await);
    assert_eq!(refused, (Code::NotFound, "ORGANIZATION_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn faults_are_told_together() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let request = ListMembersRequest {
        organization_id: "x".to_owned(),
        page_size: -1,
        page_token: "x".to_owned(),
    };
    let found = violations(world.organizations().list_members(ada.asks(request)).await);
    let fields: Vec<_> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["organization_id", "page_size", "page_token"]);
}
