//! What calling an order off and its expiry have in common.

use kit_pg::PgConnection;

use crate::domain::order::{Order, OrderLine};
use crate::domain::seats::Move;
use crate::error::TicketingError;
use crate::store::ticket_types;

/// Gives an order's seats back, type by type in the order of their ids, so that no two orders wait for each other.
pub(super) async fn give_back(conn: &mut PgConnection, order: &Order, how: Move) -> Result<(), TicketingError> {
    let mut lines: Vec<&OrderLine> = order.lines.iter().collect();
    lines.sort_by_key(|line| line.ticket_type);
    for line in lines {
        ticket_types::move_seats(conn, line.ticket_type, how, line.quantity).await?;
    }
    Ok(())
}
