//! What nodes say of how connections went.

use std::collections::BTreeMap;

use crate::Live;
use crate::error::LiveError;
use crate::store::connections::{self, Kept};

/// A node's connections.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) node: String,
    pub(crate) connections: Vec<Kept>,
}

/// Keeps them. The last word on a connection counts, and none after its end.
pub(crate) async fn keep(live: &Live, account: Account) -> Result<(), LiveError> {
    let mut each = BTreeMap::new();
    for kept in account.connections {
        let name = (kept.room, kept.sid.clone());
        let ended = each.get(&name).is_some_and(|earlier: &Kept| earlier.left.is_some());
        if !ended {
            each.insert(name, kept);
        }
    }
    let all: Vec<_> = each.into_values().collect();
    let mut connection = live.pool.acquire().await?;
    connections::keep(&mut connection, &account.node, &all, live.clock.now()).await?;
    Ok(())
}
