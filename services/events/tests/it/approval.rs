//! `ApproveEvent`, `RejectEvent`, `ListSubmittedEvents`: the administrators' queue.

use plenary_proto::events::v1 as pb;
use sqlx::Row as _;
use tonic::Code;

use crate::world::{Plan, World, faults, reason};

async fn queue(world: &World, page_size: i32, page_token: &str) -> pb::ListSubmittedEventsResponse {
    let request = pb::ListSubmittedEventsRequest {
        page_size,
        page_token: page_token.to_owned(),
    };
    let root = world.administrator();
    world
        .events(&root)
        .list_submitted_events(request)
        .await
        .expect("an administrator")
        .into_inner()
}

#[tokio::test]
async fn the_longest_waiting_comes_first_page_by_page() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    let mut expected = Vec::new();
    for index in 0..5 {
        let by = if index % 2 == 0 { &ada } else { &eve };
        expected.push(world.moved_on(by, Plan::default(), &["submit"]).await.id);
        // Two share a moment: their ids decide.
        if index != 1 {
            world.app.hand.advance(std::time::Duration::from_secs(1));
        }
    }
    world.moved_on(&ada, Plan::default(), &["submit", "approve"]).await;
    world.draft(&ada, Plan::default()).await;

    let (mut found, mut token) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = queue(&world, 2, &token).await;
        assert!(page.events.iter().all(|event| event.submit_time.is_some()));
        found.extend(page.events.into_iter().map(|event| event.id));
        token = page.next_page_token;
    }
    expected[1..3].sort();
    assert_eq!((found, token.as_str()), (expected, ""));
}

#[tokio::test]
async fn decisions_are_kept_with_who_and_why() {
    let world = World::new().await;
    let (ada, root) = (world.organizer(), world.administrator());
    let event = world.moved_on(&ada, Plan::default(), &["submit"]).await;
    let rejected = world.step(&root, &event.id, "reject").await.expect("submitted");
    assert_eq!(
        rejected.access.map(|access| (access.can_view, access.can_manage)),
        Some((true, false))
    );
    let wanted = pb::Event {
        summary: "More".to_owned(),
        ..event
    };
    let event = world
        .update(&ada, wanted, &["summary"], "")
        .await
        .expect("may be edited");
    world.step(&ada, &event.id, "submit").await.expect("complete");
    world.step(&root, &event.id, "approve").await.expect("submitted");

    let rows = world
        .rows("select reviewer_id, verdict, reason from reviews order by version")
        .await;
    let read = |row: &sqlx::postgres::PgRow| (row.get::<String, _>(1), row.get::<Option<String>, _>(2));
    let expected = [
        ("rejected".to_owned(), Some("Say more.".to_owned())),
        ("approved".to_owned(), None),
    ];
    assert_eq!(rows.iter().map(read).collect::<Vec<_>>(), expected);
    assert!(
        rows.iter()
            .all(|row| row.get::<uuid::Uuid, _>(0) == root.user_id.uuid())
    );
}

#[tokio::test]
async fn a_rejection_needs_a_reason() {
    let world = World::new().await;
    let (ada, root) = (world.organizer(), world.administrator());
    let event = world.moved_on(&ada, Plan::default(), &["submit"]).await;
    for (text, expected) in [(" ".to_owned(), "REQUIRED"), ("x".repeat(1_001), "TOO_LONG")] {
        let request = pb::RejectEventRequest {
            request_id: world.request_id(),
            event_id: event.id.clone(),
            reason: text,
        };
        let refused = faults(world.events(&root).reject_event(request).await);
        assert_eq!(refused, [("reason".to_owned(), expected.to_owned())]);
    }
}

#[tokio::test]
async fn organizers_do_not_decide_about_their_own() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.moved_on(&ada, Plan::default(), &["submit"]).await;
    for step in ["approve", "reject"] {
        let refused = world
            .step(&ada, &event.id, step)
            .await
            .expect_err("not an administrator");
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
    // An administrator who is not of the team does nothing that the team does.
    let root = kit_rpc::UserCaller {
        roles: [kit_rpc::Role::Administrator, kit_rpc::Role::Organizer].into(),
        ..world.administrator()
    };
    for step in ["withdraw", "cancel", "publish"] {
        let refused = reason(world.step(&root, &event.id, step).await);
        assert_eq!(refused, (Code::NotFound, "EVENT_NOT_FOUND".to_owned()), "{step}");
    }
}
