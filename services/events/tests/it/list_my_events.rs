//! `ListMyEvents`.

use kit_rpc::UserCaller;
use plenary_proto::events::v1 as pb;
use time::Duration;
use tonic::{Code, Status};

use crate::world::{World, faults, organization, reason};

async fn list(
    world: &World,
    user: &UserCaller,
    request: pb::ListMyEventsRequest,
) -> Result<pb::ListMyEventsResponse, Status> {
    world
        .events(user)
        .list_my_events(request)
        .await
        .map(tonic::Response::into_inner)
}

fn titles(answer: &pb::ListMyEventsResponse) -> Vec<&str> {
    answer.events.iter().map(|event| event.title.as_str()).collect()
}

async fn named(world: &World, user: &UserCaller, title: &str, days: Option<i64>) {
    let timed = days.map(|days| Duration::days(days));
    let event = pb::Event {
        organization_id: organization(user),
        title: title.to_owned(),
        start_time: timed.and_then(|start| world.at(start)),
        end_time: timed.and_then(|start| world.at(start + Duration::HOUR)),
        ..pb::Event::default()
    };
    world.create(user, event).await.expect("a draft");
}

#[tokio::test]
async fn the_latest_start_comes_first_and_drafts_without_times_on_top() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    for (title, days) in [
        ("Third", Some(9)),
        ("Untimed", None),
        ("Fourth", Some(2)),
        ("Second", Some(30)),
    ] {
        named(&world, &ada, title, days).await;
    }
    named(&world, &eve, "Not hers", Some(5)).await;
    let all = list(&world, &ada, pb::ListMyEventsRequest::default())
        .await
        .expect("an organizer");
    assert_eq!(titles(&all), ["Untimed", "Second", "Third", "Fourth"]);
    assert_eq!(all.next_page_token, "");
    assert_eq!(all.events[0].state(), pb::EventState::Draft);

    let (mut found, mut token) = (Vec::new(), String::new());
    for _ in 0..4 {
        let request = pb::ListMyEventsRequest {
            page_size: 1,
            page_token: token,
            ..Default::default()
        };
        let page = list(&world, &ada, request).await.expect("an organizer");
        found.extend(page.events.into_iter().map(|event| event.title));
        token = page.next_page_token;
    }
    assert_eq!(
        (found, token.as_str()),
        (["Untimed", "Second", "Third", "Fourth"].map(str::to_owned).to_vec(), "")
    );
}

#[tokio::test]
async fn part_of_a_title_is_enough_and_taken_literally() {
    let world = World::new().await;
    let ada = world.organizer();
    for title in ["Rust in May", "100% Rust", "Café au lait", "Tea_time"] {
        named(&world, &ada, title, Some(1)).await;
    }
    for (query, expected) in [
        ("rUsT", 2),
        ("%", 1),
        ("_", 1),
        ("CAFÉ", 1),
        ("st in m", 1),
        ("coffee", 0),
        ("'", 0),
    ] {
        let request = pb::ListMyEventsRequest {
            query: query.to_owned(),
            ..Default::default()
        };
        let found = list(&world, &ada, request).await.expect("an organizer");
        assert_eq!(found.events.len(), expected, "{query}: {:?}", titles(&found));
    }
}

#[tokio::test]
async fn one_of_several_organizations_can_be_asked_for() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    named(&world, &ada, "Hers", Some(1)).await;
    named(&world, &eve, "Theirs", Some(2)).await;
    let mut both = ada.clone();
    both.organizations.extend(eve.organizations.clone());
    let all = list(&world, &both, pb::ListMyEventsRequest::default())
        .await
        .expect("an organizer");
    assert_eq!(titles(&all), ["Theirs", "Hers"]);
    let of = |user: &UserCaller| pb::ListMyEventsRequest {
        organization_id: organization(user),
        ..Default::default()
    };
    assert_eq!(
        titles(&list(&world, &both, of(&eve)).await.expect("a member")),
        ["Theirs"]
    );
    let refused = reason(list(&world, &ada, of(&eve)).await);
    assert_eq!(refused, (Code::NotFound, "ORGANIZATION_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn a_token_fits_its_own_list_only() {
    let world = World::new().await;
    let ada = world.organizer();
    named(&world, &ada, "One", Some(1)).await;
    named(&world, &ada, "Two", Some(2)).await;
    let request = pb::ListMyEventsRequest {
        page_size: 1,
        ..Default::default()
    };
    let token = list(&world, &ada, request).await.expect("an organizer").next_page_token;
    let other = pb::ListMyEventsRequest {
        page_size: -1,
        page_token: token,
        query: "o".to_owned(),
        ..Default::default()
    };
    let refused = faults(list(&world, &ada, other).await);
    let expected = [("page_size", "PAGE_SIZE_INVALID"), ("page_token", "PAGE_TOKEN_INVALID")];
    assert_eq!(
        refused,
        expected.map(|(field, reason)| (field.to_owned(), reason.to_owned()))
    );
}
