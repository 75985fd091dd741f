//! The demo event's ticket.

use anyhow::Context as _;
use kit_core::ids::{EventId, TicketTypeId};
use kit_core::{Clock, Currency, Money, Rng};
use kit_pg::Pool;

use crate::domain::ticket_type::{SaleWindow, Terms, TicketType};
use crate::store::ticket_types;

const NAME: &str = "Free ticket";
const DESCRIPTION: &str = "Opens the stage, for you and everybody you bring along.";
const CAPACITY: i32 = 500;
const PER_ORDER: i32 = 5;

/// Gives an event a free ticket type, unless it has one. May run in several processes at the same time.
///
/// # Errors
/// The database failed.
pub async fn seed_demo(pool: &Pool, clock: &Clock, rng: &Rng, event: EventId) -> anyhow::Result<()> {
    let currency: Currency = "EUR".parse().context("EUR is a currency")?;
    let mut tx = pool.begin().await?;
    if ticket_types::count_locked(&mut tx, event).await? == 0 {
        let terms = Terms {
            name: NAME.parse().context("the name fits")?,
            description: DESCRIPTION.parse().context("the description fits")?,
            price: Money::zero(currency),
            capacity: CAPACITY,
            max_per_order: PER_ORDER,
            sale: SaleWindow { start: None, end: None },
        };
        let id = TicketTypeId::new(clock, rng);
        let free = TicketType {
            id,
            event,
            terms,
            held: 0,
            sold: 0,
            version: 1,
        };
        ticket_types::insert(&mut tx, &free, clock.now()).await?;
    }
    tx.commit().await?;
    Ok(())
}
