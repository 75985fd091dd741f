//! The `ticket_types` table. Its counters are the only way to a seat.

use std::collections::BTreeSet;

use kit_core::ids::{EventId, TicketTypeId};
use kit_core::{Currency, Money};
use kit_pg::{Error, PgConnection, Result};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};
use time::OffsetDateTime;

use crate::domain::seats::Move;
use crate::domain::ticket_type::{SaleWindow, Terms, TicketType};

const COLUMNS: &str = "id, event_id, name, description, price_currency, price_minor, capacity, max_per_order, \
                       sale_start_time, sale_end_time, held_count, sold_count, version";

/// Moves `quantity` seats of a type; `false` when there are not so many free.
///
/// The update waits for whoever is changing the same row and then looks at what they left: this row lock is what makes
/// capacity exact. Those who move seats of several types do so in the order of their ids.
pub(crate) async fn move_seats(conn: &mut PgConnection, id: TicketTypeId, how: Move, quantity: i32) -> Result<bool> {
    let (held, sold) = how.signs();
    let moved = sqlx::query(
        "UPDATE ticket_types SET held_count = held_count + $2, sold_count = sold_count + $3
         WHERE id = $1 AND held_count + sold_count + $2 + $3 <= capacity",
    );
    let moved = moved
        .bind(id.uuid())
        .bind(held * quantity)
        .bind(sold * quantity)
        .execute(conn)
        .await?;
    Ok(moved.rows_affected() == 1)
}

/// Types locked like one by [`lock`], in the order of their ids.
pub(crate) async fn lock_all(conn: &mut PgConnection, ids: &BTreeSet<TicketTypeId>) -> Result<Vec<TicketType>> {
    let sql = format!("SELECT {COLUMNS} FROM ticket_types WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// Writes the counters of locked types.
pub(crate) async fn write_seats<'t>(
    conn: &mut PgConnection,
    types: impl Iterator<Item = &'t TicketType>,
) -> Result<()> {
    let types: Vec<&TicketType> = types.collect();
    sqlx::query(
        "UPDATE ticket_types SET held_count = new.held, sold_count = new.sold
         FROM unnest($1::uuid[], $2::integer[], $3::integer[]) AS new (id, held, sold)
         WHERE ticket_types.id = new.id",
    )
    .bind(types.iter().map(|found| found.id.uuid()).collect::<Vec<_>>())
    .bind(types.iter().map(|found| found.held).collect::<Vec<_>>())
    .bind(types.iter().map(|found| found.sold).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds a type behind the event's others.
pub(crate) async fn insert(conn: &mut PgConnection, found: &TicketType, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "INSERT INTO ticket_types (id, event_id, name, description, price_currency, price_minor, capacity, max_per_order,
             sale_start_time, sale_end_time, create_time, position)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
             (SELECT coalesce(max(position), 0) + 1 FROM ticket_types WHERE event_id = $2))",
    )
    .bind(found.id.uuid())
    .bind(found.event.uuid())
    .bind(found.terms.name.as_str())
    .bind(found.terms.description.as_str())
    .bind(found.terms.price.currency().code())
    .bind(found.terms.price.minor())
    .bind(found.terms.capacity)
    .bind(found.terms.max_per_order)
    .bind(found.terms.sale.start)
    .bind(found.terms.sale.end)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes new terms of a locked type.
pub(crate) async fn update(conn: &mut PgConnection, found: &TicketType) -> Result<()> {
    sqlx::query(
        "UPDATE ticket_types SET name = $2, description = $3, price_currency = $4, price_minor = $5, capacity = $6,
             max_per_order = $7, sale_start_time = $8, sale_end_time = $9, version = $10
         WHERE id = $1",
    )
    .bind(found.id.uuid())
    .bind(found.terms.name.as_str())
    .bind(found.terms.description.as_str())
    .bind(found.terms.price.currency().code())
    .bind(found.terms.price.minor())
    .bind(found.terms.capacity)
    .bind(found.terms.max_per_order)
    .bind(found.terms.sale.start)
    .bind(found.terms.sale.end)
    .bind(found.version)
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes a type; one that an order names violates `order_lines_ticket_type_id_fkey`.
pub(crate) async fn delete(conn: &mut PgConnection, id: TicketTypeId) -> Result<()> {
    sqlx::query("DELETE FROM ticket_types WHERE id = $1")
        .bind(id.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn get(conn: &mut PgConnection, id: TicketTypeId) -> Result<Option<TicketType>> {
    let sql = format!("SELECT {COLUMNS} FROM ticket_types WHERE id = $1");
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Locked against changes, but not against orders that only refer to it: they hold that reference before they take
/// their seats, and a stronger lock could wait for them while they wait for it.
pub(crate) async fn lock(conn: &mut PgConnection, id: TicketTypeId) -> Result<Option<TicketType>> {
    let sql = format!("SELECT {COLUMNS} FROM ticket_types WHERE id = $1 FOR NO KEY UPDATE");
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// The event's types in the order that its organizer chose.
pub(crate) async fn of_event(conn: &mut PgConnection, event: EventId, limit: i64) -> Result<Vec<TicketType>> {
    let sql = format!("SELECT {COLUMNS} FROM ticket_types WHERE event_id = $1 ORDER BY position, id LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(event.uuid())
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// Waits for others that change which types an event has, and in which order.
pub(crate) async fn lock_list(conn: &mut PgConnection, event: EventId) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(event.to_string())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Writes the order of an event's types.
pub(crate) async fn reorder(conn: &mut PgConnection, order: &[TicketTypeId]) -> Result<()> {
    sqlx::query(
        "UPDATE ticket_types SET position = new.position::integer
         FROM unnest($1::uuid[]) WITH ORDINALITY AS new (id, position) WHERE ticket_types.id = new.id",
    )
    .bind(order.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// How many types an event has. Makers of types wait for each other here, so that the limit holds.
pub(crate) async fn count_locked(conn: &mut PgConnection, event: EventId) -> Result<i64> {
    lock_list(conn, event).await?;
    let count = sqlx::query_scalar("SELECT count(*) FROM ticket_types WHERE event_id = $1");
    Ok(count.bind(event.uuid()).fetch_one(conn).await?)
}

fn read(row: &PgRow) -> Result<TicketType> {
    let malformed = |what: &str| Error::Malformed(format!("a ticket type has no valid {what}").into());
    let currency: Currency = row
        .try_get::<&str, _>("price_currency")?
        .parse()
        .map_err(|_| malformed("currency"))?;
    Ok(TicketType {
        id: TicketTypeId::from_uuid(row.try_get("id")?),
        event: EventId::from_uuid(row.try_get("event_id")?),
        terms: Terms {
            name: row.try_get::<&str, _>("name")?.parse().map_err(|_| malformed("name"))?,
            description: row
                .try_get::<&str, _>("description")?
                .parse()
                .map_err(|_| malformed("description"))?,
            price: Money::new(currency, row.try_get("price_minor")?),
            capacity: row.try_get("capacity")?,
            max_per_order: row.try_get("max_per_order")?,
            sale: SaleWindow {
                start: row.try_get("sale_start_time")?,
                end: row.try_get("sale_end_time")?,
            },
        },
        held: row.try_get("held_count")?,
        sold: row.try_get("sold_count")?,
        version: row.try_get("version")?,
    })
}
