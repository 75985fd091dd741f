//! Every RPC × everybody.

use identity::Identity;
use kit_core::{ManualClock, Rng};
use kit_rpc::proof::{Tokens, every_rpc_admits_exactly_its_roles};

use crate::world::World;

#[tokio::test]
async fn every_rpc_admits_exactly_its_roles_to_identity() {
    let world = World::new().await;
    let hand = ManualClock::fixed();
    let tokens = Tokens::new(hand.clock(), Rng::seeded(1));
    let host = tokens.host();
    host.mount(Identity::part(&world.identity));
    every_rpc_admits_exactly_its_roles(&host, &tokens).await;
}
