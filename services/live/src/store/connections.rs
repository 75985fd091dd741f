//! The `connections` table.

use kit_core::ids::{RoomId, UserId};
use kit_pg::{PgConnection, Result};
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;
use uuid::Uuid;

/// A connection as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) room: RoomId,
    pub(crate) user: UserId,
    pub(crate) joined: OffsetDateTime,
    pub(crate) left: Option<OffsetDateTime>,
    /// The connection's name.
    pub(crate) sid: String,
    /// As its node has described it: a message that is not read here.
    pub(crate) report: Vec<u8>,
}

/// Keeps connections, each named once, of rooms that there are. One that has ended stays as it is.
pub(crate) async fn keep(conn: &mut PgConnection, node: &str, all: &[Kept], now: OffsetDateTime) -> Result<()> {
    let rooms: Vec<Uuid> = all.iter().map(|kept| kept.room.uuid()).collect();
    let sids: Vec<&str> = all.iter().map(|kept| &*kept.sid).collect();
    let users: Vec<Uuid> = all.iter().map(|kept| kept.user.uuid()).collect();
    let joined: Vec<OffsetDateTime> = all.iter().map(|kept| kept.joined).collect();
    let left: Vec<Option<OffsetDateTime>> = all.iter().map(|kept| kept.left).collect();
    let reports: Vec<&[u8]> = all.iter().map(|kept| &*kept.report).collect();
    sqlx::query(
        "INSERT INTO connections (room_id, participant_sid, user_id, node_id, join_time, leave_time, update_time, report)
         SELECT new.room_id, new.sid, new.user_id, $7, new.join_time, new.leave_time, $8, new.report
         FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::bytea[])
             AS new (room_id, sid, user_id, join_time, leave_time, report)
         JOIN rooms ON rooms.id = new.room_id
         ON CONFLICT (room_id, participant_sid) DO UPDATE SET leave_time = excluded.leave_time,
             update_time = excluded.update_time, report = excluded.report
             WHERE connections.leave_time IS NULL",
    )
    .bind(rooms)
    .bind(sids)
    .bind(users)
    .bind(joined)
    .bind(left)
    .bind(reports)
    .bind(node)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// The latest connections to a room, at most `limit`. One whose end was never told has ended when it was last heard of.
pub(crate) async fn of_room(conn: &mut PgConnection, room: RoomId, limit: i64) -> Result<Vec<Kept>> {
    let rows = sqlx::query(
        "SELECT room_id, participant_sid, user_id, join_time, coalesce(leave_time, update_time) AS leave_time, report
         FROM connections WHERE room_id = $1 ORDER BY join_time DESC, participant_sid LIMIT $2",
    )
    .bind(room.uuid())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(read).collect()
}

/// Forgets connections not heard of since `before`, at most `limit`.
pub(crate) async fn forget(conn: &mut PgConnection, before: OffsetDateTime, limit: i64) -> Result<()> {
    let deleted = sqlx::query(
        "DELETE FROM connections WHERE (room_id, participant_sid) IN
             (SELECT room_id, participant_sid FROM connections WHERE update_time < $1 ORDER BY update_time LIMIT $2
              FOR UPDATE SKIP LOCKED)",
    );
    deleted.bind(before).bind(limit).execute(conn).await?;
    Ok(())
}

fn read(row: &PgRow) -> Result<Kept> {
    Ok(Kept {
        room: RoomId::from_uuid(row.try_get("room_id")?),
        user: UserId::from_uuid(row.try_get("user_id")?),
        joined: row.try_get("join_time")?,
        left: row.try_get("leave_time")?,
        sid: row.try_get("participant_sid")?,
        report: row.try_get("report")?,
    })
}
