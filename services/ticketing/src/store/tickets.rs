//! The `tickets` table.

use kit_core::ids::{EventId, OrderId, TicketId, TicketTypeId, UserId};
use kit_pg::{Error, PgConnection, Result};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};
use time::OffsetDateTime;
use uuid::Uuid;

use super::orders::snapshot;
use crate::domain::ticket::{Ticket, TicketState};

const FROM: &str = "SELECT t.id, t.order_id, t.event_id, t.ticket_type_id, t.ticket_type_name, t.owner_id, t.attendee_name, \
                    t.attendee_email, t.state, t.check_in_time, t.create_time, o.buyer_id, o.event_title, \
                    o.event_start_time, o.event_end_time, o.event_time_zone \
                    FROM tickets t JOIN orders o ON o.id = t.order_id";

pub(crate) async fn insert(conn: &mut PgConnection, tickets: &[Ticket]) -> Result<()> {
    let column = |of: fn(&Ticket) -> Uuid| tickets.iter().map(of).collect::<Vec<_>>();
    let text = |of: fn(&Ticket) -> &str| tickets.iter().map(of).collect::<Vec<_>>();
    sqlx::query(
        "INSERT INTO tickets (id, order_id, event_id, ticket_type_id, ticket_type_name, owner_id, attendee_name,
             attendee_email, state, create_time)
         SELECT id, order_id, event_id, type_id, type_name, owner_id, name, email, 'valid', created
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[],
             $9::timestamptz[])
             AS new (id, order_id, event_id, type_id, type_name, owner_id, name, email, created)",
    )
    .bind(column(|ticket| ticket.id.uuid()))
    .bind(column(|ticket| ticket.order.uuid()))
    .bind(column(|ticket| ticket.event.uuid()))
    .bind(column(|ticket| ticket.ticket_type.uuid()))
    .bind(text(|ticket| &ticket.ticket_type_name))
    .bind(
        tickets
            .iter()
            .map(|ticket| ticket.owner.map(UserId::uuid))
            .collect::<Vec<_>>(),
    )
    .bind(text(|ticket| &ticket.attendee_name))
    .bind(text(|ticket| &ticket.attendee_email))
    .bind(tickets.iter().map(|ticket| ticket.create_time).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Voids an order's tickets. What the door has noted stays.
pub(crate) async fn void(conn: &mut PgConnection, order: OrderId) -> Result<()> {
    sqlx::query("UPDATE tickets SET state = 'void' WHERE order_id = $1")
        .bind(order.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

/// Writes a first scan of a locked ticket.
pub(crate) async fn check_in(conn: &mut PgConnection, id: TicketId, by: UserId, at: OffsetDateTime) -> Result<()> {
    let updated =
        sqlx::query("UPDATE tickets SET state = 'checked_in', check_in_time = $2, check_in_by = $3 WHERE id = $1");
    updated.bind(id.uuid()).bind(at).bind(by.uuid()).execute(conn).await?;
    Ok(())
}

pub(crate) async fn get(conn: &mut PgConnection, id: TicketId) -> Result<Option<Ticket>> {
    let sql = format!("{FROM} WHERE t.id = $1");
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

pub(crate) async fn lock(conn: &mut PgConnection, id: TicketId) -> Result<Option<Ticket>> {
    let sql = format!("{FROM} WHERE t.id = $1 FOR UPDATE OF t");
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// At most what one order can have.
pub(crate) async fn of_order(conn: &mut PgConnection, order: OrderId) -> Result<Vec<Ticket>> {
    let sql = format!("{FROM} WHERE t.order_id = $1 ORDER BY t.id");
    sqlx::query(AssertSqlSafe(sql))
        .bind(order.uuid())
        .fetch_all(conn)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Tickets that a person bought, owns, or that are made out to their address; newest first.
pub(crate) async fn of_person(
    conn: &mut PgConnection,
    person: UserId,
    verified_email: Option<&str>,
    event: Option<EventId>,
    before: Option<TicketId>,
    limit: i64,
) -> Result<Vec<Ticket>> {
    let sql = format!(
        "{FROM}
         WHERE (o.buyer_id = $1 OR t.owner_id = $1 OR (t.owner_id IS NULL AND t.attendee_email = $2))
             AND ($3::uuid IS NULL OR t.event_id = $3) AND ($4::uuid IS NULL OR t.id < $4)
         ORDER BY t.id DESC LIMIT $5"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(person.uuid())
        .bind(verified_email)
        .bind(event.map(EventId::uuid))
        .bind(before.map(TicketId::uuid))
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// An event's tickets, newest first; with a query, those whose name or address contains it.
pub(crate) async fn of_event(
    conn: &mut PgConnection,
    event: EventId,
    query: &str,
    before: Option<TicketId>,
    limit: i64,
) -> Result<Vec<Ticket>> {
    let sql = format!(
        "{FROM}
         WHERE t.event_id = $1 AND ($3::uuid IS NULL OR t.id < $3)
             AND ($2 = '' OR strpos(lower(t.attendee_name), lower($2)) > 0 OR strpos(t.attendee_email, lower($2)) > 0)
         ORDER BY t.id DESC LIMIT $4"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(event.uuid())
        .bind(query)
        .bind(before.map(TicketId::uuid))
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// Tickets of an event that admit, after one, oldest first.
pub(crate) async fn admitting_after(
    conn: &mut PgConnection,
    event: EventId,
    after: Option<TicketId>,
    limit: i64,
) -> Result<Vec<Ticket>> {
    let sql = format!(
        "{FROM} WHERE t.event_id = $1 AND t.state <> 'void' AND ($2::uuid IS NULL OR t.id > $2) ORDER BY t.id LIMIT $3"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(event.uuid())
        .bind(after.map(TicketId::uuid))
        .bind(limit);
    rows.fetch_all(conn).await?.iter().map(read).collect()
}

/// Tickets of an event that admit, and how many of them are checked in.
pub(crate) async fn count(conn: &mut PgConnection, event: EventId) -> Result<(i64, i64)> {
    let row = sqlx::query(
        "SELECT count(*) FILTER (WHERE state <> 'void') AS admitting, count(*) FILTER (WHERE state = 'checked_in') AS inside
         FROM tickets WHERE event_id = $1",
    );
    let row = row.bind(event.uuid()).fetch_one(conn).await?;
    Ok((row.try_get("admitting")?, row.try_get("inside")?))
}

/// A ticket that admits a person to an event: their own, or one made out to their address that nobody owns.
pub(crate) async fn admitting(
    conn: &mut PgConnection,
    event: EventId,
    person: UserId,
    verified_email: Option<&str>,
) -> Result<Option<TicketId>> {
    let id = sqlx::query_scalar(
        "SELECT id FROM tickets
         WHERE event_id = $1 AND state <> 'void' AND (owner_id = $2 OR (owner_id IS NULL AND attendee_email = $3))
         ORDER BY id LIMIT 1",
    );
    let id: Option<Uuid> = id
        .bind(event.uuid())
        .bind(person.uuid())
        .bind(verified_email)
        .fetch_optional(conn)
        .await?;
    Ok(id.map(TicketId::from_uuid))
}

fn read(row: &PgRow) -> Result<Ticket> {
    let check_in_time: Option<OffsetDateTime> = row.try_get("check_in_time")?;
    let state = match (row.try_get::<&str, _>("state")?, check_in_time) {
        ("valid", _) => TicketState::Valid,
        ("checked_in", Some(at)) => TicketState::CheckedIn { at },
        ("void", checked_in_at) => TicketState::Void { checked_in_at },
        (state, _) => {
            return Err(Error::Malformed(
                format!("a ticket is {state} and lacks its time").into(),
            ));
        }
    };
    Ok(Ticket {
        id: TicketId::from_uuid(row.try_get("id")?),
        order: OrderId::from_uuid(row.try_get("order_id")?),
        event: EventId::from_uuid(row.try_get("event_id")?),
        ticket_type: TicketTypeId::from_uuid(row.try_get("ticket_type_id")?),
        ticket_type_name: row.try_get("ticket_type_name")?,
        buyer: UserId::from_uuid(row.try_get("buyer_id")?),
        owner: row.try_get::<Option<Uuid>, _>("owner_id")?.map(UserId::from_uuid),
        attendee_name: row.try_get("attendee_name")?,
        attendee_email: row.try_get("attendee_email")?,
        state,
        snapshot: snapshot(row)?,
        create_time: row.try_get("create_time")?,
    })
}
