//! SQL and row types of the chat. Nothing else.

use kit_core::RequestId;
use kit_core::ids::{MessageId, RoomId, UserId};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::domain::{Author, Content, Entry, NewEntry};

const COLUMNS: &str =
    "id, room_id, sequence, author_id, author_name, author_is_host, text, deletes_id, deleted, create_time";

/// Takes the room's next number. The row stays locked until the transaction ends, so that numbers are committed in order
/// and one that is rolled back is given again.
pub(crate) async fn next_sequence(conn: &mut PgConnection, room: RoomId) -> kit_pg::Result<i64> {
    sqlx::query_scalar(
        "INSERT INTO rooms (id, last_sequence) VALUES ($1, 1)
         ON CONFLICT (id) DO UPDATE SET last_sequence = rooms.last_sequence + 1
         RETURNING last_sequence",
    )
    .bind(room.uuid())
    .fetch_one(conn)
    .await
    .map_err(Into::into)
}

/// The room's newest number; 0 in an empty room.
pub(crate) async fn last_sequence(conn: &mut PgConnection, room: RoomId) -> kit_pg::Result<i64> {
    let last = sqlx::query_scalar("SELECT last_sequence FROM rooms WHERE id = $1");
    Ok(last.bind(room.uuid()).fetch_optional(conn).await?.unwrap_or(0))
}

/// Writes an entry at its place. A `request_id` that the author has used in the room violates `messages_request_key`.
pub(crate) async fn insert(conn: &mut PgConnection, entry: NewEntry, sequence: i64) -> kit_pg::Result<Entry> {
    let (text, deletes) = match &entry.content {
        Content::Said(text) => (text.as_str(), None),
        Content::Deleted => ("", None),
        Content::Deletion(message) => ("", Some(message.uuid())),
    };
    sqlx::query(
        "INSERT INTO messages
             (id, room_id, sequence, author_id, author_name, author_is_host, text, deletes_id, request_id, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(entry.id.uuid())
    .bind(entry.room.uuid())
    .bind(sequence)
    .bind(entry.author.id.uuid())
    .bind(&entry.author.name)
    .bind(entry.author.is_host)
    .bind(text)
    .bind(deletes)
    .bind(entry.request.uuid())
    .bind(entry.create_time)
    .execute(conn)
    .await?;
    Ok(entry.at(sequence))
}

/// What an author's earlier post with this `request_id` made.
pub(crate) async fn by_request(
    conn: &mut PgConnection,
    room: RoomId,
    author: UserId,
    request: RequestId,
) -> kit_pg::Result<Option<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM messages WHERE room_id = $1 AND author_id = $2 AND request_id = $3");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(room.uuid())
        .bind(author.uuid())
        .bind(request.uuid());
    row.fetch_optional(conn).await?.as_ref().map(read).transpose()
}

pub(crate) async fn get(conn: &mut PgConnection, message: MessageId) -> kit_pg::Result<Option<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM messages WHERE id = $1");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(message.uuid())
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// One message, locked against a second removal.
pub(crate) async fn lock(conn: &mut PgConnection, message: MessageId) -> kit_pg::Result<Option<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM messages WHERE id = $1 FOR UPDATE");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(message.uuid())
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Erases a message's text.
pub(crate) async fn erase(conn: &mut PgConnection, message: MessageId) -> kit_pg::Result<()> {
    let erased = sqlx::query("UPDATE messages SET text = '', deleted = true WHERE id = $1");
    erased.bind(message.uuid()).execute(conn).await?;
    Ok(())
}

/// The oldest `limit` entries after a number, rising.
pub(crate) async fn after(
    conn: &mut PgConnection,
    room: RoomId,
    sequence: i64,
    limit: i64,
) -> kit_pg::Result<Vec<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM messages WHERE room_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(room.uuid())
        .bind(sequence)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// The newest `limit` entries before a number, rising.
pub(crate) async fn before(
    conn: &mut PgConnection,
    room: RoomId,
    sequence: i64,
    limit: i64,
) -> kit_pg::Result<Vec<Entry>> {
    let sql =
        format!("SELECT {COLUMNS} FROM messages WHERE room_id = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(room.uuid())
        .bind(sequence)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().rev().map(read).collect()
}

fn read(row: &PgRow) -> kit_pg::Result<Entry> {
    let deletes: Option<uuid::Uuid> = row.try_get("deletes_id")?;
    let content = match deletes {
        Some(message) => Content::Deletion(MessageId::from_uuid(message)),
        None if row.try_get("deleted")? => Content::Deleted,
        None => Content::Said(row.try_get("text")?),
    };
    Ok(Entry {
        id: MessageId::from_uuid(row.try_get("id")?),
        room: RoomId::from_uuid(row.try_get("room_id")?),
        sequence: row.try_get("sequence")?,
        author: Author {
            id: UserId::from_uuid(row.try_get("author_id")?),
            name: row.try_get("author_name")?,
            is_host: row.try_get("author_is_host")?,
        },
        content,
        create_time: row.try_get("create_time")?,
    })
}
