//! Who may call what.

use crate::world::World;

#[tokio::test]
async fn every_rpc_admits_exactly_its_roles() {
    let world = World::new().await;
    kit_rpc::proof::every_rpc_admits_exactly_its_roles(&world.app.host, &world.app.tokens).await;
}
