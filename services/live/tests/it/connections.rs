//! How connections are, and how they went.

use std::time::Duration;

use kit_rpc::UserCaller;
use plenary_proto::live::v1::{self as pb, ConnectionSeverity, ConnectionVerdict};
use tonic::{Code, Status};

use crate::world::{World, reason, room_not_found};

/// A connection as a node tells of it.
fn connection(world: &World, user: &UserCaller, name: &str, severity: ConnectionSeverity) -> pb::Connection {
    let verdict = match severity {
        ConnectionSeverity::None => ConnectionVerdict::Fine,
        _ => ConnectionVerdict::LastMile,
    };
    pb::Connection {
        participant_sid: format!("PA_{name}"),
        user_id: user.user_id.to_string(),
        display_name: name.to_owned(),
        join_time: Some(kit_rpc::timestamp(world.app.clock().now())),
        verdict: verdict.into(),
        severity: severity.into(),
        sample: Some(pb::ConnectionSample {
            sent_bps: 1_000_000,
            ..pb::ConnectionSample::default()
        }),
        totals: Some(pb::ConnectionTotals::default()),
        ..pb::Connection::default()
    }
}

/// The same when it is over.
fn ended(world: &World, connection: pb::Connection) -> pb::Connection {
    pb::Connection {
        leave_time: Some(kit_rpc::timestamp(world.app.clock().now())),
        sample: None,
        ..connection
    }
}

fn of(room: &pb::Room) -> pb::ListConnectionsRequest {
    pb::ListConnectionsRequest {
        room_id: room.id.clone(),
        ..pb::ListConnectionsRequest::default()
    }
}

async fn list(
    world: &World,
    by: &UserCaller,
    request: pb::ListConnectionsRequest,
) -> Result<pb::ListConnectionsResponse, Status> {
    Ok(world.live(by).list_connections(request).await?.into_inner())
}

async fn names(world: &World, by: &UserCaller, request: pb::ListConnectionsRequest) -> Vec<String> {
    let answer = list(world, by, request).await.expect("one's own room");
    answer.connections.into_iter().map(|one| one.display_name).collect()
}

/// A room with Cleo and Bob in it, Bob in trouble, and Dan, who has left.
async fn occupied(world: &World) -> (UserCaller, pb::Room) {
    let ada = world.organizer();
    let room = world.on_air(&ada, 10).await;
    // A room is on a node from the first join on.
    world.join(&world.holder(&room), &room).await.expect("a seat");
    let (none, hurts) = (ConnectionSeverity::None, ConnectionSeverity::Hurts);
    let cleo = connection(world, &world.person(), "Cleo", none);
    let bob = connection(world, &world.person(), "Bob", hurts);
    world.node.sees(vec![cleo.clone(), bob]);
    let dan = connection(world, &world.person(), "Dan", ConnectionSeverity::Shows);
    world
        .keep(&room, vec![cleo, ended(world, dan)])
        .await
        .expect("a service");
    (ada, room)
}

#[tokio::test]
async fn the_host_sees_who_is_there_and_who_was_the_worst_first() {
    let world = World::new().await;
    let (ada, room) = occupied(&world).await;
    let answer = list(&world, &ada, of(&room)).await.expect("one's own room");
    let all: Vec<_> = answer
        .connections
        .iter()
        .map(|one| (&*one.display_name, one.leave_time.is_some()))
        .collect();
    assert_eq!(all, [("Bob", false), ("Dan", true), ("Cleo", false)]);
    let health = answer.health.expect("always");
    assert!(health.node_reached);
    assert_eq!((health.present, health.ended, health.sent_bps), (2, 1, 2_000_000));
    let verdicts: Vec<_> = health.verdicts.iter().map(|one| (one.verdict(), one.count)).collect();
    assert_eq!(
        verdicts,
        [(ConnectionVerdict::Fine, 1), (ConnectionVerdict::LastMile, 1)]
    );
    assert_eq!(health.node.expect("it answered").headroom_percent, 80);
}

#[tokio::test]
async fn the_list_is_searched_narrowed_and_paged() {
    let world = World::new().await;
    let (ada, room) = occupied(&world).await;
    let searched = pb::ListConnectionsRequest {
        query: " CLE ".to_owned(),
        ..of(&room)
    };
    assert_eq!(names(&world, &ada, searched).await, ["Cleo"]);
    let present = pb::ListConnectionsRequest {
        present_only: true,
        ..of(&room)
    };
    assert_eq!(names(&world, &ada, present).await, ["Bob", "Cleo"]);
    let mut request = pb::ListConnectionsRequest {
        page_size: 2,
        ..of(&room)
    };
    let first = list(&world, &ada, request.clone()).await.expect("one's own room");
    assert_eq!(first.connections.len(), 2);
    request.page_token = first.next_page_token;
    let second = list(&world, &ada, request.clone()).await.expect("the next page");
    assert_eq!(second.connections.len(), 1);
    assert_eq!(second.next_page_token, "");
    request.query = "x".to_owned();
    let foreign = list(&world, &ada, request).await.expect_err("a token of another list");
    assert_eq!(foreign.code(), Code::InvalidArgument);
    let long = pb::ListConnectionsRequest {
        query: "x".repeat(101),
        ..of(&room)
    };
    let long = list(&world, &ada, long).await.expect_err("too long");
    assert_eq!(long.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn only_the_events_team_sees_connections() {
    let world = World::new().await;
    let (_, room) = occupied(&world).await;
    let other = world.organizer();
    assert_eq!(reason(list(&world, &other, of(&room)).await), room_not_found());
    let watcher = world.holder(&room);
    let refused = list(&world, &watcher, of(&room)).await.expect_err("not an organizer");
    assert_eq!(refused.code(), Code::PermissionDenied);
}

#[tokio::test]
async fn with_the_node_away_what_was_kept_is_shown() {
    let world = World::new().await;
    let (ada, room) = occupied(&world).await;
    world.node.go_away();
    let answer = list(&world, &ada, of(&room)).await.expect("one's own room");
    let health = answer.health.expect("always");
    assert_eq!((health.node_reached, health.present, health.ended), (false, 0, 2));
    let all: Vec<_> = answer.connections.iter().map(|one| &*one.display_name).collect();
    assert_eq!(all, ["Dan", "Cleo"]);
    assert!(
        answer
            .connections
            .iter()
            .all(|one| one.sample.is_none() && one.leave_time.is_some())
    );
}

#[tokio::test]
async fn the_last_word_counts_and_none_after_the_end() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 10).await;
    world.node.go_away();
    let bob = connection(&world, &world.person(), "Bob", ConnectionSeverity::None);
    let worse = pb::Connection {
        severity: ConnectionSeverity::Shows.into(),
        ..bob.clone()
    };
    let severity = async || {
        let answer = list(&world, &ada, of(&room)).await.expect("one's own room");
        assert_eq!(answer.connections.len(), 1, "one row for one connection");
        answer.connections[0].severity()
    };
    world
        .keep(&room, vec![bob.clone(), worse.clone()])
        .await
        .expect("a service");
    assert_eq!(severity().await, ConnectionSeverity::Shows);
    world.app.hand.advance(Duration::from_secs(60));
    world
        .keep(&room, vec![ended(&world, bob.clone()), worse.clone()])
        .await
        .expect("a service");
    assert_eq!(severity().await, ConnectionSeverity::None);
    world.keep(&room, vec![worse]).await.expect("late, and harmless");
    assert_eq!(severity().await, ConnectionSeverity::None);
}

#[tokio::test]
async fn what_names_no_room_or_person_of_ours_is_not_kept() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 10).await;
    let bob = connection(&world, &world.person(), "Bob", ConnectionSeverity::None);
    let somebody = pb::Connection {
        user_id: "recorder".to_owned(),
        ..bob.clone()
    };
    let elsewhere = pb::Room {
        id: kit_core::ids::RoomId::new(world.app.clock(), &kit_core::Rng::seeded(9)).to_string(),
        ..room.clone()
    };
    world.keep(&room, vec![somebody]).await.expect("skipped");
    world.keep(&elsewhere, vec![bob.clone()]).await.expect("skipped");
    assert_eq!(world.count("select count(*) from connections").await, 0);
    let many = vec![bob; 1_001];
    let refused = world.keep(&room, many).await.expect_err("too many");
    assert_eq!(refused.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn after_ninety_days_nothing_is_left() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 10).await;
    let old = connection(&world, &world.person(), "Old", ConnectionSeverity::None);
    world.keep(&room, vec![ended(&world, old)]).await.expect("a service");
    world.app.hand.advance(Duration::from_secs(90 * 24 * 3_600 + 1));
    let new = connection(&world, &world.person(), "New", ConnectionSeverity::None);
    world.keep(&room, vec![ended(&world, new)]).await.expect("a service");
    world.app.host.start();
    while world.count("select count(*) from connections").await > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(names(&world, &ada, of(&room)).await, ["New"]);
}
