//! The service through its door: real PostgreSQL, a clock that stands still, and somebody who stands in for events.

mod cancel_order;
mod check_in;
mod events_stand_in;
mod expiry;
mod facts;
mod orders;
mod replicas;
mod rush;
mod ticket_types;
mod tickets;
mod world;

use ticketing::MIGRATIONS;

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
