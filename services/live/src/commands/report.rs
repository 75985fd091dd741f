//! What a node says about who is in its rooms.

use std::collections::BTreeSet;

use kit_core::ids::{RoomId, UserId};
use kit_pg::PgConnection;
use time::OffsetDateTime;

use crate::Live;
use crate::domain::lease::Connection;
use crate::domain::room::RoomState;
use crate::error::LiveError;
use crate::store::{leases, rooms};

/// One connection of one person in one room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) room: RoomId,
    pub(crate) user: UserId,
    pub(crate) sid: String,
    pub(crate) present: bool,
}

/// A node's report.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) node: String,
    pub(crate) sightings: Vec<Sighting>,
    /// The sightings are everybody on the node.
    pub(crate) complete: bool,
}

/// Renews and ends leases; answers with those who must not be there.
pub(crate) async fn report(live: &Live, report: Report) -> Result<Vec<Sighting>, LiveError> {
    let now = live.clock.now();
    let mut rooms: BTreeSet<RoomId> = report.sightings.iter().map(|sighting| sighting.room).collect();
    if report.complete {
        rooms.extend(leases::rooms_of_node(&mut *live.pool.acquire().await?, &report.node).await?);
    }
    let mut evicted = Vec::new();
    // One short transaction for each room, under its lock.
    for room in rooms {
        let mut tx = live.pool.begin().await?;
        let found = rooms::lock(&mut tx, room).await?;
        let open = found.is_some_and(|room| !matches!(room.state, RoomState::Ended { .. }));
        let mut changed = false;
        for sighting in report.sightings.iter().filter(|sighting| sighting.room == room) {
            match apply(&mut tx, &report.node, sighting, open, now).await? {
                Effect::Renewed => {}
                Effect::Changed => changed = true,
                Effect::Evicted => evicted.push(sighting.clone()),
            }
        }
        if report.complete {
            changed |= end_missing(&mut tx, &report, room, now).await?;
        }
        tx.commit().await?;
        if changed {
            live.announce(room);
        }
    }
    Ok(evicted)
}

enum Effect {
    Renewed,
    Changed,
    Evicted,
}

async fn apply(
    conn: &mut PgConnection,
    node: &str,
    sighting: &Sighting,
    open: bool,
    now: OffsetDateTime,
) -> Result<Effect, LiveError> {
    let Some(lease) = leases::lock(conn, sighting.room, sighting.user, now)
        .await?
        .filter(|_| open)
    else {
        return Ok(if sighting.present {
            Effect::Evicted
        } else {
            Effect::Renewed
        });
    };
    let connection = Connection {
        node: node.to_owned(),
        sid: sighting.sid.clone(),
    };
    let held = lease.connection.clone();
    let lease = if sighting.present {
        lease.seen(connection, now)
    } else {
        lease.left(&connection, now)
    };
    leases::put(conn, &lease).await?;
    Ok(if lease.connection == held {
        Effect::Renewed
    } else {
        Effect::Changed
    })
}

/// Ends connections that the node had in a room and does not name any more; says whether there were any.
async fn end_missing(
    conn: &mut PgConnection,
    report: &Report,
    room: RoomId,
    now: OffsetDateTime,
) -> Result<bool, LiveError> {
    let named = |user: UserId, sid: &str| {
        let mut sightings = report.sightings.iter();
        sightings
            .any(|sighting| sighting.present && (sighting.room, sighting.user, &*sighting.sid) == (room, user, sid))
    };
    let mut changed = false;
    for lease in leases::of_node(conn, &report.node, room).await? {
        if let Some(connection) = lease
            .connection
            .clone()
            .filter(|connection| !named(lease.user, &connection.sid))
        {
            leases::put(conn, &lease.left(&connection, now)).await?;
            changed = true;
        }
    }
    Ok(changed)
}
