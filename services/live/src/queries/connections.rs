//! The connections of a room: those of now, from its node, and those of before, from the database.

use std::collections::BTreeSet;

use kit_core::ids::RoomId;
use kit_core::{Page, PageRequest};
use kit_rpc::{Context, timestamp};
use plenary_proto::live::v1::{Connection, RoomHealth, VerdictCount};
use plenary_proto::sfu::v1::ListConnectionsResponse as OfNode;
use prost::Message as _;

use crate::Live;
use crate::domain::node::place;
use crate::error::LiveError;
use crate::store::connections::{self, Kept};
use crate::store::{nodes, rooms};

/// Connections that a room's list holds.
const LISTED_MAX: usize = 5_000;

/// What of a list is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) room: RoomId,
    /// In small letters.
    pub(crate) query: String,
    pub(crate) present_only: bool,
    pub(crate) page: PageRequest<Place>,
}

/// A connection's place in the list: rank (the worst have the least), name in small letters, sid.
pub(crate) type Place = (i64, (String, String));

/// A page of the room's connections, and the room's health, for its host.
pub(crate) async fn list(
    live: &Live,
    context: &Context,
    asked: Asked,
) -> Result<(Page<Connection>, RoomHealth), LiveError> {
    live.hosted(context, asked.room).await?;
    let there = ask_node(live, asked.room).await?;
    let kept = {
        let mut connection = live.pool.acquire().await?;
        connections::of_room(&mut connection, asked.room, LISTED_MAX as i64).await?
    };
    let (node_reached, there) = (there.is_some(), there.unwrap_or_default());
    let named: BTreeSet<_> = there
        .connections
        .iter()
        .map(|one| one.participant_sid.clone())
        .collect();
    let before: Vec<Connection> = kept
        .into_iter()
        .filter(|kept| !named.contains(&kept.sid))
        .map(ended)
        .collect::<Result<_, _>>()?;
    let health = health(&there, node_reached, before.len());
    let mut all = there.connections;
    if !asked.present_only {
        all.extend(before);
    }
    all.retain(|connection| connection.display_name.to_lowercase().contains(&asked.query));
    let mut placed: Vec<_> = all
        .into_iter()
        .map(|connection| (place_of(&connection), connection))
        .collect();
    placed.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let after = asked.page.cursor();
    let rest = placed
        .into_iter()
        .filter(|(place, _)| after.is_none_or(|after| place > after));
    let rows = rest
        .take(usize::try_from(asked.page.fetch()).unwrap_or_default())
        .collect();
    let page = asked.page.page(rows, |(place, _)| place.clone());
    Ok((page.map(|(_, connection)| connection), health))
}

/// What the room's node says; `None` when it cannot be asked, which is no reason to keep what is known from the host.
async fn ask_node(live: &Live, room: RoomId) -> Result<Option<OfNode>, LiveError> {
    let address = {
        let mut connection = live.pool.acquire().await?;
        let room = rooms::get(&mut connection, room)
            .await?
            .ok_or(LiveError::RoomNotFound)?;
        let now = live.clock.now();
        let there = nodes::there(&mut connection, now).await?;
        let node = room.node.as_deref();
        let placed = node.and_then(|node| place(&there, Some(node), now).filter(|placed| placed.id == node));
        placed.map(|node| node.address.clone())
    };
    let Some(address) = address else { return Ok(None) };
    match live.clients.connections(&address, room).await {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => {
            tracing::warn!(%room, error = &error as &dyn std::error::Error, "a room's node does not say how its connections are");
            Ok(None)
        }
    }
}

/// A connection that is over, or whose node knows nothing of it any more.
fn ended(kept: Kept) -> Result<Connection, LiveError> {
    let connection = Connection::decode(&*kept.report).map_err(|error| kit_pg::Error::Malformed(error.into()))?;
    Ok(Connection {
        leave_time: kept.left.map(timestamp),
        sample: None,
        ..connection
    })
}

fn health(there: &OfNode, node_reached: bool, ended: usize) -> RoomHealth {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let found: BTreeSet<_> = there.connections.iter().map(|one| one.verdict).collect();
    let of = |verdict| there.connections.iter().filter(|one| one.verdict == verdict).count();
    let verdicts = found.into_iter().map(|verdict| VerdictCount {
        verdict,
        count: count(of(verdict)),
    });
    let sum = |of: fn(&Connection) -> i64| there.connections.iter().map(of).sum();
    RoomHealth {
        node_reached,
        present: count(there.connections.len()),
        verdicts: verdicts.collect(),
        ended: count(ended),
        traffic: there.traffic,
        sent_bps: sum(|one| one.sample.map_or(0, |sample| sample.sent_bps)),
        received_bps: sum(|one| one.sample.map_or(0, |sample| sample.received_bps)),
        node: there.node.clone(),
    }
}

fn place_of(connection: &Connection) -> Place {
    let rank = -(i64::from(connection.severity) * 2 + i64::from(connection.leave_time.is_none()));
    let name = connection.display_name.to_lowercase();
    (rank, (name, connection.participant_sid.clone()))
}
