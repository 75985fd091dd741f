//! What nodes say of who is in their rooms.

use std::time::Duration;

use kit_rpc::UserCaller;
use plenary_proto::live::v1 as pb;

use crate::world::{World, sighting};

/// A room with one seat and somebody in it.
async fn taken(world: &World) -> (UserCaller, pb::Room, UserCaller) {
    let ada = world.organizer();
    let room = world.on_air(&ada, 1).await;
    let bob = world.holder(&room);
    world.join(&bob, &room).await.expect("the only seat");
    let evicted = world.report(vec![sighting(&room, &bob, "PA_1", true)], false).await;
    assert_eq!(evicted, []);
    assert_eq!(world.count_inside(&ada, &room).await, 1);
    (ada, room, bob)
}

/// Whether the seat can be had.
async fn is_free(world: &World, room: &pb::Room) -> bool {
    world.register().await;
    world.join(&world.holder(room), room).await.is_ok()
}

#[tokio::test]
async fn leaving_gives_the_seat_back_after_a_moment() {
    let world = World::new().await;
    let (ada, room, bob) = taken(&world).await;
    world.report(vec![sighting(&room, &bob, "PA_1", false)], false).await;
    assert_eq!(world.count_inside(&ada, &room).await, 0);
    assert!(!is_free(&world, &room).await, "a broken connection may come back");
    world.app.hand.advance(Duration::from_secs(5));
    assert!(is_free(&world, &room).await);
}

#[tokio::test]
async fn whoever_comes_back_at_once_finds_their_seat() {
    let world = World::new().await;
    let (ada, room, bob) = taken(&world).await;
    world.report(vec![sighting(&room, &bob, "PA_1", false)], false).await;
    world.app.hand.advance(Duration::from_secs(4));
    let evicted = world.report(vec![sighting(&room, &bob, "PA_2", true)], false).await;
    assert_eq!((evicted, world.count_inside(&ada, &room).await), (vec![], 1));
}

#[tokio::test]
async fn silence_gives_the_seat_back_and_reports_keep_it() {
    let world = World::new().await;
    let (ada, room, bob) = taken(&world).await;
    for _ in 0..4 {
        world.app.hand.advance(Duration::from_secs(30));
        assert_eq!(world.report(vec![sighting(&room, &bob, "PA_1", true)], true).await, []);
    }
    assert!(!is_free(&world, &room).await);
    world.app.hand.advance(Duration::from_secs(119));
    assert!(!is_free(&world, &room).await);
    world.app.hand.advance(Duration::from_secs(1));
    assert_eq!(world.count_inside(&ada, &room).await, 0);
    assert!(is_free(&world, &room).await);
}

#[tokio::test]
async fn whom_a_complete_report_does_not_name_has_left() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 2).await;
    let (bob, cleo) = (world.holder(&room), world.holder(&room));
    for (person, sid) in [(&bob, "PA_1"), (&cleo, "PA_2")] {
        world.join(person, &room).await.expect("a seat");
        world.report(vec![sighting(&room, person, sid, true)], false).await;
    }
    assert_eq!(
        world.count_inside(&ada, &room).await,
        2,
        "a report that is not complete says nothing of others"
    );
    world.report(vec![sighting(&room, &cleo, "PA_2", true)], true).await;
    assert_eq!(world.count_inside(&ada, &room).await, 1);
    world.report(Vec::new(), true).await;
    assert_eq!(world.count_inside(&ada, &room).await, 0);
}

#[tokio::test]
async fn whoever_has_no_seat_is_put_out() {
    let world = World::new().await;
    let (ada, room, bob) = taken(&world).await;
    let eve = world.person();
    let intruder = sighting(&room, &eve, "PA_9", true);
    let both = vec![sighting(&room, &bob, "PA_1", true), intruder.clone()];
    assert_eq!(world.report(both, true).await, [intruder]);
    assert_eq!(world.count_inside(&ada, &room).await, 1);
    assert_eq!(
        world.report(vec![sighting(&room, &eve, "PA_9", false)], false).await,
        [],
        "gone already"
    );
    world.end(&ada, &room).await.expect("it is live");
    let late = sighting(&room, &bob, "PA_1", true);
    assert_eq!(
        world.report(vec![late.clone()], false).await,
        [late],
        "the show is over"
    );
}

#[tokio::test]
async fn a_node_that_restarted_has_nobody() {
    let world = World::new().await;
    let (ada, room, bob) = taken(&world).await;
    world.register().await;
    assert_eq!(
        world.count_inside(&ada, &room).await,
        1,
        "a sign of life of the same process"
    );
    world.register_started(Duration::from_secs(1)).await;
    assert_eq!(world.count_inside(&ada, &room).await, 0);
    // Everybody who was there may come back first.
    let evicted = world.report(vec![sighting(&room, &bob, "PA_2", true)], true).await;
    assert_eq!((evicted, world.count_inside(&ada, &room).await), (vec![], 1));
}
