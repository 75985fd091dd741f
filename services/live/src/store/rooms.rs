//! The `rooms` table.

use kit_core::ids::{EventId, RoomId, SessionId};
use kit_pg::{Error, PgConnection, Result};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::room::{Room, RoomState};

const COLUMNS: &str = "id, session_id, event_id, state, capacity, node_id, live_start_time, live_end_time";

/// The session's room. Made from `new` when it has none: of two who ask at once, one makes it and both get it.
pub(crate) async fn get_or_create(conn: &mut PgConnection, new: &Room, now: OffsetDateTime) -> Result<Room> {
    if let Some(room) = by_session(conn, new.session).await? {
        return Ok(room);
    }
    sqlx::query(
        "INSERT INTO rooms (id, session_id, event_id, state, capacity, create_time) VALUES ($1, $2, $3, 'waiting', $4, $5)
         ON CONFLICT (session_id) DO NOTHING",
    )
    .bind(new.id.uuid())
    .bind(new.session.uuid())
    .bind(new.event.uuid())
    .bind(new.capacity)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    by_session(conn, new.session)
        .await?
        .ok_or_else(|| Error::Malformed("a room that was just made is gone".into()))
}

async fn by_session(conn: &mut PgConnection, session: SessionId) -> Result<Option<Room>> {
    let sql = format!("SELECT {COLUMNS} FROM rooms WHERE session_id = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(session.uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn get(conn: &mut PgConnection, room: RoomId) -> Result<Option<Room>> {
    let sql = format!("SELECT {COLUMNS} FROM rooms WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(room.uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The room, locked until the transaction ends: every change of it and of its leases waits its turn here.
pub(crate) async fn lock(conn: &mut PgConnection, room: RoomId) -> Result<Option<Room>> {
    let sql = format!("SELECT {COLUMNS} FROM rooms WHERE id = $1 FOR UPDATE");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(room.uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Writes what can change of a locked room.
pub(crate) async fn update(conn: &mut PgConnection, room: &Room) -> Result<()> {
    let (state, began, ended) = match room.state {
        RoomState::Waiting => ("waiting", None, None),
        RoomState::Live { since } => ("live", Some(since), None),
        RoomState::Ended { began, at } => ("ended", Some(began), Some(at)),
    };
    sqlx::query(
        "UPDATE rooms SET state = $2, capacity = $3, node_id = $4, live_start_time = $5, live_end_time = $6 WHERE id = $1",
    )
    .bind(room.id.uuid())
    .bind(state)
    .bind(room.capacity)
    .bind(&room.node)
    .bind(began)
    .bind(ended)
    .execute(conn)
    .await?;
    Ok(())
}

/// Ended rooms that a node still holds.
pub(crate) async fn to_close(conn: &mut PgConnection, limit: i64) -> Result<Vec<Room>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM rooms WHERE state = 'ended' AND node_id IS NOT NULL ORDER BY live_end_time LIMIT $1"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(limit).fetch_all(conn).await?;
    rows.iter().map(read).collect()
}

/// Notes that a node has closed an ended room; a room that has begun again meanwhile keeps its node.
pub(crate) async fn closed(conn: &mut PgConnection, room: RoomId) -> Result<()> {
    let closed = sqlx::query("UPDATE rooms SET node_id = NULL WHERE id = $1 AND state = 'ended'");
    closed.bind(room.uuid()).execute(conn).await?;
    Ok(())
}

fn read(row: &PgRow) -> Result<Room> {
    let began: Option<OffsetDateTime> = row.try_get("live_start_time")?;
    let ended: Option<OffsetDateTime> = row.try_get("live_end_time")?;
    let state = match (row.try_get::<&str, _>("state")?, began, ended) {
        ("waiting", _, _) => RoomState::Waiting,
        ("live", Some(since), _) => RoomState::Live { since },
        ("ended", Some(began), Some(at)) => RoomState::Ended { began, at },
        (state, _, _) => {
            return Err(Error::Malformed(
                format!("a room is {state} and lacks its times").into(),
            ));
        }
    };
    Ok(Room {
        id: RoomId::from_uuid(row.try_get::<Uuid, _>("id")?),
        session: SessionId::from_uuid(row.try_get("session_id")?),
        event: EventId::from_uuid(row.try_get("event_id")?),
        state,
        capacity: row.try_get("capacity")?,
        node: row.try_get("node_id")?,
    })
}
