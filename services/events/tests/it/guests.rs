//! `AddGuests`, `RemoveGuest`, `ListGuests`, and what being a guest opens.

use kit_rpc::UserCaller;
use plenary_proto::events::v1 as pb;
use tonic::{Code, Status};

use crate::world::{Plan, World, faults, reason};

const PRIVATE: Plan = Plan {
    title: "Behind closed doors",
    visibility: pb::EventVisibility::Private,
    start: time::Duration::days(7),
};

async fn add(world: &World, user: &UserCaller, id: &str, emails: &[&str]) -> Result<i32, Status> {
    let emails = emails.iter().map(|email| (*email).to_owned()).collect();
    let request = pb::AddGuestsRequest {
        request_id: world.request_id(),
        event_id: id.to_owned(),
        emails,
    };
    world
        .agenda(user)
        .add_guests(request)
        .await
        .map(|answer| answer.into_inner().added_count)
}

async fn remove(world: &World, user: &UserCaller, id: &str, email: &str) -> Result<(), Status> {
    let (event_id, email) = (id.to_owned(), email.to_owned());
    let request = pb::RemoveGuestRequest {
        request_id: world.request_id(),
        event_id,
        email,
    };
    world.agenda(user).remove_guest(request).await.map(drop)
}

async fn list(
    world: &World,
    user: &UserCaller,
    id: &str,
    page_size: i32,
    page_token: &str,
) -> Result<pb::ListGuestsResponse, Status> {
    let request = pb::ListGuestsRequest {
        event_id: id.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
    };
    world
        .agenda(user)
        .list_guests(request)
        .await
        .map(tonic::Response::into_inner)
}

#[tokio::test]
async fn a_guest_opens_a_private_event_until_taken_away() {
    let world = World::new().await;
    let (ada, grace) = (world.organizer(), world.person(&[]));
    let event = world.published(&ada, PRIVATE).await;
    let hidden = (Code::NotFound, "EVENT_NOT_FOUND".to_owned());
    assert_eq!(reason(world.get(&grace, &event.id).await), hidden);

    // Addresses are the same whatever their case.
    let invited = grace.email.as_str().to_uppercase();
    assert_eq!(
        add(&world, &ada, &event.id, &[&invited, "else@example.org"])
            .await
            .expect("added"),
        2
    );
    let seen = world.get(&grace, &event.id).await.expect("a guest");
    assert_eq!(
        seen.access.map(|access| (access.can_view, access.can_manage)),
        Some((true, false))
    );
    let unconfirmed = UserCaller {
        email_verified: false,
        ..grace.clone()
    };
    assert_eq!(reason(world.get(&unconfirmed, &event.id).await), hidden);

    remove(&world, &ada, &event.id, grace.email.as_str())
        .await
        .expect("a guest");
    assert_eq!(reason(world.get(&grace, &event.id).await), hidden);
    remove(&world, &ada, &event.id, grace.email.as_str())
        .await
        .expect("nobody to take away");
}

#[tokio::test]
async fn adding_again_adds_nobody_and_changes_nothing() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, PRIVATE).await;
    assert_eq!(
        add(
            &world,
            &ada,
            &event.id,
            &["a@example.org", "b@example.org", "a@example.org"]
        )
        .await
        .expect("added"),
        2
    );
    let etag = world.get(&ada, &event.id).await.expect("one's own").etag;
    assert_ne!(etag, event.etag);
    assert_eq!(
        add(&world, &ada, &event.id, &["b@example.org"]).await.expect("there"),
        0
    );
    assert_eq!(world.get(&ada, &event.id).await.expect("one's own").etag, etag);
}

#[tokio::test]
async fn guests_are_listed_by_address_page_by_page() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, PRIVATE).await;
    let emails: Vec<String> = (0..7).rev().map(|index| format!("guest{index}@example.org")).collect();
    let borrowed: Vec<&str> = emails.iter().map(String::as_str).collect();
    add(&world, &ada, &event.id, &borrowed).await.expect("added");
    let (mut found, mut token) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = list(&world, &ada, &event.id, 3, &token).await.expect("the team");
        found.extend(page.emails);
        token = page.next_page_token;
    }
    assert_eq!((found, token.as_str()), (emails.into_iter().rev().collect(), ""));
    let other = world.draft(&ada, PRIVATE).await;
    let first = list(&world, &ada, &event.id, 3, "")
        .await
        .expect("the team")
        .next_page_token;
    let refused = faults(list(&world, &ada, &other.id, 3, &first).await);
    assert_eq!(refused, [("page_token".to_owned(), "PAGE_TOKEN_INVALID".to_owned())]);
}

#[tokio::test]
async fn addresses_are_checked_each() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, PRIVATE).await;
    let refused = faults(add(&world, &ada, &event.id, &["a@example.org", "nobody", "@"]).await);
    let invalid = |field: &str| (field.to_owned(), "EMAIL_INVALID".to_owned());
    assert_eq!(refused, [invalid("emails[1]"), invalid("emails[2]")]);
    assert_eq!(
        faults(add(&world, &ada, &event.id, &[]).await),
        [("emails".to_owned(), "REQUIRED".to_owned())]
    );
    let many = ["a@example.org"; 501];
    assert_eq!(
        faults(add(&world, &ada, &event.id, &many).await),
        [("emails".to_owned(), "TOO_MANY".to_owned())]
    );
}

#[tokio::test]
async fn there_are_only_so_many_guests() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, PRIVATE).await;
    let sql = "insert into guests select id, 'g' || n || '@example.org' from events, generate_series(1, 4999) n returning email";
    assert_eq!(world.rows(sql).await.len(), 4_999);
    let refused = reason(add(&world, &ada, &event.id, &["a@example.org", "b@example.org"]).await);
    assert_eq!(refused, (Code::FailedPrecondition, "TOO_MANY_GUESTS".to_owned()));
    assert_eq!(
        add(&world, &ada, &event.id, &["a@example.org", "g1@example.org"])
            .await
            .expect("one fits"),
        1
    );
}

#[tokio::test]
async fn guest_lists_are_the_teams_alone() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    let event = world.published(&ada, PRIVATE).await;
    let hidden = (Code::NotFound, "EVENT_NOT_FOUND".to_owned());
    assert_eq!(reason(list(&world, &eve, &event.id, 0, "").await), hidden);
    assert_eq!(
        reason(add(&world, &eve, &event.id, &[eve.email.as_str()]).await),
        hidden
    );
    assert_eq!(reason(remove(&world, &eve, &event.id, "a@example.org").await), hidden);
    // A guest may come, and may not know who else does.
    add(&world, &ada, &event.id, &[eve.email.as_str()])
        .await
        .expect("added");
    world.get(&eve, &event.id).await.expect("a guest");
    assert_eq!(reason(list(&world, &eve, &event.id, 0, "").await), hidden);
    list(&world, &world.colleague(&ada), &event.id, 0, "")
        .await
        .expect("of the team");
}
