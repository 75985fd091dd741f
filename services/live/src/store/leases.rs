//! The `leases` table. Whoever adds one or counts them holds the room's lock.

use kit_core::ids::{RoomId, UserId};
use kit_pg::{PgConnection, Result};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};
use time::OffsetDateTime;

use crate::domain::lease::{Connection, Lease};

const COLUMNS: &str = "room_id, user_id, is_host, participant_sid, node_id, grant_expire_time, expire_time";

/// A person's lease, locked. One that has run out is none.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    room: RoomId,
    user: UserId,
    now: OffsetDateTime,
) -> Result<Option<Lease>> {
    let sql =
        format!("SELECT {COLUMNS} FROM leases WHERE room_id = $1 AND user_id = $2 AND expire_time > $3 FOR UPDATE");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(room.uuid())
        .bind(user.uuid())
        .bind(now)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Viewers' leases in a room, without one person's own.
pub(crate) async fn viewers_beside(
    conn: &mut PgConnection,
    room: RoomId,
    user: UserId,
    now: OffsetDateTime,
) -> Result<i64> {
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM leases WHERE room_id = $1 AND user_id <> $2 AND NOT is_host AND expire_time > $3",
    );
    Ok(count
        .bind(room.uuid())
        .bind(user.uuid())
        .bind(now)
        .fetch_one(conn)
        .await?)
}

/// People whom a node has seen in a room.
pub(crate) async fn present(conn: &mut PgConnection, room: RoomId, now: OffsetDateTime) -> Result<i64> {
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM leases WHERE room_id = $1 AND participant_sid IS NOT NULL AND expire_time > $2",
    );
    Ok(count.bind(room.uuid()).bind(now).fetch_one(conn).await?)
}

pub(crate) async fn put(conn: &mut PgConnection, lease: &Lease) -> Result<()> {
    sqlx::query(
        "INSERT INTO leases (room_id, user_id, is_host, participant_sid, node_id, grant_expire_time, expire_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (room_id, user_id) DO UPDATE SET is_host = excluded.is_host,
             participant_sid = excluded.participant_sid, node_id = excluded.node_id,
             grant_expire_time = excluded.grant_expire_time, expire_time = excluded.expire_time",
    )
    .bind(lease.room.uuid())
    .bind(lease.user.uuid())
    .bind(lease.is_host)
    .bind(lease.connection.as_ref().map(|connection| connection.sid.as_str()))
    .bind(lease.connection.as_ref().map(|connection| connection.node.as_str()))
    .bind(lease.grant_until)
    .bind(lease.until)
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends every lease of a room.
pub(crate) async fn clear(conn: &mut PgConnection, room: RoomId) -> Result<()> {
    sqlx::query("DELETE FROM leases WHERE room_id = $1")
        .bind(room.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

/// The leases that a node's connections hold in a room.
pub(crate) async fn of_node(conn: &mut PgConnection, node: &str, room: RoomId) -> Result<Vec<Lease>> {
    let sql =
        format!("SELECT {COLUMNS} FROM leases WHERE room_id = $1 AND node_id = $2 AND participant_sid IS NOT NULL");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(room.uuid())
        .bind(node)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// The rooms in which a node's connections hold leases.
pub(crate) async fn rooms_of_node(conn: &mut PgConnection, node: &str) -> Result<Vec<RoomId>> {
    let rooms =
        sqlx::query_scalar("SELECT DISTINCT room_id FROM leases WHERE node_id = $1 AND participant_sid IS NOT NULL");
    let rooms: Vec<uuid::Uuid> = rooms.bind(node).fetch_all(conn).await?;
    Ok(rooms.into_iter().map(RoomId::from_uuid).collect())
}

/// Removes leases that have run out, at most `limit`; says of which rooms.
pub(crate) async fn sweep(conn: &mut PgConnection, now: OffsetDateTime, limit: i64) -> Result<Vec<RoomId>> {
    let rows = sqlx::query(
        "DELETE FROM leases WHERE (room_id, user_id) IN
             (SELECT room_id, user_id FROM leases WHERE expire_time <= $1 ORDER BY expire_time LIMIT $2
              FOR UPDATE SKIP LOCKED)
         RETURNING room_id",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let mut rooms = rows
        .iter()
        .map(|row| Ok(RoomId::from_uuid(row.try_get("room_id")?)))
        .collect::<Result<Vec<_>>>()?;
    rooms.sort_unstable();
    rooms.dedup();
    Ok(rooms)
}

fn read(row: &PgRow) -> Result<Lease> {
    let sid: Option<String> = row.try_get("participant_sid")?;
    let node: Option<String> = row.try_get("node_id")?;
    Ok(Lease {
        room: RoomId::from_uuid(row.try_get("room_id")?),
        user: UserId::from_uuid(row.try_get("user_id")?),
        is_host: row.try_get("is_host")?,
        connection: sid.zip(node).map(|(sid, node)| Connection { node, sid }),
        grant_until: row.try_get("grant_expire_time")?,
        until: row.try_get("expire_time")?,
    })
}
