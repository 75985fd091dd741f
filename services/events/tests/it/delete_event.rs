//! `DeleteEvent`.

use plenary_proto::events::v1 as pb;
use tonic::{Code, Status};

use crate::world::{Plan, World, reason};

async fn delete(world: &World, user: &kit_rpc::UserCaller, id: &str) -> Result<pb::DeleteEventResponse, Status> {
    let request = pb::DeleteEventRequest {
        request_id: world.request_id(),
        event_id: id.to_owned(),
    };
    world
        .events(user)
        .delete_event(request)
        .await
        .map(tonic::Response::into_inner)
}

#[tokio::test]
async fn drafts_and_rejected_events_go_with_all_that_is_theirs() {
    let world = World::new().await;
    let ada = world.organizer();
    for steps in [&[][..], &["submit", "reject"]] {
        let event = world.moved_on(&ada, Plan::default(), steps).await;
        delete(&world, &ada, &event.id).await.expect("nobody else saw it");
        assert_eq!(reason(world.get(&ada, &event.id).await).1, "EVENT_NOT_FOUND");
    }
    let left =
        "select (select count(*) from events) + (select count(*) from sessions) + (select count(*) from reviews)";
    assert_eq!(world.count(left).await, 0);
}

#[tokio::test]
async fn what_others_have_seen_stays() {
    let world = World::new().await;
    let ada = world.organizer();
    for steps in [
        &["submit"][..],
        &["submit", "approve"],
        &["submit", "approve", "publish"],
        &["submit", "approve", "cancel"],
    ] {
        let event = world.moved_on(&ada, Plan::default(), steps).await;
        let refused = reason(delete(&world, &ada, &event.id).await);
        assert_eq!(
            refused,
            (Code::FailedPrecondition, "EVENT_STATE_WRONG".to_owned()),
            "{steps:?}"
        );
    }
}

#[tokio::test]
async fn somebody_elses_draft_is_not_there() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    let event = world.draft(&ada, Plan::default()).await;
    assert_eq!(
        reason(delete(&world, &eve, &event.id).await),
        (Code::NotFound, "EVENT_NOT_FOUND".to_owned())
    );
    world.get(&ada, &event.id).await.expect("still there");
}
