//! The `orders` and `order_lines` tables.

use kit_core::ids::{EventId, OrderId, TicketTypeId, UserId};
use kit_pg::{Error, PgConnection, Result};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::event::EventSnapshot;
use crate::domain::order::{Buyer, Order, OrderLine, OrderState};

const COLUMNS: &str = "id, event_id, buyer_id, buyer_email, state, currency, hold_expire_time, complete_time, create_time, \
                       event_title, event_start_time, event_end_time, event_time_zone";

/// Writes a new order with its lines. A second held one of the same buyer and event violates `orders_held_key`.
pub(crate) async fn insert(conn: &mut PgConnection, order: &Order) -> Result<()> {
    let (state, until, completed) = columns(order.state);
    sqlx::query(
        "INSERT INTO orders (id, event_id, buyer_id, buyer_email, state, currency, hold_expire_time, complete_time,
             create_time, event_title, event_start_time, event_end_time, event_time_zone)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(order.id.uuid())
    .bind(order.event.uuid())
    .bind(order.buyer.id.uuid())
    .bind(&order.buyer.email)
    .bind(state)
    .bind(order.currency.code())
    .bind(until)
    .bind(completed)
    .bind(order.create_time)
    .bind(&order.snapshot.title)
    .bind(order.snapshot.start_time)
    .bind(order.snapshot.end_time)
    .bind(&order.snapshot.time_zone)
    .execute(&mut *conn)
    .await?;
    insert_lines(conn, order).await
}

async fn insert_lines(conn: &mut PgConnection, order: &Order) -> Result<()> {
    let positions: Vec<i16> = (0..).take(order.lines.len()).collect();
    let types: Vec<Uuid> = order.lines.iter().map(|line| line.ticket_type.uuid()).collect();
    let names: Vec<&str> = order.lines.iter().map(|line| line.name.as_str()).collect();
    let quantities: Vec<i32> = order.lines.iter().map(|line| line.quantity).collect();
    let prices: Vec<i64> = order.lines.iter().map(|line| line.unit_minor).collect();
    sqlx::query(
        "INSERT INTO order_lines (order_id, position, ticket_type_id, ticket_type_name, quantity, unit_minor)
         SELECT $1, * FROM unnest($2::smallint[], $3::uuid[], $4::text[], $5::integer[], $6::bigint[])",
    )
    .bind(order.id.uuid())
    .bind(positions)
    .bind(types)
    .bind(names)
    .bind(quantities)
    .bind(prices)
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes the state of a locked order.
pub(crate) async fn update_state(conn: &mut PgConnection, order: &Order) -> Result<()> {
    let (state, until, completed) = columns(order.state);
    let updated = sqlx::query("UPDATE orders SET state = $2, hold_expire_time = $3, complete_time = $4 WHERE id = $1");
    updated
        .bind(order.id.uuid())
        .bind(state)
        .bind(until)
        .bind(completed)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn get(conn: &mut PgConnection, id: OrderId) -> Result<Option<Order>> {
    let sql = format!("SELECT {COLUMNS} FROM orders WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(id.uuid())
        .fetch_optional(&mut *conn)
        .await?;
    whole(conn, row).await
}

pub(crate) async fn lock(conn: &mut PgConnection, id: OrderId) -> Result<Option<Order>> {
    let sql = format!("SELECT {COLUMNS} FROM orders WHERE id = $1 FOR UPDATE");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(id.uuid())
        .fetch_optional(&mut *conn)
        .await?;
    whole(conn, row).await
}

/// The buyer's held order for an event, locked. Where there is none yet, there is no row to lock: a buyer's clicks wait
/// for each other by name, so that the second finds what the first has made.
pub(crate) async fn lock_held(conn: &mut PgConnection, buyer: UserId, event: EventId) -> Result<Option<Order>> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("{buyer} {event}"))
        .execute(&mut *conn)
        .await?;
    let sql =
        format!("SELECT {COLUMNS} FROM orders WHERE buyer_id = $1 AND event_id = $2 AND state = 'held' FOR UPDATE");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(buyer.uuid())
        .bind(event.uuid())
        .fetch_optional(&mut *conn)
        .await?;
    whole(conn, row).await
}

/// Ids of held orders whose time is over, oldest first.
pub(crate) async fn due(conn: &mut PgConnection, now: OffsetDateTime, limit: i64) -> Result<Vec<OrderId>> {
    let ids = sqlx::query_scalar(
        "SELECT id FROM orders WHERE state = 'held' AND hold_expire_time <= $1 ORDER BY hold_expire_time LIMIT $2",
    );
    let ids: Vec<Uuid> = ids.bind(now).bind(limit).fetch_all(conn).await?;
    Ok(ids.into_iter().map(OrderId::from_uuid).collect())
}

/// A buyer's orders older than `before`, newest first.
pub(crate) async fn of_buyer(
    conn: &mut PgConnection,
    buyer: UserId,
    event: Option<EventId>,
    before: Option<OrderId>,
    limit: i64,
) -> Result<Vec<Order>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM orders
         WHERE buyer_id = $1 AND ($2::uuid IS NULL OR event_id = $2) AND ($3::uuid IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(buyer.uuid())
        .bind(event.map(EventId::uuid))
        .bind(before.map(OrderId::uuid))
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?;
    let mut orders = Vec::with_capacity(rows.len());
    for row in rows {
        orders.extend(whole(conn, Some(row)).await?);
    }
    Ok(orders)
}

async fn whole(conn: &mut PgConnection, row: Option<PgRow>) -> Result<Option<Order>> {
    let Some(row) = row else { return Ok(None) };
    let lines = sqlx::query(
        "SELECT ticket_type_id, ticket_type_name, quantity, unit_minor FROM order_lines WHERE order_id = $1
         ORDER BY position",
    );
    let lines = lines.bind(row.try_get::<Uuid, _>("id")?).fetch_all(conn).await?;
    read(&row, lines.iter().map(line).collect::<Result<_>>()?).map(Some)
}

fn columns(state: OrderState) -> (&'static str, Option<OffsetDateTime>, Option<OffsetDateTime>) {
    match state {
        OrderState::Held { until } => ("held", Some(until), None),
        OrderState::Completed { at } => ("completed", None, Some(at)),
        OrderState::Expired => ("expired", None, None),
        OrderState::Cancelled { completed_at } => ("cancelled", None, completed_at),
    }
}

fn read(row: &PgRow, lines: Vec<OrderLine>) -> Result<Order> {
    let malformed = |what: &str| Error::Malformed(format!("an order has no valid {what}").into());
    let until: Option<OffsetDateTime> = row.try_get("hold_expire_time")?;
    let completed_at: Option<OffsetDateTime> = row.try_get("complete_time")?;
    let state = match (row.try_get::<&str, _>("state")?, until, completed_at) {
        ("held", Some(until), _) => OrderState::Held { until },
        ("completed", _, Some(at)) => OrderState::Completed { at },
        ("expired", _, _) => OrderState::Expired,
        ("cancelled", _, completed_at) => OrderState::Cancelled { completed_at },
        _ => return Err(malformed("state")),
    };
    Ok(Order {
        id: OrderId::from_uuid(row.try_get("id")?),
        event: EventId::from_uuid(row.try_get("event_id")?),
        buyer: Buyer {
            id: UserId::from_uuid(row.try_get("buyer_id")?),
            email: row.try_get("buyer_email")?,
        },
        state,
        currency: row
            .try_get::<&str, _>("currency")?
            .parse()
            .map_err(|_| malformed("currency"))?,
        lines,
        snapshot: snapshot(row)?,
        create_time: row.try_get("create_time")?,
    })
}

/// The event as an order remembers it; tickets are read with it too.
pub(super) fn snapshot(row: &PgRow) -> Result<EventSnapshot> {
    Ok(EventSnapshot {
        title: row.try_get("event_title")?,
        start_time: row.try_get("event_start_time")?,
        end_time: row.try_get("event_end_time")?,
        time_zone: row.try_get("event_time_zone")?,
    })
}

fn line(row: &PgRow) -> Result<OrderLine> {
    Ok(OrderLine {
        ticket_type: TicketTypeId::from_uuid(row.try_get("ticket_type_id")?),
        name: row.try_get("ticket_type_name")?,
        quantity: row.try_get("quantity")?,
        unit_minor: row.try_get("unit_minor")?,
    })
}
