//! Holding seats, and for those who say at once whom they are for, taking them.

use std::collections::BTreeMap;

use kit_core::ids::{EventId, OrderId, TicketTypeId};
use kit_pg::PgConnection;
use kit_pg::idempotency::RequestKey;
use kit_rpc::{Context, UserCaller};
use plenary_proto::ticketing::v1::CreateOrderResponse;

use super::complete_order::issue;
use crate::Ticketing;
use crate::domain::event::EventView;
use crate::domain::order::{Attendee, Buyer, Canceller, HOLD, Order, OrderLine, OrderState};
use crate::domain::ticket_type::TicketType;
use crate::error::TicketingError;
use crate::store::ticket_types::Seats;
use crate::store::{orders, ticket_types};
use crate::{convert, peers};

/// What somebody wants to buy.
#[derive(Clone, Debug)]
pub(crate) struct NewOrder {
    pub(crate) event: EventId,
    /// How many of each type, at least one.
    pub(crate) items: BTreeMap<TicketTypeId, i32>,
    pub(crate) attendees: Option<Vec<Attendee>>,
}

pub(crate) async fn create_order(
    ticketing: &Ticketing,
    context: &Context,
    new: NewOrder,
    key: &RequestKey,
) -> Result<CreateOrderResponse, TicketingError> {
    let buyer = context.caller().require_user().map_err(TicketingError::Caller)?;
    if !buyer.email_verified {
        return Err(TicketingError::EmailNotVerified);
    }
    let event = peers::event(&ticketing.events, context, new.event).await?;
    if !event.is_open {
        return Err(TicketingError::EventNotOnSale);
    }
    let now = ticketing.clock.now();
    kit_pg::idempotency::once(&ticketing.pool, key, now, async |tx| {
        let replaced = match orders::lock_held(tx, buyer.user_id, event.id).await? {
            Some(held) => {
                let replaced = held.cancel(Canceller::Buyer, now)?;
                orders::update_state(tx, &replaced).await?;
                Some(replaced)
            }
            None => None,
        };
        let types = offered(ticketing, tx, &event, &new.items).await?;
        let held = hold(ticketing, buyer, &event, &types)?;
        let (order, tickets) = match &new.attendees {
            None => {
                orders::insert(tx, &held).await?;
                (held, Vec::new())
            }
            Some(attendees) => {
                let completed = held.complete(now)?;
                orders::insert(tx, &completed).await?;
                let tickets = issue(ticketing, tx, &completed, attendees).await?;
                (completed, tickets)
            }
        };
        let seats = if tickets.is_empty() {
            Seats::Hold
        } else {
            Seats::HoldAndSell
        };
        take(tx, replaced.as_ref(), &order, seats).await?;
        Ok(CreateOrderResponse {
            order: Some(convert::order_message(&order, &tickets, Some(&ticketing.codes))),
        })
    })
    .await
}

/// The types that are wanted, each of the event and on sale, with how many.
async fn offered(
    ticketing: &Ticketing,
    conn: &mut PgConnection,
    event: &EventView,
    items: &BTreeMap<TicketTypeId, i32>,
) -> Result<Vec<(TicketType, i32)>, TicketingError> {
    let mut types = Vec::with_capacity(items.len());
    for (id, quantity) in items {
        let found = ticket_types::get(conn, *id)
            .await?
            .filter(|found| found.event == event.id);
        let found = found.ok_or(TicketingError::TicketTypeNotFound)?;
        found
            .on_sale(ticketing.clock.now())
            .map_err(TicketingError::NotOnSale)?;
        if *quantity > found.terms.max_per_order {
            return Err(TicketingError::TooManyTickets {
                max: found.terms.max_per_order,
            });
        }
        if found.terms.price.minor() > 0 {
            return Err(TicketingError::PaymentNotAvailable);
        }
        types.push((found, *quantity));
    }
    Ok(types)
}

fn hold(
    ticketing: &Ticketing,
    buyer: &UserCaller,
    event: &EventView,
    types: &[(TicketType, i32)],
) -> Result<Order, TicketingError> {
    let now = ticketing.clock.now();
    let (first, _) = types.first().ok_or(TicketingError::TicketTypeNotFound)?;
    let line = |(found, quantity): &(TicketType, i32)| OrderLine {
        ticket_type: found.id,
        name: found.terms.name.as_str().to_owned(),
        quantity: *quantity,
        unit_minor: found.terms.price.minor(),
    };
    Ok(Order {
        id: OrderId::new(&ticketing.clock, &ticketing.rng),
        event: event.id,
        buyer: Buyer {
            id: buyer.user_id,
            email: buyer.email.as_str().to_owned(),
        },
        state: OrderState::Held { until: now + HOLD },
        currency: first.terms.price.currency(),
        lines: types.iter().map(line).collect(),
        snapshot: event.snapshot.clone(),
        create_time: now,
    })
}

/// Takes an order's seats, each type's after those of the order whose place it takes have come back; type by type in
/// the order of their ids, so that no two orders wait for each other.
///
/// This comes last in the transaction: the row of a type in demand is locked from here to the commit and no longer.
async fn take(
    conn: &mut PgConnection,
    replaced: Option<&Order>,
    order: &Order,
    seats: Seats,
) -> Result<(), TicketingError> {
    let released = replaced.into_iter().flat_map(|replaced| &replaced.lines);
    let mut moves: Vec<(&OrderLine, Seats)> = released.map(|line| (line, Seats::Release)).collect();
    moves.extend(order.lines.iter().map(|line| (line, seats)));
    // Stable: of one type, what comes back comes first.
    moves.sort_by_key(|(line, _)| line.ticket_type);
    for (line, seats) in moves {
        if !ticket_types::move_seats(conn, line.ticket_type, seats, line.quantity).await? {
            let left = ticket_types::get(conn, line.ticket_type).await?;
            let remaining = left.map_or(0, |left| left.remaining().max(0));
            return Err(TicketingError::SoldOut {
                ticket_type: line.ticket_type.to_string(),
                remaining,
            });
        }
    }
    Ok(())
}

/// Gives an order's seats back, in the same order.
pub(crate) async fn give_back(conn: &mut PgConnection, order: &Order, seats: Seats) -> Result<(), TicketingError> {
    let mut lines: Vec<&OrderLine> = order.lines.iter().collect();
    lines.sort_by_key(|line| line.ticket_type);
    for line in lines {
        ticket_types::move_seats(conn, line.ticket_type, seats, line.quantity).await?;
    }
    Ok(())
}
