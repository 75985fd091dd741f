//! Rooms as they are asked for.

use plenary_proto::live::v1 as pb;
use plenary_proto::live::v1::RoomState;
use plenary_proto::live::v1::live_service_client::LiveServiceClient;
use tokio::task::JoinSet;

use crate::world::{World, reason, room_not_found};

#[tokio::test]
async fn a_session_has_one_room_however_many_ask_first() {
    let world = World::new().await;
    let ada = world.organizer();
    let session = world.session(&ada);
    let mut asking = JoinSet::new();
    for _ in 0..20 {
        let mut live = world.live(&world.person());
        let request = pb::GetRoomRequest {
            session_id: session.clone(),
        };
        asking.spawn(async move { live.get_room(request).await });
    }
    let rooms = asking.join_all().await.into_iter().map(|answer| {
        let room = answer.expect("a visible session").into_inner().room;
        room.expect("the room")
    });
    let mut rooms: Vec<pb::Room> = rooms.collect();
    rooms.dedup();
    assert_eq!(rooms.len(), 1, "{rooms:?}");
    assert!(rooms[0].id.starts_with("rm_"), "{}", rooms[0].id);
    assert_eq!((rooms[0].state(), rooms[0].capacity), (RoomState::Waiting, 1_000));
    assert_eq!(world.count("select count(*) from rooms").await, 1);
}

#[tokio::test]
async fn hosts_host_holders_join_and_others_look() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.waiting(&ada).await;
    let access = async |user: &kit_rpc::UserCaller| {
        let (_, access) = world.get(user, &room.session_id).await.expect("public");
        // engagement hears the same.
        let request = pb::GetRoomAccessRequest {
            room_id: room.id.clone(),
        };
        let mut live = LiveServiceClient::new(world.app.on_behalf("live", "engagement", user));
        let told = live.get_room_access(request).await.expect("public").into_inner();
        assert_eq!((told.access, told.state()), (Some(access), RoomState::Waiting));
        (access.can_host, access.can_join)
    };
    assert_eq!(access(&ada).await, (true, true));
    assert_eq!(access(&world.holder(&room)).await, (false, true));
    assert_eq!(access(&world.person()).await, (false, false));
    assert_eq!(access(&world.organizer()).await, (false, false));
    let mut nobody = LiveServiceClient::new(world.app.as_nobody("live"));
    let request = pb::GetRoomRequest {
        session_id: room.session_id.clone(),
    };
    let seen = nobody.get_room(request).await.expect("public").into_inner();
    assert_eq!(seen.access, Some(pb::RoomAccess::default()));
}

#[tokio::test]
async fn what_is_hidden_or_has_no_room_is_not_there() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.waiting(&ada).await;
    world.rewrite(&room.session_id, |script| script.is_public = false);
    let eve = world.organizer();
    assert_eq!(reason(world.get(&eve, &room.session_id).await), room_not_found());
    assert_eq!(reason(world.join(&eve, &room).await), room_not_found());
    let roomless = world.session(&ada);
    world.rewrite(&roomless, |script| script.has_live_room = false);
    assert_eq!(reason(world.get(&ada, &roomless).await), room_not_found());
    assert_eq!(world.count("select count(*) from rooms").await, 1);
}

#[tokio::test]
async fn a_room_is_its_hosts_to_change() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    let room = world.waiting(&ada).await;
    assert_eq!(reason(world.resize(&eve, &room, 5).await), room_not_found());
    assert_eq!(reason(world.go_live(&eve, &room).await), room_not_found());
    assert_eq!(reason(world.end(&eve, &room).await), room_not_found());
    assert_eq!(world.resize(&ada, &room, 5).await.expect("its host").capacity, 5);
    for wrong in [0, 100_001] {
        let refused = world.resize(&ada, &room, wrong).await.expect_err("out of range");
        assert_eq!(kit_rpc::Fault::violations(&refused)[0].field, "capacity");
    }
}
