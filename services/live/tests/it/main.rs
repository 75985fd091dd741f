//! The service through its door: real PostgreSQL and Redis, a clock that stands still, and those who stand in for events,
//! ticketing and the SFU nodes.

mod connections;
mod join_room;
mod locate_room;
mod report_join;
mod reports;
mod rooms;
mod show;
mod stand_ins;
mod watch_room;
mod world;

use live::MIGRATIONS;

#[test]
fn every_migration_is_listed() {
    let folder = std::path::Path::new("migrations");
    assert_eq!(
        MIGRATIONS.unlisted(folder).expect("the folder is there"),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn every_rpc_admits_exactly_its_roles() {
    let world = world::World::new().await;
    kit_rpc::proof::every_rpc_admits_exactly_its_roles(&world.app.host, &world.app.tokens).await;
}
