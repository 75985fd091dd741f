//! Seats.

use std::time::Duration;

use kit_rpc::Fault as _;
use tokio::task::JoinSet;
use tonic::Code;

use crate::world::{NODE, World, precondition, reason, sighting};

fn full() -> (Code, String) {
    (Code::ResourceExhausted, "ROOM_FULL".to_owned())
}

#[tokio::test]
async fn without_a_node_there_is_no_seat() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.waiting(&ada).await;
    world.go_live(&ada, &room).await.expect("it waits");
    let bob = world.holder(&room);
    let refused = world.join(&bob, &room).await.expect_err("no node");
    assert!(refused.retry_after().is_some(), "{refused:?}");
    let no_node = (Code::Unavailable, "NO_MEDIA_NODE".to_owned());
    assert_eq!(reason(Err::<(), _>(refused)), no_node);
    assert_eq!(world.count("select count(*) from leases").await, 0);
    world.register().await;
    let seat = world.join(&bob, &room).await.expect("a node is there");
    assert!(!seat.can_publish);
    let placed = world.locate(&seat.media_token).await.expect("one's own token");
    assert_eq!((placed.node_id.as_str(), placed.address.as_str()), (NODE, "inproc:sfu"));
    // Three signs of life were missed.
    world.app.hand.advance(Duration::from_secs(15));
    assert_eq!(reason(world.join(&world.holder(&room), &room).await), no_node);
}

#[tokio::test]
async fn viewers_wait_for_the_show_and_hosts_prepare_it() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.waiting(&ada).await;
    world.register().await;
    let bob = world.holder(&room);
    assert_eq!(reason(world.join(&bob, &room).await), precondition("ROOM_NOT_OPEN"));
    assert!(world.join(&ada, &room).await.expect("a host").can_publish);
    world.go_live(&ada, &room).await.expect("it waits");
    assert!(!world.join(&bob, &room).await.expect("a holder").can_publish);
    let stranger = world.join(&world.person(), &room).await;
    assert_eq!(reason(stranger), (Code::PermissionDenied, "TICKET_REQUIRED".to_owned()));
}

#[tokio::test]
async fn of_fifty_at_once_five_get_the_five_seats() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 5).await;
    let mut joining = JoinSet::new();
    for _ in 0..50 {
        let mut live = world.live(&world.holder(&room));
        let request = plenary_proto::live::v1::JoinRoomRequest {
            room_id: room.id.clone(),
        };
        joining.spawn(async move { live.join_room(request).await });
    }
    let (seated, refused): (Vec<_>, Vec<_>) = joining.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((seated.len(), refused.len()), (5, 45));
    for refused in refused {
        assert_eq!(reason(refused), full());
    }
    assert_eq!(world.count("select count(*) from leases").await, 5);
    world.join(&ada, &room).await.expect("hosts do not count");
    assert_eq!(reason(world.join(&world.holder(&room), &room).await), full());
}

#[tokio::test]
async fn joining_again_moves_ones_seat() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 1).await;
    let bob = world.holder(&room);
    world.join(&bob, &room).await.expect("the only seat");
    world.report(vec![sighting(&room, &bob, "PA_1", true)], false).await;
    world.join(&bob, &room).await.expect("one's own seat");
    assert_eq!(world.count("select count(*) from leases").await, 1);
    assert_eq!(reason(world.join(&world.holder(&room), &room).await), full());
    // The new connection takes the seat; that the old one goes says nothing of it.
    world.report(vec![sighting(&room, &bob, "PA_2", true)], false).await;
    world.report(vec![sighting(&room, &bob, "PA_1", false)], false).await;
    assert_eq!(world.count_inside(&ada, &room).await, 1);
}

#[tokio::test]
async fn a_token_that_nobody_uses_gives_its_seat_back() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 1).await;
    world.join(&world.holder(&room), &room).await.expect("the only seat");
    let bob = world.holder(&room);
    world.app.hand.advance(Duration::from_secs(119));
    world.register().await;
    assert_eq!(reason(world.join(&bob, &room).await), full());
    world.app.hand.advance(Duration::from_secs(1));
    world.join(&bob, &room).await.expect("the seat is free");
}
