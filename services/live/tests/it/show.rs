//! Shows begin and end.

use std::sync::atomic::Ordering;

use plenary_proto::events::v1::EventState;
use plenary_proto::live::v1 as pb;
use plenary_proto::live::v1::RoomState;

use crate::world::{World, precondition, reason};

#[tokio::test]
async fn a_show_begins_ends_and_begins_again() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.waiting(&ada).await;
    assert_eq!(reason(world.end(&ada, &room).await), precondition("ROOM_STATE_WRONG"));
    let live = world.go_live(&ada, &room).await.expect("it waits");
    assert_eq!(live.state(), RoomState::Live);
    assert!(live.live_start_time.is_some() && live.live_end_time.is_none());
    let event_state = world.events.scripts()[&room.session_id].state;
    assert_eq!(event_state, EventState::Live, "the event has started with it");
    assert_eq!(
        reason(world.go_live(&ada, &room).await),
        precondition("ROOM_STATE_WRONG")
    );
    let ended = world.end(&ada, &room).await.expect("it is live");
    assert_eq!(ended.state(), RoomState::Ended);
    assert!(ended.live_end_time.is_some());
    assert_eq!(reason(world.end(&ada, &room).await), precondition("ROOM_STATE_WRONG"));
    let again = world.go_live(&ada, &room).await.expect("the event lasts");
    assert_eq!((again.state(), again.live_end_time), (RoomState::Live, None));
    assert_eq!(world.facts().await, ["RoomWentLive", "RoomEnded", "RoomWentLive"]);
}

#[tokio::test]
async fn repeated_steps_are_one() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.waiting(&ada).await;
    let (begin, end) = (
        pb::GoLiveRequest {
            request_id: world.request_id(),
            room_id: room.id.clone(),
        },
        pb::EndLiveRequest {
            request_id: world.request_id(),
            room_id: room.id.clone(),
        },
    );
    let mut live = world.live(&ada);
    let first = live.go_live(begin.clone()).await.expect("it waits").into_inner();
    assert_eq!(live.go_live(begin).await.expect("replayed").into_inner(), first);
    let first = live.end_live(end.clone()).await.expect("it is live").into_inner();
    assert_eq!(live.end_live(end).await.expect("replayed").into_inner(), first);
    assert_eq!(world.facts().await, ["RoomWentLive", "RoomEnded"]);
}

#[tokio::test]
async fn there_is_no_show_in_an_event_that_is_not_open() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.waiting(&ada).await;
    for state in [
        EventState::Draft,
        EventState::Approved,
        EventState::Ended,
        EventState::Cancelled,
    ] {
        world.rewrite(&room.session_id, |script| script.state = state);
        assert_eq!(
            reason(world.go_live(&ada, &room).await),
            precondition("EVENT_NOT_OPEN"),
            "{state:?}"
        );
    }
    assert_eq!(world.facts().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_end_closes_the_room_on_its_node() {
    let mut world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 10).await;
    world.join(&world.holder(&room), &room).await.expect("a seat");
    world.end(&ada, &room).await.expect("it is live");
    assert_eq!(world.closed.try_recv().expect("the node was told"), room.id);
    assert!(world.closed.try_recv().is_err(), "once");
    assert_eq!(world.count("select count(*) from leases").await, 0);
    assert_eq!(
        world
            .count("select count(*) from rooms where node_id is not null")
            .await,
        0
    );
    let late = world.join(&ada, &room).await;
    assert_eq!(reason(late), precondition("ROOM_NOT_OPEN"));
}

#[tokio::test]
async fn a_node_that_was_away_is_told_later() {
    let mut world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 10).await;
    world.join(&world.holder(&room), &room).await.expect("a seat");
    world.node.is_away.store(true, Ordering::SeqCst);
    world
        .end(&ada, &room)
        .await
        .expect("it ends for everybody, whatever the node does");
    assert!(world.closed.try_recv().is_err(), "away");
    assert_eq!(
        world
            .count("select count(*) from rooms where node_id is not null")
            .await,
        1
    );
    world.node.is_away.store(false, Ordering::SeqCst);
    // The sweep begins with the other jobs.
    world.app.host.start();
    assert_eq!(world.closed.recv().await, Some(room.id));
    assert!(world.app.host.drain(std::time::Duration::from_secs(10)).await);
}
