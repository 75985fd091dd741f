//! What runs by itself: idempotent, bounded, and harmless in every replica.

use std::time::Duration;

use kit_core::ids::RoomId;
use tokio_util::sync::CancellationToken;

use crate::Live;
use crate::error::LiveError;
use crate::store::{connections, leases, nodes, rooms};

/// How connections went is of interest until the next show of its kind, and is personal data.
const CONNECTIONS_KEPT: Duration = Duration::from_secs(90 * 24 * 3_600);
/// Between two sweeps: a seat that nobody renews is given back this much late at most.
const SWEEP_INTERVAL: Duration = Duration::from_secs(2);
/// Leases, rooms and connections that one sweep takes on.
const SWEEP_BATCH: i64 = 500;

/// Gives back seats whose time is over, has nodes close ended rooms, and forgets old connections, until `stop`.
pub(crate) async fn sweep(live: Live, stop: CancellationToken) {
    let mut due = tokio::time::interval(SWEEP_INTERVAL);
    while stop.run_until_cancelled(due.tick()).await.is_some() {
        if let Err(error) = end_leases(&live).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "leases stay for now");
        }
        close_ended(&live).await;
        if let Err(error) = forget_connections(&live).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "old connections stay for now");
        }
    }
}

async fn end_leases(live: &Live) -> Result<(), LiveError> {
    let rooms = leases::sweep(&mut *live.pool.acquire().await?, live.clock.now(), SWEEP_BATCH).await?;
    rooms.into_iter().for_each(|room| live.announce(room));
    Ok(())
}

async fn forget_connections(live: &Live) -> Result<(), LiveError> {
    let before = live.clock.now() - CONNECTIONS_KEPT;
    Ok(connections::forget(&mut *live.pool.acquire().await?, before, SWEEP_BATCH).await?)
}

/// Has nodes close the rooms that have ended. A room whose node is gone is closed already.
pub(crate) async fn close_ended(live: &Live) {
    match ended(live).await {
        Ok(ended) => {
            for (room, address) in ended {
                close(live, room, address.as_deref()).await;
            }
        }
        Err(error) => tracing::warn!(
            error = &error as &dyn std::error::Error,
            "ended rooms stay open for now"
        ),
    }
}

/// Each ended room that a node still holds, with the node's address if it is there.
async fn ended(live: &Live) -> Result<Vec<(RoomId, Option<String>)>, LiveError> {
    let mut connection = live.pool.acquire().await?;
    let there = nodes::there(&mut connection, live.clock.now()).await?;
    let address = |id: Option<String>| {
        there
            .iter()
            .find(|node| Some(&node.id) == id.as_ref())
            .map(|node| node.address.clone())
    };
    let rooms = rooms::to_close(&mut connection, SWEEP_BATCH).await?;
    Ok(rooms.into_iter().map(|room| (room.id, address(room.node))).collect())
}

async fn close(live: &Live, room: RoomId, address: Option<&str>) {
    let closed = match address {
        Some(address) => live.clients.close_room(address, room).await.map_err(LiveError::Peer),
        None => Ok(()),
    };
    let noted = match closed {
        Ok(()) => note_closed(live, room).await,
        Err(error) => Err(error),
    };
    if let Err(error) = noted {
        tracing::warn!(%room, error = &error as &dyn std::error::Error, "a room could not be closed; it will be tried again");
    }
}

async fn note_closed(live: &Live, room: RoomId) -> Result<(), LiveError> {
    Ok(rooms::closed(&mut *live.pool.acquire().await?, room).await?)
}
