//! Reads.

use kit_core::ids::{EventId, OrderId, TicketId, UserId};
use kit_core::{Email, Page, PageRequest};
use kit_rpc::{Context, UserCaller};
use plenary_proto::ticketing::v1 as wire;

use crate::code::svg;
use crate::domain::order::Order;
use crate::domain::ticket_type::TYPES_MAX;
use crate::error::TicketingError;
use crate::store::{orders, ticket_types, tickets};
use crate::{Ticketing, convert, peers};

pub(crate) async fn ticket_types(
    ticketing: &Ticketing,
    context: &Context,
    event: EventId,
) -> Result<wire::ListTicketTypesResponse, TicketingError> {
    let view = peers::event(&ticketing.events, context, event).await?;
    let found = ticket_types::of_event(&mut *ticketing.pool.acquire().await?, event, TYPES_MAX).await?;
    let now = ticketing.clock.now();
    let messages = found
        .iter()
        .map(|found| convert::ticket_type_message(found, &view, now));
    Ok(wire::ListTicketTypesResponse {
        ticket_types: messages.collect(),
        order_etag: convert::order_etag(&found),
    })
}

/// An order, for its buyer with codes, for the event's team without.
pub(crate) async fn order(
    ticketing: &Ticketing,
    context: &Context,
    id: OrderId,
) -> Result<wire::Order, TicketingError> {
    let caller = user(context)?;
    let found = orders::get(&mut *ticketing.pool.acquire().await?, id).await?;
    let found = found.ok_or(TicketingError::OrderNotFound)?;
    let is_buyer = found.buyer.id == caller.user_id;
    if !is_buyer && !is_team(ticketing, context, found.event).await? {
        return Err(TicketingError::OrderNotFound);
    }
    order_with_tickets(ticketing, &found, is_buyer).await
}

pub(crate) async fn my_orders(
    ticketing: &Ticketing,
    context: &Context,
    event: Option<EventId>,
    page: &PageRequest<OrderId>,
) -> Result<Page<wire::Order>, TicketingError> {
    let buyer = user(context)?.user_id;
    let mut connection = ticketing.pool.acquire().await?;
    let rows = orders::of_buyer(&mut connection, buyer, event, page.cursor().copied(), page.fetch()).await?;
    drop(connection);
    let Page { items, next_token } = page.page(rows, |order| order.id);
    let mut found = Vec::with_capacity(items.len());
    for order in &items {
        found.push(order_with_tickets(ticketing, order, true).await?);
    }
    Ok(Page {
        items: found,
        next_token,
    })
}

pub(crate) async fn my_tickets(
    ticketing: &Ticketing,
    context: &Context,
    event: Option<EventId>,
    page: &PageRequest<TicketId>,
) -> Result<Page<wire::Ticket>, TicketingError> {
    let caller = user(context)?;
    let email = caller.verified_email().map(Email::as_str);
    let mut connection = ticketing.pool.acquire().await?;
    let cursor = page.cursor().copied();
    let rows = tickets::of_person(&mut connection, caller.user_id, email, event, cursor, page.fetch()).await?;
    let page = page.page(rows, |ticket| ticket.id);
    Ok(page.map(|ticket| convert::ticket_message(&ticket, Some(&ticketing.codes))))
}

/// A ticket, for its buyer and holder with its code, for the event's team without.
pub(crate) async fn ticket(
    ticketing: &Ticketing,
    context: &Context,
    id: TicketId,
) -> Result<wire::Ticket, TicketingError> {
    let caller = user(context)?;
    let found = tickets::get(&mut *ticketing.pool.acquire().await?, id).await?;
    let found = found.ok_or(TicketingError::TicketNotFound)?;
    if found.is_of(caller.user_id, caller.verified_email().map(Email::as_str)) {
        let ticket = convert::ticket_message(&found, Some(&ticketing.codes));
        Ok(wire::Ticket {
            code_svg: svg(&ticket.code),
            ..ticket
        })
    } else if is_team(ticketing, context, found.event).await? {
        Ok(convert::ticket_message(&found, None))
    } else {
        Err(TicketingError::TicketNotFound)
    }
}

pub(crate) async fn event_tickets(
    ticketing: &Ticketing,
    context: &Context,
    event: EventId,
    query: &str,
    page: &PageRequest<TicketId>,
) -> Result<Page<wire::Ticket>, TicketingError> {
    peers::managed(&ticketing.events, context, event).await?;
    let mut connection = ticketing.pool.acquire().await?;
    let rows = tickets::of_event(&mut connection, event, query, page.cursor().copied(), page.fetch()).await?;
    Ok(page
        .page(rows, |ticket| ticket.id)
        .map(|ticket| convert::ticket_message(&ticket, None)))
}

pub(crate) async fn check_in_summary(
    ticketing: &Ticketing,
    context: &Context,
    event: EventId,
) -> Result<wire::GetCheckInSummaryResponse, TicketingError> {
    if !peers::event(&ticketing.events, context, event).await?.can_check_in {
        return Err(TicketingError::EventNotFound);
    }
    let (admitting, inside) = tickets::count(&mut *ticketing.pool.acquire().await?, event).await?;
    let number = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
    Ok(wire::GetCheckInSummaryResponse {
        ticket_count: number(admitting),
        checked_in_count: number(inside),
    })
}

/// Whom an event's valid tickets are for.
pub(crate) async fn holders(
    ticketing: &Ticketing,
    event: EventId,
    page: &PageRequest<TicketId>,
) -> Result<Page<wire::Holder>, TicketingError> {
    let mut connection = ticketing.pool.acquire().await?;
    let rows = tickets::admitting_after(&mut connection, event, page.cursor().copied(), page.fetch()).await?;
    Ok(page.page(rows, |ticket| ticket.id).map(|ticket| wire::Holder {
        user_id: ticket.owner.map(|owner| owner.to_string()).unwrap_or_default(),
        name: ticket.attendee_name,
        email: ticket.attendee_email,
    }))
}

pub(crate) async fn admission(
    ticketing: &Ticketing,
    event: EventId,
    person: UserId,
    email: Option<Email>,
) -> Result<wire::CheckAdmissionResponse, TicketingError> {
    let mut connection = ticketing.pool.acquire().await?;
    let ticket = tickets::admitting(&mut connection, event, person, email.as_ref().map(Email::as_str)).await?;
    let ticket_id = ticket.map(|ticket| ticket.to_string()).unwrap_or_default();
    Ok(wire::CheckAdmissionResponse {
        admitted: ticket.is_some(),
        ticket_id,
    })
}

async fn order_with_tickets(
    ticketing: &Ticketing,
    order: &Order,
    with_codes: bool,
) -> Result<wire::Order, TicketingError> {
    let issued = tickets::of_order(&mut *ticketing.pool.acquire().await?, order.id).await?;
    Ok(convert::order_message(
        order,
        &issued,
        Some(&ticketing.codes).filter(|_| with_codes),
    ))
}

async fn is_team(ticketing: &Ticketing, context: &Context, event: EventId) -> Result<bool, TicketingError> {
    match peers::managed(&ticketing.events, context, event).await {
        Ok(_) => Ok(true),
        Err(TicketingError::EventNotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

fn user(context: &Context) -> Result<&UserCaller, TicketingError> {
    context.caller().require_user().map_err(TicketingError::Caller)
}
