//! The `orders` and `order_lines` tables.

use std::collections::{BTreeMap, BTreeSet};

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

/// Writes new orders with their lines. A second held one of the same buyer and event violates `orders_held_key`.
pub(crate) async fn insert(conn: &mut PgConnection, orders: &[Order]) -> Result<()> {
    let states = || orders.iter().map(|order| columns(order.state));
    let ids = |of: fn(&Order) -> Uuid| orders.iter().map(of).collect::<Vec<_>>();
    let text = |of: fn(&Order) -> &str| orders.iter().map(of).collect::<Vec<_>>();
    sqlx::query(
        "INSERT INTO orders (id, event_id, buyer_id, buyer_email, state, currency, hold_expire_time, complete_time,
             create_time, event_title, event_start_time, event_end_time, event_time_zone)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
             $8::timestamptz[], $9::timestamptz[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[])",
    )
    .bind(ids(|order| order.id.uuid()))
    .bind(ids(|order| order.event.uuid()))
    .bind(ids(|order| order.buyer.id.uuid()))
    .bind(text(|order| &order.buyer.email))
    .bind(states().map(|(state, _, _)| state).collect::<Vec<_>>())
    .bind(text(|order| order.currency.code()))
    .bind(states().map(|(_, until, _)| until).collect::<Vec<_>>())
    .bind(states().map(|(_, _, completed)| completed).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.create_time).collect::<Vec<_>>())
    .bind(text(|order| &order.snapshot.title))
    .bind(orders.iter().map(|order| order.snapshot.start_time).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.snapshot.end_time).collect::<Vec<_>>())
    .bind(text(|order| &order.snapshot.time_zone))
    .execute(&mut *conn)
    .await?;
    insert_lines(conn, orders).await
}

async fn insert_lines(conn: &mut PgConnection, orders: &[Order]) -> Result<()> {
    let lines = || orders.iter().flat_map(|order| &order.lines);
    let of = orders
        .iter()
        .flat_map(|order| std::iter::repeat_n(order.id.uuid(), order.lines.len()));
    let positions = orders.iter().flat_map(|order| (0..).take(order.lines.len()));
    sqlx::query(
        "INSERT INTO order_lines (order_id, position, ticket_type_id, ticket_type_name, quantity, unit_minor)
         SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::text[], $5::integer[], $6::bigint[])",
    )
    .bind(of.collect::<Vec<Uuid>>())
    .bind(positions.collect::<Vec<i16>>())
    .bind(lines().map(|line| line.ticket_type.uuid()).collect::<Vec<_>>())
    .bind(lines().map(|line| line.name.as_str()).collect::<Vec<_>>())
    .bind(lines().map(|line| line.quantity).collect::<Vec<_>>())
    .bind(lines().map(|line| line.unit_minor).collect::<Vec<_>>())
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

/// Has other processes wait with orders of these buyers for this event. Where there is no held order yet there is no row
/// to lock: a buyer's clicks wait for each other by name, so that the second finds what the first has made.
pub(crate) async fn lock_buyers(conn: &mut PgConnection, event: EventId, buyers: &BTreeSet<UserId>) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) AS name")
        .bind(
            buyers
                .iter()
                .map(|buyer| format!("{buyer} {event}"))
                .collect::<Vec<_>>(),
        )
        .execute(conn)
        .await?;
    Ok(())
}

/// The held orders of these buyers for an event, locked.
pub(crate) async fn lock_held(
    conn: &mut PgConnection,
    event: EventId,
    buyers: &BTreeSet<UserId>,
) -> Result<BTreeMap<UserId, Order>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM orders WHERE event_id = $1 AND buyer_id = ANY ($2) AND state = 'held' ORDER BY id FOR UPDATE"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(event.uuid())
        .bind(buyers.iter().map(|buyer| buyer.uuid()).collect::<Vec<_>>())
        .fetch_all(&mut *conn)
        .await?;
    let orders = with_lines(conn, &rows).await?;
    Ok(orders.into_iter().map(|order| (order.buyer.id, order)).collect())
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
    with_lines(conn, &rows).await
}

async fn whole(conn: &mut PgConnection, row: Option<PgRow>) -> Result<Option<Order>> {
    Ok(with_lines(conn, row.as_slice()).await?.pop())
}

/// The orders of these rows, in the same order.
async fn with_lines(conn: &mut PgConnection, rows: &[PgRow]) -> Result<Vec<Order>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>()?;
    let found = sqlx::query(
        "SELECT order_id, ticket_type_id, ticket_type_name, quantity, unit_minor FROM order_lines
         WHERE order_id = ANY ($1) ORDER BY order_id, position",
    );
    let mut lines: BTreeMap<Uuid, Vec<OrderLine>> = BTreeMap::new();
    for row in found.bind(&ids).fetch_all(conn).await? {
        lines.entry(row.try_get("order_id")?).or_default().push(line(&row)?);
    }
    let order = |(row, id): (&PgRow, &Uuid)| read(row, lines.remove(id).unwrap_or_default());
    rows.iter().zip(&ids).map(order).collect()
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
