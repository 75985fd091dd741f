//! Making, changing and removing ticket types.

use kit_core::ids::{EventId, TicketTypeId};
use kit_pg::idempotency::RequestKey;
use kit_rpc::Context;
use plenary_proto::ticketing::v1::{
    CreateTicketTypeResponse, DeleteTicketTypeResponse, ReorderTicketTypesResponse, UpdateTicketTypeResponse,
};

use crate::convert::{Change, NewOrderOfTypes, order_etag, ticket_type_message};
use crate::domain::ticket_type::{TYPES_MAX, Terms, TicketType, is_order_of};
use crate::error::TicketingError;
use crate::store::ticket_types;
use crate::{Ticketing, peers};

pub(crate) async fn create(
    ticketing: &Ticketing,
    context: &Context,
    event: EventId,
    terms: Terms,
    key: &RequestKey,
) -> Result<CreateTicketTypeResponse, TicketingError> {
    let view = peers::managed(&ticketing.events, context, event).await?;
    affordable(&terms)?;
    let now = ticketing.clock.now();
    kit_pg::idempotency::once(&ticketing.pool, key, now, async |tx| {
        if ticket_types::count_locked(tx, event).await? >= TYPES_MAX {
            return Err(TicketingError::TooManyTicketTypes);
        }
        let id = TicketTypeId::new(&ticketing.clock, &ticketing.rng);
        let found = TicketType {
            id,
            event,
            terms,
            held: 0,
            sold: 0,
            version: 1,
        };
        ticket_types::insert(tx, &found, now).await?;
        Ok(CreateTicketTypeResponse {
            ticket_type: Some(ticket_type_message(&found, &view, now)),
        })
    })
    .await
}

pub(crate) async fn update(
    ticketing: &Ticketing,
    context: &Context,
    id: TicketTypeId,
    change: Change,
    key: &RequestKey,
) -> Result<UpdateTicketTypeResponse, TicketingError> {
    let view = managed(ticketing, context, id).await?;
    let now = ticketing.clock.now();
    kit_pg::idempotency::once(&ticketing.pool, key, now, async |tx| {
        let mut found = ticket_types::lock(tx, id)
            .await?
            .ok_or(TicketingError::TicketTypeNotFound)?;
        if change.etag.is_some_and(|etag| etag != found.version) {
            return Err(TicketingError::EtagMismatch);
        }
        found.terms = change.apply(found.terms)?;
        affordable(&found.terms)?;
        if found.remaining() < 0 {
            return Err(TicketingError::CapacityBelowSold {
                taken: found.held + found.sold,
            });
        }
        found.version += 1;
        ticket_types::update(tx, &found).await?;
        Ok(UpdateTicketTypeResponse {
            ticket_type: Some(ticket_type_message(&found, &view, now)),
        })
    })
    .await
}

pub(crate) async fn delete(
    ticketing: &Ticketing,
    context: &Context,
    id: TicketTypeId,
    key: &RequestKey,
) -> Result<DeleteTicketTypeResponse, TicketingError> {
    // One that is gone may be the repeat of its own removal, which only the claim tells. Nothing else is done for those who
    // do not manage it, or for whom it does not exist.
    let may_delete = match managed(ticketing, context, id).await {
        Ok(_) => true,
        Err(TicketingError::TicketTypeNotFound) => false,
        Err(error) => return Err(error),
    };
    kit_pg::idempotency::once(&ticketing.pool, key, ticketing.clock.now(), async |tx| {
        if !may_delete {
            return Err(TicketingError::TicketTypeNotFound);
        }
        ticket_types::lock(tx, id)
            .await?
            .ok_or(TicketingError::TicketTypeNotFound)?;
        match ticket_types::delete(tx, id).await {
            Ok(()) => Ok(DeleteTicketTypeResponse {}),
            Err(error) if error.constraint() == Some("order_lines_ticket_type_id_fkey") => {
                Err(TicketingError::TicketTypeInUse)
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// Puts an event's types into another order.
pub(crate) async fn reorder(
    ticketing: &Ticketing,
    context: &Context,
    wanted: NewOrderOfTypes,
    key: &RequestKey,
) -> Result<ReorderTicketTypesResponse, TicketingError> {
    let view = peers::managed(&ticketing.events, context, wanted.event).await?;
    let now = ticketing.clock.now();
    kit_pg::idempotency::once(&ticketing.pool, key, now, async |tx| {
        ticket_types::lock_list(tx, wanted.event).await?;
        let before = ticket_types::of_event(tx, wanted.event, TYPES_MAX).await?;
        let is_fresh = wanted.etag.is_empty() || wanted.etag == order_etag(&before);
        if !is_fresh || !is_order_of(&wanted.order, &before) {
            return Err(TicketingError::EtagMismatch);
        }
        ticket_types::reorder(tx, &wanted.order).await?;
        let after = ticket_types::of_event(tx, wanted.event, TYPES_MAX).await?;
        Ok(ReorderTicketTypesResponse {
            order_etag: order_etag(&after),
            ticket_types: after
                .iter()
                .map(|found| ticket_type_message(found, &view, now))
                .collect(),
        })
    })
    .await
}

/// The event of a type that the caller manages. For others the type does not exist.
async fn managed(
    ticketing: &Ticketing,
    context: &Context,
    id: TicketTypeId,
) -> Result<crate::domain::event::EventView, TicketingError> {
    let found = ticket_types::get(&mut *ticketing.pool.acquire().await?, id).await?;
    let event = found.ok_or(TicketingError::TicketTypeNotFound)?.event;
    match peers::managed(&ticketing.events, context, event).await {
        Err(TicketingError::EventNotFound) => Err(TicketingError::TicketTypeNotFound),
        other => other,
    }
}

/// Money comes later: until then tickets are free.
fn affordable(terms: &Terms) -> Result<(), TicketingError> {
    if terms.price.is_zero() {
        Ok(())
    } else {
        Err(TicketingError::PaymentNotAvailable)
    }
}
