//! The service through its door: real PostgreSQL, a clock that stands still, and tokens of everybody.

mod access;
mod agenda;
mod approval;
mod clone_event;
mod create_event;
mod delete_event;
mod facts;
mod guests;
mod images;
mod jobs;
mod leak;
mod lifecycle;
mod list_my_events;
mod search_events;
mod seed;
mod update_event;
mod world;

use events::MIGRATIONS;

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
