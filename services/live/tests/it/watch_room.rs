//! Following a room.

use std::time::Duration;

use plenary_proto::live::v1 as pb;
use plenary_proto::live::v1::RoomState;
use tonic::Streaming;

use crate::world::{World, reason, room_not_found, sighting};

/// Reads on until the room is as wanted. Several changes may arrive as one, and one as several.
async fn until(
    stream: &mut Streaming<pb::WatchRoomResponse>,
    sequence: &mut i64,
    wanted: impl Fn(&pb::Room) -> bool + Send + Sync,
) -> pb::Room {
    let reading = async {
        loop {
            let next = stream.message().await.expect("no error").expect("it does not end");
            assert_eq!(next.sequence, *sequence + 1);
            *sequence = next.sequence;
            let room = next.room.expect("the room");
            if wanted(&room) {
                return room;
            }
        }
    };
    let read = tokio::time::timeout(Duration::from_secs(20), reading).await;
    read.expect("followers are told of every change")
}

#[tokio::test]
async fn a_follower_sees_every_change() {
    let world = World::new().await;
    world.app.host.start();
    let ada = world.organizer();
    let room = world.waiting(&ada).await;
    world.register().await;
    let request = pb::WatchRoomRequest {
        session_id: room.session_id.clone(),
    };
    let stream = world.live(&world.person()).watch_room(request).await;
    let (mut stream, mut sequence) = (stream.expect("public").into_inner(), 0);
    let first = until(&mut stream, &mut sequence, |_| true).await;
    assert_eq!((first.state(), sequence), (RoomState::Waiting, 1));

    world.go_live(&ada, &room).await.expect("it waits");
    until(&mut stream, &mut sequence, |room| room.state() == RoomState::Live).await;
    let bob = world.holder(&room);
    world.join(&bob, &room).await.expect("a seat");
    world.report(vec![sighting(&room, &bob, "PA_1", true)], false).await;
    until(&mut stream, &mut sequence, |room| room.participant_count == 1).await;
    world.resize(&ada, &room, 7).await.expect("its host");
    until(&mut stream, &mut sequence, |room| room.capacity == 7).await;
    world.end(&ada, &room).await.expect("it is live");
    let last = until(&mut stream, &mut sequence, |room| room.state() == RoomState::Ended).await;
    assert_eq!(last.participant_count, 0);
    drop(stream);
    assert!(world.app.host.drain(Duration::from_secs(10)).await);
}

#[tokio::test]
async fn what_is_hidden_is_not_followed() {
    let world = World::new().await;
    let session = world.session(&world.organizer());
    world.rewrite(&session, |script| script.is_public = false);
    let request = pb::WatchRoomRequest { session_id: session };
    let refused = world.live(&world.person()).watch_room(request).await;
    assert_eq!(reason(refused.map(|_| ())), room_not_found());
}
