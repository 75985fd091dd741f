//! Holding seats, and for those who say at once whom they are for, taking them.

use std::collections::BTreeMap;

use kit_core::ids::{EventId, TicketTypeId};
use kit_pg::idempotency::{self, RequestKey, Stored};
use kit_rpc::Context;
use plenary_proto::ticketing::v1::CreateOrderResponse;
use tracing::Span;

use crate::domain::event::EventView;
use crate::domain::order::{Attendee, Buyer};
use crate::error::TicketingError;
use crate::{Ticketing, peers};

/// What somebody wants to buy.
#[derive(Clone, Debug)]
pub(crate) struct NewOrder {
    pub(crate) event: EventId,
    /// How many of each type, at least one.
    pub(crate) items: BTreeMap<TicketTypeId, i32>,
    pub(crate) attendees: Option<Vec<Attendee>>,
}

/// A new order with all that it takes to place it.
#[derive(Debug)]
pub(crate) struct Purchase {
    pub(crate) buyer: Buyer,
    pub(crate) event: EventView,
    pub(crate) new: NewOrder,
    pub(crate) key: RequestKey,
    /// The buyer's call, which what becomes known of the order belongs to.
    pub(crate) span: Span,
}

pub(crate) async fn create_order(
    ticketing: &Ticketing,
    context: &Context,
    new: NewOrder,
    key: RequestKey,
) -> Result<CreateOrderResponse, TicketingError> {
    let buyer = context.caller().require_user().map_err(TicketingError::Caller)?;
    if !buyer.email_verified {
        return Err(TicketingError::EmailNotVerified);
    }
    match open_event(ticketing, context, new.event).await {
        Ok(event) => {
            let buyer = Buyer {
                id: buyer.user_id,
                email: buyer.email.as_str().to_owned(),
            };
            let span = Span::current();
            let purchase = Purchase {
                buyer,
                event,
                new,
                key,
                span,
            };
            ticketing.desk.place(ticketing, purchase).await
        }
        Err(refusal @ (TicketingError::EventNotFound | TicketingError::EventNotOnSale)) => {
            answered_before(ticketing, &key).await?.ok_or(refusal)
        }
        Err(error) => Err(error),
    }
}

async fn open_event(ticketing: &Ticketing, context: &Context, id: EventId) -> Result<EventView, TicketingError> {
    let event = peers::event(&ticketing.events, context, id).await?;
    if event.is_open {
        Ok(event)
    } else {
        Err(TicketingError::EventNotOnSale)
    }
}

/// A repeated request has the answer of the first one, whatever has become of the event since.
async fn answered_before(
    ticketing: &Ticketing,
    key: &RequestKey,
) -> Result<Option<CreateOrderResponse>, TicketingError> {
    let mut connection = ticketing.pool.acquire().await?;
    let stored = idempotency::stored(&mut connection, &[key], ticketing.clock.now()).await?;
    match stored.into_iter().flatten().next() {
        Some(Stored::Response(response)) => Ok(Some(response)),
        Some(Stored::OtherRequest) => Err(kit_pg::Error::RequestIdReused.into()),
        None => Ok(None),
    }
}
