//! A node's sign of life.

use crate::Live;
use crate::commands::report::{Report, report};
use crate::domain::node::Node;
use crate::error::LiveError;
use crate::store::nodes;

pub(crate) async fn register(live: &Live, node: Node) -> Result<(), LiveError> {
    let mut tx = live.pool.begin().await?;
    let known = nodes::put(&mut tx, &node).await?;
    tx.commit().await?;
    if known.is_some_and(|start_time| start_time < node.start_time) {
        // It started anew and has nobody: what it had counts as left, with a moment to come back as after any break.
        report(
            live,
            Report {
                node: node.id,
                sightings: Vec::new(),
                complete: true,
            },
        )
        .await?;
    }
    Ok(())
}
