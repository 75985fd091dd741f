//! The `nodes` table.

use kit_pg::{PgConnection, Result};
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::domain::node::{Node, SILENCE};

/// Writes a node's sign of life; says when the process that was known before had started.
pub(crate) async fn put(conn: &mut PgConnection, node: &Node) -> Result<Option<OffsetDateTime>> {
    let known = sqlx::query_scalar("SELECT start_time FROM nodes WHERE id = $1 FOR UPDATE");
    let known: Option<OffsetDateTime> = known.bind(&node.id).fetch_optional(&mut *conn).await?;
    sqlx::query(
        "INSERT INTO nodes (id, address, free_seats, start_time, seen_time) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET address = excluded.address, free_seats = excluded.free_seats,
             start_time = excluded.start_time, seen_time = excluded.seen_time",
    )
    .bind(&node.id)
    .bind(&node.address)
    .bind(node.free_seats)
    .bind(node.start_time)
    .bind(node.seen_time)
    .execute(conn)
    .await?;
    Ok(known)
}

/// The nodes that are there, at most 1,000.
pub(crate) async fn there(conn: &mut PgConnection, now: OffsetDateTime) -> Result<Vec<Node>> {
    let rows = sqlx::query(
        "SELECT id, address, free_seats, start_time, seen_time FROM nodes WHERE seen_time > $1 ORDER BY id LIMIT 1000",
    );
    rows.bind(now - SILENCE)
        .fetch_all(conn)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &PgRow) -> Result<Node> {
    Ok(Node {
        id: row.try_get("id")?,
        address: row.try_get("address")?,
        free_seats: row.try_get("free_seats")?,
        start_time: row.try_get("start_time")?,
        seen_time: row.try_get("seen_time")?,
    })
}
