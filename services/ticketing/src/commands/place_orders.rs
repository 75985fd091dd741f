//! Orders of many buyers for one event in one transaction: the row of a ticket type in demand is locked, and the log
//! flushed, once for all of them.
//!
//! The transaction locks in one order everywhere: buyers, their held orders, ticket types by their ids. What was stored
//! for a repeated request is looked up once its buyer is locked, so that nothing can be stored for it meanwhile.

use std::collections::BTreeSet;

use kit_bus::Fact;
use kit_core::ids::{OrderId, TicketTypeId, UserId};
use kit_pg::idempotency::{self, RequestKey, Stored};
use kit_pg::{Transaction, outbox};
use plenary_proto::ticketing::v1::{CreateOrderResponse, OrderCompleted};

use super::complete_order::tickets_of;
use super::create_order::Purchase;
use crate::domain::order::{Canceller, HOLD, Order, OrderLine, OrderState};
use crate::domain::seats::{Move, Seats};
use crate::domain::ticket::Ticket;
use crate::domain::ticket_type::TicketType;
use crate::error::TicketingError;
use crate::store::{orders, ticket_types, tickets};
use crate::{Ticketing, convert};

/// What each buyer is told, in the order of their purchases.
pub(crate) type Answers = Vec<Result<CreateOrderResponse, TicketingError>>;

/// Places orders for one event, each of another buyer, first come first served. `None` when one of the requests has been
/// done elsewhere meanwhile: nothing is changed then.
///
/// # Errors
/// Failures of the database, for all of them.
pub(crate) async fn place_orders(
    ticketing: &Ticketing,
    purchases: &[Purchase],
) -> Result<Option<Answers>, kit_pg::Error> {
    let Some(first) = purchases.first() else {
        return Ok(Some(Vec::new()));
    };
    let (event, now) = (first.event.id, ticketing.clock.now());
    let mut tx = ticketing.pool.begin().await?;
    let buyers: BTreeSet<UserId> = purchases.iter().map(|purchase| purchase.buyer.id).collect();
    orders::lock_buyers(&mut tx, event, &buyers).await?;
    let keys: Vec<&RequestKey> = purchases.iter().map(|purchase| &purchase.key).collect();
    let stored = idempotency::stored(&mut tx, &keys, now).await?;
    let mut held = orders::lock_held(&mut tx, event, &buyers).await?;
    let wanted = purchases.iter().flat_map(|purchase| purchase.new.items.keys().copied());
    let given_back = held
        .values()
        .flat_map(|held| held.lines.iter().map(|line| line.ticket_type));
    let types = ticket_types::lock_all(&mut tx, &wanted.chain(given_back).collect()).await?;

    let mut seats = Seats::new(types);
    let (mut placed, mut answers) = (Placed::default(), Answers::with_capacity(purchases.len()));
    for (purchase, stored) in purchases.iter().zip(stored) {
        answers.push(match stored {
            Some(Stored::Response(response)) => Ok(response),
            Some(Stored::OtherRequest) => Err(kit_pg::Error::RequestIdReused.into()),
            None => purchase.span.in_scope(|| {
                let replaced = held.remove(&purchase.buyer.id);
                placed.add(ticketing, &mut seats, purchase, replaced)
            }),
        });
    }
    if placed.done.is_empty() {
        return Ok(Some(answers));
    }
    if !placed.write(&mut tx, &seats, now).await? {
        return Ok(None);
    }
    tx.commit().await?;
    Ok(Some(answers))
}

/// What has been decided and is to be written.
#[derive(Default)]
struct Placed<'p> {
    replaced: Vec<Order>,
    orders: Vec<Order>,
    tickets: Vec<Ticket>,
    facts: Vec<Fact>,
    done: Vec<(&'p RequestKey, CreateOrderResponse)>,
}

impl<'p> Placed<'p> {
    /// Decides one order. A refused one leaves no trace.
    fn add(
        &mut self,
        ticketing: &Ticketing,
        seats: &mut Seats,
        purchase: &'p Purchase,
        held: Option<Order>,
    ) -> Result<CreateOrderResponse, TicketingError> {
        let now = ticketing.clock.now();
        let order = order(ticketing, seats, purchase)?;
        let (order, how) = match &purchase.new.attendees {
            None => (order, Move::Hold),
            Some(_) => (order.complete(now)?, Move::HoldAndSell),
        };
        let issued = match &purchase.new.attendees {
            None => Vec::new(),
            Some(attendees) => tickets_of(ticketing, &order, attendees)?,
        };
        let replaced = held.map(|held| held.cancel(Canceller::Buyer, now)).transpose()?;
        seats.serve(replaced.as_ref(), &order, how)?;

        let message = convert::order_message(&order, &issued, Some(&ticketing.codes));
        if !issued.is_empty() {
            let order = Some(message.clone());
            self.facts.push(ticketing.fact(&OrderCompleted { order }));
        }
        let response = CreateOrderResponse { order: Some(message) };
        self.replaced.extend(replaced);
        self.orders.push(order);
        self.tickets.extend(issued);
        self.done.push((&purchase.key, response.clone()));
        Ok(response)
    }

    async fn write(
        &self,
        tx: &mut Transaction,
        seats: &Seats,
        now: time::OffsetDateTime,
    ) -> Result<bool, kit_pg::Error> {
        for replaced in &self.replaced {
            orders::update_state(tx, replaced).await?;
        }
        orders::insert(tx, &self.orders).await?;
        if !self.tickets.is_empty() {
            tickets::insert(tx, &self.tickets).await?;
            outbox::append_all(tx, &self.facts).await?;
        }
        ticket_types::write_seats(tx, seats.types()).await?;
        idempotency::store(tx, &self.done, now).await
    }
}

/// The order that a purchase asks for, if all that it names is the event's and on sale.
fn order(ticketing: &Ticketing, seats: &Seats, purchase: &Purchase) -> Result<Order, TicketingError> {
    let now = ticketing.clock.now();
    let mut lines = Vec::with_capacity(purchase.new.items.len());
    let mut currency = None;
    for (id, quantity) in &purchase.new.items {
        let found = offered(seats, purchase, *id, *quantity, now)?;
        currency.get_or_insert(found.terms.price.currency());
        lines.push(OrderLine {
            ticket_type: found.id,
            name: found.terms.name.as_str().to_owned(),
            quantity: *quantity,
            unit_minor: found.terms.price.minor(),
        });
    }
    Ok(Order {
        id: OrderId::new(&ticketing.clock, &ticketing.rng),
        event: purchase.event.id,
        buyer: purchase.buyer.clone(),
        state: OrderState::Held { until: now + HOLD },
        currency: currency.ok_or(TicketingError::TicketTypeNotFound)?,
        lines,
        snapshot: purchase.event.snapshot.clone(),
        create_time: now,
    })
}

fn offered<'s>(
    seats: &'s Seats,
    purchase: &Purchase,
    id: TicketTypeId,
    quantity: i32,
    now: time::OffsetDateTime,
) -> Result<&'s TicketType, TicketingError> {
    let found = seats.of(id).filter(|found| found.event == purchase.event.id);
    let found = found.ok_or(TicketingError::TicketTypeNotFound)?;
    found.on_sale(now).map_err(TicketingError::NotOnSale)?;
    let max = found.terms.max_per_order;
    if quantity > max {
        return Err(TicketingError::TooManyTickets { max });
    }
    if found.terms.price.minor() > 0 {
        return Err(TicketingError::PaymentNotAvailable);
    }
    Ok(found)
}
