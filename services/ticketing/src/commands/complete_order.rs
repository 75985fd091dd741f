//! Issuing the tickets of a held order.

use kit_core::ids::{OrderId, TicketId};
use kit_pg::idempotency::RequestKey;
use kit_rpc::Context;
use plenary_proto::ticketing::v1::{CompleteOrderResponse, OrderCompleted};

use crate::Ticketing;
use crate::convert;
use crate::domain::order::{Attendee, Order, OrderLine};
use crate::domain::seats::Move;
use crate::domain::ticket::{Ticket, TicketState};
use crate::error::TicketingError;
use crate::store::ticket_types::move_seats;
use crate::store::{orders, tickets};

pub(crate) async fn complete_order(
    ticketing: &Ticketing,
    context: &Context,
    id: OrderId,
    attendees: &[Attendee],
    key: &RequestKey,
) -> Result<CompleteOrderResponse, TicketingError> {
    let buyer = context.caller().require_user().map_err(TicketingError::Caller)?;
    let now = ticketing.clock.now();
    kit_pg::idempotency::once(&ticketing.pool, key, now, async |tx| {
        let found = orders::lock(tx, id)
            .await?
            .filter(|order| order.buyer.id == buyer.user_id);
        let order = found.ok_or(TicketingError::OrderNotFound)?.complete(now)?;
        orders::update_state(tx, &order).await?;
        let issued = tickets_of(ticketing, &order, attendees)?;
        tickets::insert(tx, &issued).await?;
        let message = convert::order_message(&order, &issued, Some(&ticketing.codes));
        let fact = OrderCompleted {
            order: Some(message.clone()),
        };
        ticketing.tell(tx, &fact).await?;
        for line in &order.lines {
            move_seats(tx, line.ticket_type, Move::Sell, line.quantity).await?;
        }
        Ok(CompleteOrderResponse { order: Some(message) })
    })
    .await
}

/// A completed order's tickets. A single attendee stands for all.
pub(super) fn tickets_of(
    ticketing: &Ticketing,
    order: &Order,
    attendees: &[Attendee],
) -> Result<Vec<Ticket>, TicketingError> {
    convert::check_attendees(order.quantity(), attendees)?;
    let alone = order.quantity() == 1;
    let each = attendees.iter().cycle();
    let ticket = |(line, attendee): (&OrderLine, &Attendee)| Ticket {
        id: TicketId::new(&ticketing.clock, &ticketing.rng),
        order: order.id,
        event: order.event,
        ticket_type: line.ticket_type,
        ticket_type_name: line.name.clone(),
        buyer: order.buyer.id,
        owner: Some(order.buyer.id).filter(|_| alone || attendee.email.as_str() == order.buyer.email),
        attendee_name: attendee.name.as_str().to_owned(),
        attendee_email: attendee.email.as_str().to_owned(),
        state: TicketState::Valid,
        snapshot: order.snapshot.clone(),
        create_time: ticketing.clock.now(),
    };
    Ok(order.seats().zip(each).map(ticket).collect())
}
