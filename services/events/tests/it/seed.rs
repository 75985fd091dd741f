//! The demo event.

use std::time::Duration;

use events::{DemoOwner, seed_demo};
use kit_core::Rng;
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use plenary_proto::events::v1::{self as pb, EventState, EventVisibility};

use crate::world::World;

#[tokio::test]
async fn a_second_start_finds_the_demo_that_the_first_one_made() {
    let world = World::new().await;
    let ada = world.organizer();
    let owner = DemoOwner {
        organization_id: *ada.organizations.keys().next().expect("an organizer"),
        organization_name: "Demo Hall".to_owned(),
        user_id: ada.user_id,
    };
    let (pool, clock, rng) = (world.pool(), world.app.clock().clone(), Rng::seeded(3));
    let seed = || seed_demo(&pool, &clock, &rng, &owner);
    let (one, two) = tokio::join!(seed(), seed());
    let (one, two) = (one.expect("seeded"), two.expect("seeded"));
    assert_eq!((one.event_id, one.is_new != two.is_new), (two.event_id, true));
    assert!(!seed().await.expect("found").is_new);

    let id = one.event_id.to_string();
    let mut nobody = EventServiceClient::new(world.app.as_nobody("events"));
    let event = nobody
        .get_event(pb::GetEventRequest { event_id: id })
        .await
        .expect("open")
        .into_inner()
        .event;
    let event = event.expect("the event");
    assert_eq!(
        (event.state(), event.visibility()),
        (EventState::Published, EventVisibility::Public)
    );
    assert_eq!(event.organization_name, "Demo Hall");
    assert_eq!(event.sessions.iter().filter(|session| session.has_live_room).count(), 1);
    let now = clock.now().unix_timestamp();
    let stage = event
        .sessions
        .iter()
        .find(|session| session.has_live_room)
        .expect("one");
    assert!(
        stage.start_time.is_some_and(|start| start.seconds <= now),
        "it has begun"
    );
    assert_eq!(
        world.facts().await,
        ["EventSubmitted", "EventApproved", "EventPublished"]
    );

    // When it is over, a new one takes its place.
    world.app.hand.advance(Duration::from_secs(15 * 24 * 3600));
    let next = seed().await.expect("seeded");
    assert!(next.is_new && next.event_id != one.event_id);
}
