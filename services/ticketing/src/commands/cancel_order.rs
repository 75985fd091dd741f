//! Calling an order off: its seats come back and its tickets are void.

use kit_core::ids::OrderId;
use kit_pg::idempotency::RequestKey;
use kit_rpc::Context;
use plenary_proto::ticketing::v1::{CancelOrderResponse, OrderCancelled};

use super::give_back::give_back;
use crate::domain::order::{Canceller, OrderState};
use crate::domain::seats::Move;
use crate::error::TicketingError;
use crate::store::{orders, tickets};
use crate::{Ticketing, convert, peers};

pub(crate) async fn cancel_order(
    ticketing: &Ticketing,
    context: &Context,
    id: OrderId,
    key: &RequestKey,
) -> Result<CancelOrderResponse, TicketingError> {
    let caller = context.caller().require_user().map_err(TicketingError::Caller)?;
    let found = orders::get(&mut *ticketing.pool.acquire().await?, id)
        .await?
        .ok_or(TicketingError::OrderNotFound)?;
    let by = if found.buyer.id == caller.user_id {
        Canceller::Buyer
    } else {
        match peers::managed(&ticketing.events, context, found.event).await {
            Ok(_) => Canceller::Team,
            Err(TicketingError::EventNotFound) => return Err(TicketingError::OrderNotFound),
            Err(error) => return Err(error),
        }
    };
    let now = ticketing.clock.now();
    kit_pg::idempotency::once(&ticketing.pool, key, now, async |tx| {
        let order = orders::lock(tx, id).await?.ok_or(TicketingError::OrderNotFound)?;
        let was_completed = matches!(order.state, OrderState::Completed { .. });
        let order = order.cancel(by, now)?;
        orders::update_state(tx, &order).await?;
        tickets::void(tx, id).await?;
        let void = tickets::of_order(tx, id).await?;
        let message = convert::order_message(&order, &void, None);
        if was_completed {
            ticketing
                .tell(
                    tx,
                    &OrderCancelled {
                        order: Some(message.clone()),
                    },
                )
                .await?;
        }
        give_back(tx, &order, if was_completed { Move::Return } else { Move::Release }).await?;
        Ok(CancelOrderResponse { order: Some(message) })
    })
    .await
}
