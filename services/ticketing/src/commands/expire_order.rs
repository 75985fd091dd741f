//! Giving back the seats of a hold whose time is over.

use kit_core::ids::OrderId;

use super::give_back::give_back;
use crate::Ticketing;
use crate::domain::seats::Move;
use crate::error::TicketingError;
use crate::store::orders;

/// Expires one order; one that was completed or cancelled meanwhile is left as it is.
pub(crate) async fn expire_order(ticketing: &Ticketing, id: OrderId) -> Result<(), TicketingError> {
    let mut tx = ticketing.pool.begin().await?;
    let Some(order) = orders::lock(&mut tx, id).await? else {
        return Ok(());
    };
    if let Ok(order) = order.expire(ticketing.clock.now()) {
        orders::update_state(&mut tx, &order).await?;
        give_back(&mut tx, &order, Move::Release).await?;
        tx.commit().await?;
    }
    Ok(())
}
